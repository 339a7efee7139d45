// What holds an action back although the world asks for it: a pause, a failure a moment ago, a loop.

import type { Attachment } from './attachment.ts'
import { MAX_BACKOFF } from './backoff.ts'
import { loopDelay } from './loop.ts'
import { type PlanItem, skip } from './plan-item.ts'
import type { State } from './state.ts'

/** What holds actions back, whatever the world looks like. */
export interface Restraint {
  /** Milliseconds since the epoch, null: not paused. */
  readonly pausedUntil: number | null
  /** Somebody follows the events, and looks again when a container starts. */
  readonly seesStarts: boolean
  /** Containers that did not answer when they were looked at closely, by id: until when nothing is tried with them. */
  readonly silent: ReadonlyMap<string, number>
}

/** Nothing is decided about a container whose inspect hangs: a list may be older than what happened to it. */
export function isUnresponsive(containerId: string, { silent }: Pick<Restraint, 'silent'>, now: number): boolean {
  const until = silent.get(containerId)
  return until !== undefined && now < until
}

/** Holds an action back: paused, a container that does not answer, failed a moment ago and nothing has changed, or looping under `"onLoop": "back-off"`. */
export function restrain(
  item: PlanItem,
  attachment: Attachment,
  state: State,
  restraint: Restraint,
  now: number,
): PlanItem {
  if (item.kind !== 'attach' && item.kind !== 'repair') return item
  if (attachment.isPaused) return skip(attachment, 'paused')
  if (restraint.pausedUntil !== null) return skip(attachment, 'paused', restraint.pausedUntil)
  if (isUnresponsive(item.containerId, restraint, now))
    return skip(attachment, 'backing-off', restraint.silent.get(item.containerId) ?? null)
  const backoff = state.backoffs[item.key]
  if (
    backoff !== undefined &&
    now < backoff.until &&
    // A clock that was set back must not stretch the wait.
    backoff.until - now <= MAX_BACKOFF * 2 &&
    backoff.fingerprint === fingerprintOf(attachment)
  ) {
    return skip(attachment, 'backing-off', backoff.until)
  }
  if (attachment.rule.onLoop === 'back-off') {
    const due = loopDelay(state.loops, item.key, now)
    if (due !== null) return skip(attachment, 'looping', due)
  }
  return item
}

/** What an attachment looks like: while this stays the same, a failed action is only tried again when its wait is over. */
export function fingerprintOf(attachment: Attachment): string {
  const { container, network } = attachment
  const entries =
    container?.endpoints
      .map(e => `${e.networkId}:${e.endpointId}`)
      .sort()
      .join(',') ?? ''
  return [container?.id, container?.status, network.kind === 'found' ? network.network.id : network.kind, entries].join(
    ' ',
  )
}
