// Reads what a container's log says of its current run, and whether `docker logs` shows older runs as well. Bounded: so many
// bytes, and the engine's own deadline; the inspector reads the newest lines even where the beginning was already too much.

import type { Inspector, LogEnd } from '../ports.ts'
import { type AppLog, EMPTY_LOG, withLine } from '../rules/app-log.ts'
import type { ContainerDetails } from '../rules/details.ts'

/** Some 400,000 lines; the engine sends 25 MB a second. */
const RUN_LIMIT = 64 * 1024 * 1024
/** Of former runs: only to say how many pools there were. */
const FORMER_LIMIT = 8 * 1024 * 1024
/** Characters. A JSON line with a stack trace has some thousand. */
const LONGEST_LINE = 8 * 1024

/** Milliseconds. A line that is a little older than StartedAt is of this run where the run before ended long before it. */
const SLACK = 100
/** Where nothing says when the run before ended: measured are up to 2 ms. */
const SMALL_SLACK = 25

export interface RunLog {
  readonly log: AppLog
  readonly end: LogEnd
}

/**
 * From when on a line belongs to the current run, in milliseconds since the epoch. Not StartedAt itself: 20.10 and 26 read
 * the clock for it when the process already runs, and its first lines are up to 2 ms older (measured; 28 reads it before).
 * The run before ends with FinishedAt, and some 45 ms (28) to 300 ms (20.10) lie between the two.
 */
export function runBegan({ startedAt, finishedAt, running }: ContainerDetails): number {
  if (startedAt === null) return 0
  if (!running) return startedAt - SMALL_SLACK
  if (finishedAt === null) return 0
  // The clock was set back in between, or this is no time of the run before.
  if (finishedAt >= startedAt) return startedAt - SMALL_SLACK
  return startedAt - Math.min(SLACK, (startedAt - finishedAt) / 4)
}

/** Throws the inspector's NethealErrors. */
export async function runLog(details: ContainerDetails, inspector: Inspector, signal: AbortSignal): Promise<RunLog> {
  const began = runBegan(details)
  let log = EMPTY_LOG
  const options = { since: began === 0 ? null : began, longestLine: LONGEST_LINE, limit: RUN_LIMIT }
  const end = await inspector.log(
    details.id,
    options,
    line => {
      if (line.at >= began) log = withLine(log, line)
    },
    signal,
  )
  return { log, end }
}

/** What `docker logs` shows of former runs. `cut`: there may be more. */
export interface FormerRuns {
  readonly pools: number
  readonly startups: number
  readonly cut: boolean
}

/** Null where there was no former run. Throws the inspector's NethealErrors. */
export async function formerRuns(
  details: ContainerDetails,
  inspector: Inspector,
  signal: AbortSignal,
): Promise<FormerRuns | null> {
  const began = runBegan(details)
  if (began === 0 || !details.running) return null
  let log = EMPTY_LOG
  const options = { since: null, longestLine: 1024, limit: FORMER_LIMIT }
  const { end } = await inspector.log(
    details.id,
    options,
    line => {
      if (line.at < began) log = withLine(log, line)
    },
    signal,
  )
  return { pools: log.pools, startups: log.startupLines?.count ?? 0, cut: end === 'limit' }
}
