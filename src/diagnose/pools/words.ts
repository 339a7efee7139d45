// How the topic `pools` says a thing: times, quoted log lines, and a finding that is its own.

import { masked } from '../../core/masked.ts'
import type { AppLog, Quote, Seen } from '../rules/app-log.ts'
import type { ContainerDetails } from '../rules/details.ts'
import type { Finding } from '../rules/finding.ts'
import type { FormerRuns } from './log.ts'

export type Said = Pick<Finding, 'code' | 'verdict' | 'summary'> & Partial<Pick<Finding, 'evidence' | 'remedy'>>

/** One container's log of its current run, read; what the findings are made from. */
export interface RunAnswer {
  readonly label: string
  readonly details: ContainerDetails
  readonly log: AppLog
  readonly now: number
  /** `docker logs` of a container that was started before shows these, too; null: there was no run before, or it was not read. */
  readonly before: FormerRuns | null
}

const LONGEST = 220

/** `2026-01-04 10:00:01.250Z`: the engine's time of the line. */
export function momentOf(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString().replace('T', ' ')
}

/** A log line as evidence: its time, and its beginning without what looks like a secret. */
export function quoted({ at, text }: Quote): string {
  const line = masked(text.replace(/\s+/g, ' ').trim())
  const characters = [...line]
  const short = characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}...` : line
  return `${momentOf(at)} ${short}`
}

/** `3 times, last 2026-...: line`; the line alone for once. */
export function counted({ count, last }: Seen): string {
  return count === 1 ? quoted(last) : `${quoted(last)} (${count} times)`
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`
}

/** Milliseconds. An app says something within this time of its start. */
const SILENCE = 60_000

/** The engine keeps so much of a log and throws the oldest away: the beginning of this run may be gone. */
export function lostBeginning({ log, details }: RunAnswer): boolean {
  return log.startupLines === null && log.firstAt !== null && log.firstAt - (details.startedAt ?? 0) > SILENCE
}

export const LOST = 'the first line of the log is much younger than StartedAt: the beginning may have been rotated away'

/** The command with which an operator looks at the lines himself, of this run alone. */
export function grepOf({ details }: RunAnswer, words: string): string {
  const since = details.startedAt === null ? '' : `--since ${new Date(details.startedAt).toISOString()} `
  return `docker logs ${since}${details.name} 2>&1 | grep "${words}"`
}
