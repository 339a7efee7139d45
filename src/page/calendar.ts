// The heartbeat calendar: a square a day, month by month. A day without its line is a day on which nobody looked.
import { dayOf } from '../core/stamp.ts'
import type { HeartbeatDay, Loss } from '../history/rules/story.ts'
import { isUnhealed } from '../history/rules/story-days.ts'
import { markOf } from './cause.ts'
import { counted } from './count.ts'
import { html, type Markup, NOTHING } from './markup.ts'
import { DAY, moment, monthOf } from './moment.ts'
import { scrolling } from './scroll.ts'

/** Days shown, today included. */
export const MOST_DAYS = 120

/** `outage`: well when its line was written, and something was off for long on that day. `pending`: today, whose line may still come. `before`: before the first line that is known. */
export type DayKind = 'well' | 'outage' | 'degraded' | 'missing' | 'pending' | 'before'

export interface CalendarDay {
  /** `2025-12-29`. */
  readonly day: string
  /** Its beginning, milliseconds since the epoch. */
  readonly at: number
  readonly kind: DayKind
  readonly beat: HeartbeatDay | null
}

const WORDS: Readonly<Record<DayKind, string>> = {
  well: 'all was well',
  outage: 'well at its heartbeat, but something was off its network for over a minute',
  degraded: 'something was wrong',
  missing: 'no heartbeat: netheal did not look',
  pending: 'still to come',
  before: 'before the first heartbeat',
}

/** From the month of the first heartbeat, at most `MOST_DAYS` back, to today; whole months at the beginning. */
export function calendarOf(
  heartbeats: readonly HeartbeatDay[],
  now: number,
  losses: readonly Loss[] = [],
): readonly CalendarDay[] {
  const off = new Set(losses.filter(isOutage).flatMap(l => daysOf(l, now)))
  const byDay = new Map(heartbeats.map(h => [h.day, h]))
  const today = startOf(now)
  const first = heartbeats.reduce((at, h) => Math.min(at, startOf(Date.parse(h.day))), today)
  const begin = startOf(Date.parse(`${dayOf(Math.max(first, today - (MOST_DAYS - 1) * DAY)).slice(0, 7)}-01`))
  const days: CalendarDay[] = []
  for (let at = begin; at <= today; at += DAY) {
    const day = dayOf(at)
    const beat = byDay.get(day) ?? null
    const kind =
      beat !== null
        ? !beat.well
          ? 'degraded'
          : off.has(day)
            ? 'outage'
            : 'well'
        : at < first
          ? 'before'
          : at === today
            ? 'pending'
            : 'missing'
    days.push({ day, at, kind, beat })
  }
  return days
}

/** Longer than this is no heal that nobody felt; milliseconds. */
const FELT = 60_000

function isOutage(loss: Loss): boolean {
  if (markOf(loss) === 'first') return false
  return isUnhealed(loss) || (loss.milliseconds ?? 0) > FELT
}

function daysOf(loss: Loss, now: number): readonly string[] {
  const end =
    loss.milliseconds === null ? (loss.healedAt ?? (isUnhealed(loss) ? now : loss.at)) : loss.at + loss.milliseconds
  const days: string[] = []
  for (let at = startOf(loss.at); at <= end && days.length < MOST_DAYS; at += DAY) days.push(dayOf(at))
  return days
}

function startOf(at: number): number {
  return Number.isFinite(at) ? Math.floor(at / DAY) * DAY : 0
}

export function calendarSection(
  heartbeats: readonly HeartbeatDay[],
  now: number,
  losses: readonly Loss[] = [],
): Markup {
  const days = calendarOf(heartbeats, now, losses)
  const count = (kind: DayKind): number => days.filter(d => d.kind === kind).length
  const body =
    heartbeats.length === 0
      ? html`<p class="quiet">No heartbeat has been written yet. There is one line a day in <code>heartbeat.log</code>.</p>`
      : html`<p class="lead">${counted(count('well'), 'day')} well, ${count('outage')} with an outage, ${count('degraded')} not well, ${count('missing')} without a heartbeat.</p>
<ul class="legend">${(['well', 'outage', 'degraded', 'missing', 'pending'] as const).map(kind => html`<li><span class="day ${kind}" aria-hidden="true">${SIGNS[kind]}</span> ${WORDS[kind]}</li>`)}</ul>
<div class="months">${[...Map.groupBy(days, d => d.day.slice(0, 7)).values()].map(month)}</div>${table(days)}`
  return html`<section aria-labelledby="heartbeats"><h2 id="heartbeats">Heartbeats</h2>${body}</section>`
}

const SIGNS: Readonly<Record<DayKind, string>> = {
  well: '✓',
  outage: '~',
  degraded: '!',
  missing: '×',
  pending: '…',
  before: '',
}

function month(days: readonly CalendarDay[]): Markup {
  const [first] = days
  if (first === undefined) return NOTHING
  // Weeks begin on Monday.
  const lead = (new Date(first.at).getUTCDay() + 6) % 7
  const cells = [...Array.from({ length: lead }, () => html`<td></td>`), ...days.map(cell)]
  const weeks: Markup[] = []
  for (let i = 0; i < cells.length; i += 7) weeks.push(html`<tr>${cells.slice(i, i + 7)}</tr>`)
  const names = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map(day => html`<th scope="col">${day}</th>`)
  return html`<table class="month"><caption>${monthOf(first.at)}</caption><thead><tr>${names}</tr></thead><tbody>${weeks}</tbody></table>`
}

function cell({ day, kind, beat }: CalendarDay): Markup {
  const words =
    beat === null
      ? WORDS[kind]
      : `${beat.well ? 'OK' : 'DEGRADED'}: ${beat.text}${kind === 'outage' ? '; an outage on that day' : ''}`
  return html`<td><span class="day ${kind}" title="${day}: ${words}"><span aria-hidden="true">${Number(day.slice(8))}<i>${SIGNS[kind]}</i></span><span class="unseen">${Number(day.slice(8))}: ${WORDS[kind]}</span></span></td>`
}

function table(days: readonly CalendarDay[]): Markup {
  const rows = days
    .filter(d => d.kind !== 'before')
    .toReversed()
    .map(({ day, kind, beat }) => {
      const when = beat === null ? html`<time datetime="${day}">${day}</time>` : moment(beat.at)
      const said = beat?.well === true ? 'OK' : 'DEGRADED'
      const word = beat === null ? (kind === 'missing' ? 'missing' : '') : kind === 'outage' ? `${said}, outage` : said
      return html`<tr><th scope="row">${when}</th><td class="word-${kind}">${word}</td><td>${beat?.text ?? WORDS[kind]}</td></tr>`
    })
  return html`<details><summary>Heartbeats as a table (${counted(rows.length, 'day')})</summary>${scrolling('Heartbeats, each day', html`<table><thead><tr><th scope="col">day (UTC)</th><th scope="col">word</th><th scope="col">line</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`
}
