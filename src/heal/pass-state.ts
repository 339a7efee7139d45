// What a pass leaves behind for the next one: what it has seen, back-offs, pending follow-ups, when it wants to be called again,
// and the mark of a pass that failed.

import { entryFor } from '../core/attachment.ts'
import { backoffDelay } from '../core/backoff.ts'
import { findDetaches, takenAt } from '../core/detach.ts'
import type { NethealError } from '../core/errors.ts'
import { least } from '../core/extremes.ts'
import { type Observation, withObservation } from '../core/observation.ts'
import type { Attempt, Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import { hasTargets } from '../core/reachability.ts'
import { fingerprintOf } from '../core/restraint.ts'
import { type Backoff, type Detach, type State, withContainer } from '../core/state.ts'
import { tornDown, withTeardowns } from '../core/taken-off.ts'
import { type FollowUp, followUpOf } from './follow-up.ts'
import type { LossTimes } from './loss-times.ts'
import type { Notebook } from './notebook.ts'

/** `noticedAt`: as the action log has it, where a look takes its time. */
interface LossesSeen {
  readonly happened: LossTimes
  readonly noticedAt: number
}

/** The state with a look, and the detaches that it shows, taken in. `unseen`: nothing is concluded about these containers. */
export function afterLook(
  state: State,
  look: Observation,
  unseen: ReadonlySet<string>,
  now: number,
  { happened, noticedAt }: LossesSeen = { happened: new Map(), noticedAt: now },
): { readonly state: State; readonly detaches: readonly Detach[] } {
  const left = tornDown(look)
  const judged = look.attachments.filter(a => a.container === null || (!unseen.has(a.container.id) && !left.has(a)))
  const found = findDetaches(judged, look.world, state, now, happened)
  const detaches = found.map(d => ({ ...d, at: noticedAt }))
  const after = withObservation(state, look, detaches, now)
  return { state: withTeardowns(after, look, (before, id) => takenAt(before, id, happened, now), now), detaches }
}

/** The same for the healer's own state, in one step. */
export function takeObservation(
  look: Observation,
  unseen: ReadonlySet<string>,
  notebook: Notebook,
  now: number,
  noticedAt = now,
): readonly Detach[] {
  const { state, detaches } = afterLook(notebook.state, look, unseen, now, { happened: notebook.lossTimes, noticedAt })
  notebook.update(() => state)
  return detaches
}

/** A failure backs off by itself; a success, and an attachment that nobody wants any more, is forgotten. */
export function withBackoffs(
  state: State,
  outcomes: readonly Outcome[],
  look: Observation,
  random: () => number,
  now: number,
): State {
  if (outcomes.length === 0 && Object.keys(state.backoffs).length === 0) return state
  const stillWanted = new Set(
    [...look.plan.actions, ...look.plan.skipped.filter(s => s.reason === 'backing-off')].map(i => i.key),
  )
  const backoffs: Record<string, Backoff> = Object.fromEntries(
    Object.entries(state.backoffs).filter(([key]) => stillWanted.has(key)),
  )
  for (const outcome of outcomes) {
    const { key, containerId } = outcome.action
    // What was detached again is wanted again at once.
    if (outcome.kind !== 'failed' && outcome.kind !== 'unverified') {
      delete backoffs[key]
      continue
    }
    const attempts = (state.backoffs[key]?.attempts ?? 0) + 1
    const attachment = look.attachments.find(a => a.key === key && a.container?.id === containerId)
    backoffs[key] = {
      attempts,
      until: now + backoffDelay(attempts, random()),
      fingerprint: attachment === undefined ? '' : fingerprintOf(attachment),
      code: outcome.kind === 'failed' ? outcome.code : null,
      error: outcome.error,
    }
  }
  return { ...state, backoffs }
}

/**
 * The engine said yes, and a moment later the entry is not even there: it was attached, and somebody took it away again
 * before we could look. Marked as attached, so that the look is judged as the detach it is.
 */
export function withDetachedAgain(state: State, attempts: readonly Attempt[], look: Observation, now: number): State {
  let marked = state
  for (const { action, error } of attempts) {
    if (error !== null || action.effect !== 'now') continue
    const attachment = look.attachments.find(a => a.key === action.key && a.container?.id === action.containerId)
    if (attachment?.container == null || attachment.network.kind !== 'found') continue
    if (entryFor(attachment.container, attachment.network.network) !== undefined) continue
    marked = withContainer(marked, action.key, action.containerId, {
      attached: true,
      attachedAt: now,
      networkId: action.networkId,
      lost: null,
    })
  }
  return marked
}

/** What is pending after this pass: what its outcomes ask for, and proofs that were pending before. */
export function pendingFollowUps(
  outcomes: readonly Outcome[],
  look: Observation,
  notebook: Notebook,
): readonly FollowUp[] {
  const following = outcomes.flatMap(outcome => {
    const { key, containerId } = outcome.action
    const attachment = look.attachments.find(a => a.key === key)
    if (attachment === undefined || attachment.network.kind !== 'found') return []
    const { rule, network } = attachment
    // It outlives the process.
    if (outcome.kind === 'verified' && hasTargets(rule))
      notebook.update(m => withContainer(m, key, containerId, { unproven: 0 }))
    return followUpOf(outcome, rule, network.network) ?? []
  })
  const pending = provableIn(look).filter(
    ({ key, containerId }) =>
      (notebook.state.attachments[key]?.seen[containerId]?.unproven ?? null) !== null &&
      !following.some(f => f.key === key && f.containerId === containerId),
  )
  return [...following, ...pending]
}

/** All that is attached and could be proven from inside: its rule asks for it, and its container runs. */
export function provableIn(look: Observation): readonly FollowUp[] {
  const asking = look.attachments.filter(a => hasTargets(a.rule))
  if (asking.length === 0) return []
  const satisfied = new Set(look.plan.satisfied.map(s => `${s.key} ${s.containerId}`))
  return asking.flatMap(({ key, identity, container, network: found, label, rule }) => {
    if (container?.status !== 'running' || found.kind !== 'found' || !satisfied.has(`${key} ${container.id}`)) return []
    const { network } = found
    return {
      ...{ key, identity, containerId: container.id, container: label },
      ...{ network: network.name, joined: network, rule, action: null },
    }
  })
}

/** When a pass wants to be called next. */
export interface NextPass {
  /** A full one, at this time in milliseconds since the epoch; null: nothing is due by itself. */
  readonly at: number | null
  /** Containers to look at again at once: they were detached again before that could be verified. */
  readonly now: readonly string[]
}

export function nextPass(plan: Plan, outcomes: readonly Outcome[], state: State): NextPass {
  const due = [...plan.skipped.flatMap(s => s.until ?? []), ...Object.values(state.backoffs).map(b => b.until)]
  return {
    at: least(due),
    now: outcomes.filter(o => o.kind === 'detached-again').map(o => o.action.containerId),
  }
}

const RETRY_MIN = 250
const RETRY_MAX = 5_000

/** @param failures passes in a row that could not see the engine */
export function retryAfter(failures: number, now: number, random: number): NextPass {
  return { at: now + backoffDelay(failures, random, RETRY_MIN, RETRY_MAX), now: [] }
}

/** The pass could not see. Nothing is concluded about any container. */
export function withFailure(
  state: State,
  error: NethealError,
  now: number,
  mode: 'daemon' | 'once',
  pid: number,
): State {
  const lastPass = { at: now, ok: false, error: error.message, mode, pid }
  return { ...state, passes: state.passes + 1, lastPass }
}
