// What diagnosing needs from the world outside, in our own types, beside the ports of heal/. Read-only, all of it, but for
// `Engine.exec`, which runs what a rule's `resolve` or a configured probe says.
import type { EngineEvent } from '../heal/ports.ts'

/** A container as its inspect shows it, whole. Times in milliseconds since the epoch; null for "never". */
export interface ContainerDetails {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly status: string
  readonly running: boolean
  readonly exitCode: number
  /** State.Error: why the last start failed; empty for none. */
  readonly error: string
  readonly oomKilled: boolean
  readonly restartCount: number
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  readonly restartPolicy: string
  readonly labels: Readonly<Record<string, string>>
  /** Entrypoint and command, as they run. May hold secrets: searched for flags, never shown whole. */
  readonly argv: readonly string[]
  /** `json-file`, `local`, `journald`, `none`, ... */
  readonly logDriver: string
  /** Health.Status, null where the container has no health check. */
  readonly health: string | null
}

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

/** How a reading of a log ended. `whole`: to its end. */
export interface LogEnd {
  readonly end: 'whole' | 'limit'
  readonly bytes: number
}

/** An event with its time; from the engine's own short memory (256 events at most, none from before its start). */
export interface PastEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly event: EngineEvent
}

/** The engine, as diagnosing sees it. Each call has a deadline and throws the NethealErrors of heal/ports `Engine`. */
export interface Inspector {
  /** Null: no such container (any more). */
  details(container: string, signal: AbortSignal): Promise<ContainerDetails | null>
  /**
   * Both streams of the container's log, in the order in which the engine gives them, oldest first. `onLine` runs for each.
   * Throws NethealError `log-unreadable` for a log driver that cannot be read.
   */
  log(container: string, options: LogOptions, onLine: (line: LogLine) => void, signal: AbortSignal): Promise<LogEnd>
  /** What the engine still knows of events since then. */
  replay(since: number, until: number, signal: AbortSignal): Promise<readonly PastEvent[]>
}
