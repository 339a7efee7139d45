// What is attached now: a card for each attachment, the worst first.

import { RUNG_MEANINGS, STATUS_MEANINGS } from '../core/meanings.ts'
import { isAbout } from '../history/rules/lasting-name.ts'
import { causeWord, WORST_FIRST } from './cause.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import type { PageModel, ShownAttachment } from './model.ts'
import { about, moment } from './moment.ts'

/** Cards that are drawn; the rest is counted. A thousand attachments are for `netheal status`. */
const MOST_CARDS = 60

export function nowSection(model: PageModel): Markup {
  const all = model.attachments.toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
  const counts = WORST_FIRST.flatMap(state => {
    const count = all.filter(a => a.state === state).length
    return count === 0 ? [] : [`${count} ${state}`]
  })
  const left = all.length - MOST_CARDS
  const more =
    left <= 0
      ? NOTHING
      : html`<p class="quiet">${left} more, none of them worse; all of them: <code>sudo netheal status</code>.</p>`
  const body =
    all.length === 0
      ? html`<p class="quiet">No pass has looked yet. <code>sudo netheal check</code> looks now.</p>`
      : html`<p class="lead">${counts.join(', ')}.</p><ul class="cards">${all.slice(0, MOST_CARDS).map(a => card(a, model))}</ul>${more}`
  return html`<section aria-labelledby="now"><h2 id="now">Attached now</h2>${body}</section>`
}

/** While the engine cannot be seen nobody knows what is so now. */
const LAST_SEEN = 'on the network when the engine was last seen; it cannot be seen now'

function card(attachment: ShownAttachment, { generatedAt: now, loops, healer }: PageModel): Markup {
  const { container, network, state, since, lastDetach } = attachment
  const meaning = healer.lastPassOk === false && state === 'attached' ? LAST_SEEN : STATUS_MEANINGS[state]
  const lost =
    lastDetach === null
      ? html`never lost, as far as is known`
      : html`last lost ${moment(lastDetach.at)} (${causeWord(lastDetach.cause)})`
  const inLoop = loops.some(l => isAbout(l, attachment))
  const badge = inLoop ? html` <span class="badge">in a loop</span>` : NOTHING
  return html`<li class="card state-${state}"><p class="state"><span class="dot" aria-hidden="true"></span>${state}${badge}</p>
<p class="who"><strong>${name(container)}</strong> <span class="on">on ${name(network)}</span></p>
<p class="quiet">${meaning}${detail(attachment)}</p><p class="quiet">since ${moment(since)}, ${about(now - since)} ago; ${lost}</p>${proof(attachment, now)}</li>`
}

/** What it does not reach. */
function detail({ reach: { unreachable } }: ShownAttachment): Markup {
  return unreachable === null ? NOTHING : html`: ${unreachable.detail}`
}

/** How far that is proven; nothing of what is not attached. */
function proof({ state, reach }: ShownAttachment, now: number): Markup {
  if (state !== 'attached' && state !== 'unreachable') return NOTHING
  const { proof: known, isPending } = reach
  const when = known === null ? NOTHING : html`, ${about(now - known.at)} ago`
  const rung = known?.rung ?? 'listed'
  return html`<p class="quiet">proven: ${rung}${when} (${RUNG_MEANINGS[rung]})${isPending ? '; the next proof is pending' : ''}</p>`
}
