// Loops with their evidence: when, why, which deployment, and what ends them for good.
import { causeWord, markOf, SOURCE_WORDS } from './cause.ts'
import { counted } from './count.ts'
import type { Episode } from './episode.ts'
import { lossTable } from './loss-table.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import { about, length, MINUTE, moment, rhythm, stampOf } from './moment.ts'
import { percent, type Span, ticks } from './scale.ts'
import { scrolling } from './scroll.ts'

/** Loops that are told one by one. */
const MOST_LOOPS = 20
/** Rows of one loop's table; the table of all losses has more. */
const LOOP_ROWS = 100
/** Marks of one strip. */
const MOST_MARKS = 200

export function loopsSection(episodes: readonly Episode[], now: number): Markup {
  const left = episodes.length - MOST_LOOPS
  const more = left <= 0 ? NOTHING : html`<p class="quiet">${left} older ones: <code>sudo netheal history</code>.</p>`
  const body =
    episodes.length === 0
      ? html`<p class="quiet">None: no attachment was lost again and again.</p>`
      : html`${episodes.slice(0, MOST_LOOPS).map((e, i) => article(e, i, now))}${more}`
  return html`<section aria-labelledby="loops"><h2 id="loops">Loops</h2>${body}</section>`
}

function article(episode: Episode, index: number, now: number): Markup {
  const { container, network, kind, cause, source, count, every, since, last, over, clearedAt, remedy } = episode
  const pace = every === null ? NOTHING : html` ${rhythm(every)}`
  const title =
    kind === 'detach-loop'
      ? html`${name(container)} ${over ? 'lost' : 'loses'} ${name(network ?? 'its network')}${pace}`
      : html`${name(container)} ${over ? 'was' : 'is'} restarted, it seems from outside${pace}`
  const state = !over
    ? html`<span class="badge">goes on</span>`
    : html`<span class="badge over">over${clearedAt === null ? NOTHING : html` since ${moment(clearedAt)}`}</span>`
  return html`<article class="loop${over ? ' is-over' : ''}" aria-labelledby="loop-${index}"><h3 id="loop-${index}">${title} ${state}</h3>
${strip(episode, now)}
<dl class="facts"><div><dt>how often</dt><dd>${counted(count, 'time')} in ${length(last - since)}</dd></div><div><dt>first</dt><dd>${moment(since)}</dd></div><div><dt>last</dt><dd>${moment(last)}${over ? NOTHING : html`, ${about(now - last)} ago`}</dd></div><div><dt>cause</dt><dd>${cause === 'restarted' ? 'stopped and started, it seems from outside' : causeWord(cause)}</dd></div><div><dt>likely source</dt><dd>${SOURCE_WORDS[source]}</dd></div>${deployments(episode)}</dl>
<p class="remedy"><strong>To end it for good:</strong> probably ${remedy}.</p>
${evidence(episode, index)}</article>`
}

/** Cause and rhythm at a glance: each loss, or start, on a line. */
function strip(episode: Episode, now: number): Markup {
  const times =
    episode.losses.length > 0
      ? episode.losses.map(l => ({ at: l.at, mark: markOf(l) }))
      : episode.starts.map(at => ({ at, mark: 'replaced' as const }))
  if (times.length === 0) return NOTHING
  const to = episode.clearedAt ?? (episode.over ? episode.last : Math.max(now, episode.last))
  const pad = Math.max(MINUTE / 2, (to - episode.since) * 0.03)
  const span: Span = { from: episode.since - pad, to: to + pad }
  const shown = thinned(times)
  const marks = shown.map(
    ({ at, mark }) =>
      html`<g class="mark-${mark}"><title>${stampOf(at)} UTC</title><use href="#m-${mark}" x="${percent(at, span)}%" y="16" width="12" height="12" transform="translate(-6 -6)"/></g>`,
  )
  const labels = ticks(span).map(({ at, label }) => {
    const x = percent(at, span)
    const anchor = x < 4 ? 'start' : x > 96 ? 'end' : 'middle'
    return html`<line x1="${x}%" x2="${x}%" y1="28" y2="33" class="axis"/><text x="${x}%" y="46" text-anchor="${anchor}" class="tick">${label}</text>`
  })
  const what = episode.kind === 'detach-loop' ? 'losses' : 'starts from outside'
  return html`<svg class="chart" width="100%" height="50" role="img" aria-label="${times.length} ${what} from ${stampOf(episode.since)} to ${stampOf(episode.last)} UTC on a line of time${episode.every === null ? '' : `, ${rhythm(episode.every)}`}. The table below has each."><line x1="0" x2="100%" y1="28" y2="28" class="axis"/>${marks}${labels}</svg>`
}

/** Evenly fewer, first and last kept. */
function thinned<T>(all: readonly T[]): readonly T[] {
  const step = Math.ceil(all.length / MOST_MARKS)
  return step <= 1 ? all : all.filter((_, i) => i % step === 0 || i === all.length - 1)
}

function deployments({ losses }: Episode): Markup {
  const ids = [...new Set(losses.flatMap(l => l.evidence?.deployment ?? []))]
  if (ids.length === 0) return NOTHING
  const named = ids.slice(-6).map((id, i) => (i === 0 ? name(id) : html`, ${name(id)}`))
  const more = ids.length > 6 ? html` and ${ids.length - 6} before` : NOTHING
  return html`<div class="wide"><dt>deployments</dt><dd>${named}${more}</dd></div>`
}

function evidence(episode: Episode, index: number): Markup {
  const { losses, starts } = episode
  if (losses.length > 0)
    return html`<details><summary>Evidence: its ${counted(losses.length, 'loss', 'losses')}</summary>${lossTable(losses, `Losses of loop ${index + 1}`, LOOP_ROWS)}</details>`
  if (starts.length === 0) return html`<p class="quiet">The log no longer has its individual losses.</p>`
  const rows = starts
    .toReversed()
    .slice(0, LOOP_ROWS)
    .map((at, i, all) => {
      const before = all[i + 1]
      return html`<tr><th scope="row">${moment(at)}</th><td class="number">${before === undefined ? '' : length(at - before)}</td></tr>`
    })
  return html`<details><summary>Evidence: its ${counted(starts.length, 'start')} from outside</summary>${scrolling(`Starts of loop ${index + 1}`, html`<table><thead><tr><th scope="col">started (UTC)</th><th scope="col" class="number">after the one before</th></tr></thead><tbody>${rows}</tbody></table>`)}</details>`
}
