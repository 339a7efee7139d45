// What a row is given: how much to measure, an engine if it asks for one, and when to stop.
import type { Counts } from './counts.ts'
import type { BenchEngine } from './engine.ts'
import type { Measured, RowName } from './line.ts'

export interface Context {
  readonly counts: Counts
  /** Aborts at SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** A line about what is going on, on stderr. */
  say(line: string): void
  /** The real engine, started at the first call. Throws CannotRun where there is none. */
  engine(): Promise<BenchEngine>
  /** The compose that is used, if the command line names one. */
  readonly compose: string | null
}

export interface Row extends RowName {
  /** One word, for the command line. */
  readonly name: string
  /** Throws CannotRun; whatever else it throws has broken it. Leaves nothing behind either way. */
  measure(context: Context): Promise<Measured>
}
