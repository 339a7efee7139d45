// What the report page is made of: the status, the story that the action log tells, the heartbeat file. Asks no engine.
// What cannot be read is named, and never the reason that there is no page.

import { NethealError } from '../../core/errors.ts'
import { knownReachOf } from '../../core/known-reach.ts'
import type { AttachmentState } from '../../core/state.ts'
import { readHeartbeatDays } from '../../history/heartbeat-days.ts'
import { type ReadLog, readActionLog } from '../../history/log-reader.ts'
import { storyOf, withEvidence } from '../../history/rules/chronicle.ts'
import { withPresent } from '../../history/rules/present.ts'
import type { HeartbeatDay } from '../../history/rules/story.ts'
import { storyBetween } from '../../history/rules/story-days.ts'
import type { PageModel, ShownAttachment } from '../../page/model.ts'
import type { History } from '../history/span.ts'
import { type Status, wanted } from '../status/current-status.ts'

/** Read before the span, so that what was healed in it has its beginning, and a loop its flag. */
const BEFORE = 24 * 3_600_000

export interface Gathered {
  readonly status: Status
  readonly history: History
  readonly heartbeats: readonly HeartbeatDay[]
  /** In words; empty when everything could be read. */
  readonly unreadable: readonly string[]
}

/** `place`: the directory of the log. `since` in milliseconds since the epoch. Throws nothing that is not a bug. */
export async function gather(place: string, status: Status, since: number): Promise<Gathered> {
  const { now, state } = status
  const unreadable: string[] = []
  const log = await or(NO_LOG, () => readActionLog(place, { since: since - BEFORE, until: null }), unreadable)
  const heartbeats = await or([], () => readHeartbeatDays(place), unreadable)
  const told = storyOf(withEvidence(log.entries, state.detaches), now)
  const whole = withPresent(told, Object.values(state.attachments))
  const story = storyBetween(whole, since, now, () => true)
  // What was rolled away meanwhile is no longer a part of the log.
  for (const { name, why, vanished } of log.unreadable.files)
    if (!vanished) unreadable.push(`${name} of the action log: ${why}`)
  const { lines } = log.unreadable
  if (lines > 0) unreadable.push(`${lines} ${lines === 1 ? 'line' : 'lines'} of the action log`)
  if (log.dropped > 0)
    unreadable.push(`the ${log.dropped} oldest entries of the action log, which is too long to keep in memory`)
  return {
    status,
    history: { since, until: now, now, story, log, place, matches: null },
    heartbeats,
    unreadable,
  }
}

const NO_LOG: ReadLog = { entries: [], dropped: 0, unreadable: { lines: 0, files: [] }, found: false }

async function or<T>(instead: T, read: () => Promise<T>, unreadable: string[]): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    unreadable.push(error.hint === null ? error.message : `${error.message}; ${error.hint}`)
    return instead
  }
}

export interface About {
  readonly program: string
  readonly host: string | null
  readonly refresh?: number | null
}

/** `program`: the version of netheal. `host`: the name of this host. */
export function pageModelOf(
  { status, history, heartbeats, unreadable }: Gathered,
  { program, host, refresh = null }: About,
): PageModel {
  const { healer, state, pause, problems, passProblems, now } = status
  return {
    generatedAt: now,
    program,
    host,
    refresh,
    healer: { ...healer, lastError: state.lastPass?.error ?? null },
    paused: pause.until === null ? null : { until: pause.until, reason: pause.reason },
    // What the status says of the healer, the page says in its own words, with what to do about it.
    problems: problems.filter(problem => !passProblems.includes(problem)),
    attachments: wanted(state).map(shown),
    loops: state.loops.map(loop => ({ ...loop, starts: state.starts[loop.key]?.times ?? [] })),
    span: { from: history.since, to: now },
    story: history.story,
    heartbeats,
    unreadable,
  }
}

function shown(attachment: AttachmentState): ShownAttachment {
  const { container, network, state, since, lastDetach, reported } = attachment
  return { container, network, state, since, lastDetach, reported, reach: knownReachOf(attachment) }
}
