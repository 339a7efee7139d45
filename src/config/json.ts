// Reads JSON as JSON.parse does, and reports what it cannot: where the mistake is, what to do about it, duplicate keys.
// jsonc-parser walks the text and stops at the mistake; what is expected there decides the message (json-fault.ts).
import { visit } from 'jsonc-parser'
import { afterEnd, type Fault, noColon, noComma, noKey, noValue } from './json-fault.ts'
import { quoted } from './shown.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface Duplicate {
  readonly path: readonly (string | number)[]
  /** Line numbers of the first and the later one, from 1. */
  readonly lines: readonly [number, number]
}

export type Parsed =
  | { readonly kind: 'value'; readonly value: Json; readonly duplicates: readonly Duplicate[] }
  | { readonly kind: 'syntax'; readonly fault: Fault }

/** Deeper than any config; without a limit a file of brackets would exhaust the stack. */
const DEEPEST = 64

/** More are not reported. */
const MOST_DUPLICATES = 20

/** Leaves the walk at the first mistake. Never leaves this file. */
class Stop extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.why)
    this.fault = fault
  }
}

/** The text as JSON (RFC 8259), without comments and trailing commas, nested at most 64 deep. Never throws. */
export function parseJson(text: string): Parsed {
  try {
    const duplicates = walk(text)
    return { kind: 'value', value: JSON.parse(text) as Json, duplicates }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { kind: 'syntax', fault: error.fault }
  }
}

/** An object or a list that is still open; at the bottom the file as a whole. */
interface Level {
  readonly kind: 'file' | 'object' | 'array'
  /** Index of the bracket. */
  readonly open: number
  /** The line of each key so far. */
  readonly keys: Map<string, number>
  /** What was read last at this level; for an entry, `end` is the index after it. */
  last: { readonly kind: 'nothing' | 'key' | 'colon' | 'comma' | 'entry'; readonly end: number; readonly key: string }
}

/** The duplicate keys. Throws Stop at the first mistake. */
function walk(text: string): readonly Duplicate[] {
  const duplicates: Duplicate[] = []
  const levels: Level[] = [level('file', 0)]
  const top = (): Level => levels.at(-1) as Level
  const read = (kind: Level['last']['kind'], end: number, key = ''): void => {
    top().last = { kind, end, key }
  }
  const begin = (kind: 'object' | 'array') => (at: number) => {
    if (levels.length > DEEPEST)
      throw stop(at, `this is nested more than ${DEEPEST} levels deep.`, 'No config needs that.')
    levels.push(level(kind, at))
  }
  const end = (at: number) => {
    if (at === text.length) throw new Stop(faultAt(text, at, top()))
    levels.pop()
    read('entry', at + 1)
  }
  visit(
    text,
    {
      onObjectBegin: begin('object'),
      onArrayBegin: begin('array'),
      onObjectEnd: end,
      onArrayEnd: end,
      onObjectProperty(key, at, length, line, _, path) {
        const { keys } = top()
        const first = keys.get(key)
        if (first === undefined) keys.set(key, line + 1)
        else if (duplicates.length < MOST_DUPLICATES)
          duplicates.push({ path: [...path(), key], lines: [first, line + 1] })
        read('key', at + length, key)
      },
      onSeparator: (character, at) => read(character === ':' ? 'colon' : 'comma', at),
      onLiteralValue(value, at, length) {
        // `15m` and `05` start with a number.
        if (typeof value !== 'string' && /[\w.+-]/.test(text[at + length] ?? '')) throw new Stop(noValue(text, at))
        read('entry', at + length)
      },
      onError(_, at) {
        throw new Stop(faultAt(text, at, top()))
      },
    },
    { disallowComments: true },
  )
  return duplicates
}

function level(kind: Level['kind'], open: number): Level {
  return { kind, open, keys: new Map(), last: { kind: 'nothing', end: open, key: '' } }
}

/** What is wrong at `at`, according to what is expected there. */
function faultAt(text: string, at: number, { kind, open, last }: Level): Fault {
  const closer = kind === 'object' ? '}' : ']'
  if (last.kind === 'key') return noColon(text, at, last.key)
  if (last.kind === 'entry') return kind === 'file' ? afterEnd(text, at) : noComma(text, at, open, closer, last.end)
  if (last.kind === 'comma' && (text[at] === ',' || text[at] === closer))
    return { at: last.end, why: `there is an extra comma before ${quoted(text[at])}.`, advice: 'Remove it.' }
  if (kind === 'object' && last.kind !== 'colon') return noKey(text, at)
  // The library's words end at a space or bracket only, so `true` and a no-break space are one word to it.
  const [word] = /^(true|false|null)(?![\p{L}\d_$.*/-])/u.exec(text.slice(at, at + 6)) ?? []
  if (word === undefined) return noValue(text, at)
  const end = at + word.length
  return faultAt(text, end, { kind, open, keys: new Map(), last: { kind: 'entry', end, key: '' } })
}

function stop(at: number, why: string, advice: string): Stop {
  return new Stop({ at, why, advice })
}
