// What goes on inside of the containers: their main process, and the programs that an exec runs there. Nothing is ever run.
import type { SimContainer } from './container.ts'

export interface ProgramResult {
  readonly exitCode: number
  readonly output: string
}

export interface Inside {
  /** The main process has started. */
  begin(container: SimContainer): void
  /** The exit code that TERM ends it with; null: it ignores TERM. */
  onTerm(container: SimContainer): number | null
  /** Null: there is no such program. */
  run(container: SimContainer, argv: readonly string[]): ProgramResult | null
}

/** Processes that run until they are stopped, and no programs. */
export const QUIET: Inside = { begin: () => undefined, onTerm: () => 143, run: () => null }
