// Moments as the page writes them: UTC, for people and (datetime) for programs.
import { span } from '../core/entry.ts'
import { isoOf } from '../core/stamp.ts'
import { html, type Markup } from './markup.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** `2025-12-29 14:32:01`. */
export function stampOf(at: number): string {
  return isoOf(at).replace('T', ' ').slice(0, 19)
}

/** `29 Dec`. */
export function shortDay(at: number): string {
  const date = new Date(isoOf(at))
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
}

/** `December 2025` is too long for a phone: `Dec 2025`. */
export function monthOf(at: number): string {
  const date = new Date(isoOf(at))
  return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

/** `14:32`. */
export function clockOf(at: number): string {
  return isoOf(at).slice(11, 16)
}

/** A moment with its seconds; the page says once that all of them are UTC. */
export function moment(at: number): Markup {
  return html`<time datetime="${isoOf(at)}">${stampOf(at)}</time>`
}

/** For a sentence: `29 Dec 14:32 UTC`. */
export function spoken(at: number): Markup {
  return html`<time datetime="${isoOf(at)}">${shortDay(at)} ${clockOf(at)} UTC</time>`
}

/** A length of time, exact enough to compare: `850 ms`, `1.2 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function length(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 1) return ms === 0 ? '0 ms' : 'below 1 ms'
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / SECOND).toFixed(ms < 9_950 ? 1 : 0).replace(/\.0$/, '')} s`
  if (ms < HOUR - 500) return pair(ms, MINUTE, 'min', SECOND, 's')
  if (ms < 2 * DAY) return pair(ms, HOUR, 'h', MINUTE, 'min')
  return pair(ms, DAY, 'd', HOUR, 'h')
}

function pair(ms: number, unit: number, word: string, part: number, partWord: string): string {
  const parts = Math.round(ms / part)
  const whole = Math.floor((parts * part) / unit)
  const rest = parts - (whole * unit) / part
  return rest === 0 ? `${whole} ${word}` : `${whole} ${word} ${rest} ${partWord}`
}

/** How long ago, rounded to one unit. */
export function about(milliseconds: number): string {
  return length(milliseconds).split(' ').slice(0, 2).join(' ')
}

/** A span that somebody asked for: `24 hours`, `7 days`. */
export function days(milliseconds: number): string {
  const hours = Math.max(1, Math.round(milliseconds / HOUR))
  if (hours < 48) return hours === 1 ? '1 hour' : `${hours} hours`
  return `${Math.round(hours / 24)} days`
}

/** A loop's rhythm, in the words of the action log: `every ~120 s`. */
export function rhythm(every: number): string {
  return `every ~${span(every)}`
}
