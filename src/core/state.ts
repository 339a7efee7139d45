// What the healer remembers from pass to pass and from process to process, as a value. Plain JSON. What people are told and
// what is counted are values of their own; record/state.ts keeps the three in one file.
import type { DetachCause, LoopKind, LoopSource } from './cause.ts'
import type { Connected } from './connected.ts'
import type { EndpointSettings } from './endpoint-settings.ts'
import type { SeenHost } from './examination.ts'
import type { Proof, Unreachable } from './proof.ts'

/** All times in milliseconds since the epoch. */
export interface State {
  /** How many passes have ended, whether or not they could see. */
  readonly passes: number
  readonly lastPass: LastPass | null
  /** By the attachment's key. */
  readonly attachments: Readonly<Record<string, AttachmentState>>
  /** The rules' selectors that have ever found a container, in words. */
  readonly matched: readonly string[]
  /** Those of the last look that never have. */
  readonly unmatched: readonly Unmatched[]
  /** Newest last, at most `KEPT_DETACHES`. */
  readonly detaches: readonly Detach[]
  readonly loops: readonly Loop[]
  /** Starts of a container that no policy made and netheal did not make, by container id. */
  readonly starts: Readonly<Record<string, Starts>>
  /** When the engine itself came up, in the last 24 h; what it starts then is in no `starts`. Oldest first. */
  readonly engineStarts: readonly number[]
  /** Restarts that netheal made or was about to make, by identity: counted before they happen. */
  readonly restarts: Readonly<Record<string, readonly number[]>>
  readonly backoffs: Readonly<Record<string, Backoff>>
  /** Coolify deployments seen lately, newest last. */
  readonly deployments: readonly Deployment[]
  /** What netheal itself has connected for rules with `leave`. */
  readonly connected: readonly Connected[]
  /** What could not be written down, or else needs the operator; said by `status`. */
  readonly problems: readonly string[]
  /** The UTC day (`2025-12-29`) whose heartbeat line is written. */
  readonly heartbeatDay: string | null
  /** The daemon that runs; null after a clean shutdown. Found at the start of another, it was a crash. */
  readonly daemon: { readonly pid: number; readonly since: number } | null
  /** Null: the engine's networks were never seen to be this host's. */
  readonly host: SeenHost | null
}

/** A selector that has never found a container. */
export interface Unmatched {
  /** In words. */
  readonly selector: string
  readonly network: string
  /** The nearest first, three at most; empty: nothing that runs is near. */
  readonly near: readonly NearContainer[]
}

export interface NearContainer {
  readonly container: string
  /** What would find it, as it is written in the config: `"pms-*"`, `{"coolify":"pms-backend"}`. */
  readonly selector: string
}

/** Times in milliseconds since the epoch; ids whole. */
export interface Evidence {
  readonly containerId: string
  /** The container that was attached before, for `replaced`. */
  readonly previousId: string | null
  readonly networkId: string | null
  readonly previousNetworkId: string
  readonly lastAttachedAt: number | null
  /** When it was lost, by an event or by the start of the new container; null: between `lastAttachedAt` and its being noticed. */
  readonly lostAt: number | null
  readonly startedAt: number | null
  readonly exitCode: number | null
  /** Coolify manages the container. */
  readonly coolify: boolean
  /** The uuid of a Coolify deployment that ran around then. */
  readonly deployment: string | null
}

export interface Detach {
  readonly key: string
  readonly container: string
  readonly network: string
  readonly at: number
  readonly cause: DetachCause
  readonly evidence: Evidence
  /** Why it makes up no loop (core/excuse.ts); null: it does. */
  readonly excused: 'deploy' | 'pause' | null
}

/** Times and spans in milliseconds. */
export interface Loop {
  /** The attachment's key, or the container's id for a restart loop. */
  readonly key: string
  readonly kind: LoopKind
  readonly container: string
  /** Null for a restart loop: it is about no network. */
  readonly network: string | null
  /** The dominant cause of the detaches; `restarted` for a restart loop. */
  readonly cause: DetachCause | 'restarted'
  readonly source: LoopSource
  readonly count: number
  /** The first of them. */
  readonly since: number
  readonly last: number
  /** The rhythm; null where there is none. */
  readonly every: number | null
}

export const KEPT_DETACHES = 500

export interface LastPass {
  readonly at: number
  readonly ok: boolean
  /** What made it fail, null for ok. */
  readonly error: string | null
  readonly mode: 'daemon' | 'once'
  readonly pid: number
}

export const ATTACHMENT_STATUSES = [
  'attached',
  'unreachable',
  'detached',
  'waiting',
  'blocked',
  'stopped',
  'missing',
] as const
export type AttachmentStatus = (typeof ATTACHMENT_STATUSES)[number]

export interface AttachmentState {
  readonly container: string
  readonly network: string
  /** A rule asks for it now. What no rule asks for keeps its history for a while, and is shown nowhere. */
  readonly wanted: boolean
  readonly state: AttachmentStatus
  /** Since when it is in this state. */
  readonly since: number
  readonly lastDetach: { readonly at: number; readonly cause: DetachCause } | null
  /** The problem that was last written down for it, so that it is written once. */
  readonly reported: string | null
  /** By container id: each that was seen under this identity, and the last one that is gone. */
  readonly seen: Readonly<Record<string, ObservedContainer>>
}

/** One container's side of an attachment, as last seen. */
export interface ObservedContainer {
  readonly name: string
  readonly createdAt: number
  readonly networkId: string
  readonly networkName: string
  readonly endpointId: string
  readonly attached: boolean
  /** Last time it was seen attached, null for never. */
  readonly attachedAt: number | null
  /** Null: not known (only a list was seen). */
  readonly startedAt: number | null
  readonly restartCount: number | null
  readonly aliases: readonly string[] | null
  /** What its endpoint was asked to be; null: not known. */
  readonly settings: EndpointSettings | null
  /** The cause of the loss that is not healed yet. */
  readonly lost: DetachCause | null
  /** Proof that the rule's names resolve: how often it was tried without success; null: nothing to prove. */
  readonly unproven: number | null
  /** The highest rung that was proven for this endpoint; null: none but its entry. */
  readonly proof: Proof | null
  /** What it cannot reach although it is attached; null: nothing is known to be wrong. */
  readonly unreachable: Unreachable | null
  /** The last time that it was tried to prove this endpoint from inside the container; null: never. */
  readonly asked: Asked | null
  /** How often it was attached anew because it was unreachable, and when it may be again; null: it reaches what it must. */
  readonly reattached: { readonly attempts: number; readonly until: number } | null
  /** It was taken off a network with nobody else on it, which is no loss yet (core/teardown.ts); null: it was not. */
  readonly takenOff: TakenOff | null
}

/** What is remembered of a container that was taken off a network with nobody else on it. Milliseconds since the epoch. */
export interface TakenOff {
  /** When it was noticed. */
  readonly since: number
  /** When it happened, by the event stream; null: not known. */
  readonly lostAt: number | null
  /** When who is on the network last changed, as far as was seen; and who was. */
  readonly changedAt: number
  readonly members: string
  /** The network was removed meanwhile: nothing was lost. */
  readonly removed: boolean
}

/** `doubt`: why that proved nothing, or not all of it, in words; null: it proved all. */
export interface Asked {
  readonly at: number
  readonly doubt: string | null
}

export interface Starts {
  readonly container: string
  readonly identity: string
  readonly times: readonly number[]
}

export interface Backoff {
  readonly attempts: number
  readonly until: number
  /** What the attachment looked like: when this changes it is tried again at once. */
  readonly fingerprint: string
  /** How it failed; null where the engine accepted it. */
  readonly code: string | null
  readonly error: string
}

export interface Deployment {
  readonly id: string
  readonly firstSeen: number
  readonly lastSeen: number
}

export const EMPTY_STATE: State = {
  passes: 0,
  lastPass: null,
  attachments: {},
  matched: [],
  unmatched: [],
  detaches: [],
  loops: [],
  starts: {},
  engineStarts: [],
  restarts: {},
  backoffs: {},
  deployments: [],
  connected: [],
  problems: [],
  heartbeatDay: null,
  daemon: null,
  host: null,
}

/**
 * Nothing remembered lies in the future: after the clock was set back, a cooldown or a window must not last for as long
 * as it was set back. Called once at the start of each pass.
 */
export function clampedTo(state: State, now: number): State {
  const past = (at: number): number => Math.min(at, now)
  const all = (times: readonly number[]): readonly number[] => times.map(past)
  const latest = [
    ...state.detaches.map(d => d.at),
    ...state.loops.flatMap(l => [l.since, l.last]),
    ...Object.values(state.starts).flatMap(s => s.times),
    ...state.engineStarts,
    ...Object.values(state.restarts).flat(),
    ...Object.values(state.attachments).map(a => a.since),
    ...state.deployments.map(d => d.lastSeen),
    ...(state.daemon === null ? [] : [state.daemon.since]),
  ]
  if (latest.every(at => at <= now)) return state
  return {
    ...state,
    detaches: state.detaches.map(d => ({ ...d, at: past(d.at) })),
    loops: state.loops.map(l => ({ ...l, since: past(l.since), last: past(l.last) })),
    starts: mapValues(state.starts, s => ({ ...s, times: all(s.times) })),
    engineStarts: all(state.engineStarts),
    restarts: mapValues(state.restarts, all),
    attachments: mapValues(state.attachments, a => ({ ...a, since: past(a.since) })),
    deployments: state.deployments.map(d => ({ ...d, firstSeen: past(d.firstSeen), lastSeen: past(d.lastSeen) })),
    daemon: state.daemon === null ? null : { ...state.daemon, since: past(state.daemon.since) },
  }
}

/** The record with each value replaced. */
export function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

/** The state with one container's side of an attachment changed; the same state if it is not known. */
export function withContainer(
  state: State,
  key: string,
  containerId: string,
  change: Partial<ObservedContainer>,
): State {
  const attachment = state.attachments[key]
  const seen = attachment?.seen[containerId]
  if (attachment === undefined || seen === undefined) return state
  const changed = { ...attachment, seen: { ...attachment.seen, [containerId]: { ...seen, ...change } } }
  return { ...state, attachments: { ...state.attachments, [key]: changed } }
}
