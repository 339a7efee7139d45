// Explains a JSON syntax error at an index, and what to do about it. Pure: text and index in, sentences out.
import { quoted, shown } from './shown.ts'

/** `at` is an index into the text, which may be its end. */
export interface Fault {
  readonly at: number
  readonly why: string
  /** A whole sentence. */
  readonly advice: string
}

const CLOSE = "Add a '\"' at its end."

const DOUBLE = 'JSON uses double quotes'

/** A value was expected at `at`. */
export function noValue(text: string, at: number): Fault {
  const common = badString(text, at) ?? commonFault(text, at)
  if (common !== null) return common
  const rest = text.slice(at, at + 60)
  const [number] = /^[+-]?(\.?\d[\w.+-]*|Infinity|\.)/.exec(rest) ?? []
  if (number !== undefined)
    return { at, why: `${quoted(number)} is not a valid JSON number.`, advice: numberAdvice(number) }
  const [name] = /^[\p{L}_$][\p{L}\d_$.*/-]*/u.exec(rest) ?? []
  if (name === undefined)
    return {
      at,
      why: `expected a value here, not ${shown(text[at])}.`,
      advice: 'Write one, or remove what is before it.',
    }
  const plain = name.toLowerCase()
  if (plain === 'true' || plain === 'false' || plain === 'null')
    return { at, why: `${quoted(name)} must be in lower case.`, advice: `Write ${plain}.` }
  if (/^(undefined|none|nil|nan|infinity)$/.test(plain)) {
    return { at, why: `${quoted(name)} is not a JSON value.`, advice: 'Remove the key.' }
  }
  return { at, why: `text must be in double quotes.`, advice: `Write ${quoted(name)}.` }
}

/** A key was expected at `at`. */
export function noKey(text: string, at: number): Fault {
  const common = badString(text, at) ?? commonFault(text, at)
  if (common !== null) return common
  const [name] = /^[\p{L}\d_$][\p{L}\d_$.-]*/u.exec(text.slice(at, at + 60)) ?? []
  if (name !== undefined) return { at, why: 'a key must be in double quotes.', advice: `Write ${quoted(name)}.` }
  return {
    at,
    why: `expected a key in double quotes here, not ${shown(text[at])}.`,
    advice: 'For example: "attachments".',
  }
}

/** A colon was expected at `at`, after a key. */
export function noColon(text: string, at: number, key: string): Fault {
  const common = commentFault(text, at)
  if (common !== null) return common
  const instead = text[at] === '=' ? 'Write ":" instead of "=".' : 'Add one here.'
  return { at, why: `a ":" is missing after the key ${quoted(key)}.`, advice: instead }
}

/**
 * A comma or the closing bracket was expected after an entry.
 * @param open index of the open bracket
 * @param end the bracket that would close it
 * @param entryEnd where the entry ends
 */
export function noComma(text: string, at: number, open: number, end: string, entryEnd: number): Fault {
  const comment = commentFault(text, at)
  if (comment !== null) return comment
  const next = text[at]
  const { line } = positionOf(text, open)
  if (next === undefined)
    return {
      at,
      why: `the file ends too early: the ${quoted(text[open] ?? '')} on line ${line} is not closed.`,
      advice: `Add a ${quoted(end)} where it ends.`,
    }
  if (next === '}' || next === ']')
    return {
      at,
      why: `${quoted(next)} does not close the ${quoted(text[open] ?? '')} on line ${line}.`,
      advice: `Write ${quoted(end)}.`,
    }
  if (next === ';') return { at, why: 'entries are separated by commas.', advice: 'Write "," instead of ";".' }
  if (next === ':') return { at, why: 'a ":" can only follow a key.', advice: 'Is a "{" missing before it?' }
  if (/["'{[\p{L}\d_-]/u.test(next))
    return { at: entryEnd, why: 'a comma is missing after this entry.', advice: 'Add one here.' }
  return (
    commonFault(text, at) ?? {
      at,
      why: `expected a comma or ${quoted(end)} here, not ${shown(next)}.`,
      advice: 'Remove it.',
    }
  )
}

/** The config is complete, but more text follows. */
export function afterEnd(text: string, at: number): Fault {
  const comment = commentFault(text, at)
  if (comment !== null) return comment
  const why = `the config ends before this, but ${shown(text[at])} follows.`
  return {
    at,
    why,
    advice: text[at] === '}' || text[at] === ']' ? 'There is one closing bracket too many.' : 'Remove the rest.',
  }
}

/** Line and column of an index, both from 1; the column counts UTF-16 units. */
export function positionOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') }
}

/** The line of an index and a caret below it: short, and without anything that could affect a terminal. */
export function excerptOf(text: string, at: number): readonly [string, string] {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const end = text.indexOf('\n', at)
  const line = text.slice(start, end === -1 ? undefined : end)
  const from = Math.max(0, Math.min(at - start - 50, line.length - 100))
  // One character each, so that the caret stays where it belongs.
  const visible = line.slice(from, from + 100).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, c => ' '.repeat(c.length))
  return [visible.trimEnd(), `${' '.repeat(at - start - from)}^`]
}

function commonFault(text: string, at: number): Fault | null {
  const next = text[at]
  if (next === undefined) return { at, why: 'the file ends too early.', advice: 'Is it complete?' }
  if (next === "'")
    return {
      at,
      why: `${DOUBLE}, not '.`,
      advice: `Write ${quoted(/^'([^'\n]*)/.exec(text.slice(at, at + 60))?.[1] ?? '')}.`,
    }
  if (/[\u2018-\u201f\u00ab\u00bb`]/.test(next))
    return { at, why: `${DOUBLE}, not ${next}.`, advice: "Write '\"' instead." }
  if (/[\u00a0\u2000-\u200f\u2028-\u202f\u3000\ufeff]/.test(next)) {
    const code = next.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return { at, why: `there is an invisible character here, U+${code}.`, advice: 'Remove it, or write a space.' }
  }
  return commentFault(text, at)
}

function commentFault(text: string, at: number): Fault | null {
  const comment = text[at] === '#' || text.startsWith('//', at) || text.startsWith('/*', at)
  return comment ? { at, why: 'JSON has no comments.', advice: 'Remove it.' } : null
}

/** What is wrong with the string that starts at `at`; null: nothing, or no string starts there. */
function badString(text: string, at: number): Fault | null {
  const good = /"([^"\\\0-\x1f]|\\(["\\/bfnrt]|u[\da-fA-F]{4}))*/y
  good.lastIndex = at
  if (!good.test(text)) return null
  const stopped = good.lastIndex
  const next = text[stopped]
  if (next === '"') return null
  if (next === undefined) return { at, why: 'the string that begins here has no closing quote.', advice: CLOSE }
  if (next === '\n' || next === '\r')
    return { at, why: 'the string that begins here has no closing quote on its line.', advice: CLOSE }
  if (next === '\\')
    return { at: stopped, why: 'this is not a valid JSON escape.', advice: 'For a backslash, write two.' }
  return {
    at: stopped,
    why: 'this string contains a control character.',
    advice: next === '\t' ? 'Write "\\t", or a space.' : 'Remove it.',
  }
}

function numberAdvice(number: string): string {
  if (/^\d+(ms|[smhdkg])$/.test(number)) return `Write ${quoted(number)}, in quotes.`
  const value = Number(number)
  if (Number.isFinite(value) && !/^[+-]?0\d/.test(number)) return `Write ${value}.`
  return /^0\d+$/.test(number) ? `Write ${number.replace(/^0+(?=\d)/, '')}.` : 'Write digits only, or put it in quotes.'
}
