// What became of each action, by planning again on a second look: one that is still wanted did not work
// (docs/design.md, "Verifying").

import type { Action, SkippedReason } from './action.ts'
import type { DetachCause } from './cause.ts'
import { type ErrorCode, isGone } from './errors.ts'
import { deadWords, evidenceOf, isMended } from './evidence.ts'
import { foundOf, pairsOf } from './examined-pair.ts'
import type { Observation } from './observation.ts'
import type { Detach } from './state.ts'

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
 * `unproven`: the image has nothing to ask with, nothing could be run inside it, or no answer came. `interrupted`: the question
 * was ended before its answer, by a stop, a restart or a detach, which says nothing of what was asked for.
 */
interface Answer<Result extends string> {
  readonly result: Result | 'unproven' | 'interrupted'
  readonly detail: string
  /** A proxy does not let us ask: that is for the operator to know, once a heal. */
  readonly denied: boolean
  /** What was run inside it did not end: for the operator to know, too. */
  readonly hung: boolean
}

export interface Resolution extends Answer<'resolved' | 'unresolved'> {
  readonly name: string
  /** What it resolves to, without a prefix length; at most 16. */
  readonly addresses: readonly string[]
}

/** A TCP connection from inside the container. */
export interface Connection extends Answer<'reached' | 'refused' | 'no-answer'> {
  /** `supabase-db:5432` */
  readonly target: string
}

/** What every outcome tells. `milliseconds` are those of the engine's calls. */
interface Applied {
  readonly action: Action
  readonly cause: DetachCause | null
  readonly milliseconds: number
}

/** What became of one action: one state, with what belongs to it. */
export type Outcome = Applied &
  (
    | {
        /** The second look shows the container on the network. */
        readonly kind: 'verified'
        /** It joined before its first process started; null where that is no question. */
        readonly beforeStart: boolean | null
      }
    /** Accepted, and takes effect when the container starts again. */
    | { readonly kind: 'waiting' }
    /** The container or the network went away meanwhile: nothing is left to be done. */
    | { readonly kind: 'gone'; readonly error: string }
    /** It was attached, and detached again before it could be verified. */
    | { readonly kind: 'detached-again'; readonly error: string }
    /** The engine accepted it, and the second look does not show it. */
    | { readonly kind: 'unverified'; readonly error: string }
    /** The engine refused it. */
    | { readonly kind: 'failed'; readonly code: ErrorCode; readonly error: string; readonly hint: string | null }
  )

/** @param look the second one, planned without restraints; `detaches` are those that it showed */
export function verifyAttempts(
  attempts: readonly Attempt[],
  look: Observation,
  detaches: readonly Detach[],
  causeOf: (action: Action) => DetachCause | null,
): readonly Outcome[] {
  const after = look.plan
  const lost = new Set(detaches.map(d => `${d.key} ${d.evidence.containerId}`))
  const wanted = new Map(after.actions.map(a => [pairOf(a), a]))
  const attached = new Set(after.satisfied.map(pairOf))
  // Skipped items carry no container id: the label is the container's name.
  const skipped = (reason: SkippedReason): ReadonlySet<string> =>
    new Set(after.skipped.filter(s => s.reason === reason).map(s => `${s.key} ${s.container}`))
  const waiting = skipped('waiting-for-start')
  const stopped = skipped('not-running')
  return attempts.map((attempt): Outcome => {
    const { action, error } = attempt
    const pair = pairOf(action)
    const named = `${action.key} ${action.container}`
    const applied: Applied = { action, cause: causeOf(action), milliseconds: attempt.milliseconds }
    if (attached.has(pair)) {
      const unproven = unprovenWords(attempt, look)
      if (unproven !== null) return { ...applied, ...unproven }
      const beforeStart = action.effect === 'before-start' ? startedAfter(attempt, look) : null
      return { ...applied, kind: 'verified', beforeStart }
    }
    if (waiting.has(named) || (action.effect === 'at-next-start' && stopped.has(named)))
      return { ...applied, kind: 'waiting' }
    if (error !== null && isGone(error.code)) return { ...applied, kind: 'gone', error: error.message }
    if (!wanted.has(pair) && !after.blocked.some(b => b.key === action.key)) {
      const away = `${action.container} or ${action.network} went away meanwhile`
      return { ...applied, kind: 'gone', error: error?.message ?? away }
    }
    if (error !== null)
      return { ...applied, kind: 'failed', code: error.code, error: error.message, hint: hintOf(action, error) }
    if (lost.has(pair)) {
      const words = `${action.container} was attached, but was off ${action.network} again before netheal could verify it`
      return { ...applied, kind: 'detached-again', error: words }
    }
    const still = wanted.get(pair)
    const words =
      still?.kind === 'repair'
        ? `the engine accepted it, but ${action.container} still ${still.why}`
        : `the engine accepted it, but ${action.container} still has no endpoint on ${action.network}`
    return { ...applied, kind: 'unverified', error: words }
  })
}

/**
 * Why an entry that looks live is no success. What the engine refused counts only if it is proven all the same, as another
 * hand may have been faster; what it accepted, unless it repaired what was found beyond the entry: that must be gone.
 */
function unprovenWords(
  { action, error }: Attempt,
  look: Observation,
):
  | { kind: 'failed'; code: ErrorCode; error: string; hint: string | null }
  | { kind: 'unverified'; error: string }
  | null {
  const pair = pairsOf(look).find(p => p.container.id === action.containerId && p.network.id === action.networkId)
  // It does not run: there is nothing to be proven, and its entry is what it joins with.
  if (pair === undefined) return null
  const { examined } = look.world
  const { rung, at } = evidenceOf(pair.container.id, pair.entry, pair.network, examined)
  // Where nobody can tell, this refusal says itself that another hand was faster.
  const isThere = rung !== 'listed' || (at === null && error?.code === 'endpoint-exists')
  if (error !== null)
    return isThere ? null : { kind: 'failed', code: error.code, error: error.message, hint: error.hint }
  const dead = action.kind === 'repair' ? action.dead : null
  if (dead === null || isMended(dead, foundOf(pair, examined))) return null
  const words = `the engine accepted it, but nothing proves yet that it healed: ${action.container} ${deadWords(dead, action.network)}`
  return { kind: 'unverified', error: words }
}

function hintOf({ container, network }: Action, { code, hint }: AttemptError): string | null {
  if (code !== 'endpoint-exists') return hint
  return `the engine keeps a stale endpoint of this name. Remove ${container}, type docker network disconnect -f ${network} ${container} while no container has that name, then create it again`
}

/** A `docker run` may start the container while the call is under way: then the call waits, and ends after the start. */
function startedAfter({ action, endedAt }: Attempt, look: Observation): boolean {
  const container = look.world.containers.find(c => c.id === action.containerId)
  const startedAt = container?.run?.startedAt ?? null
  return container?.status === 'created' || startedAt === null || startedAt > endedAt
}

function pairOf(target: { readonly key: string; readonly containerId: string }): string {
  return `${target.key} ${target.containerId}`
}

/** True: all names resolve. False: one does not. Null: nothing was asked, or nothing could be proven. */
export function overall(resolutions: readonly Resolution[]): boolean | null {
  if (resolutions.some(r => r.result === 'unresolved')) return false
  return resolutions.length > 0 && resolutions.every(r => r.result === 'resolved') ? true : null
}

/** Nothing that somebody should look at: waiting for a start, or a container that went away, is as it should be. */
export function isWell({ kind }: Outcome): boolean {
  return kind === 'verified' || kind === 'waiting' || kind === 'gone'
}

/** What went wrong, in words; null where nothing did. */
export function errorOf(outcome: Outcome): string | null {
  return 'error' in outcome && outcome.kind !== 'gone' ? outcome.error : null
}

/** What a pass that has finished did, for those who count. */
export interface FinishedPass {
  /** When it began and ended, milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
  readonly detaches: readonly Detach[]
  readonly outcomes: readonly Outcome[]
}
