// The words of a shell script: what is quoted, what is a variable, what is a command within a command. A reader for
// finding things in scripts of others: it never runs anything, gives up on nothing, and takes what it does not know as text.

/** One piece of a word. `quoted` keeps an unquoted variable apart: the shell splits that at its spaces. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable'
      readonly name: string
      /** What `${NAME:-...}` says, null for none. */
      readonly fallback: Word | null
      readonly quoted: boolean
    }
  /** Output of a command; its text is a script of its own. */
  | { readonly kind: 'command'; readonly text: string; readonly line: number }
  /** Known to be no plain value: `${NAME%.*}`, `$((1 + 1))`. */
  | { readonly kind: 'other'; readonly text: string }

export interface Word {
  readonly parts: readonly Part[]
  readonly line: number
}

/** The text of a word without variables and commands; null for any other. */
export function literal(word: Word): string | null {
  let text = ''
  for (const part of word.parts) {
    if (part.kind !== 'text') return null
    text += part.text
  }
  return text
}

/** The word as a script of its own would have it, its variables still in it. */
export function sourceOf(word: Word): string {
  return word.parts.map(partSource).join('')
}

function partSource(part: Part): string {
  if (part.kind === 'text' || part.kind === 'other') return part.text
  if (part.kind === 'command') return `$(${part.text})`
  return part.fallback === null ? `\${${part.name}}` : `\${${part.name}:-${sourceOf(part.fallback)}}`
}

/** Quotes in commands in quotes: nobody writes more of them by hand, and what was made to hurt must not. */
const DEEPEST = 40

/** Where a quote or bracket that opens at `at` ends: the place of its closing character, or the end of the text. */
export function closing(text: string, at: number, open: string, close: string, nesting = 0): number {
  if (nesting > DEEPEST) return text.length
  const inQuotes = close === '"'
  let depth = 1
  for (let i = at + 1; i < text.length; i++) {
    const c = text[i]
    if (c === '\\') i++
    else if (c === '`') i = endOf(text, i, '`')
    else if (inQuotes && c === '$' && text[i + 1] === '(') i = closing(text, i + 1, '(', ')', nesting + 1)
    else if (inQuotes && c === '$' && text[i + 1] === '{') i = closing(text, i + 1, '{', '}', nesting + 1)
    else if (!inQuotes && c === "'") i = endOf(text, i, "'")
    else if (!inQuotes && c === '"') i = closing(text, i, '"', '"', nesting + 1)
    // A comment may hold any quote.
    else if (close === ')' && c === '#' && /\s/.test(text[i - 1] ?? '')) i = endOf(text, i, '\n')
    else if (c === close && --depth === 0) return i
    else if (c === open && open !== close) depth++
  }
  return text.length
}

function endOf(text: string, at: number, quote: string): number {
  const end = text.indexOf(quote, at + 1)
  return end === -1 ? text.length : end
}

/** Reads parts until one of `stop` stands outside of quotes. Gives the parts and the place where it stopped. */
export function readParts(
  text: string,
  from: number,
  line: number,
  stop: (c: string) => boolean,
  nesting = 0,
): { readonly parts: readonly Part[]; readonly end: number } {
  const parts: Part[] = []
  let plain = ''
  let at = line
  const flush = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: false })
    plain = ''
  }
  let i = from
  const pass = (to: number): void => {
    at += linesIn(text, i, to)
    i = to
  }
  while (i < text.length) {
    const c = text[i] ?? ''
    if (stop(c)) break
    if (c === '\\') {
      // A line that goes on in the next one leaves nothing behind.
      if (text[i + 1] !== '\n') plain += text[i + 1] ?? ''
      pass(i + 2)
    } else if (c === "'") {
      flush()
      const end = endOf(text, i, "'")
      parts.push({ kind: 'text', text: text.slice(i + 1, end), quoted: true })
      pass(end + 1)
    } else if (c === '"') {
      flush()
      const end = closing(text, i, '"', '"')
      parts.push(...inQuotes(text.slice(i + 1, end), at, nesting))
      pass(end + 1)
    } else if (c === '$' || c === '`') {
      flush()
      const { part, end } = expansion(text, i, at, false, nesting)
      if (part !== null) parts.push(part)
      pass(end)
    } else {
      plain += c
      pass(i + 1)
    }
  }
  flush()
  return { parts, end: Math.min(i, text.length) }
}

/** How many lines end between two places. */
export function linesIn(text: string, from: number, to: number): number {
  let lines = 0
  for (let i = from; i < to && i < text.length; i++) if (text[i] === '\n') lines++
  return lines
}

function inQuotes(text: string, line: number, nesting: number): readonly Part[] {
  const parts: Part[] = []
  let plain = ''
  let at = line
  for (let i = 0; i < text.length; ) {
    const c = text[i] ?? ''
    if (c === '\n') at++
    if (c === '\\' && /["$`\\\n]/.test(text[i + 1] ?? '')) {
      if (text[i + 1] !== '\n') plain += text[i + 1]
      else at++
      i += 2
    } else if (c === '$' || c === '`') {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true })
      plain = ''
      const { part, end } = expansion(text, i, at, true, nesting)
      if (part !== null) parts.push(part)
      at += linesIn(text, i, end)
      i = end
    } else {
      plain += c
      i++
    }
  }
  // Empty quotes are a word, if an empty one.
  if (plain !== '' || parts.length === 0) parts.push({ kind: 'text', text: plain, quoted: true })
  return parts
}

interface Expansion {
  readonly part: Part | null
  readonly end: number
}

/** What a `$` or a backtick at `at` stands for. */
function expansion(text: string, at: number, line: number, quoted: boolean, nesting: number): Expansion {
  const next = text[at + 1] ?? ''
  if (text[at] === '`') {
    const end = endOf(text, at, '`')
    return { part: { kind: 'command', text: text.slice(at + 1, end), line }, end: end + 1 }
  }
  if (next === '(') {
    const end = closing(text, at + 1, '(', ')')
    const inner = text.slice(at + 2, end)
    if (inner.startsWith('(')) return { part: { kind: 'other', text: '$((...))' }, end: end + 1 }
    return { part: { kind: 'command', text: inner, line }, end: end + 1 }
  }
  if (next === '{') {
    const end = closing(text, at + 1, '{', '}')
    return { part: braced(text.slice(at + 2, end), line, quoted, nesting), end: end + 1 }
  }
  // $'...' and $"..." are quotes; the reader of words goes on with them.
  if (next === "'" || next === '"') return { part: null, end: at + 1 }
  const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(text.slice(at + 1, at + 129))?.[0]
  if (name === undefined) return { part: { kind: 'text', text: '$', quoted }, end: at + 1 }
  return { part: { kind: 'variable', name, fallback: null, quoted }, end: at + 1 + name.length }
}

/** Within `${` and `}`. An array in whole is its variable; everything that would change the value is not understood. */
function braced(inner: string, line: number, quoted: boolean, nesting: number): Part {
  const [, name, rest = ''] = /^([A-Za-z_]\w*|\d+|[@*])(?:\[[@*0]\])?((?:.|\n)*)$/.exec(inner) ?? []
  if (name === undefined) return { kind: 'other', text: `\${${inner}}` }
  if (rest === '' || /^:?\?/.test(rest)) return { kind: 'variable', name, fallback: null, quoted }
  const said = /^:?[-=]((?:.|\n)*)$/.exec(rest)?.[1]
  if (said === undefined || nesting > DEEPEST) return { kind: 'other', text: `\${${inner}}` }
  const { parts } = readParts(said, 0, line, () => false, nesting + 1)
  return { kind: 'variable', name, fallback: { parts, line }, quoted }
}
