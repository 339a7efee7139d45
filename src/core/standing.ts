// Where each attachment stands: by the plan, and by what is known of what it reaches.
import type { SkippedReason } from './action.ts'
import type { Plan } from './plan.ts'
import {
  type AttachmentState,
  type AttachmentStatus,
  type ObservedContainer,
  type State,
  withContainer,
} from './state.ts'

/** What the plan says of one container's side of an attachment. */
export interface Standing {
  readonly status: AttachmentStatus
  /** Of what is attached; null for the rest. */
  readonly containerId: string | null
}

const WAITING: readonly SkippedReason[] = ['waiting-for-start', 'nobody-there', 'network-removed']

/** By the attachment's key; a key has several while old and new container run side by side. */
export function standingsOf(plan: Plan): ReadonlyMap<string, readonly Standing[]> {
  const standings = new Map<string, Standing[]>()
  const add = (key: string, status: AttachmentStatus, containerId: string | null = null): void => {
    const known = standings.get(key)
    if (known === undefined) standings.set(key, [{ status, containerId }])
    else known.push({ status, containerId })
  }
  for (const action of plan.actions) {
    add(action.key, action.kind === 'repair' && action.effect === 'at-next-start' ? 'stopped' : 'detached')
  }
  for (const item of plan.blocked) {
    if (item.attached === null) add(item.key, 'blocked')
    else add(item.key, 'attached', item.attached)
  }
  for (const item of plan.satisfied) add(item.key, 'attached', item.containerId)
  for (const item of plan.skipped) {
    if (item.reason === 'container-missing') add(item.key, 'missing')
    else if (item.reason === 'not-running') add(item.key, 'stopped')
    else if (WAITING.includes(item.reason)) add(item.key, 'waiting')
    else add(item.key, 'detached')
  }
  return standings
}

/** Attached, and known not to reach what it is attached for, is a status of its own. */
function statusOf({ status, containerId }: Standing, seen: AttachmentState['seen']): AttachmentStatus {
  if (status !== 'attached' || containerId === null) return status
  return (seen[containerId]?.unreachable ?? null) === null ? 'attached' : 'unreachable'
}

/**
 * What a proof has shown of one container's side of an attachment. A proof ends beside the passes, so the attachment's status
 * follows here, too.
 */
export function withProof(
  state: State,
  key: string,
  containerId: string,
  change: Partial<Pick<ObservedContainer, 'proof' | 'unreachable' | 'unproven' | 'asked' | 'reattached'>>,
  now: number,
): State {
  const changed = withContainer(state, key, containerId, change)
  const attachment = changed.attachments[key]
  if (attachment === undefined || (attachment.state !== 'attached' && attachment.state !== 'unreachable'))
    return changed
  const isUnreachable = Object.values(attachment.seen).some(c => c.attached && c.unreachable !== null)
  const status = isUnreachable ? 'unreachable' : 'attached'
  if (status === attachment.state) return changed
  return { ...changed, attachments: { ...changed.attachments, [key]: { ...attachment, state: status, since: now } } }
}

const BY_WEIGHT: readonly AttachmentStatus[] = [
  'detached',
  'blocked',
  'unreachable',
  'waiting',
  'attached',
  'stopped',
  'missing',
]

/** Of old and new container under one identity, the one that matters: a live one before a stopped one, a lost one first. */
export function worst(standings: readonly Standing[], seen: AttachmentState['seen']): AttachmentStatus {
  const states = standings.map(s => statusOf(s, seen))
  return BY_WEIGHT.find(state => states.includes(state)) ?? 'missing'
}
