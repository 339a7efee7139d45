// What the topic `restarts` shows as evidence: the runbook's table, the fields of the inspect, the engine's own starts, and how
// far back all of this was seen.

import type { Container, World } from '../../core/world.ts'
import type { Finding } from '../rules/finding.ts'
import type { Replacement, RunCase } from '../rules/restart-case.ts'
import type { LifeEvidence } from '../rules/restart-case-evidence.ts'
import { momentOf, type Row } from '../rules/restart-case-table.ts'
import { engineStartsOf } from '../rules/restart-starts.ts'

export interface LifeAnswer {
  readonly label: string
  readonly evidence: LifeEvidence
  readonly run: RunCase
  readonly replaced: Replacement | null
  readonly table: readonly Row[]
  readonly container: Container
  readonly world: World
}

export type Said = Pick<Finding, 'code' | 'verdict' | 'summary'> & Partial<Pick<Finding, 'evidence' | 'remedy'>>

const HOUR = 3_600_000

export function state({ evidence: { life } }: LifeAnswer): readonly string[] {
  return [
    `Created ${momentOf(life.createdAt)}, StartedAt ${momentOf(life.startedAt)}, FinishedAt ${momentOf(life.finishedAt)}`,
    `RestartCount ${life.restartCount}, ExitCode ${life.exitCode}, status ${life.status}, restart policy ${life.restartPolicy}`,
  ]
}

/** Restarts of the engine in a row are somebody's work on the host: told, so that nobody looks for a loop. */
export function engineOften(evidence: LifeEvidence): string {
  const lately = engineStartsOf(evidence).filter(at => evidence.now - at < HOUR)
  return lately.length < 2
    ? ''
    : `; the engine came up ${lately.length} times in the last hour: maintenance of the host, no loop of this container`
}

export function engineText(evidence: LifeEvidence): string {
  const { neighbours } = evidence
  const starts = engineStartsOf(evidence)
  if (starts.length > 0) return `the engine came up at ${starts.slice(-5).map(momentOf).join(', ')}`
  return `the other containers were started at ${neighbours.slice(0, 5).map(momentOf).join(', ') || 'unknown times'}`
}

/** Null where all of its life was seen. */
function reach({ life, seenFrom, logged }: LifeEvidence): string | null {
  const { events, journal } = seenFrom
  if (life.finishedAt === null || (events !== null && events <= life.createdAt)) return null
  const said = [
    events === null
      ? "the engine's events hold nothing (it forgets them when it restarts)"
      : `the engine's events go back to ${momentOf(events)} (it keeps 256)`,
    ...(journal === null ? [] : [`its log was read back to ${momentOf(journal)}`]),
    ...(logged?.from == null ? [] : [`the container's own log to ${momentOf(logged.from)}`]),
  ]
  return `seen so far back: ${said.join(', ')}; what was before that is not known`
}

/** The runbook's table: what holds first, then what does not, then what could not be seen. */
export function rows({ table, evidence }: LifeAnswer): readonly string[] {
  const rank = (row: Row): number => (row.holds === true ? 0 : row.holds === false ? 1 : 2)
  const word = (row: Row): string => (row.holds === null ? 'not seen' : row.holds ? 'yes' : 'no')
  const from = reach(evidence)
  const told = table.toSorted((a, b) => rank(a) - rank(b))
  return [
    ...told.map(row => `${row.observation} (${row.indicates}): ${word(row)}; ${row.seen}`),
    ...(from === null ? [] : [from]),
  ]
}
