// "Did you mean ...?": the nearest of the known names, and only when it is really near.
import { distance } from 'fastest-levenshtein'

/** About a third of the letters may differ, ignoring case. Null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    // Comparing a name of a million letters would take long, and it is near to nothing.
    if (Math.abs(candidate.length - name.length) > candidate.length) continue
    const away = differing(name.toLowerCase(), candidate.toLowerCase())
    if (away < bestDistance && away <= allowed(Math.max(name.length, candidate.length))) {
      best = candidate
      bestDistance = away
    }
  }
  return best
}

/** Letters in another order count as one, in words as short as `ulr` too. */
function differing(a: string, b: string): number {
  const sorted = (text: string) => [...text].sort().join('')
  const away = distance(a, b)
  return away === 2 && sorted(a) === sorted(b) ? 1 : away
}

/** In a word of five two letters may differ. */
function allowed(length: number): number {
  return Math.max(length >= 5 ? 2 : 0, Math.floor(length / 3))
}
