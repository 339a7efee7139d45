// A moment as somebody writes it on the command line: a duration back from now (`7d`), a day, or a day with a time. UTC.
import { durationAdvice, parseDuration } from '../../config/duration.ts'
import { NethealError } from '../../core/errors.ts'

const DAY = 86_400_000

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?)? ?(Z|UTC|[+-]\d\d:\d\d)?$/

/**
 * Milliseconds since the epoch. A day alone is its first moment, or with `end` its last. Without a zone it is UTC, as in
 * the log. Throws NethealError `usage`, which says what to write.
 */
export function momentOf(flag: string, text: string, now: number, end = false): number {
  const ago = parseDuration(text)
  if (ago !== null) return now - ago
  const [, day, time, seconds, zone] = DATE.exec(text) ?? []
  const offset = zone === undefined || zone === 'UTC' ? 'Z' : zone
  const at = Date.parse(`${day}T${time ?? '00:00'}${seconds ?? ':00'}${offset}`)
  // Date.parse takes 31 February for 3 March.
  if (day === undefined || !Number.isFinite(at) || !isDay(day)) throw wrong(flag, text)
  return end && time === undefined ? at + DAY - 1 : at
}

function isDay(day: string): boolean {
  return new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day)
}

function wrong(flag: string, text: string): NethealError {
  const advice = durationAdvice(text)
  return new NethealError('usage', `${flag} ${text}: neither a duration nor a date`, {
    hint: advice ?? `write for example: ${flag} 7d, ${flag} 2025-12-29, or ${flag} "2025-12-29 14:32" (UTC)`,
  })
}
