// Moments as the records write them: always UTC, whatever the host's zone. Total: a wrong moment never costs a line.

/** `2025-12-29T14:32:01.123Z`. Milliseconds since the epoch in; what is no moment counts as the epoch. */
export function isoOf(at: number): string {
  return new Date(Math.abs(at) <= 8.64e15 ? at : 0).toISOString()
}

/** `2025-12-29 14:32:01 UTC`, the stamp of the operators' old script. */
export function stampOf(at: number): string {
  return `${isoOf(at)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`
}

/** The UTC day, `2025-12-29`. */
export function dayOf(at: number): string {
  return isoOf(at).replace(/T.*$/, '')
}
