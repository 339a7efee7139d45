// What a pass leaves behind for the next one: back-offs, owed proofs, and the mark of a pass that failed. Memory in, memory out.
import { entryFor } from '../core/attachment.ts'
import { backoffDelay } from '../core/backoff.ts'
import type { NethealError } from '../core/errors.ts'
import { type Backoff, type Memory, withSeen } from '../core/memory.ts'
import type { Attempt, Outcome } from '../core/outcome.ts'
import type { Look } from '../core/remember.ts'
import { fingerprintOf } from '../core/restraint.ts'
import { withFailedPass } from '../core/tally.ts'
import { type Aftercare, aftercareOf } from './aftercare.ts'
import type { Notebook } from './notebook.ts'

/** A failure backs off by itself; a success, and an attachment that nobody wants any more, is forgotten. */
export function withBackoffs(
  memory: Memory,
  outcomes: readonly Outcome[],
  look: Look,
  random: () => number,
  now: number,
): Memory {
  if (outcomes.length === 0 && Object.keys(memory.backoffs).length === 0) return memory
  const standing = new Set(
    [...look.plan.actions, ...look.plan.skipped.filter(s => s.reason === 'backing-off')].map(i => i.key),
  )
  const backoffs: Record<string, Backoff> = Object.fromEntries(
    Object.entries(memory.backoffs).filter(([key]) => standing.has(key)),
  )
  for (const outcome of outcomes) {
    const { key, containerId } = outcome.action
    // What was taken away at once is wanted again at once.
    if (outcome.kind === 'verified' || outcome.waiting || outcome.gone || outcome.taken) {
      delete backoffs[key]
      continue
    }
    const attempts = (memory.backoffs[key]?.attempts ?? 0) + 1
    const attachment = look.attachments.find(a => a.key === key && a.container?.id === containerId)
    backoffs[key] = {
      attempts,
      until: now + backoffDelay(attempts, random()),
      fingerprint: attachment === undefined ? '' : fingerprintOf(attachment),
    }
  }
  return { ...memory, backoffs }
}

/**
 * The engine said yes, and a moment later the entry is not even there: it was attached, and somebody took it away again
 * before we could look. Marked as attached, so that the look is judged as the detach it is.
 */
export function markedTaken(memory: Memory, attempts: readonly Attempt[], look: Look, now: number): Memory {
  let marked = memory
  for (const { action, error } of attempts) {
    if (error !== null || action.effect !== 'now') continue
    const attachment = look.attachments.find(a => a.key === action.key && a.container?.id === action.containerId)
    if (attachment?.container == null || attachment.network.kind !== 'found') continue
    if (entryFor(attachment.container, attachment.network.network) !== undefined) continue
    marked = withSeen(marked, action.key, action.containerId, {
      attached: true,
      attachedAt: now,
      networkId: action.networkId,
      lost: null,
    })
  }
  return marked
}

/** What is owed after this pass: the aftermath of its outcomes, and proofs that were owed before. */
export function owed(outcomes: readonly Outcome[], look: Look, notebook: Notebook): readonly Aftercare[] {
  const items: Aftercare[] = []
  for (const outcome of outcomes) {
    const { key, containerId, resolve } = outcome.action
    const rule = look.attachments.find(a => a.key === key)?.rule
    const item = rule === undefined ? null : aftercareOf(outcome, rule)
    if (item !== null) items.push(item)
    if (outcome.kind === 'verified' && resolve.length > 0) {
      notebook.update(m => withSeen(m, key, containerId, { unproven: 0 }))
    }
  }
  for (const { key, containerId, identity, container, network } of look.plan.satisfied) {
    if (items.some(i => i.key === key && i.containerId === containerId)) continue
    const attachment = look.attachments.find(a => a.key === key && a.container?.id === containerId)
    const unproven = notebook.memory.attachments[key]?.seen[containerId]?.unproven ?? null
    if (attachment === undefined || unproven === null || attachment.container?.status !== 'running') continue
    const { restart, resolve } = attachment.rule
    if (resolve.length > 0)
      items.push({ key, identity, containerId, container, network, policy: restart, resolve, action: null })
  }
  return items
}

/** The pass could not see. Nothing is concluded about any container. */
export function afterFailure(
  memory: Memory,
  error: NethealError,
  now: number,
  mode: 'daemon' | 'once',
  pid: number,
): Memory {
  return { ...withFailedPass(memory), lastPass: { at: now, ok: false, error: error.message, mode, pid } }
}
