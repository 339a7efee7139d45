// Moments as Docker writes them: nanoseconds since the epoch, beyond what a JavaScript number holds exactly, so bigint.
// Also go-units' human spans of the Status texts. Pure.

/** Nanoseconds since the epoch; 0n is Go's zero time, "never". */
export type Instant = bigint

const billion = 1_000_000_000n

/** Hands out instants that never repeat, however many fall into one millisecond. */
export class InstantSource {
  readonly #now: () => number
  #last: Instant = 0n

  constructor(now: () => number) {
    this.#now = now
  }

  next(): Instant {
    const now = BigInt(Math.floor(this.#now())) * 1_000_000n
    this.#last = now > this.#last ? now : this.#last + 1n
    return this.#last
  }
}

/** `2026-11-24T07:15:44.392377548Z`; `0001-01-01T00:00:00Z` for never. */
export function rfc3339(instant: Instant): string {
  if (instant === 0n) return '0001-01-01T00:00:00Z'
  const fraction = String(instant % billion)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const seconds = new Date(Number(instant / billion) * 1000).toISOString().slice(0, 19)
  return fraction === '' ? `${seconds}Z` : `${seconds}.${fraction}Z`
}

export function secondsOf(instant: Instant): number {
  return Number(instant / billion)
}

/** `1795504544` or `1795504544.392377548`, as `since` and `until` have it; null when it is no number. */
export function parseTimestamp(text: string): Instant | null {
  const match = /^(-?\d+)(?:\.(\d{1,9})\d*)?$/.exec(text)
  if (match === null) return null
  return BigInt(match[1] ?? '0') * billion + BigInt((match[2] ?? '').padEnd(9, '0'))
}

/** go-units HumanDuration: `Less than a second`, `3 seconds`, `About a minute`, `2 hours`. Milliseconds in. */
export function humanSpan(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 1) return 'Less than a second'
  if (seconds === 1) return '1 second'
  if (seconds < 60) return `${seconds} seconds`
  const minutes = Math.floor(seconds / 60)
  if (minutes === 1) return 'About a minute'
  if (minutes < 60) return `${minutes} minutes`
  const hours = Math.round(minutes / 60)
  if (hours === 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`
  return `${Math.floor(hours / 24 / 365)} years`
}
