// Where a moment lies on an axis of time, in percent of its width, and which moments get a label.
import { clockOf, DAY, HOUR, MINUTE, SECOND, shortDay, stampOf } from './moment.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

/** 0 to 100, with two digits: enough for a screen of 5,000 pixels. What lies outside is at the edge. */
export function percent(at: number, { from, to }: Span): number {
  const share = to > from ? (at - from) / (to - from) : 0
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100
}

export interface Tick {
  readonly at: number
  readonly label: string
}

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map(n => n * MINUTE),
  ...[1, 2, 3, 6, 12].map(n => n * HOUR),
  ...[1, 2, 5, 7, 14, 30, 60, 90, 180, 365].map(n => n * DAY),
]

/** Some six labels, or four with seconds in them, at round moments in UTC: they must not touch on a phone. */
export function ticks(span: Span): readonly Tick[] {
  const width = span.to - span.from
  if (!(width > 0)) return []
  const step = STEPS.find(s => width / s <= (s < MINUTE ? 4 : 6)) ?? width
  const found: Tick[] = []
  for (let at = Math.ceil(span.from / step) * step; at <= span.to && found.length < 8; at += step)
    found.push({ at, label: labelOf(at, step) })
  return found
}

function labelOf(at: number, step: number): string {
  if (step >= DAY) return shortDay(at)
  if (step < MINUTE) return stampOf(at).slice(11)
  return at % DAY === 0 ? shortDay(at) : clockOf(at)
}

/** The length of time to heal on a logarithmic scale: 0 for 1 ms and less, 1 for a day and more. */
export function heightOf(milliseconds: number): number {
  return Math.min(1, Math.max(0, Math.log(Math.max(1, milliseconds)) / Math.log(DAY)))
}
