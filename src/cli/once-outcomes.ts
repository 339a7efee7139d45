// What became of each action of a one-shot, in the end: over all of its passes, and with what followed each attach.
import type { Action } from '../core/action.ts'
import { errorOf, isWell, type Outcome, overall } from '../core/outcome.ts'
import type { FollowUpResult } from '../heal/follow-up.ts'
import type { Passed } from '../heal/pass.ts'

export interface FinalOutcome {
  readonly outcome: Outcome
  /** The restart, start and proofs that it asked for; null for none. */
  readonly followUp: FollowUpResult | null
}

/** One for each attachment of a container that was acted upon: the last word counts. */
export function outcomesOf(
  passes: readonly Passed[],
  followUps: ReadonlyMap<Action, FollowUpResult>,
): readonly FinalOutcome[] {
  const final = new Map<string, FinalOutcome>()
  for (const { outcomes } of passes) {
    for (const outcome of outcomes) {
      const key = keyOf(outcome.action)
      final.set(key, { outcome, followUp: followUps.get(outcome.action) ?? final.get(key)?.followUp ?? null })
    }
  }
  const seen = new Set(passes.at(-1)?.plan.satisfied.map(keyOf))
  return [...final].map(([key, { outcome, followUp }]) => {
    if (outcome.kind !== 'waiting' || followUp?.started !== true) return { outcome, followUp }
    return { outcome: started(outcome, seen.has(key)), followUp }
  })
}

/** What was started joins only then: the look after it is the proof. */
function started({ action, cause, milliseconds }: Outcome, isAttached: boolean): Outcome {
  if (isAttached) return { action, cause, milliseconds, kind: 'verified', beforeStart: null }
  const error = `${action.container} was started, and a look after that shows it without an endpoint on ${action.network}`
  return { action, cause, milliseconds, kind: 'unverified', error }
}

function keyOf({ key, containerId }: { readonly key: string; readonly containerId: string }): string {
  return `${key} ${containerId}`
}

/** Attached, and everything that followed worked, too. */
export function isWellInTheEnd({ outcome, followUp }: FinalOutcome): boolean {
  return isWell(outcome) && (followUp === null || (followUp.error === null && overall(followUp.resolutions) !== false))
}

/** What went wrong, in words; null where nothing did. */
export function finalError({ outcome, followUp }: FinalOutcome): string | null {
  return errorOf(outcome) ?? followUp?.error ?? null
}
