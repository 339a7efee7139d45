// A value that is costly to make, made once for all who ask for it within a while.
import type { Clock } from '../heal/ports.ts'

/** Of the time that passes, so much at most is spent on making it: one part in `SHARE`. */
const SHARE = 20

/** Milliseconds. However long it took to make: a machine that was busy once must not serve what is old. */
const LONGEST = 30_000

/**
 * Those who ask while it is made get the same one. It is kept for `least` milliseconds, and longer where making it took
 * long, so that somebody who asks all the time costs little. A failure is for those who asked, and is not kept.
 */
export function kept<T>(make: () => Promise<T>, clock: Pick<Clock, 'monotonic'>, least: number): () => Promise<T> {
  let making: Promise<T> | null = null
  let value: { readonly made: T; readonly until: number } | null = null
  const anew = async (): Promise<T> => {
    const begun = clock.monotonic()
    try {
      const made = await make()
      const now = clock.monotonic()
      value = { made, until: now + Math.max(least, Math.min(LONGEST, (now - begun) * (SHARE - 1))) }
      return made
    } finally {
      making = null
    }
  }
  return () => {
    if (value !== null && clock.monotonic() < value.until) return Promise.resolve(value.made)
    making ??= anew()
    return making
  }
}
