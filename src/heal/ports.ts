// What healing needs from the world outside, in our own types. The adapters live in docker/, record/ and cli/.

import type { EndpointSettings } from '../core/endpoint-settings.ts'
import type { Entry } from '../core/entry.ts'
import type { NethealError } from '../core/errors.ts'
import type { BridgeState, NetworkDetail, SeenHost } from '../core/examination.ts'
import type { Intent } from '../core/intent.ts'
import type { FinishedPass } from '../core/outcome.ts'
import type { State } from '../core/state.ts'
import type { Container, Network, World } from '../core/world.ts'

/** `gatewayPriority` null: the engine is too old to be told (API before 1.48). */
export interface ConnectOptions extends EndpointSettings {
  readonly aliases: readonly string[]
}

/**
 * What a look at single containers found. `gone` holds the ids that no longer exist, `unseen` those whose inspect hangs
 * while the engine answers: one container that is stuck must not blind us for all others.
 */
export interface CloseLook {
  readonly containers: readonly Container[]
  readonly gone: readonly string[]
  readonly unseen: readonly string[]
  readonly networks: readonly Network[]
}

/** What came of a command inside a container. `missing`: the image has no such program. */
export type ExecResult =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'missing' }

/** A hint that something may have changed; never data to act on (docs/design.md, "Observing"). */
export type EngineEvent =
  | {
      readonly kind: 'container'
      readonly action: string
      readonly id: string
      readonly name: string
      readonly image: string
      readonly labels: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'network'
      readonly action: string
      readonly id: string
      readonly name: string
      /** The container of a connect or disconnect, null for the rest. */
      readonly containerId: string | null
    }

/** An event with its time; from the engine's own short memory (256 events at most, none from before its start). */
export interface PastEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly event: EngineEvent
}

export interface PastEvents {
  /** What the engine still knows of events since then, oldest first; times in milliseconds since the epoch. */
  replay(since: number, until: number, signal: AbortSignal): Promise<readonly PastEvent[]>
}

/** What this host shows of the engine's networks, where they are this host's. Reads only; never throws. */
export interface Wire {
  /** Each of these interfaces by its name; none where the engine's networks are not known to be this host's. */
  bridges(names: readonly string[]): ReadonlyMap<string, BridgeState>
  /** What a later process is to be opened with; null: the engine's networks are not known to be this host's. */
  seen(): SeenHost | null
  /**
   * Who answers for that address on that bridge. `nobody`: the host asked for it, and nobody has it. `unknown`: no answer
   * within `patience` milliseconds, or one that proves nothing.
   */
  probe(
    address: string,
    bridge: string,
    patience: number,
    signal: AbortSignal,
  ): Promise<'answers' | 'nobody' | 'unknown'>
}

export interface EngineInfo {
  readonly product: 'Docker' | 'Podman'
  /** What is not as with Docker, in one line; null where nothing is to be said. */
  readonly caveat: string | null
  readonly version: string
  /** The API version that is spoken, of those that both sides know. */
  readonly apiVersion: string
  /** The newest that the engine knows. */
  readonly newestApiVersion: string
  /** The newest version that netheal was tested on, where the engine's is newer; else null. */
  readonly newerThan: string | null
}

/**
 * The engine, as healing sees it. Every call has a deadline of its own and obeys `signal`.
 * Each throws NethealError with one of the codes that core/errors.ts has for the engine; docker/ alone makes them.
 */
export interface Engine {
  /** Agrees on an API version. Cheap to call again; asks anew after `forget`. */
  greet(signal: AbortSignal): Promise<EngineInfo>
  /** The engine may be another one now (it was restarted): agree on a version anew at the next call. */
  forget(): void
  /** Two calls, whatever the number of containers. Containers come without `run`. */
  lookAll(signal: AbortSignal): Promise<World>
  /**
   * One inspect a container, and the networks. `known`: the networks of whoever hears of each that comes or goes; then the
   * engine is asked for them only where a container is on another one.
   */
  lookAt(ids: readonly string[], signal: AbortSignal, known?: readonly Network[] | undefined): Promise<CloseLook>
  connect(networkId: string, containerId: string, options: ConnectOptions, signal: AbortSignal): Promise<void>
  /** Only ever called for an entry proven dead. `network` is the name of the entry. */
  disconnect(network: string, containerId: string, signal: AbortSignal): Promise<void>
  restart(containerId: string, signal: AbortSignal): Promise<void>
  start(containerId: string, signal: AbortSignal): Promise<void>
  exec(containerId: string, argv: readonly string[], signal: AbortSignal): Promise<ExecResult>
  /** Who is on a network by its own word; null: there is no such network any more, or the engine cannot tell (Podman). */
  inspectNetwork(networkId: string, signal: AbortSignal): Promise<NetworkDetail | null>
  /**
   * Whether the engine finds all interfaces that it gave a running container, by its statistics. False says neither which
   * one it misses nor whether it is still needed: one that was lost is missed until the container is started again.
   * Null: it cannot tell.
   */
  hasInterfaces(containerId: string, signal: AbortSignal): Promise<boolean | null>
  ping(signal: AbortSignal): Promise<void>
  /**
   * Opens the event stream, from a little before now (`now` in ms since the epoch). Resolves once the engine has answered.
   * `onEvent` runs as the bytes arrive and must return at once: an engine drops events for a slow reader, silently.
   */
  events(now: number, onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<EventStream>
}

export interface EventStream {
  /** Resolves when the stream ends, with what broke it, or null for a plain end. Never rejects. */
  readonly ended: Promise<NethealError | null>
}

/** Time, and the only way to wait. One file implements it (cli/clock.ts). */
export interface Clock {
  /** Milliseconds since the epoch; jumps when somebody sets the clock. */
  now(): number
  /** Milliseconds since some moment; never jumps. */
  monotonic(): number
  /** Resolves after that long, or at once when `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Calls `tick` at each time of the cron expression (in UTC) until `signal` aborts. */
  schedule(cron: string, tick: () => void, signal: AbortSignal): void
}

/** Each throws NethealError `record` when the disk does not take it; healing goes on. */
export interface ActionLog {
  /** The file is there ahead of its first line. */
  open(): Promise<void>
  /** On disk when it resolves. What could not be written is kept, bounded, and written first at the next call. */
  write(entries: readonly Entry[]): Promise<void>
}

export interface HeartbeatFile {
  /** Writes the line of this UTC day unless it has one. True if it wrote. */
  beat(now: number, verdict: { readonly well: boolean; readonly text: string }): Promise<boolean>
}

/** What is remembered, on disk. What others keep there is saved along with it. */
export interface StateStore {
  /** Atomic. `durable`: also flushed to the disk. */
  save(state: State, durable: boolean): Promise<void>
  /**
   * Writes down what a pass is about to act upon, before it acts: the next process has it if no `save` came after. `state`
   * is all of it, for where only that can be written.
   */
  writeIntent(intent: Intent, state: State): Promise<void>
}

/** Told of each pass before the state is saved, so that what is counted of it is saved with it. */
export interface PassCounter {
  finished(pass: FinishedPass): void
  /** It could not see the engine. */
  failed(): void
}

export interface PauseFile {
  /** Until when healing is paused, milliseconds since the epoch; null when it is not. */
  until(now: number): Promise<number | null>
}

/** The daemon's own log: a constant message and keys, each fact once. */
export interface Journal {
  info(keys: Record<string, unknown>, message: string): void
  warn(keys: Record<string, unknown>, message: string): void
  error(keys: Record<string, unknown>, message: string): void
}
