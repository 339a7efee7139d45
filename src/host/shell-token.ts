// A shell script cut into tokens: words, operators, redirections and array assignments, each with its line.
// The bodies of here-documents are left out: they are data for another program.
import { closing, linesIn, literal, readParts, type Word } from './shell-word.ts'

export type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly line: number }
  /** `;`, `&&`, `(`, a line's end, ... */
  | { readonly kind: 'operator'; readonly text: string; readonly line: number }
  | { readonly kind: 'redirect'; readonly text: string; readonly target: Word; readonly line: number }
  /** `NAME=(...)` and `NAME+=(...)` */
  | { readonly kind: 'array'; readonly name: string; readonly words: readonly Word[]; readonly line: number }

const REDIRECT = /^(?:\d{0,2}(?:<<<|<<-?|>>|>\||>&|<&|<>|>|<)|&>>?)/
const OPERATOR = /^(?:&&|\|\||;;&?|;&|\|&|[;|&()\n])/
const ENDS_WORD = /[\s;|&()<>]/
const ARRAY = /^([A-Za-z_]\w*)\+?=$/

/** Never throws: what is no shell script gives tokens too, of no use. */
export function tokensOf(text: string, firstLine = 1): readonly Token[] {
  const tokens: Token[] = []
  const heredocs: { readonly end: string; readonly indented: boolean }[] = []
  let line = firstLine
  let i = 0
  const word = (): Word => {
    const { parts, end } = readParts(text, i, line, c => ENDS_WORD.test(c))
    const made = { parts, line }
    line += linesIn(text, i, end)
    // A stray closing character must not stop the reading for good.
    i = end === i ? i + 1 : end
    return made
  }
  while (i < text.length) {
    const c = text[i] ?? ''
    if (c === ' ' || c === '\t' || c === '\r') {
      i++
      continue
    }
    if (c === '\\' && text[i + 1] === '\n') {
      line++
      i += 2
      continue
    }
    if (c === '#') {
      const end = text.indexOf('\n', i)
      i = end === -1 ? text.length : end
      continue
    }
    const rest = text.slice(i, i + 8)
    const redirect = REDIRECT.exec(rest)?.[0]
    if (redirect !== undefined) {
      const at = line
      i += redirect.length
      while (text[i] === ' ' || text[i] === '\t') i++
      if (text[i] === '(') continue
      const target = word()
      const heredoc = /<<(-?)$/.exec(redirect)
      if (heredoc !== null) heredocs.push({ end: literal(target) ?? '', indented: heredoc[1] === '-' })
      else tokens.push({ kind: 'redirect', text: redirect, target, line: at })
      continue
    }
    const operator = OPERATOR.exec(rest)?.[0]
    if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator, line })
      i += operator.length
      if (operator === '\n') {
        line++
        for (const { end, indented } of heredocs.splice(0)) {
          const after = pastHeredoc(text, i, end, indented)
          line += linesIn(text, i, after)
          i = after
        }
      }
      continue
    }
    const at = line
    const made = word()
    const name = ARRAY.exec(literal(made) ?? '')?.[1]
    if (name !== undefined && text[i] === '(') {
      const end = closing(text, i, '(', ')')
      const words = tokensOf(text.slice(i + 1, end), line).flatMap(t => (t.kind === 'word' ? [t.word] : []))
      tokens.push({ kind: 'array', name, words, line: at })
      line += linesIn(text, i, end)
      i = end + 1
    } else if (made.parts.length > 0) {
      tokens.push({ kind: 'word', word: made, line: at })
    }
  }
  return tokens
}

function pastHeredoc(text: string, from: number, end: string, indented: boolean): number {
  for (let at = from; at < text.length; ) {
    const stop = text.indexOf('\n', at)
    const body = text.slice(at, stop === -1 ? text.length : stop)
    at = stop === -1 ? text.length : stop + 1
    if ((indented ? body.replace(/^\t+/, '') : body).trimEnd() === end) return at
  }
  return text.length
}
