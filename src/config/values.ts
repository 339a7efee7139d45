// Schemas of single values: text, numbers, durations, sizes, paths, times of the day.
// Each says what it expects and what to write instead; none changes the value (normalize.ts converts the units).
import * as z from 'zod/mini'
import { holdsUnseen } from '../core/printable.ts'
import { cronFault } from './cron.ts'
import { DURATION, durationAdvice, durationText, parseDuration } from './duration.ts'
import { parseSize, SIZE, sizeAdvice, sizeText } from './size.ts'
import { annotate, type Words, withCheck } from './words.ts'

type Text = z.ZodMiniString<string>

/** Text that is not empty and has no invisible characters; `judge` checks the rest. */
export function text(about: Words, judge: (value: string) => string | null = () => null): Text {
  const schema = withCheck(z.string(), value => {
    if (value === '') return ''
    if (holdsUnseen(value)) return 'It contains a control or invisible character: remove that.'
    if (value.trim() !== value) return `It starts or ends with a space: write ${JSON.stringify(value.trim())}.`
    return judge(value)
  })
  return annotate(schema, { minLength: 1, ...about })
}

/** A whole number from `from` to `to`, both included. */
export function whole(from: number, to: number, example: number): z.ZodMiniNumber<number> {
  return annotate(z.number().check(z.int(), z.gte(from), z.lte(to)), {
    expected: `a whole number from ${from} to ${to}`,
    example,
    advise: got => (typeof got === 'string' && /^-?\d{1,9}$/.test(got) ? `Write ${Number(got)} without quotes.` : null),
  })
}

/** True or false. */
export function flag(example: boolean): z.ZodMiniBoolean<boolean> {
  return annotate(z.boolean(), { expected: 'true or false', example, advise: unquoted })
}

function unquoted(got: unknown): string | null {
  return got === 'true' || got === 'false' ? `Write ${got} without quotes.` : null
}

/** One of a few words. */
export function word<const T extends readonly [string, ...string[]]>(
  choices: T,
): z.ZodMiniEnum<z.core.util.ToEnum<T[number]>> {
  const list = choices.map(choice => JSON.stringify(choice))
  const last = list.pop()
  return annotate(z.enum(choices), {
    expected: list.length === 0 ? `${last}` : `${list.join(', ')} or ${last}`,
    example: choices[0],
  })
}

/** A duration; the bounds are in milliseconds, both included. */
export function duration(from: number, to: number, example: string): Text {
  const expected = `a duration from ${durationText(from)} to ${durationText(to)}`
  return measure({ expected, example, advise: durationAdvice, pattern: DURATION.source }, parseDuration, from, to)
}

/** A size; the bounds are in bytes, both included. */
export function size(from: number, to: number, example: string): Text {
  const expected = `a size from ${sizeText(from)} to ${sizeText(to)}`
  return measure({ expected, example, advise: sizeAdvice, pattern: SIZE.source }, parseSize, from, to)
}

function measure(about: Words, parse: (text: string) => number | null, from: number, to: number): Text {
  return text(about, value => {
    const amount = parse(value)
    return amount !== null && amount >= from && amount <= to ? null : ''
  })
}

/** An absolute path. A relative one would mean something else to the daemon than to its author. */
export function path(example: string, about: Words = {}, judge: (value: string) => string | null = () => null): Text {
  return text({ expected: 'an absolute path', example, pattern: '^/', ...about }, value => {
    if (value.startsWith('~')) return `"~" is not expanded here. For example: ${JSON.stringify(example)}.`
    if (!value.startsWith('/')) return `It must begin with "/". For example: ${JSON.stringify(example)}.`
    return value.split('/').includes('..') ? 'Write it without "..".' : judge(value)
  })
}

/** A time of the day, `HH:MM`. */
export function timeOfDay(): Text {
  const about: Words = {
    expected: 'a time of the day in UTC, HH:MM',
    example: '00:00',
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  }
  return text(about, value => {
    if (/^([01]\d|2[0-3]):[0-5]\d$/.test(value)) return null
    return /^\d:[0-5]\d$/.test(value) ? `Write "0${value}".` : ''
  })
}

/** A cron expression of five fields, or of six with the seconds first. */
export function cron(): Text {
  return text({ expected: 'a cron expression', example: '*/2 * * * *' }, value => unquoted(value) ?? cronFault(value))
}

/** An argument of a command: any text that a program can be given. */
export const argument: Text = annotate(
  withCheck(z.string(), value => (value.includes('\u0000') ? 'It contains a NUL character: remove that.' : null)),
  { expected: 'an argument of the command, as a string', example: '-v', advise: numeral },
)

/** A number where text belongs. */
export function numeral(got: unknown): string | null {
  return typeof got === 'number' ? `Write "${got}".` : null
}
