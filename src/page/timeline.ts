// The timeline: for each attachment a lane with its losses (shape and colour say the cause, height how long it took to
// heal) and its loops as bands. All in percent of the width, so that letters stay letters on a phone.
import { isAbout, lastingKey } from '../history/rules/lasting-name.ts'
import type { Loss } from '../history/rules/story.ts'
import { isUnhealed } from '../history/rules/story-days.ts'
import { MARK_MEANINGS, MARK_SHAPES, MARK_WORDS, MARKS, type Mark, markOf } from './cause.ts'
import { counted, grouped, often } from './count.ts'
import type { Episode } from './episode.ts'
import { distributionOf } from './heal-times.ts'
import { type Gap, type Lane, type LaneMark, lanesOf } from './lane.ts'
import { lossTable } from './loss-table.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import type { PageModel } from './model.ts'
import { HOUR, length, MINUTE, rhythm, SECOND, stampOf } from './moment.ts'
import { heightOf, percent, type Span, ticks } from './scale.ts'

/** Lanes that are drawn, those with most losses; the table has the rest. */
const MOST_LANES = 8

const TOP = 30
const BASE = 122
const HEIGHT = 146
/** Not within the markup: a bundle is plain ASCII, and keeps what stands in a template as it is. */
const TIMES = '×'

export function timelineSection(model: PageModel, episodes: readonly Episode[]): Markup {
  const { losses } = model.story
  const span = drawnSpan(model, episodes)
  const lanes = lanesOf(losses, span, attachedSince(model))
  const left = lanes.length - MOST_LANES
  const more =
    left <= 0 ? NOTHING : html`<p class="quiet">${left} more with fewer losses are in the table, but not drawn.</p>`
  const body =
    lanes.length === 0
      ? html`<p class="quiet">No loss is known, and nothing had to be attached.</p>`
      : html`<p class="lead">Each mark is a loss: its shape says why, its height how long it took until the container was back. Bands are loops; a bar on the line is a long time off the network.</p>${legend(losses)}${lanes.slice(0, MOST_LANES).map(lane => laneMarkup(lane, { ...model, span }, episodes))}${more}<details><summary>${tableWords(losses)}</summary>${lossTable(losses, 'All losses')}</details>`
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Losses and heals</h2>${body}</section>`
}

/** Share of the axis before the first thing on it, and its least length. */
const BEFORE = 0.03
const LEAST = 10 * MINUTE

/** From the first thing that is known: in its first days a month would be empty, and all losses would be one mark at its end. */
export function drawnSpan({ span, story, heartbeats }: PageModel, episodes: readonly Episode[]): Span {
  const known = [
    ...story.losses.slice(0, 1).map(l => l.at),
    ...episodes.map(e => e.since),
    ...heartbeats.slice(0, 1).map(h => h.at),
  ]
  const first = known.reduce((a, b) => Math.min(a, b), span.to)
  const length = Math.max(LEAST, (span.to - first) * (1 + BEFORE))
  return { from: Math.max(span.from, span.to - length), to: span.to }
}

/** A first attach is none of the losses. */
function tableWords(losses: readonly Loss[]): string {
  const first = losses.filter(l => markOf(l) === 'first').length
  const lost = `All losses as a table (${grouped(losses.length - first)})`
  return first === 0 ? lost : `${lost.slice(0, -1)}, and ${counted(first, 'first attach', 'first attaches')})`
}

function attachedSince({ attachments }: PageModel): ReadonlyMap<string, number> {
  return new Map(
    attachments.filter(a => a.state === 'attached' || a.state === 'unreachable').map(a => [lastingKey(a), a.since]),
  )
}

/** The shapes, once for the whole page. */
export function shapes(): Markup {
  const symbols = MARKS.map(
    mark => html`<symbol id="m-${mark}" viewBox="0 0 12 12"><path d="${MARK_SHAPES[mark]}"/></symbol>`,
  )
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true" focusable="false">${symbols}</svg>`
}

function legend(losses: readonly Loss[]): Markup {
  const there = new Set(losses.map(markOf))
  const items = MARKS.filter(mark => there.has(mark)).map(
    mark =>
      html`<li><svg width="12" height="12" class="mark-${mark}" aria-hidden="true"><use href="#m-${mark}" width="12" height="12"/></svg> ${MARK_MEANINGS[mark]}</li>`,
  )
  const ring = losses.some(isUnhealed)
    ? html`<li><svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="6" class="unhealed"/></svg> ringed: not healed, as far as netheal knows</li>`
    : NOTHING
  return html`<ul class="legend">${items}${ring}</ul>`
}

function laneMarkup(lane: Lane, model: PageModel, episodes: readonly Episode[]): Markup {
  const { container, network, losses } = lane
  const mine = episodes.filter(e => isAbout(e, lane))
  const found = distributionOf(losses)
  const lost = losses.filter(l => markOf(l) !== 'first').length
  const facts = [
    lost === 0 ? 'never lost' : `lost ${often(lost)}`,
    ...(found === null ? [] : [`${grouped(found.count)} healed, half within ${length(found.median)}`]),
    ...(losses.some(isUnhealed) ? [`${grouped(losses.filter(isUnhealed).length)} not healed`] : []),
    ...(mine.length === 0 ? [] : [counted(mine.length, 'loop')]),
  ].join('; ')
  return html`<figure class="lane"><figcaption><strong>${name(container)}</strong> <span class="on">on ${name(network)}</span><br><span class="quiet">${facts}</span></figcaption>
<div class="plot">${levels()}<svg class="chart" width="100%" height="${HEIGHT}" role="img" aria-label="Timeline of ${container} on ${network}: ${facts}. The table below has each loss.">${axis(model.span)}${bands(mine, model)}${lane.gaps.map(g => gap(g, model.span))}${lane.marks.map(m => markMarkup(m, model.span))}</svg></div></figure>`
}

const LEVELS = [
  { at: 10, label: '10 ms' },
  { at: SECOND, label: '1 s' },
  { at: MINUTE, label: '1 min' },
  { at: HOUR, label: '1 h' },
]

/** Beside the picture, so that no mark covers them. */
function levels(): Markup {
  const texts = LEVELS.map(({ at, label }) => html`<text x="36" y="${yOf(at) + 3.5}" class="level">${label}</text>`)
  return html`<svg class="chart" width="42" height="${HEIGHT}" aria-hidden="true">${texts}</svg>`
}

function axis(span: Span): Markup {
  const lines = LEVELS.map(({ at }) => html`<line x1="0" x2="100%" y1="${yOf(at)}" y2="${yOf(at)}" class="grid"/>`)
  const labels = ticks(span).map(({ at, label }) => {
    const x = percent(at, span)
    const anchor = x < 4 ? 'start' : x > 96 ? 'end' : 'middle'
    return html`<line x1="${x}%" x2="${x}%" y1="${BASE}" y2="${BASE + 5}" class="axis"/><text x="${x}%" y="${HEIGHT - 6}" text-anchor="${anchor}" class="tick">${label}</text>`
  })
  return html`${lines}<line x1="0" x2="100%" y1="${BASE}" y2="${BASE}" class="axis"/>${labels}`
}

function bands(episodes: readonly Episode[], { span, generatedAt }: PageModel): Markup {
  let free = 0
  const drawn = episodes
    .toSorted((a, b) => a.since - b.since)
    .slice(-40)
    .map(episode => {
      const begin = percent(episode.since, span)
      const end = percent(episode.clearedAt ?? (episode.over ? episode.last : generatedAt), span)
      const width = Math.max(0.6, Math.round((end - begin) * 100) / 100)
      // The narrowest is still seen, and none goes beyond the edge.
      const x = Math.round(Math.min(begin, 100 - width) * 100) / 100
      const words = episode.every === null ? 'loop' : `loop, ${rhythm(episode.every)}`
      // On a phone a label takes half of the width.
      const right = x > 50
      const fits = right ? x - 45 >= free || x + width - 45 >= free : x >= free
      if (fits) free = right ? x + width : x + 45
      const label = fits
        ? html`<text x="${right ? Math.min(100, Math.round((x + width) * 100) / 100) : x}%" y="13" text-anchor="${right ? 'end' : 'start'}" class="band-text">${words}</text>`
        : NOTHING
      return html`<rect x="${x}%" y="18" width="${width}%" height="${BASE - 18}" class="band"><title>${words}; ${episode.count} times from ${stampOf(episode.since)} to ${stampOf(episode.last)}; ${MARK_WORDS[episode.cause as Mark] ?? episode.cause}</title></rect>${label}`
    })
  return html`${drawn}`
}

function gap({ from, to, unhealed }: Gap, span: Span): Markup {
  const x = percent(from, span)
  const width = Math.round((percent(to, span) - x) * 100) / 100
  return html`<rect x="${x}%" y="${BASE - 5}" width="${width}%" height="5" class="off-${unhealed ? 'open' : 'healed'}"><title>off the network from ${stampOf(from)} to ${stampOf(to)} UTC, ${length(to - from)}</title></rect>`
}

function markMarkup(mark: LaneMark, span: Span): Markup {
  const x = percent((mark.first + mark.last) / 2, span)
  const y = yOf(mark.longest)
  const size = mark.count === 1 ? 10 : mark.count < 10 ? 13 : mark.count < 100 ? 16 : 19
  const ring = mark.unhealed > 0 ? html`<circle cx="${x}%" cy="${y}" r="${size / 2 + 3}" class="unhealed"/>` : NOTHING
  const side = x > 90 ? 'end' : x < 10 ? 'start' : 'middle'
  // Several that are too close to be told apart say how many they are.
  const many =
    mark.count === 1
      ? NOTHING
      : html`<text x="${x}%" y="${y - size / 2 - 4}" text-anchor="${side}" class="many">${TIMES}${grouped(mark.count)}</text>`
  return html`<g class="mark-${mark.mark}"><title>${wordsOf(mark)}</title><line x1="${x}%" x2="${x}%" y1="${y}" y2="${BASE}" class="stem"/>${ring}<use href="#m-${mark.mark}" x="${x}%" y="${y}" width="${size}" height="${size}" transform="translate(${-size / 2} ${-size / 2})"/>${many}</g>`
}

function wordsOf({ mark, count, first, last, longest, unhealed }: LaneMark): string {
  const word = MARK_WORDS[mark]
  const open = unhealed === 0 ? '' : unhealed === count ? ', not healed' : `, ${unhealed} not healed`
  if (count === 1)
    return `${stampOf(first)} UTC: ${word}; ${unhealed > 0 ? `off for ${length(longest)}` : `healed in ${length(longest)}`}${open}`
  return `${stampOf(first)} to ${stampOf(last)} UTC: ${count} times ${word}, the longest ${length(longest)}${open}`
}

function yOf(milliseconds: number): number {
  return Math.round((BASE - 8 - heightOf(milliseconds) * (BASE - 8 - TOP)) * 10) / 10
}
