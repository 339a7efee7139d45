// What a program of this host says when it is asked: by its arguments and never through a shell, with a deadline and a bound.
import { execFile } from 'node:child_process'

const MOST_BYTES = 64 * 1024 * 1024

export interface ProgramOutput {
  readonly output: string
  /** There was more than may be read. */
  readonly cut: boolean
  /** The first line on stderr, empty for none: journalctl says there what it may not see, and ends well. */
  readonly complaint: string
  /** Why there is no answer; null for an answer. */
  readonly why: string | null
}

/** `timeout`: milliseconds. Never rejects. */
export function outputOf(
  program: string,
  args: readonly string[],
  timeout: number,
  signal?: AbortSignal,
): Promise<ProgramOutput> {
  const options = { timeout, maxBuffer: MOST_BYTES, killSignal: 'SIGKILL', encoding: 'utf8' } as const
  return new Promise(resolve => {
    execFile(program, args, signal === undefined ? options : { ...options, signal }, (error, output, stderr) => {
      const complaint = stderr.trim().split('\n')[0]?.slice(0, 300) ?? ''
      const cut = (error as NodeJS.ErrnoException | null)?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
      const why = error !== null && !cut ? failureOf(program, error, complaint, timeout) : null
      resolve({ output, cut, complaint, why })
    })
  })
}

function failureOf(program: string, error: Error, complaint: string, timeout: number): string {
  const { code, killed } = error as NodeJS.ErrnoException & { killed?: boolean }
  if (code === 'ENOENT') return `there is no ${program} on this host (no systemd?)`
  if (code === 'EACCES') return `no permission to run ${program}`
  if (killed === true) return `${program} did not answer within ${timeout / 1000} s`
  return complaint === '' ? `${program} failed (${String(code)})` : `${program}: ${complaint}`
}
