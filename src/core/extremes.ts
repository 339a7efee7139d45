// The greatest and the least of a list of any length: as arguments of Math.max more than some 100,000 overflow the stack.

/** At least `floor`. */
export function greatest(values: Iterable<number>, floor: number): number {
  let most = floor
  for (const value of values) if (value > most) most = value
  return most
}

/** Null of none. */
export function least(values: Iterable<number>): number | null {
  let found: number | null = null
  for (const value of values) if (found === null || value < found) found = value
  return found
}
