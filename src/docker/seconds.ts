// A moment as a log's `since` has it in the API.

/** Seconds, and nine digits after the point. With a fraction, engines refuse RFC 3339 (measured: 20.10, 26, 28). */
export function nanoseconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1000)
  const fraction = Math.floor((milliseconds - whole * 1000) * 1e6)
  return `${whole}.${String(fraction).padStart(9, '0')}`
}
