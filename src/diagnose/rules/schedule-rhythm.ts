// When a schedule of cron, anacron or systemd fires, as far as its text tells: the typical interval, and whether a moment is
// one of its times. An estimator for diagnosing, not a scheduler: what it cannot read it does not know.
import { rhythm } from '../../core/loop.ts'

/** A moment as the clock on the wall shows it. `month` from 1, `weekday` from 0, a Sunday. */
export interface WallTime {
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Each field's values; null: any. `either`: day or weekday is enough, as with cron when both are given. */
export interface Calendar {
  readonly months: ReadonlySet<number> | null
  readonly days: ReadonlySet<number> | null
  readonly weekdays: ReadonlySet<number> | null
  readonly either: boolean
  readonly hours: ReadonlySet<number> | null
  readonly minutes: ReadonlySet<number> | null
  readonly seconds: ReadonlySet<number>
  /** Its times are UTC, whatever the host's zone. */
  readonly utc: boolean
}

/**
 * `every`: the typical interval in milliseconds, null where its times follow no rhythm. `slack`: how much later than it is
 * due it may run, in milliseconds; systemd gathers timers within a minute unless AccuracySec says otherwise.
 */
export type ScheduleRhythm =
  | { readonly kind: 'calendar'; readonly calendar: Calendar; readonly every: number | null; readonly slack: number }
  /** Counted from its last run: no time of the day. */
  | { readonly kind: 'interval'; readonly every: number; readonly slack: number }
  /** At boot, or at one moment only. */
  | { readonly kind: 'once' }

const SECOND = 1_000
const DAY = 86_400_000
const NICKNAMES: Readonly<Record<string, string>> = {
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
  monthly: '0 0 1 * *',
  weekly: '0 0 * * 0',
  daily: '0 0 * * *',
  midnight: '0 0 * * *',
  hourly: '0 * * * *',
}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** @param schedule in the words of its source, as host/ hands it on; null: not known, or none that this can read */
export function rhythmOfSchedule(schedule: string): ScheduleRhythm | null {
  const text = schedule.trim()
  if (text === '@reboot' || text.startsWith('once')) return { kind: 'once' }
  const days = /^every (\d+) days$/.exec(text)?.[1]
  if (days !== undefined) return { kind: 'interval', every: Number(days) * DAY, slack: 0 }
  if (/^On[A-Z]\w*=/.test(text)) return ofTimer(text)
  // Of run-parts only the rhythm is known: the minute stands in the crontab that runs the folder.
  if (/^[a-z]+$/.test(text)) {
    const line = NICKNAMES[text]
    const every = line === undefined ? null : (cron(line)?.every ?? null)
    return every === null ? null : { kind: 'interval', every, slack: 0 }
  }
  return cron(text.startsWith('@') ? (NICKNAMES[text.slice(1)] ?? '') : text)
}

/** Does it fire in this very second? */
export function firesAt(calendar: Calendar, at: WallTime): boolean {
  const { hours, minutes, seconds } = calendar
  return isOn(hours, at.hour) && isOn(minutes, at.minute) && seconds.has(at.second) && isDay(calendar, at)
}

/** How much of the time lies within `window` milliseconds after one of its times: 0 to 1. */
export function shareAfter(calendar: Calendar, window: number): number {
  const times = firings(calendar)
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at))
  const whole = gaps.reduce((sum, gap) => sum + gap, 0)
  return whole === 0 ? 0 : gaps.reduce((sum, gap) => sum + Math.min(gap, window), 0) / whole
}

/** A moment as a clock in UTC shows it. Milliseconds since the epoch in. */
export function utcWall(at: number): WallTime {
  const date = new Date(at)
  return {
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

function isOn(values: ReadonlySet<number> | null, value: number): boolean {
  return values === null || values.has(value)
}

function isDay({ months, days, weekdays, either }: Calendar, { month, day, weekday }: WallTime): boolean {
  if (!isOn(months, month)) return false
  if (either && days !== null && weekdays !== null) return days.has(day) || weekdays.has(weekday)
  return isOn(days, day) && isOn(weekdays, weekday)
}

const MOST_FIRINGS = 400
/** 2024-01-01, the beginning of a leap year, and far enough that a yearly job has a rhythm. */
const FROM = Date.UTC(2024, 0, 1)
const DAYS = 5 * 366

/** The first of its times in years that stand for any. */
function firings(calendar: Calendar): readonly number[] {
  const { hours, minutes, seconds } = calendar
  const times: number[] = []
  for (let day = 0; day < DAYS && times.length < MOST_FIRINGS; day++) {
    const start = FROM + day * DAY
    if (!isDay(calendar, utcWall(start))) continue
    for (const hour of sortedOr(hours, 24)) {
      for (const minute of sortedOr(minutes, 60)) {
        if (times.length >= MOST_FIRINGS) return times
        for (const second of sortedOr(seconds, 60)) times.push(start + ((hour * 60 + minute) * 60 + second) * SECOND)
      }
    }
  }
  return times
}

function sortedOr(values: ReadonlySet<number> | null, count: number): readonly number[] {
  return values === null ? Array.from({ length: count }, (_, i) => i) : [...values].sort((a, b) => a - b)
}

type CalendarRhythm = Extract<ScheduleRhythm, { kind: 'calendar' }>

/** Null: it never fires. */
function withRhythm(calendar: Calendar): CalendarRhythm | null {
  const times = firings(calendar)
  return times.length === 0 ? null : { kind: 'calendar', calendar, every: rhythm(times), slack: 0 }
}

/** Minute, hour, day, month, weekday. */
function cron(line: string): CalendarRhythm | null {
  const [m, h, d, mon, w, ...more] = line.split(/\s+/)
  if (m === undefined || h === undefined || d === undefined || mon === undefined || w === undefined) return null
  if (more.length > 0) return null
  const minutes = field(m, { from: 0, to: 59 })
  const hours = field(h, { from: 0, to: 23 })
  const days = field(d, { from: 1, to: 31 })
  const months = field(mon, { from: 1, to: 12, names: MONTHS })
  const weekdays = field(w, { from: 0, to: 7, names: WEEKDAYS })
  if (minutes === null || hours === null || days === null || months === null || weekdays === null) return null
  if (weekdays.has(7)) weekdays.add(0)
  return withRhythm({
    minutes,
    hours,
    months,
    days,
    weekdays,
    // A field that begins with `*` counts as not given, also `*/2`.
    either: !d.startsWith('*') && !w.startsWith('*'),
    seconds: new Set([0]),
    utc: false,
  })
}

interface Bounds {
  readonly from: number
  readonly to: number
  readonly names?: readonly string[]
}

/** Lists, ranges (`-` of cron, `..` of systemd), steps and names. Null for what is none of them (`0~59`). */
function field(text: string, { from, to, names = [] }: Bounds): Set<number> | null {
  const value = (word: string): number => {
    const named = names.indexOf(word.toLowerCase().slice(0, 3))
    if (named !== -1) return named + (names === MONTHS ? 1 : 0)
    return /^\d+$/.test(word) ? Number(word) : Number.NaN
  }
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/')
    const step = stepText === undefined ? 1 : Number(stepText)
    const ends = range === '*' ? [from, to] : range.split(/\.\.|-/).map(value)
    const [first = Number.NaN] = ends
    // `5/10` goes on to the end of the field.
    const last = ends.length === 2 ? (ends[1] ?? Number.NaN) : stepText === undefined ? first : to
    if (ends.length > 2 || !(step >= 1) || !(first >= from) || !(last <= to)) return null
    for (let at = first; at <= last; at += step) values.add(at)
    if (first > last && names !== WEEKDAYS) return null
    // Fri..Mon
    if (first > last) for (let at = first; at <= last + 7; at++) values.add(at % 7)
  }
  return values
}

/** `OnUnitActiveSec=30s, OnBootSec=30s`: what comes again counts, the most often first. */
function ofTimer(text: string): ScheduleRhythm | null {
  const settings = text.split(/, (?=[A-Z]\w*Sec=|OnCalendar=)/).map(setting => {
    const [key = '', ...rest] = setting.split('=')
    return { key, value: rest.join('=').trim() }
  })
  const spanOf = (wanted: string): number | null => timeSpan(settings.find(s => s.key === wanted)?.value ?? '')
  const slack = (spanOf('AccuracySec') ?? 60 * SECOND) + (spanOf('RandomizedDelaySec') ?? 0)
  const found = settings.flatMap(({ key, value }): readonly ScheduleRhythm[] => {
    if (key === 'OnCalendar') return [onCalendar(value)].flatMap(r => (r === null ? [] : [{ ...r, slack }]))
    if (key === 'AccuracySec' || key === 'RandomizedDelaySec') return []
    const every = timeSpan(value)
    if (every === null) return []
    return key === 'OnUnitActiveSec' || key === 'OnUnitInactiveSec'
      ? [{ kind: 'interval', every, slack }]
      : [{ kind: 'once' }]
  })
  const often = (r: ScheduleRhythm): number => (r.kind === 'once' ? Number.MAX_VALUE : (r.every ?? DAY))
  return found.toSorted((a, b) => often(a) - often(b))[0] ?? null
}

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msec)$/, 1],
  [/^(|s|sec|seconds?)$/, SECOND],
  [/^(m|min|minutes?)$/, 60 * SECOND],
  [/^(h|hr|hours?)$/, 3_600 * SECOND],
  [/^(d|days?)$/, DAY],
  [/^(w|weeks?)$/, 7 * DAY],
]

/** A unit of others may hold any text here. */
const LONGEST_SPAN = 100

/** systemd's: `30`, `30s`, `1h 30min`. Null for what is none. */
function timeSpan(text: string): number | null {
  if (text.length > LONGEST_SPAN || text.trim() === '') return null
  let sum = 0
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)]
  // Nothing else stands there.
  if (parts.reduce((length, [part]) => length + part.length, 0) !== text.length) return null
  for (const [, count, unit = ''] of parts) {
    const factor = UNITS.find(([pattern]) => pattern.test(unit))?.[1]
    if (factor === undefined) return null
    sum += Number(count) * factor
  }
  return sum > 0 ? sum : null
}

/** `Mon,Fri *-*-01 *:0/2:00 UTC`: each part may be missing. Null for what this cannot read: `~`, a year, another zone. */
function onCalendar(value: string): CalendarRhythm | null {
  const word = value.toLowerCase()
  if (word === 'minutely') return cron('* * * * *')
  if (word === 'quarterly') return cron('0 0 1 1,4,7,10 *')
  if (word === 'semiannually' || word === 'semi-annually') return cron('0 0 1 1,7 *')
  if (word === 'weekly') return cron('0 0 * * 1')
  if (Object.hasOwn(NICKNAMES, word)) return cron(NICKNAMES[word] ?? '')
  let calendar: Calendar = {
    ...{ months: null, days: null, weekdays: null, either: false, utc: false },
    ...{ hours: new Set([0]), minutes: new Set([0]), seconds: new Set([0]) },
  }
  for (const part of value.split(/\s+/)) {
    const next = part === 'UTC' ? { ...calendar, utc: true } : withPart(calendar, part)
    if (next === null) return null
    calendar = next
  }
  return withRhythm(calendar)
}

function withPart(calendar: Calendar, part: string): Calendar | null {
  if (part.includes(':')) {
    const [h = '', m = '', s = '0'] = part.split(':')
    const hours = field(h === '' ? '*' : h, { from: 0, to: 23 })
    const minutes = field(m, { from: 0, to: 59 })
    const seconds = field(s, { from: 0, to: 59 })
    return hours === null || minutes === null || seconds === null ? null : { ...calendar, hours, minutes, seconds }
  }
  if (part.includes('-')) {
    const [d = '', m = '', y = '*'] = part.split('-').reverse()
    const days = field(d, { from: 1, to: 31 })
    const months = field(m, { from: 1, to: 12 })
    return y !== '*' || days === null || months === null ? null : { ...calendar, days, months }
  }
  const weekdays = /^[a-z]/i.test(part) ? field(part, { from: 0, to: 6, names: WEEKDAYS }) : null
  return weekdays === null ? null : { ...calendar, weekdays }
}
