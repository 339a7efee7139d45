// Earlier runs of a container, by what its application logged: the log of the container goes back further than the engine's
// events do. Only what is sure: a server that started again under the PID it had before, after it had been told to end.

import { sayingsOf } from './pool-line.ts'

/** Times in milliseconds since the epoch, of the lines. */
export interface LoggedRuns {
  /** The oldest line that was read; null: the log is empty. */
  readonly from: number | null
  /** Starts that came after the application was told to end, oldest first, the newest so many. */
  readonly starts: readonly number[]
  readonly last: { readonly pid: number; readonly ended: boolean } | null
}

export const NO_RUNS: LoggedRuns = { from: null, starts: [], last: null }

const KEPT = 50

/** uvicorn and gunicorn say so on SIGTERM; a process that is killed or crashes does not. */
const ENDED = /Finished server process \[\d|Shutting down: Master|Handling signal: (?:term|int|quit)/

/** The runs with one more line of the log. */
export function withLoggedLine(
  runs: LoggedRuns,
  { at, text }: { readonly at: number; readonly text: string },
): LoggedRuns {
  const known = runs.from === null ? { ...runs, from: at } : runs
  if (ENDED.test(text)) return known.last === null ? known : { ...known, last: { ...known.last, ended: true } }
  const started = sayingsOf(text).find(s => s.kind === 'server-started')
  if (started === undefined) return known
  // A reloader's child has another PID each time: it is the same run of the container.
  const isAgain = known.last?.ended && known.last.pid === started.pid
  const starts = isAgain ? [...known.starts, at].slice(-KEPT) : known.starts
  return { ...known, starts, last: { pid: started.pid, ended: false } }
}
