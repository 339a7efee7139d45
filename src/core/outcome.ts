// What became of each action, by planning again on a second look: one that is still wanted did not work (DESIGN 5).
import type { Action } from './action.ts'
import type { DetachCause } from './detach.ts'
import type { Plan } from './plan.ts'

/** What was tried and what the engine said. Milliseconds are those of the engine's calls. */
export interface Attempt {
  readonly action: Action
  readonly milliseconds: number
  /** Null: the engine accepted it. */
  readonly error: AttemptError | null
  readonly restarted: boolean
  readonly started: boolean
  /** The restart that was asked for and did not happen, in words. */
  readonly restartError: string | null
  readonly resolutions: readonly Resolution[]
}

export interface AttemptError {
  readonly message: string
  readonly hint: string | null
  /** The container or network is gone: nothing is left to be done for it. */
  readonly gone: boolean
}

/** `unproven`: the image has no getent and no nslookup, or nothing could be run inside it. */
export interface Resolution {
  readonly name: string
  readonly result: 'resolved' | 'unresolved' | 'unproven'
  readonly detail: string
}

export interface Outcome {
  readonly kind: 'verified' | 'unverified' | 'failed'
  readonly action: Action
  readonly cause: DetachCause | null
  readonly milliseconds: number
  readonly restarted: boolean
  readonly started: boolean
  /** All names of the rule: true resolved, false not, null not asked or not provable. */
  readonly resolved: boolean | null
  readonly resolutions: readonly Resolution[]
  /** Accepted, and takes effect when the container starts again. */
  readonly waiting: boolean
  readonly gone: boolean
  readonly error: string | null
  readonly hint: string | null
}

/** `after` is the plan on the second look, without restraints. `causes` by the attachment's key and container id. */
export function settle(
  attempts: readonly Attempt[],
  after: Plan,
  causeOf: (action: Action) => DetachCause | null,
): readonly Outcome[] {
  const wanted = new Set(after.actions.map(a => pairOf(a)))
  const attached = new Set(after.satisfied.map(s => pairOf(s)))
  // Skipped items carry no container id: the label is the container's name.
  const waiting = new Set(after.skipped.filter(s => s.reason === 'waiting-for-start').map(s => `${s.key} ${s.container}`))
  const stopped = new Set(after.skipped.filter(s => s.reason === 'not-running').map(s => `${s.key} ${s.container}`))
  return attempts.map(attempt => {
    const { action, error } = attempt
    const named = `${action.key} ${action.container}`
    const isWaiting = waiting.has(named) || (action.effect === 'at-next-start' && stopped.has(named))
    const isAttached = attached.has(pairOf(action))
    const kind = isAttached ? 'verified' : error !== null && !isWaiting ? 'failed' : 'unverified'
    const stale = error !== null && !error.gone && kind === 'failed' && /already exists in network/.test(error.message)
    return {
      kind,
      action,
      cause: causeOf(action),
      milliseconds: attempt.milliseconds,
      restarted: attempt.restarted,
      started: attempt.started,
      resolved: overall(attempt.resolutions),
      resolutions: attempt.resolutions,
      waiting: kind === 'unverified' && isWaiting,
      gone: kind !== 'verified' && (error?.gone === true || !(wanted.has(pairOf(action)) || isWaiting || isBlocked(after, action))),
      error: kind === 'verified' || isWaiting ? attempt.restartError : (error?.message ?? unverifiedWords(action)),
      hint:
        kind === 'verified' || isWaiting
          ? null
          : stale
            ? `a stale endpoint: the engine holds an endpoint of this name that the container does not have; docker network disconnect -f ${action.network} ${action.container} removes it`
            : (error?.hint ?? null),
    }
  })
}

function isBlocked(after: Plan, action: Action): boolean {
  return after.blocked.some(b => b.key === action.key)
}

function unverifiedWords(action: Action): string {
  return `the engine accepted it, but a second look shows ${action.container} without an endpoint on ${action.network}`
}

function pairOf(target: { readonly key: string; readonly containerId: string }): string {
  return `${target.key} ${target.containerId}`
}

function overall(resolutions: readonly Resolution[]): boolean | null {
  if (resolutions.some(r => r.result === 'unresolved')) return false
  return resolutions.length > 0 && resolutions.every(r => r.result === 'resolved') ? true : null
}

/** Is this outcome one that somebody should look at? Waiting for a start and a container that went away are not. */
export function isWell(outcome: Outcome): boolean {
  if (outcome.waiting || outcome.gone) return true
  return outcome.kind === 'verified' && outcome.resolved !== false && outcome.error === null
}
