// Reads this host's own automation in a thread of its own, which is ended where it takes too long or too much memory: crontabs,
// units and scripts are written by others, any local user among them. What ended it is named as unread, and the rest is read.
import { Worker } from 'node:worker_threads'
import type { Automation, Unread } from '../diagnose/rules/automation.ts'
import type { HostScan } from '../host/host-scan.ts'
import { automationOf, type ScanPlace, type ScanStep } from '../host/scan.ts'
import type { TakenOver } from '../host/takeover.ts'
import { SCAN_THREAD } from './thread-argument.ts'
import { threadFile } from './thread-file.ts'

/** Plain data: it is copied into the thread. */
export interface ScanTask {
  readonly root: string
  readonly from: ScanPlace
  /** Files that were too much. */
  readonly without: readonly string[]
  /** A script to take over from, instead. */
  readonly script: string | null
}

/** How much a thread may have. Milliseconds: `step` for one job with its scripts, `start` until it says something at all. */
export interface ScanLimits {
  readonly start: number
  readonly step: number
  readonly whole: number
  readonly memoryMib: number
}

const USUAL: ScanLimits = { start: 30_000, step: 10_000, whole: 90_000, memoryMib: 256 }
/** As often it is started again behind what ended it. */
const MOST_THREADS = 8
const START: ScanPlace = { source: 0, job: -1 }
const TOO_MUCH = 'it is too much to read: reading it took too long, or too much memory, and was ended there'

/** @param root `/`, or the top of a tree that stands for a host */
export function scanInThread(root: string, limits: ScanLimits = USUAL): HostScan {
  return {
    scan: () => scan(root, limits),
    takeOver: async file => {
      const told = await inThread(
        { root, from: START, without: [], script: file },
        limits,
        AbortSignal.timeout(limits.whole),
      )
      const taken = told.messages.at(-1) as TakenOver | undefined
      return taken ?? { takeover: null, unread: [{ file, closed: false, why: TOO_MUCH }] }
    },
  }
}

async function scan(root: string, limits: ScanLimits): Promise<Automation> {
  const steps: ScanStep[] = []
  const lost: Unread[] = []
  const end = AbortSignal.timeout(limits.whole)
  let from = START
  const without: string[] = []
  for (let thread = 1; ; thread++) {
    const told = await inThread({ root, from, without, script: null }, limits, end)
    steps.push(...(told.messages as readonly ScanStep[]))
    if (told.isWhole) break
    const last = steps.findLast(s => s.kind === 'reading')
    if (last !== undefined) lost.push({ file: last.file, closed: false, why: TOO_MUCH })
    if (last === undefined || thread === MOST_THREADS || end.aborted) {
      const left = last === undefined ? 'the jobs of this host' : 'jobs of this host behind it'
      lost.push({ file: left, closed: false, why: 'not read: there was too much before them' })
      break
    }
    // Of a file that was too much the rest is left as well: each of its lines may be the same once more.
    without.push(last.file)
    const { source, job } = last.at
    from = job === -1 ? { source: source + 1, job: -1 } : { source, job: job + 1 }
  }
  return automationOf(steps, lost)
}

/** Everything that it told, and whether it came to its end. */
async function inThread(
  task: ScanTask,
  limits: ScanLimits,
  end: AbortSignal,
): Promise<{ readonly messages: readonly unknown[]; readonly isWhole: boolean }> {
  const messages: unknown[] = []
  // Nothing of our environment is needed there, and it may hold secrets.
  const worker = new Worker(threadFile(), {
    argv: [SCAN_THREAD],
    workerData: task,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMib },
  })
  let heard = AbortSignal.timeout(limits.start)
  const onEnd = (): void => void worker.terminate()
  const listen = (): void => heard.addEventListener('abort', onEnd)
  listen()
  end.addEventListener('abort', onEnd)
  try {
    return await new Promise(resolve => {
      worker.on('message', message => {
        messages.push(message)
        heard.removeEventListener('abort', onEnd)
        heard = AbortSignal.timeout(limits.step)
        listen()
      })
      // Out of memory, or out of stack; whatever it is, it is one more thing that could not be read.
      worker.once('error', () => resolve({ messages, isWhole: false }))
      worker.once('exit', code => resolve({ messages, isWhole: code === 0 }))
      if (end.aborted) onEnd()
    })
  } finally {
    heard.removeEventListener('abort', onEnd)
    end.removeEventListener('abort', onEnd)
    await worker.terminate()
  }
}
