// When to try again: 1 s, 2 s, 4 s ... 5 min, each with jitter so that failures do not march in step.

export const MIN_BACKOFF = 1_000
export const MAX_BACKOFF = 300_000

/** Milliseconds to wait after the nth failure in a row (1 is the first). `random` in [0, 1) is the caller's. */
export function backoffDelay(attempts: number, random: number, min = MIN_BACKOFF, max = MAX_BACKOFF): number {
  const full = Math.min(max, min * 2 ** Math.min(attempts - 1, 30))
  return Math.round(full / 2 + (full / 2) * random)
}
