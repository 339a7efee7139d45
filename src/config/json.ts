// Reads JSON as JSON.parse does, and says what it cannot: where the mistake is, what to do about it, which key stands twice.
// JSON.parse's own messages differ between Node versions, and it silently keeps the last of two equal keys.
import { afterEnd, type Fault, noColon, noComma, noKey, noValue, positionOf } from './json-fault.ts'
import { quoted } from './shown.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface Duplicate {
  readonly path: readonly (string | number)[]
  /** The lines of the first and of the later one, from 1. */
  readonly lines: readonly [number, number]
}

export type Parsed =
  | { readonly kind: 'value'; readonly value: Json; readonly duplicates: readonly Duplicate[] }
  | { readonly kind: 'syntax'; readonly fault: Fault }

/** Deeper than any config could be; without a limit a file of brackets would exhaust the stack. */
const DEEPEST = 64

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** More than that need not be told; each costs a look through the text. */
const MOST_DUPLICATES = 20

/** Where reading stopped. Never leaves this file. */
class Stop extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.why)
    this.fault = fault
  }
}

/** The text as JSON (RFC 8259), nested at most 64 deep. Never throws. */
export function parseJson(text: string): Parsed {
  const reader = new Reader(text)
  try {
    const value = reader.whole()
    return { kind: 'value', value, duplicates: reader.duplicates }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { kind: 'syntax', fault: error.fault }
  }
}

class Reader {
  readonly duplicates: Duplicate[] = []
  private readonly text: string
  private readonly path: (string | number)[] = []
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  whole(): Json {
    const value = this.value()
    this.space()
    if (this.at < this.text.length) throw new Stop(afterEnd(this.text, this.at))
    return value
  }

  private value(): Json {
    this.space()
    const next = this.text[this.at]
    if (next === '{') return this.object()
    if (next === '[') return this.array()
    if (next === '"') return this.string()
    const [token] =
      /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|^(true|false|null)/.exec(this.text.slice(this.at, this.at + 400)) ?? []
    const after = this.text[this.at + (token?.length ?? 0)]
    if (token === undefined || (after !== undefined && /[\w.+-]/.test(after)))
      throw new Stop(noValue(this.text, this.at))
    this.at += token.length
    return JSON.parse(token) as Json
  }

  private object(): Json {
    const start = this.at
    const value: Record<string, Json> = {}
    const places = new Map<string, number>()
    this.entries(start, '}', () => {
      const keyAt = this.at
      if (this.text[this.at] !== '"') throw new Stop(noKey(this.text, this.at))
      const key = this.string()
      this.space()
      if (this.text[this.at] !== ':') throw new Stop(noColon(this.text, this.at, key))
      this.at += 1
      this.path.push(key)
      const first = places.get(key)
      if (first === undefined) places.set(key, keyAt)
      else this.duplicate(first, keyAt)
      // Not by assignment: the key may be `__proto__`.
      Object.defineProperty(value, key, { value: this.value(), enumerable: true, writable: true, configurable: true })
      this.path.pop()
    })
    return value
  }

  private array(): Json {
    const value: Json[] = []
    this.entries(this.at, ']', () => {
      this.path.push(value.length)
      value.push(this.value())
      this.path.pop()
    })
    return value
  }

  /** What is between the brackets, with the commas; `one` reads a single entry. */
  private entries(start: number, end: '}' | ']', one: () => void): void {
    if (this.path.length >= DEEPEST)
      throw stop(start, `this is nested more than ${DEEPEST} deep.`, 'No config needs that.')
    this.at += 1
    this.space()
    if (this.text[this.at] === end) {
      this.at += 1
      return
    }
    for (;;) {
      one()
      const valueEnd = this.at
      this.space()
      const next = this.text[this.at]
      if (next === end) {
        this.at += 1
        return
      }
      if (next !== ',') throw new Stop(noComma(this.text, this.at, start, end, valueEnd))
      const comma = this.at
      this.at += 1
      this.space()
      if (this.text[this.at] === end || this.text[this.at] === ',') {
        throw stop(comma, `there is a comma too many before ${quoted(this.text[this.at] ?? '')}.`, 'Take it out.')
      }
    }
  }

  private string(): string {
    const start = this.at
    let value = ''
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const next = this.text[this.at] ?? ''
      if (next === '"') {
        this.at += 1
        return value
      }
      if (next === '\n' || next === '\r')
        throw stop(start, 'the string that begins here has no closing quote on its line.', "Put a '\"' at its end.")
      if (next < ' ')
        throw stop(
          this.at,
          'there is a control character in a string.',
          next === '\t' ? 'Write "\\t", or a space.' : 'Take it out.',
        )
      value += next === '\\' ? this.escape() : next
    }
    throw stop(start, 'the string that begins here has no closing quote.', "Put a '\"' at its end.")
  }

  private escape(): string {
    const at = this.at
    this.at += 1
    const letter = this.text[this.at] ?? ''
    const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    if (simple !== undefined) return simple
    const digits = this.text.slice(this.at + 1, this.at + 5)
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw stop(at, 'there is no such escape in JSON.', 'For a backslash write two of them.')
    }
    this.at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  private duplicate(first: number, second: number): void {
    if (this.duplicates.length === MOST_DUPLICATES) return
    const lines = [positionOf(this.text, first).line, positionOf(this.text, second).line] as const
    this.duplicates.push({ path: [...this.path], lines })
  }

  private space(): void {
    const rest = /[^ \t\n\r]/g
    rest.lastIndex = this.at
    this.at = rest.exec(this.text)?.index ?? this.text.length
  }
}

function stop(at: number, why: string, advice: string): Stop {
  return new Stop({ at, why, advice })
}
