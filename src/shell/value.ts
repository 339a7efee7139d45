// What a word of a script stands for: text, with holes where only a run would tell. A hole keeps what stands there and where.

/** `text`: as it stands in the script: `$NETWORK`, `$(docker ps -q)`. */
export interface Unknown {
  readonly text: string
  /** From 1, in the file that the hole comes from. */
  readonly line: number
  /** A variable that is set nowhere: empty, unless whoever runs the script sets it. */
  readonly unset?: true
}

/** Pieces in their order; none: the empty text. */
export type Value = readonly (string | Unknown)[]

/** No name and no path is longer; what is made to grow stops here. */
const LONGEST = 4_096
const LONGEST_TEXT = 60

export function unknown(text: string, line: number): Unknown {
  const flat = text
    .slice(0, LONGEST_TEXT * 4)
    .split(/\s+/)
    .join(' ')
  return { text: flat.length > LONGEST_TEXT ? `${flat.slice(0, LONGEST_TEXT - 3)}...` : flat, line }
}

/** One after another, as one value. */
export function joined(values: readonly Value[]): Value {
  const pieces: (string | Unknown)[] = []
  let length = 0
  for (const piece of values.flat()) {
    const last = pieces.at(-1)
    length += typeof piece === 'string' ? piece.length : piece.text.length
    if (length > LONGEST) return [unknown('a text that grows too long', typeof piece === 'string' ? 0 : piece.line)]
    if (typeof piece !== 'string') pieces.push(piece)
    else if (typeof last === 'string') pieces[pieces.length - 1] = last + piece
    else if (piece !== '') pieces.push(piece)
  }
  return pieces
}

/** The text, null where a part of it is not known. */
export function known(value: Value | undefined): string | null {
  if (value === undefined) return null
  let text = ''
  for (const piece of value) {
    if (typeof piece !== 'string') return null
    text += piece
  }
  return text
}

/** With what stands in the script where it is not known. */
export function shownValue(value: Value): string {
  return value.map(piece => (typeof piece === 'string' ? piece : piece.text)).join('')
}

export function holesOf(value: Value): readonly Unknown[] {
  return value.filter(piece => typeof piece !== 'string')
}

/** As the shell splits what is not quoted; a hole is never split. */
export function fieldsOf(value: Value, separators: string): readonly Value[] {
  const fields: Value[] = []
  let current: Value | null = null
  const cut = (): void => {
    if (current !== null) fields.push(current)
    current = null
  }
  for (const piece of value) {
    if (typeof piece !== 'string') {
      current = [...(current ?? []), piece]
      continue
    }
    for (const [i, text] of splitAt(piece, separators).entries()) {
      if (i > 0) cut()
      if (text !== '') current = [...(current ?? []), text]
    }
  }
  cut()
  return fields
}

function splitAt(text: string, separators: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (!separators.includes(text[i] ?? '')) continue
    parts.push(text.slice(from, i))
    from = i + 1
  }
  return [...parts, text.slice(from)]
}

/** Equal in every piece. */
export function sameValue(a: Value, b: Value): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
