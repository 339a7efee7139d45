// What a benchmark says: rows of the table, each some lines, each line one figure against another of the same
// run, with the spread of their ratio and the budget's verdict. Data only.
import type { Spread } from './statistics.ts'

export type Unit = 'ms' | 's a day' | 'MiB' | 'calls' | 'heals' | '%'

export interface Figure {
  readonly value: number
  readonly unit: Unit
}

export type Verdict =
  | { readonly kind: 'met' | 'not met'; readonly budget: string }
  /** Nothing was promised about it. */
  | { readonly kind: 'no budget' }

export interface Line {
  readonly what: string
  readonly measured: Figure
  readonly against: { readonly what: string; readonly figure: Figure }
  /** `measured` to `against`, by pairs, rounds or blocks of this run; all three the same where there was one of it. */
  readonly ratio: Spread
  /** How many were measured of each. */
  readonly runs: number
  readonly verdict: Verdict
}

/** A row of the table, by its number in the documentation. */
export interface RowName {
  readonly number: number
  readonly title: string
}

export interface Measured {
  readonly lines: readonly Line[]
  /** What a reader must know to read the figures: which program, what was counted, what was odd. */
  readonly notes: readonly string[]
}

export type RowResult =
  | ({ readonly kind: 'measured'; readonly row: RowName; readonly seconds: number } & Measured)
  /** It needs something that is not here. */
  | { readonly kind: 'not run'; readonly row: RowName; readonly why: string }
  /** It failed: a fault of the benchmark or of netheal. */
  | { readonly kind: 'broken'; readonly row: RowName; readonly why: string }
