// Figures from samples: percentiles, and the spread of ratios between things measured in the same run. Pure; it models
// nothing and smooths nothing: every number that comes out is one that was measured, or a quotient of two.

/** The smallest, the middle and the largest of some values. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/**
 * The value that a share `q` (0 to 1) of all values does not exceed: the nearest rank, so one that was measured.
 * The 99th percentile of fewer than 100 values is their largest. Throws RangeError for no values.
 */
export function percentile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no values to take a percentile of')
  return value
}

/** The 50th percentile. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** Throws RangeError for no values. */
export function spreadOf(values: readonly number[]): Spread {
  return { min: percentile(values, 0), median: median(values), max: percentile(values, 1) }
}

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values to take a mean of')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The ratios of each pair: what was measured right beside each other. Throws RangeError for lists of different length. */
export function pairRatios(measured: readonly number[], against: readonly number[]): Spread {
  return spreadOf(paired(measured, against).map(([a, b]) => a / b))
}

/** What each exceeds its partner by. Throws RangeError for lists of different length. */
export function pairDifferences(measured: readonly number[], against: readonly number[]): number[] {
  return paired(measured, against).map(([a, b]) => a - b)
}

/**
 * How the ratio of two percentiles varies over the run: it is taken in each of (at most) so many consecutive blocks.
 * Pairs say nothing about a percentile: the worst of the one need not meet the worst of the other.
 */
export function blockRatios(
  measured: readonly number[],
  against: readonly number[],
  q: number,
  blocks: number,
): Spread {
  const pairs = paired(measured, against)
  const size = Math.max(1, Math.ceil(pairs.length / blocks))
  const ratios: number[] = []
  for (let from = 0; from < pairs.length; from += size) {
    const block = pairs.slice(from, from + size)
    const [a, b] = [block.map(pair => pair[0]), block.map(pair => pair[1])]
    ratios.push(percentile(a, q) / percentile(b, q))
  }
  return spreadOf(ratios)
}

function paired(measured: readonly number[], against: readonly number[]): (readonly [number, number])[] {
  if (measured.length !== against.length) {
    throw new RangeError(`${measured.length} values against ${against.length}: they are no pairs`)
  }
  return measured.map((value, i) => [value, against[i] ?? Number.NaN] as const)
}
