// "Did you mean ...?": the nearest of the known names, and only when it is really near.
import { distance } from 'fastest-levenshtein'

/** About a third of the letters may differ; the case of letters does not count. Null when none is near. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    // A name of a million letters is near to nothing, and comparing it would take long.
    if (Math.abs(candidate.length - name.length) > candidate.length) continue
    const away = distance(name.toLowerCase(), candidate.toLowerCase())
    if (away < bestDistance && away <= allowed(Math.max(name.length, candidate.length))) {
      best = candidate
      bestDistance = away
    }
  }
  return best
}

/** Two swapped letters count as two, so a word of five may differ by that many. */
function allowed(length: number): number {
  return Math.max(length >= 5 ? 2 : 0, Math.floor(length / 3))
}
