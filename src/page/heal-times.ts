// How long healing took, as a distribution: the numbers, and a histogram whose columns double (1, 2, 5, 10, ... ms).
import type { Loss } from '../history/rules/story.ts'
import { markOf } from './cause.ts'
import { grouped } from './count.ts'
import { html, type Markup, NOTHING } from './markup.ts'
import { DAY, HOUR, length, MINUTE, SECOND } from './moment.ts'
import { scrolling } from './scroll.ts'

export interface Distribution {
  readonly count: number
  readonly median: number
  readonly p95: number
  readonly longest: number
  /** Milliseconds, the shortest first. */
  readonly times: Float64Array
}

/** Milliseconds; `from` is in it, `to` is not. `to` null: no upper bound. */
export interface Column {
  readonly from: number
  readonly to: number | null
  readonly count: number
}

const EDGES = [
  ...[0, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20].map(n => n * SECOND),
  ...[1, 2, 5, 10, 20].map(n => n * MINUTE),
  ...[1, 3, 6, 12].map(n => n * HOUR),
  ...[1, 3].map(n => n * DAY),
]

/** Of what was lost, and not of first attaches. Null: nothing was healed. */
export function distributionOf(losses: readonly Loss[]): Distribution | null {
  const times = Float64Array.from(
    losses.flatMap(l => (markOf(l) !== 'first' && l.outcome === 'healed' ? (l.milliseconds ?? []) : [])),
  ).sort()
  const longest = times.at(-1)
  if (longest === undefined) return null
  return { count: times.length, median: quantile(times, 0.5), p95: quantile(times, 0.95), longest, times }
}

/** Without gaps, from just before the first that holds anything to just after the last. */
export function columnsOf({ times }: Distribution): readonly Column[] {
  let done = 0
  const columns = EDGES.map((from, i): Column => {
    const to = EDGES[i + 1] ?? null
    const before = done
    while (done < times.length && (to === null || (times[done] ?? 0) < to)) done += 1
    return { from, to, count: done - before }
  })
  const first = columns.findIndex(c => c.count > 0)
  const last = columns.findLastIndex(c => c.count > 0)
  return columns.slice(Math.max(0, first - 1), last + 2)
}

/** The nearest rank: a time that was really measured. */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

const HEIGHT = 150

export function healTimesSection(losses: readonly Loss[]): Markup {
  const found = distributionOf(losses)
  const body =
    found === null
      ? html`<p class="quiet">No heal is known in this time.</p>`
      : html`
<dl class="tiles">
<div><dt>healed</dt><dd>${grouped(found.count)}</dd></div>
<div><dt>half within</dt><dd>${length(found.median)}</dd></div>
<div><dt>95 % within</dt><dd>${length(found.p95)}</dd></div>
<div><dt>longest</dt><dd>${length(found.longest)}</dd></div>
</dl>
${histogram(found, columnsOf(found))}${table(found, columnsOf(found))}`
  return html`<section aria-labelledby="times"><h2 id="times">Time to heal</h2>
<p class="lead">From the moment a loss was noticed until the container was back on the network.</p>${body}</section>`
}

function histogram(found: Distribution, columns: readonly Column[]): Markup {
  const { count } = found
  const most = Math.max(1, ...columns.map(c => c.count))
  const width = 100 / columns.length
  const bars = columns.map((column, i) => {
    const tall = column.count === 0 ? 0 : Math.max(3, (column.count / most) * (HEIGHT - 64))
    const top = HEIGHT - 28 - tall
    const x = digits(i * width)
    const middle = digits((i + 0.5) * width)
    const number =
      column.count === 0
        ? NOTHING
        : html`<text x="${middle}%" y="${digits(top - 5)}" class="count">${grouped(column.count)}</text>`
    const bar = html`<rect x="${x}%" y="${digits(top)}" width="${digits(width)}%" height="${digits(tall)}" class="bar"><title>${wordsOf(column)}: ${grouped(column.count)}</title></rect>`
    return { bar, number }
  })
  // Every label would be too many for a phone.
  const every = Math.ceil(columns.length / 6)
  const labels = columns.flatMap((column, i) =>
    i % every === 0 && i > 0
      ? [html`<text x="${digits(i * width)}%" y="${HEIGHT - 8}" class="tick">${length(column.from)}</text>`]
      : [],
  )
  const lines = [
    { at: found.median, word: 'half' },
    { at: found.p95, word: '95 %' },
  ].map(({ at, word }) => {
    const x = digits(placeOf(at, columns))
    return html`<line x1="${x}%" x2="${x}%" y1="16" y2="${HEIGHT - 28}" class="mark-line"/><text x="${x}%" y="11" class="mark-text">${word}</text>`
  })
  const near = Math.abs(placeOf(found.p95, columns) - placeOf(found.median, columns)) < 14
  return html`<svg class="chart" width="100%" height="${HEIGHT}" role="img" aria-label="Histogram of ${grouped(count)} times to heal: half within ${length(found.median)}, 95 % within ${length(found.p95)}, the longest ${length(found.longest)}. The table below has the numbers.">
<line x1="0" x2="100%" y1="${HEIGHT - 27.5}" y2="${HEIGHT - 27.5}" class="axis"/>${bars.map(b => b.bar)}${near ? lines.slice(0, 1) : lines}${bars.map(b => b.number)}${labels}</svg>`
}

/** In percent of the width: within its column, by the logarithm, as the axis is. */
function placeOf(time: number, columns: readonly Column[]): number {
  const at = columns.findLastIndex(c => c.from <= time)
  const column = columns[at]
  if (column === undefined) return 0
  const from = Math.max(0.5, column.from)
  const to = column.to ?? from * 3
  const within = Math.log(Math.max(from, time) / from) / Math.log(to / from)
  return ((at + Math.min(1, within)) / columns.length) * 100
}

function wordsOf({ from, to }: Column): string {
  if (to === null) return `${length(from)} and more`
  return from === 0 ? `below ${length(to)}` : `${length(from)} to ${length(to)}`
}

function table({ count }: Distribution, columns: readonly Column[]): Markup {
  const rows = columns.map(
    column =>
      html`<tr><th scope="row">${wordsOf(column)}</th><td class="number">${grouped(column.count)}</td><td class="number">${digits((column.count / count) * 100)} %</td></tr>`,
  )
  return html`<details><summary>Time to heal as a table</summary>${scrolling('Time to heal, in numbers', html`<table><thead><tr><th scope="col">time</th><th scope="col" class="number">heals</th><th scope="col" class="number">share</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`
}

function digits(value: number): number {
  return Math.round(value * 100) / 100
}
