// What a pass leaves behind for the next one: back-offs, owed proofs, and the mark of a pass that failed. Memory in, memory out.
import { entryFor } from '../core/attachment.ts'
import { backoffDelay } from '../core/backoff.ts'
import type { NethealError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import type { Attempt, Outcome } from '../core/outcome.ts'
import { fingerprintOf } from '../core/restraint.ts'
import { type Backoff, type State, withContainer } from '../core/state.ts'
import { withFailedPass } from '../metrics/rules/tally.ts'
import { type FollowUp, followUpOf } from './follow-up.ts'
import type { Notebook } from './notebook.ts'

/** A failure backs off by itself; a success, and an attachment that nobody wants any more, is forgotten. */
export function withBackoffs(
  state: State,
  outcomes: readonly Outcome[],
  look: Observation,
  random: () => number,
  now: number,
): State {
  if (outcomes.length === 0 && Object.keys(state.backoffs).length === 0) return state
  const standing = new Set(
    [...look.plan.actions, ...look.plan.skipped.filter(s => s.reason === 'backing-off')].map(i => i.key),
  )
  const backoffs: Record<string, Backoff> = Object.fromEntries(
    Object.entries(state.backoffs).filter(([key]) => standing.has(key)),
  )
  for (const outcome of outcomes) {
    const { key, containerId } = outcome.action
    // What was taken away at once is wanted again at once.
    if (outcome.kind === 'verified' || outcome.waiting || outcome.gone || outcome.detachedAgain) {
      delete backoffs[key]
      continue
    }
    const attempts = (state.backoffs[key]?.attempts ?? 0) + 1
    const attachment = look.attachments.find(a => a.key === key && a.container?.id === containerId)
    backoffs[key] = {
      attempts,
      until: now + backoffDelay(attempts, random()),
      fingerprint: attachment === undefined ? '' : fingerprintOf(attachment),
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

/** What is owed after this pass: the aftermath of its outcomes, and proofs that were owed before. */
export function pendingFollowUps(
  outcomes: readonly Outcome[],
  look: Observation,
  notebook: Notebook,
): readonly FollowUp[] {
  const items: FollowUp[] = []
  for (const outcome of outcomes) {
    const { key, containerId, resolve } = outcome.action
    const rule = look.attachments.find(a => a.key === key)?.rule
    const item = rule === undefined ? null : followUpOf(outcome, rule)
    if (item !== null) items.push(item)
    if (outcome.kind === 'verified' && resolve.length > 0) {
      notebook.update(m => withContainer(m, key, containerId, { unproven: 0 }))
    }
  }
  for (const { key, containerId, identity, container, network } of look.plan.satisfied) {
    if (items.some(i => i.key === key && i.containerId === containerId)) continue
    const attachment = look.attachments.find(a => a.key === key && a.container?.id === containerId)
    const unproven = notebook.state.attachments[key]?.seen[containerId]?.unproven ?? null
    if (attachment === undefined || unproven === null || attachment.container?.status !== 'running') continue
    const { restart, resolve } = attachment.rule
    if (resolve.length > 0)
      items.push({ key, identity, containerId, container, network, policy: restart, resolve, action: null })
  }
  return items
}

/** The pass could not see. Nothing is concluded about any container. */
export function withFailure(
  state: State,
  error: NethealError,
  now: number,
  mode: 'daemon' | 'once',
  pid: number,
): State {
  return { ...withFailedPass(state), lastPass: { at: now, ok: false, error: error.message, mode, pid } }
}
