// Which of the names that are there may have been meant: for a container or a network that nobody knows.
import { distance } from 'fastest-levenshtein'

/** At most three, the nearest first: a few letters differ, or one is a part of the other. Case does not count. */
export function nearNames(wanted: string, names: readonly string[]): readonly string[] {
  return [...new Set(names)]
    .map(name => ({ name, far: distance(name.toLowerCase(), wanted.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(2, wanted.length / 4) || name.includes(wanted) || wanted.includes(name))
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name)
}
