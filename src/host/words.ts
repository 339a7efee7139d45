// Lines of crontabs and unit files cut into words and settings. By hand: what others write is read once from left to right,
// whatever stands in it, where an expression could try each of its ways.

/** The first words, and the rest of the line; null for fewer words, or for nothing behind them. */
export function firstWords(
  line: string,
  count: number,
): { readonly words: readonly string[]; readonly rest: string } | null {
  const words: string[] = []
  let at = 0
  while (words.length < count) {
    while (isBlank(line[at])) at++
    const start = at
    while (at < line.length && !isBlank(line[at])) at++
    if (at === start) return null
    words.push(line.slice(start, at))
  }
  const rest = line.slice(at).trim()
  return rest === '' ? null : { words, rest }
}

/** `NAME = value`, as crontabs and unit files have it, the value without blanks around it; null for anything else. */
export function settingOf(line: string): { readonly name: string; readonly value: string } | null {
  const at = line.indexOf('=')
  const name = at === -1 ? '' : line.slice(0, at).trim()
  return /^[A-Za-z_]\w*$/.test(name) ? { name, value: line.slice(at + 1).trim() } : null
}

/** Without the quotes around it. */
export function unquoted(value: string): string {
  const quote = value[0]
  const isQuoted = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
  return isQuoted ? value.slice(1, -1) : value
}

/** An empty line, or one that begins with one of these. */
export function isComment(line: string, marks: string): boolean {
  const text = line.trimStart()
  return text === '' || marks.includes(text[0] ?? '')
}

function isBlank(c: string | undefined): boolean {
  return c === ' ' || c === '\t'
}
