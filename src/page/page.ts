// The report page: one HTML document that asks for nothing else (no script, no font, no picture from elsewhere) and is a
// function of its model.
import { isUnhealed } from '../history/rules/story-days.ts'
import { calendarSection } from './calendar.ts'
import { type Concern, concernsOf, neverRan } from './concern.ts'
import { counted, grouped } from './count.ts'
import { episodesOf } from './episode.ts'
import { distributionOf, healTimesSection } from './heal-times.ts'
import { loopsSection } from './loops.ts'
import { html, type Markup, NOTHING, name, sourceOf, verbatim } from './markup.ts'
import type { PageModel } from './model.ts'
import { about, days, length, moment, spoken } from './moment.ts'
import { restartsSection, warningsSection } from './notes.ts'
import { nowSection } from './now.ts'
import { PAGE_POLICY } from './policy.ts'
import { STYLE } from './style.ts'
import { shapes, timelineSection } from './timeline.ts'

/** The whole document. Ten thousand losses take some tens of milliseconds: not for a thread that must not be held up. */
export function renderPage(model: PageModel): string {
  const concerns = concernsOf(model)
  const episodes = episodesOf(model)
  const { story, generatedAt, heartbeats } = model
  return sourceOf(html`${head(model, concerns)}<main id="top">${verdict(model, concerns)}${unreadable(model)}${nowSection(model)}
${timelineSection(model, episodes)}
${loopsSection(episodes, generatedAt)}
${healTimesSection(story.losses)}
${calendarSection(heartbeats, generatedAt, story.losses)}
${restartsSection(story.restarts)}
${warningsSection(story.warnings)}
${foot(model)}`)
}

function head(model: PageModel, concerns: readonly Concern[]): Markup {
  const { host, refresh, generatedAt, program, span } = model
  const bad = concerns.filter(c => c.tone === 'bad').length
  const word = bad > 0 ? `${bad} to look at` : concerns.some(c => c.tone === 'warn') ? 'wait and see' : 'all is well'
  const place = host === null ? NOTHING : html` on ${host}`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">${refresh === null ? NOTHING : html`<meta http-equiv="refresh" content="${String(refresh)}">`}<meta name="generator" content="netheal ${program}"><title>netheal${place}: ${word}</title><style>${verbatim(STYLE)}</style></head>
<body>${shapes()}<a class="skip" href="#top">To the verdict</a>
<header><p class="brand"><span class="logo" aria-hidden="true"></span>netheal${host === null ? NOTHING : html` <span class="host">on ${name(host)}</span>`}</p><p class="quiet">as of ${moment(generatedAt)} UTC, about the last ${days(span.to - span.from)}${refresh === null ? NOTHING : html`; it asks again every ${String(refresh)} s: if this time is older than that, netheal does not answer any more`}</p></header>
`
}

function verdict(model: PageModel, concerns: readonly Concern[]): Markup {
  const serious = concerns.filter(c => c.tone !== 'note')
  const notes = concerns.filter(c => c.tone === 'note')
  const [worst, ...others] = serious
  if (worst === undefined) {
    return html`<div class="verdict well"><h1>All is well${notes.length === 0 ? '' : ', as far as netheal can tell'}.</h1><p>${recount(model)} ${healer(model)}</p>${list(notes)}${notes.length === 0 ? html`<p>Nothing to do.</p>` : NOTHING}</div>`
  }
  const rest = others.length + notes.length
  return html`<div class="verdict ${worst.tone}"><h1>${sentence(worst)}</h1>${steps(worst)}${rest === 0 ? NOTHING : html`<h2 class="also">And ${rest} more</h2>${list([...others, ...notes])}`}<p class="quiet">${recount(model)} ${healer(model)}</p></div>`
}

/** Begins with a capital letter, where the first word is one of ours and not a name (which has a tag around it), or a config key. */
function sentence({ what }: Concern): Markup {
  const source = sourceOf(what)
  if (!/^[a-z]+(?![\w.])/.test(source) || source.startsWith('netheal')) return html`${what}.`
  return verbatim(`${source.charAt(0).toUpperCase()}${source.slice(1)}.`)
}

function steps({ steps: all }: Concern): Markup {
  return all.length === 0 ? NOTHING : html`<ul class="steps">${all.map(step => html`<li>${step}</li>`)}</ul>`
}

function list(concerns: readonly Concern[]): Markup {
  if (concerns.length === 0) return NOTHING
  return html`<ul class="concerns">${concerns.map(c => html`<li class="${c.tone}"><p><strong>${sentence(c)}</strong></p>${steps(c)}</li>`)}</ul>`
}

/** What happened in the span, in a sentence or two. */
function recount(model: PageModel): Markup {
  if (neverRan(model)) return NOTHING
  const { story, span } = model
  const lost = story.losses.filter(l => l.cause !== null || l.untold !== null)
  const lately = html`In the last ${days(span.to - span.from)}`
  if (lost.length === 0)
    return html`${lately} nothing was lost${model.healer.alive ? '' : ', as far as netheal looked'}.`
  const open = lost.filter(isUnhealed).length
  const found = distributionOf(lost)
  const how =
    found === null ? NOTHING : html` (half within ${length(found.median)}, the longest in ${length(found.longest)})`
  const times = counted(lost.length, 'loss', 'losses')
  if (lost.length === 1 && open === 0)
    return html`${lately} there was ${times}, and it was healed in ${length(found?.median ?? 0)}.`
  if (open === 0) return html`${lately} there were ${times}, each of them healed${how}.`
  return html`${lately} there ${lost.length === 1 ? 'was' : 'were'} ${times}: ${grouped(lost.length - open)} healed${how}; ${grouped(open)} not, as far as netheal knows.`
}

function healer({ healer: { alive, mode, lastPassAt, lastPassOk }, generatedAt }: PageModel): Markup {
  if (!alive || lastPassAt === null) return NOTHING
  const who = mode === 'once' ? 'netheal runs from cron' : 'netheal runs'
  return html`${who}; its last pass was ${about(generatedAt - lastPassAt)} ago, ${spoken(lastPassAt)}${lastPassOk === false ? ', and failed' : ''}.`
}

function unreadable({ unreadable: all }: PageModel): Markup {
  if (all.length === 0) return NOTHING
  return html`<section class="unreadable" aria-labelledby="unreadable"><h2 id="unreadable">What this page could not read</h2><ul>${all.map(text => html`<li>${text}</li>`)}</ul></section>`
}

function foot({ program, generatedAt }: PageModel): Markup {
  return html`</main><footer><p>netheal ${program}, ${moment(generatedAt)}. All times are UTC.</p><p>More: <code>sudo netheal status</code>, <code>sudo netheal history</code>, <code>sudo netheal diagnose</code>.</p></footer></body></html>
`
}
