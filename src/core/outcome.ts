// What became of each action, by planning again on a second look: one that is still wanted did not work
// (docs/design.md, "Verifying").
import type { Action } from './action.ts'
import type { Detach, DetachCause } from './detach.ts'
import { type ErrorCode, isGone } from './errors.ts'
import type { Observation } from './observation.ts'
import type { Plan } from './plan.ts'

/** What was tried and what the engine said. Milliseconds are those of the engine's calls. */
export interface Attempt {
  readonly action: Action
  readonly milliseconds: number
  /** When the engine had answered; milliseconds since the epoch. */
  readonly endedAt: number
  /** Null: the engine accepted it. */
  readonly error: AttemptError | null
}

export interface AttemptError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string | null
}

/**
 * `unproven`: the image has no getent and no nslookup, or nothing could be run inside it. `interrupted`: the question was
 * ended before its answer, by a stop, a restart or a detach, which says nothing of the name.
 */
export interface Resolution {
  readonly name: string
  readonly result: 'resolved' | 'unresolved' | 'unproven' | 'interrupted'
  readonly detail: string
  /** A proxy does not let us ask: that is for the operator to know, once a heal. */
  readonly denied: boolean
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
  /** It joined before its first process started; null where that is no question. */
  readonly beforeStart: boolean | null
  /** Attached, and taken away again before the second look: nothing failed but the peace. */
  readonly detachedAgain: boolean
  readonly gone: boolean
  readonly error: string | null
  readonly hint: string | null
}

/** `look` is the second one, planned without restraints; `detaches` are those that it showed. */
export function verifyAttempts(
  attempts: readonly Attempt[],
  look: Observation,
  detaches: readonly Detach[],
  causeOf: (action: Action) => DetachCause | null,
): readonly Outcome[] {
  const after = look.plan
  const lost = new Set(detaches.map(d => `${d.key} ${d.evidence.containerId}`))
  const wanted = new Set(after.actions.map(a => pairOf(a)))
  const attached = new Set(after.satisfied.map(s => pairOf(s)))
  // Skipped items carry no container id: the label is the container's name.
  const waiting = new Set(
    after.skipped.filter(s => s.reason === 'waiting-for-start').map(s => `${s.key} ${s.container}`),
  )
  const stopped = new Set(after.skipped.filter(s => s.reason === 'not-running').map(s => `${s.key} ${s.container}`))
  return attempts.map(attempt => {
    const { action, error } = attempt
    const named = `${action.key} ${action.container}`
    const isWaiting = waiting.has(named) || (action.effect === 'at-next-start' && stopped.has(named))
    const isAttached = attached.has(pairOf(action))
    const detachedAgain = error === null && lost.has(pairOf(action))
    const kind = isAttached ? 'verified' : error !== null && !isWaiting ? 'failed' : 'unverified'
    const stale = error?.code === 'endpoint-exists' && kind === 'failed'
    return {
      kind,
      action,
      cause: causeOf(action),
      milliseconds: attempt.milliseconds,
      // Restarts and proofs come afterwards (heal/follow-up.ts).
      restarted: false,
      started: false,
      resolved: null,
      resolutions: [],
      waiting: kind === 'unverified' && isWaiting,
      beforeStart: action.effect === 'before-start' ? startedAfter(attempt, look) : null,
      detachedAgain,
      gone:
        kind !== 'verified' &&
        ((error !== null && isGone(error.code)) ||
          !(wanted.has(pairOf(action)) || isWaiting || isBlocked(after, action))),
      error: kind === 'verified' || isWaiting ? null : (error?.message ?? unverifiedWords(action, detachedAgain)),
      hint:
        kind === 'verified' || isWaiting
          ? null
          : stale
            ? `a stale endpoint: the engine keeps one of this name that no container has. Remove ${action.container}, run docker network disconnect -f ${action.network} ${action.container} while no container has that name, and make it anew`
            : (error?.hint ?? null),
    }
  })
}

function isBlocked(after: Plan, action: Action): boolean {
  return after.blocked.some(b => b.key === action.key)
}

/** A `docker run` may start the container while the call is under way: then the call waits, and ends after the start. */
function startedAfter({ action, endedAt }: Attempt, look: Observation): boolean {
  const container = look.world.containers.find(c => c.id === action.containerId)
  const startedAt = container?.run?.startedAt ?? null
  return container?.status === 'created' || startedAt === null || startedAt > endedAt
}

function unverifiedWords(action: Action, detachedAgain: boolean): string {
  if (detachedAgain)
    return `${action.container} was attached, and taken off ${action.network} again before a second look`
  return `the engine accepted it, but a second look shows ${action.container} without an endpoint on ${action.network}`
}

function pairOf(target: { readonly key: string; readonly containerId: string }): string {
  return `${target.key} ${target.containerId}`
}

/** True: all names resolve. False: one does not. Null: nothing was asked, or nothing could be proven. */
export function overall(resolutions: readonly Resolution[]): boolean | null {
  if (resolutions.some(r => r.result === 'unresolved')) return false
  return resolutions.length > 0 && resolutions.every(r => r.result === 'resolved') ? true : null
}

/** Is this outcome one that somebody should look at? Waiting for a start and a container that went away are not. */
export function isWell(outcome: Outcome): boolean {
  if (outcome.waiting || outcome.gone) return true
  return outcome.kind === 'verified' && outcome.resolved !== false && outcome.error === null
}
