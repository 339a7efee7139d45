/**
 * What the global setup hands to every test file: the real engine to test against, or why there is none.
 * Read it with `inject('engine')` from vitest, or better through real-engine.ts.
 */

/** A running Docker Engine that tests may use; plain data, because it crosses from vitest's process to its workers. */
export interface ProvidedEngine {
  readonly socketPath: string
  /** An image with a busybox in it, already there: nothing is ever pulled. */
  readonly image: string
  readonly version: string
  readonly apiVersion: string
  /** The engine's data folder, or null for an engine that somebody else runs. */
  readonly dataRoot: string | null
}

declare module 'vitest' {
  export interface ProvidedContext {
    engine: ProvidedEngine | null
    /** Why `engine` is null, in words for the operator; null when there is an engine. */
    engineAbsence: string | null
    /** Why tests cannot start engines of their own (private-engine.ts), or null when they can. */
    privateEngineAbsence: string | null
  }
}
