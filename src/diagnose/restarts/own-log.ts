// Reads the container's own log for runs that the engine's events no longer reach: it keeps 256 of all kinds, and forgets
// them when it restarts. Bounded in bytes; what cannot be read is not missed, the other sources have spoken.

import { NethealError } from '../../core/errors.ts'
import type { Inspector } from '../ports.ts'
import type { ContainerDetails } from '../rules/details.ts'
import { type LoggedRuns, NO_RUNS, withLoggedLine } from '../rules/logged-runs.ts'

const LIMIT = 8 * 1024 * 1024
const LONGEST_LINE = 1024

/** What is asked about, from when on; times in milliseconds since the epoch. */
export interface OwnLogQuestion {
  readonly details: ContainerDetails
  readonly since: number
  /** The oldest event that the engine still knows; null for none. */
  readonly events: number | null
}

/** Null: nothing is missing that it could tell, or it cannot be read. */
export async function ownLogOf(
  { details, since, events }: OwnLogQuestion,
  inspector: Inspector,
  signal: AbortSignal,
): Promise<LoggedRuns | null> {
  const { finishedAt, running, restartCount, createdAt, id } = details
  if (finishedAt === null || !running || restartCount > 0) return null
  if (events !== null && events <= Math.max(createdAt, since)) return null
  let runs = NO_RUNS
  const options = { since, longestLine: LONGEST_LINE, limit: LIMIT }
  try {
    await inspector.log(
      id,
      options,
      line => {
        runs = withLoggedLine(runs, line)
      },
      signal,
    )
    return runs
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return null
  }
}
