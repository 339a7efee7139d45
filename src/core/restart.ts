// Restarts: only where a rule asks for one, never more than it allows, across processes (docs/design.md, "Restarts").

import type { RestartDecision, Warning } from './action.ts'
import type { Attachment } from './attachment.ts'
import { span } from './entry.ts'
import { greatest } from './extremes.ts'
import type { RestartPolicy } from './rule.ts'
import type { State } from './state.ts'
import type { Container } from './world.ts'

const HOUR = 3_600_000

export interface RestartVerdict {
  readonly decision: RestartDecision
  /** Why the rule's restart is refused now, null when it is not. */
  readonly refused: Warning | null
}

/** What the rule's `restart` means for an attach of this container, now. One that has not started yet never restarts. */
export function restartDecision(
  attachment: Attachment,
  container: Container,
  state: State,
  now: number,
): RestartVerdict {
  const policy = attachment.rule.restart
  if (policy.when === 'never' || container.status !== 'running') return { decision: { kind: 'none' }, refused: null }
  const refusal = refusalOf(policy, state.restarts[attachment.identity] ?? [], now)
  if (refusal !== null) {
    return {
      decision: { kind: 'none' },
      refused: { code: 'restart-refused', message: `${container.name} is not restarted: ${refusal}`, hint: null },
    }
  }
  return {
    decision:
      policy.when === 'after-attach' ? { kind: 'after-attach' } : { kind: 'if-unresolved', grace: policy.grace },
    refused: null,
  }
}

/** Null: allowed. Else the limit that forbids it, in words. `times` of earlier restarts and `now`: ms since the epoch. */
export function refusalOf(policy: RestartPolicy, times: readonly number[], now: number): string | null {
  const last = greatest(times, Number.NEGATIVE_INFINITY)
  if (now - last < policy.cooldown)
    return `the last restart was ${span(Math.max(0, now - last))} ago, and its cooldown is ${span(policy.cooldown)}`
  const lately = times.filter(at => now - at < HOUR).length
  if (lately >= policy.maxPerHour)
    return `it was restarted ${lately} times in the last hour, and maxPerHour is ${policy.maxPerHour}`
  return null
}

/** Counted before it happens, so that a crash in the middle cannot lead to a second one. */
export function withRestart(state: State, identity: string, now: number): State {
  const times = (state.restarts[identity] ?? []).filter(at => now - at < 24 * HOUR)
  return { ...state, restarts: { ...state.restarts, [identity]: [...times, now] } }
}
