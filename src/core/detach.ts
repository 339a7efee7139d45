// Detaches: an attachment that was there is gone, and why (docs/design.md, "Detaches and their causes"). Judged from
// what was seen before and after, never from events: a stop, a crash and a restart send the same events as a detach,
// but leave the entry.

import { type Attachment, entryFor, networkLabel } from './attachment.ts'
import type { DetachCause } from './cause.ts'
import { deploymentOf } from './deployment.ts'
import { isEachRule } from './each-network.ts'
import { failedToStart } from './failed-start.ts'
import { isCoolify } from './identity.ts'
import type { Detach, ObservedContainer, State } from './state.ts'
import { type Container, isUp, type World } from './world.ts'

/**
 * The detaches that this look shows and no earlier one did. Call it before the state takes the look in.
 * @param happened when it happened that a network was taken away, by the id of the container or the network (heal/loss-times.ts)
 */
export function findDetaches(
  attachments: readonly Attachment[],
  world: World,
  state: State,
  now: number,
  happened: ReadonlyMap<string, readonly number[]> = NOTHING,
): readonly Detach[] {
  return attachments.flatMap(attachment => {
    const { container } = attachment
    if (container === null) return []
    const seen = state.attachments[attachment.key]?.seen ?? {}
    const found = lossOf(attachment, container, seen, world)
    if (found === null) return []
    const { cause, before, previousId } = found
    return [
      {
        key: attachment.key,
        container: attachment.label,
        network: attachment.network.kind === 'found' ? networkLabel(attachment) : before.networkName,
        at: now,
        cause,
        evidence: {
          containerId: container.id,
          previousId,
          networkId: attachment.network.kind === 'found' ? attachment.network.network.id : null,
          previousNetworkId: before.networkId,
          lastAttachedAt: before.attachedAt,
          lostAt: momentOf(found, container, happened, now),
          startedAt: container.run?.startedAt ?? null,
          exitCode: container.run?.exitCode ?? null,
          coolify: isCoolify(container),
          // None disconnects anything: the same container without its network is somebody else's work.
          deployment: previousId === null ? null : deploymentOf(container, state.deployments, world),
        },
        excused: null,
      },
    ]
  })
}

const NOTHING: ReadonlyMap<string, readonly number[]> = new Map()

/** A new container was without it from its start on; one that has not started yet has missed nothing. */
function momentOf(
  { cause, before }: Loss,
  { id, run }: Container,
  happened: ReadonlyMap<string, readonly number[]>,
  now: number,
): number | null {
  if (cause === 'replaced') return run === null ? null : Math.min(now, run.startedAt ?? now)
  return before.takenOff !== null ? before.takenOff.lostAt : takenAt(before, id, happened, now)
}

/** When a container was taken off its network, by the event stream; null: not known. */
export function takenAt(
  before: ObservedContainer,
  id: string,
  happened: ReadonlyMap<string, readonly number[]>,
  now: number,
): number | null {
  // One from before it was last seen attached is of a loss before. The event may also come a moment after the look began.
  const first = (of: string): number | undefined => happened.get(of)?.find(at => at >= (before.attachedAt ?? 0))
  const at = first(id) ?? first(before.networkId)
  return at === undefined ? null : Math.min(at, now)
}

interface Loss {
  readonly cause: DetachCause
  readonly before: ObservedContainer
  readonly previousId: string | null
}

function lossOf(
  attachment: Attachment,
  container: Container,
  seen: Readonly<Record<string, ObservedContainer>>,
  world: World,
): Loss | null {
  const own = seen[container.id]
  if (own !== undefined) {
    if (!own.attached) return null
    const cause = lossOfSame(attachment, container, own, world)
    return cause === null ? null : { cause, before: own, previousId: null }
  }
  if (holds(attachment, container)) return null
  const before = predecessor(container, seen)
  return before === null ? null : { cause: 'replaced', before: before.seen, previousId: before.id }
}

/** The same container as before. Its entry is what counts, whether it runs or not. */
function lossOfSame(
  attachment: Attachment,
  container: Container,
  own: ObservedContainer,
  world: World,
): DetachCause | null {
  if (attachment.network.kind !== 'found') {
    if (!world.networks.some(n => n.id === own.networkId)) return 'network-removed'
    if (!entryGone(container, own)) return null
    return failedToStart(container) ? 'start-failed' : 'explicit'
  }
  const { network } = attachment.network
  if (network.id !== own.networkId) {
    // The rule's network is another one now; if the container is on it, or joins it at its start, nothing was lost. Under
    // `ofEach` each network is there for its own containers: another one is another deployment's, not the old one that was lost.
    return holds(attachment, container) || isEachRule(attachment.origin) ? null : 'network-recreated'
  }
  const entry = entryFor(container, network)
  if (entry === undefined) return failedToStart(container) ? 'start-failed' : 'explicit'
  const running = isUp(container.status)
  return running && entry.endpointId === '' ? 'explicit' : null
}

function entryGone(container: Container, own: ObservedContainer): boolean {
  return !container.endpoints.some(e => e.networkId === own.networkId || e.network === own.networkName)
}

/** Is it attached, or will it be at its start? A network that cannot be found holds nobody. */
export function holds(attachment: Attachment, container: Container): boolean {
  if (attachment.network.kind !== 'found') return false
  const { network } = attachment.network
  const entry = entryFor(container, network)
  if (entry === undefined) return false
  const running = isUp(container.status)
  if (running) return entry.networkId === network.id && entry.endpointId !== ''
  return entry.networkId === network.id || entry.networkId === ''
}

/** The newest container of this identity that was attached and is not younger than this one. */
function predecessor(
  container: Container,
  seen: Readonly<Record<string, ObservedContainer>>,
): { id: string; seen: ObservedContainer } | null {
  const before = Object.entries(seen)
    .map(([id, s]) => ({ id, seen: s }))
    // A list tells the creation in whole seconds.
    .filter(b => b.seen.attached && Math.floor(b.seen.createdAt / 1000) <= Math.ceil(container.createdAt / 1000))
    .sort((a, b) => b.seen.createdAt - a.seen.createdAt)
  return before[0] ?? null
}
