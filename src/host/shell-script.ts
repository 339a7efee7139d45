// A shell script as its simple commands and its assignments, each with its line and the function it stands in. Order, loops
// and conditions are left aside: it says what a script could do, not when.
import { tokensOf } from './shell-token.ts'
import { literal, type Word } from './shell-word.ts'

/** Which variable may hold what: an assignment, an array, or the values of a `for`. */
export interface Binding {
  readonly name: string
  readonly words: readonly Word[]
  readonly within: string | null
}

export interface Call {
  readonly words: readonly Word[]
  /** Files that its output goes to. */
  readonly outputs: readonly Word[]
  /** The function it stands in. */
  readonly within: string | null
  readonly line: number
}

export interface ShellScript {
  readonly bindings: readonly Binding[]
  readonly calls: readonly Call[]
}

const OPENERS = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', 'time', 'coproc'])
const DECLARERS = new Set(['local', 'declare', 'typeset', 'export', 'readonly'])
const ASSIGNMENT = /^([A-Za-z_]\w*)\+?=/
/** Commands in commands in commands: nobody writes more by hand. */
const DEEPEST = 6

/** Never throws. */
export function shellScript(text: string, firstLine = 1, within: string | null = null, depth = 0): ShellScript {
  const bindings: Binding[] = []
  const calls: Call[] = []
  const functions: { readonly name: string; readonly depth: number }[] = []
  let braces = 0
  let words: Word[] = []
  let outputs: Word[] = []
  /** `name()` was read, its `{` comes. */
  let announced: string | null = null
  const here = (): string | null => functions.at(-1)?.name ?? within

  const nested = (word: Word): void => {
    if (depth >= DEEPEST) return
    for (const part of word.parts) {
      if (part.kind === 'command') {
        const inner = shellScript(part.text, part.line, here(), depth + 1)
        bindings.push(...inner.bindings)
        calls.push(...inner.calls)
      } else if (part.kind === 'variable' && part.fallback !== null) nested(part.fallback)
    }
  }

  const flush = (): void => {
    const said = words
    const into = outputs
    words = []
    outputs = []
    for (const word of [...said, ...into]) nested(word)
    simple(said, into)
  }

  const simple = (said: readonly Word[], into: readonly Word[]): void => {
    let at = 0
    for (; at < said.length; at++) {
      const text = textAt(said, at)
      if (text === '{') {
        braces++
        if (announced !== null) functions.push({ name: announced, depth: braces })
        announced = null
      } else if (text === '}') {
        if (functions.at(-1)?.depth === braces) functions.pop()
        braces--
      } else if (!OPENERS.has(text ?? '')) break
    }
    const rest = said.slice(at)
    const first = textAt(rest, 0)
    if (first === 'function') {
      announced = textAt(rest, 1)
      if (rest.length > 2) simple(rest.slice(2), into)
    } else if ((first === 'for' || first === 'select') && textAt(rest, 2) === 'in') {
      bindings.push({ name: textAt(rest, 1) ?? '', words: rest.slice(3), within: here() })
    } else assignOrCall(rest, into)
  }

  const assignOrCall = (said: readonly Word[], into: readonly Word[]): void => {
    const declares = DECLARERS.has(textAt(said, 0) ?? '')
    let at = declares ? 1 : 0
    for (; at < said.length; at++) {
      const word = said[at]
      if (word === undefined) break
      const assigned = assignment(word)
      if (assigned !== null) bindings.push({ ...assigned, within: here() })
      else if (!declares) break
    }
    const line = said[at]?.line
    if (!declares && line !== undefined) calls.push({ words: said.slice(at), outputs: into, within: here(), line })
  }

  const tokens = tokensOf(text, firstLine)
  for (const [i, token] of tokens.entries()) {
    if (token.kind === 'word') words.push(token.word)
    else if (token.kind === 'redirect') {
      if (/^(\d*>>?\|?|&>>?)$/.test(token.text)) outputs.push(token.target)
      else nested(token.target)
    } else if (token.kind === 'array') {
      for (const word of token.words) nested(word)
      bindings.push({ name: token.name, words: token.words, within: here() })
    } else {
      const next = tokens[i + 1]
      const name = words.length === 1 ? textAt(words, 0) : null
      if (token.text === '(' && name !== null && next?.kind === 'operator' && next.text === ')') {
        announced = name
        words = []
      } else if (token.text !== '\n' || words.length > 0 || outputs.length > 0) flush()
    }
  }
  flush()
  return { bindings, calls }
}

function textAt(words: readonly Word[], at: number): string | null {
  const word = words[at]
  return word === undefined ? null : literal(word)
}

function assignment(word: Word): { readonly name: string; readonly words: readonly Word[] } | null {
  const [first, ...others] = word.parts
  if (first?.kind !== 'text' || first.quoted) return null
  const [before, name] = ASSIGNMENT.exec(first.text) ?? []
  if (before === undefined || name === undefined) return null
  const rest = first.text.slice(before.length)
  const parts = rest === '' ? others : [{ ...first, text: rest }, ...others]
  // The value of an assignment is never split.
  const kept = parts.map(p => (p.kind === 'variable' ? { ...p, quoted: true } : p))
  return { name, words: [{ parts: kept, line: word.line }] }
}
