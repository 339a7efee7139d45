// What diagnosing needs from the world outside, in our own types, beside the ports of heal/. Read-only, all of it, but for
// `Engine.exec`, which runs what a rule's `resolve` or a configured probe says.

import type { Fault, Judgement, Targets } from '../core/judgement.ts'
import type { Resolution } from '../core/outcome.ts'
import type { Network, World } from '../core/world.ts'
import type { PastEvents } from '../heal/ports.ts'
import type { Mentions } from '../init/rules/evidence.ts'
import type { ContainerDetails } from './rules/details.ts'
import type { SocketHolder } from './rules/socket-holder.ts'

/** One line of a container's log. `text` is cut at `LogOptions.longestLine` characters; `cut` says so. */
export interface LogLine {
  readonly at: number
  readonly text: string
  readonly cut: boolean
}

export interface LogOptions {
  /** Milliseconds since the epoch: the engine is asked for what is younger (it knows whole and fractional seconds). */
  readonly since: number | null
  /** Characters. */
  readonly longestLine: number
  /** Bytes that are read at most; the rest is left, and the end says so. */
  readonly limit: number
}

/**
 * How a reading of a log ended. `whole`: to its end. `limit`: so many bytes, or the deadline; the newest lines were given all
 * the same, and the middle is left out.
 */
export interface LogEnd {
  readonly end: 'whole' | 'limit'
  readonly bytes: number
}

/** The engine, as diagnosing sees it. Each call has a deadline and throws the NethealErrors of heal/ports `Engine`. */
export interface Inspector extends PastEvents {
  /** Null: no such container (any more). */
  details(container: string, signal: AbortSignal): Promise<ContainerDetails | null>
  /**
   * Both streams of the container's log, in the order in which the engine gives them, oldest first. `onLine` runs for each.
   * Throws NethealError `log-unreadable` for a log driver that cannot be read.
   */
  log(container: string, options: LogOptions, onLine: (line: LogLine) => void, signal: AbortSignal): Promise<LogEnd>
  /** Running containers that hold the engine's socket, by name. */
  socketHolders(signal: AbortSignal): Promise<readonly SocketHolder[]>
}

/** Which of some words the environments and commands of containers hold; no value of an environment is ever told. */
export interface MentionsReader {
  /** By id; containers that are gone are left out. Throws as the calls of heal/ports do. */
  mentions(
    ids: readonly string[],
    words: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Mentions>>
}

/** Do these names resolve inside the container? Never throws an engine's no: it proves nothing, and says why. */
export type Prover = (
  containerId: string,
  names: readonly string[],
  signal: AbortSignal,
) => Promise<readonly Resolution[]>

/** Does it reach what it is attached for? What was asked inside, who is on the network, and what the two say. Never throws an engine's no. */
export type ReachProver = (
  containerId: string,
  network: Network,
  targets: Targets,
  world: World,
  signal: AbortSignal,
) => Promise<{
  readonly judgement: Judgement
  readonly faults: readonly Fault[]
  readonly resolutions: readonly Resolution[]
  readonly reached: readonly string[]
}>

/** A line of the engine's own log, at milliseconds since the epoch. Untrusted: shown printable. */
export interface JournalLine {
  readonly at: number
  readonly text: string
}

/** `cut`: there was more than could be read; the oldest lines are missing. */
export type JournalReading =
  | { readonly kind: 'read'; readonly lines: readonly JournalLine[]; readonly cut: boolean }
  /** Could not be read, and why: no journal, no permission. */
  | { readonly kind: 'unseen'; readonly why: string }

/** The log of this host's Docker Engine (journald). Never throws: what cannot be read is `unseen`. */
export interface EngineJournal {
  /** The lines since then that are about the engine's own start, or name one of these containers by its id, oldest first. */
  read(containers: readonly string[], since: number, signal: AbortSignal): Promise<JournalReading>
}

/** When a file of this host was last written, in milliseconds since the epoch. `missing`: there is no such file. */
export type FileTime =
  | { readonly kind: 'seen'; readonly modifiedAt: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unseen'; readonly why: string }

/** What files of this host tell by their times alone. Nothing is opened. Never throws. */
export interface HostFiles {
  modified(path: string, signal: AbortSignal): Promise<FileTime>
  /** When the engine was started, by its pid file; `unseen` or `missing` where that cannot be told. */
  engineStarted(signal: AbortSignal): Promise<FileTime>
}

/** A migration file of the application. */
export interface MigrationFile {
  readonly name: string
  /** Of its content, in lower case hexadecimal. */
  readonly sha256: string
}

/** The `*.sql` files of a folder, sorted by name. `unread`: those that are there and could not be read, and why. */
export type MigrationFolder =
  | {
      readonly kind: 'read'
      readonly files: readonly MigrationFile[]
      readonly unread: readonly { readonly name: string; readonly why: string }[]
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unseen'; readonly why: string }

/** Migration files on this host, bounded in number and size. Never throws: what cannot be read is said. */
export interface MigrationFiles {
  read(folder: string, signal: AbortSignal): Promise<MigrationFolder>
}
