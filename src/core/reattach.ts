// An attachment that is there and does not reach what it is attached for may be attached anew, where the rule says so: once, and
// then less and less often.
import type { Action } from './action.ts'
import type { Attachment } from './attachment.ts'
import { backoffDelay } from './backoff.ts'
import { isCurableReason, type Unreachable } from './proof.ts'
import type { Restraint } from './restraint.ts'
import { type ObservedContainer, type State, withContainer } from './state.ts'
import type { Container, Endpoint } from './world.ts'

const FIRST_WAIT = 60_000
const LONGEST_WAIT = 3_600_000

/** What it is to be attached anew for, now; null: it is not. `now` in milliseconds since the epoch. */
export function reattachFor(
  attachment: Attachment,
  container: Container,
  entry: Endpoint,
  state: State,
  { pausedUntil }: Pick<Restraint, 'pausedUntil'>,
  now: number,
): Unreachable | null {
  const seen = state.attachments[attachment.key]?.seen[container.id]
  if (attachment.rule.onUnreachable !== 'reattach' || container.status !== 'running' || pausedUntil !== null)
    return null
  if (seen === undefined || seen.endpointId !== entry.endpointId || state.backoffs[attachment.key] !== undefined)
    return null
  if (attachment.rule.onLoop === 'back-off' && state.loops.some(l => l.key === attachment.key)) return null
  return isReattachDue(seen, now) ? seen.unreachable : null
}

export function isReattachDue({ unreachable, reattached, asked }: ObservedContainer, now: number): boolean {
  // Of another endpoint: whether this one reaches it was not asked yet.
  if (unreachable === null || asked === null || !isCurableReason(unreachable.reason)) return false
  // A clock that was set back must not stretch the wait.
  return reattached === null || now >= reattached.until || reattached.until - now > 2 * LONGEST_WAIT
}

/** `before` these actions. */
export function withReattached(
  state: State,
  actions: readonly Action[],
  before: State,
  random: () => number,
  now: number,
): State {
  return actions.reduce((known, { kind, key, containerId }) => {
    const seen = before.attachments[key]?.seen[containerId]
    if (kind !== 'repair' || seen === undefined || seen.unreachable === null) return known
    const attempts = (seen.reattached?.attempts ?? 0) + 1
    const until = now + backoffDelay(attempts, random(), FIRST_WAIT, LONGEST_WAIT)
    return withContainer(known, key, containerId, { reattached: { attempts, until } })
  }, state)
}
