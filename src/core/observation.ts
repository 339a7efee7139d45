// What a look leaves in the state: who was attached, since when, and what was lost.

import { lastingAliases } from './alias.ts'
import { type Attachment, entryFor, networkLabel } from './attachment.ts'
import { holds } from './detach.ts'
import { bridgeTrouble, evidenceOf, proofAfter } from './evidence.ts'
import type { Examination } from './examination.ts'
import { isDeployment } from './identity.ts'
import type { Plan } from './plan.ts'
import type { Unreachable } from './proof.ts'
import { type Standing, standingsOf, worst } from './standing.ts'
import { engineStartsAfter, restartsAtStart, startsAfter } from './starts.ts'
import {
  type AttachmentState,
  type Deployment,
  type Detach,
  KEPT_DETACHES,
  type ObservedContainer,
  type State,
} from './state.ts'
import { matchedAfter, unmatchedIn } from './unmatched.ts'
import { type Endpoint, isUp, type Network, type World } from './world.ts'

export interface Observation {
  readonly attachments: readonly Attachment[]
  readonly world: World
  readonly plan: Plan
}

/** The state with this look, and the detaches that it showed, taken in. */
export function withObservation(state: State, look: Observation, detaches: readonly Detach[], now: number): State {
  const standings = standingsOf(look.plan)
  const known = amended(state, look)
  const history = detaches.length === 0 ? known : [...known, ...detaches].slice(-KEPT_DETACHES)
  // Of what was known before, each attachment has its last one already.
  const last = new Map((known === state.detaches ? detaches : history).map(d => [d.key, d]))
  const groups = Map.groupBy(look.attachments, a => a.key)
  const present = new Set(look.world.containers.map(c => c.id))
  const attachments: Record<string, AttachmentState> = { ...state.attachments }
  for (const [key, group] of groups) {
    const before = state.attachments[key]
    const after = stateOf(key, group, before, present, standings.get(key) ?? [], detaches, look.world.examined, now)
    attachments[key] = withLast(after, before === undefined ? history.findLast(d => d.key === key) : last.get(key))
  }
  for (const [key, before] of Object.entries(state.attachments)) {
    if (groups.has(key)) continue
    // No rule asks for it any more, or its identity has no container left: the history stays, the state goes.
    if (isForgotten(before, now)) delete attachments[key]
    else attachments[key] = withLast(orphaned(before, present, now), last.get(key))
  }
  const matched = matchedAfter(state, look.attachments)
  return {
    ...state,
    attachments,
    matched,
    unmatched: unmatchedIn(look.attachments, { matched, attachments }, look.world),
    detaches: history,
    starts: startsAfter(state, look.attachments, look.world.engineStartedAt, now),
    engineStarts: engineStartsAfter(state.engineStarts, look.world.engineStartedAt, now),
    deployments: deploymentsAfter(state.deployments, look.world, now),
  }
}

/** What `detaches` no longer holds is kept. */
function withLast(after: AttachmentState, last: Detach | undefined): AttachmentState {
  const known = after.lastDetach
  if (last === undefined || (known?.at === last.at && known.cause === last.cause)) return after
  return { ...after, lastDetach: { at: last.at, cause: last.cause } }
}

function stateOf(
  key: string,
  group: readonly Attachment[],
  before: AttachmentState | undefined,
  present: ReadonlySet<string>,
  standings: readonly Standing[],
  detaches: readonly Detach[],
  examined: Examination,
  now: number,
): AttachmentState {
  const seen: Record<string, ObservedContainer> = { ...before?.seen }
  for (const attachment of group) {
    const { container } = attachment
    if (container === null) continue
    const loss = detaches.find(d => d.key === key && d.evidence.containerId === container.id)
    seen[container.id] = containerState(attachment, container, seen[container.id], loss, examined, now)
  }
  const first = group[0]
  const state = worst(standings, seen)
  return {
    container: first?.label ?? before?.container ?? key,
    network: first === undefined ? (before?.network ?? '') : networkLabel(first),
    wanted: true,
    state,
    since: before !== undefined && before.state === state ? before.since : now,
    lastDetach: before?.lastDetach ?? null,
    reported: before?.reported ?? null,
    seen: pruned(seen, present),
  }
}

function containerState(
  attachment: Attachment,
  container: NonNullable<Attachment['container']>,
  before: ObservedContainer | undefined,
  loss: Detach | undefined,
  examined: Examination,
  now: number,
): ObservedContainer {
  const network = attachment.network.kind === 'found' ? attachment.network.network : null
  const entry = network === null ? undefined : entryFor(container, network)
  const attached = holds(attachment, container)
  // A stopped container whose network cannot be found keeps what was known: nothing is lost until it is judged lost.
  const still = attached || (loss === undefined && before?.attached === true)
  return {
    name: container.name,
    createdAt: container.createdAt,
    networkId: attached && network !== null ? network.id : (before?.networkId ?? network?.id ?? ''),
    networkName: network?.name ?? before?.networkName ?? networkLabel(attachment),
    endpointId: entry?.endpointId ?? '',
    attached: still,
    attachedAt: attached ? now : (before?.attachedAt ?? null),
    startedAt: container.run?.startedAt ?? before?.startedAt ?? null,
    restartCount: restartsAtStart(container, before),
    aliases: attached
      ? (lastingAliases(entry?.aliases ?? null, container.name) ?? before?.aliases ?? null)
      : (before?.aliases ?? null),
    settings: (attached ? entry?.settings : null) ?? before?.settings ?? null,
    lost: attached
      ? null
      : (loss?.cause ?? (isRecreated(attachment, before) ? 'network-recreated' : (before?.lost ?? null))),
    unproven: before?.unproven ?? null,
    reattached: before?.reattached ?? null,
    takenOff: attached || loss !== undefined ? null : (before?.takenOff ?? null),
    // They are of an endpoint, and go with it.
    asked: attached && entry?.endpointId === before?.endpointId ? (before?.asked ?? null) : null,
    ...(attached && network !== null && entry !== undefined && isUp(container.status)
      ? provenOf(container.id, entry, network, entry.endpointId === before?.endpointId ? before : undefined)
      : {
          proof: null,
          unreachable: isUp(container.status) ? stillUnreachable(attachment, before?.unreachable) : null,
        }),
  }

  function provenOf(id: string, on: Endpoint, target: Network, same: ObservedContainer | undefined) {
    const trouble = bridgeTrouble(target, examined)
    if (trouble !== null) {
      const since = same?.unreachable?.reason === 'bridge-missing' ? same.unreachable.since : now
      return { proof: null, unreachable: { reason: 'bridge-missing' as const, ...trouble, since } }
    }
    return {
      proof: proofAfter(same?.proof ?? null, evidenceOf(id, on, target, examined)),
      unreachable: stillUnreachable(attachment, before?.unreachable),
    }
  }
}

/**
 * What was wrong stays so until it is asked again, also by another endpoint: one incident, however often it is repaired meanwhile.
 * Where the rule names nothing any more, nobody asks again.
 */
function stillUnreachable({ rule }: Attachment, before: Unreachable | null | undefined): Unreachable | null {
  if (before?.reason === 'bridge-missing') return null
  if (rule.resolve.length > 0 || rule.reach.length > 0) return before ?? null
  return null
}

/**
 * It was lost, and since then the network has been made anew: one incident, and this is its cause (docs/design.md,
 * "Detaches and their causes").
 */
function isRecreated(attachment: Attachment, before: ObservedContainer | undefined): boolean {
  if (before === undefined || before.lost === null || before.lost === 'replaced') return false
  return attachment.network.kind === 'found' && attachment.network.network.id !== before.networkId
}

/** The detaches so far, the last one of each container's attachment with its better cause. */
function amended(state: State, look: Observation): readonly Detach[] {
  let detaches = state.detaches
  for (const attachment of look.attachments) {
    const { key, container } = attachment
    if (container === null || !isRecreated(attachment, state.attachments[key]?.seen[container.id])) continue
    const last = detaches.findLastIndex(d => d.key === key && d.evidence.containerId === container.id)
    const detach = detaches[last]
    if (detach !== undefined) detaches = detaches.with(last, { ...detach, cause: 'network-recreated' })
  }
  return detaches
}

/**
 * Containers that are gone are dropped, but the newest attached one stays until a successor is known: it names the
 * cause.
 */
function pruned(
  seen: Readonly<Record<string, ObservedContainer>>,
  present: ReadonlySet<string>,
): Readonly<Record<string, ObservedContainer>> {
  const ids = Object.keys(seen)
  if (ids.length > 0 && ids.every(id => present.has(id))) return seen
  const alive = Object.entries(seen).filter(([id]) => present.has(id))
  if (alive.length > 0) return Object.fromEntries(alive)
  const ghost = Object.entries(seen).sort(([, a], [, b]) => b.createdAt - a.createdAt)[0]
  return ghost === undefined ? {} : { [ghost[0]]: ghost[1] }
}

/** A container that is there and has no business on the network any more loses nothing when it is taken off it. */
function orphaned(before: AttachmentState, present: ReadonlySet<string>, now: number): AttachmentState {
  const kept = pruned(before.seen, present)
  const isNews = Object.entries(kept).some(([id, c]) => present.has(id) && (c.attached || c.lost !== null))
  const seen = isNews
    ? Object.fromEntries(
        Object.entries(kept).map(([id, c]) => [id, present.has(id) ? { ...c, attached: false, lost: null } : c]),
      )
    : kept
  return before.wanted ? { ...before, seen, wanted: false, state: 'missing', since: now } : { ...before, seen }
}

const THIRTY_DAYS = 30 * 86_400_000

/** Nobody has asked for it for a month. */
function isForgotten(attachment: AttachmentState, now: number): boolean {
  return !attachment.wanted && now - attachment.since > THIRTY_DAYS
}

const DAY = 86_400_000

function deploymentsAfter(before: readonly Deployment[], world: World, now: number): readonly Deployment[] {
  const running = world.containers.filter(isDeployment)
  const ids = new Set(running.map(c => c.name))
  return [
    ...before.filter(d => now - d.lastSeen < DAY).map(d => (ids.has(d.id) ? { ...d, lastSeen: now } : d)),
    ...running
      .filter(c => !before.some(d => d.id === c.name))
      .map(c => ({ id: c.name, firstSeen: Math.min(now, c.createdAt), lastSeen: now })),
  ].slice(-50)
}
