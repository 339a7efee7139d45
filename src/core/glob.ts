// A pattern with `*`, over names that others chose. No regular expression: those that `*` makes go back, and a name made
// for it costs them minutes.

/** What the matcher asks of a name. A string is one; a test counts. */
export type GlobText = Pick<string, 'length' | 'startsWith' | 'endsWith' | 'indexOf'>

/**
 * A longer name matches no pattern. Docker sets no limit (60,000 characters pass), but no name of more than 63 resolves:
 * nobody has one who does not want to be in the way.
 */
export const LONGEST_NAME = 1_000

/** True for a name that is the whole pattern, where each `*` stands for any characters, or none. Linear in the name. */
export function globMatcher(pattern: string): (name: GlobText) => boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  // The first place of each part is as good as any later one: nothing is tried twice.
  const between = rest.filter(part => part !== '')
  return name => {
    if (name.length > LONGEST_NAME || !name.startsWith(first)) return false
    if (last === undefined) return name.length === first.length
    const end = name.length - last.length
    if (!name.endsWith(last)) return false
    let at = first.length
    for (const part of between) {
      const found = name.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= end
  }
}
