// One report page, made in a thread of its own: reading and telling a long log takes a while, and memory, and the thread that
// heals must spend neither. The thread ends with its page.
import { Worker } from 'node:worker_threads'
import type { Status } from '../status/current-status.ts'
import { PAGE_THREAD } from '../thread-argument.ts'
import { threadFile } from '../thread-file.ts'

/** What the page shows without `--since`: 30 days, in milliseconds. */
export const USUAL_SPAN: number = 30 * 86_400_000

/** Plain data: it is copied into the thread. */
export interface PageJob {
  /** The directory of the log. */
  readonly place: string
  readonly status: Status
  /** Milliseconds since the epoch. */
  readonly since: number
  /** The version of the program, and the host's name. */
  readonly about: { readonly program: string; readonly host: string; readonly refresh: number }
}

/** More than the longest log that is kept in memory needs; a thread that wants more is ended, and not the daemon. */
const MEMORY_MIB = 384
const DEADLINE = 60_000

/** The page as bytes. Rejects where the thread fails, or is stopped. */
export async function pageInThread(job: PageJob, stop: AbortSignal): Promise<Uint8Array> {
  const worker = new Worker(threadFile(), {
    argv: [PAGE_THREAD],
    workerData: job,
    // Nothing of it is needed there, and it may hold secrets.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
  })
  const end = AbortSignal.any([stop, AbortSignal.timeout(DEADLINE)])
  const onEnd = (): void => void worker.terminate()
  end.addEventListener('abort', onEnd)
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the thread that makes the page ended without a result')))
      if (end.aborted) onEnd()
    })
  } finally {
    end.removeEventListener('abort', onEnd)
    await worker.terminate()
  }
}
