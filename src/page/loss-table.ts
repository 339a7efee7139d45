// Losses as a table: behind each picture of them.
import type { Loss } from '../history/rules/story.ts'
import { MARK_WORDS, markOf, OUTCOME_WORDS } from './cause.ts'
import { counted, grouped } from './count.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import { about, length, moment } from './moment.ts'
import { scrolling } from './scroll.ts'

/** Rows of one table; a page of ten thousand would take long to draw, and nobody reads it. */
export const MOST_ROWS = 500

/** Newest first. `label` names the table for who cannot see where it stands. `rows`: of one attachment, so many at most. */
export function lossTable(losses: readonly Loss[], label: string, rows: number | null = null): Markup {
  const whole = rows === null
  const most = rows ?? MOST_ROWS
  const newest = losses.toSorted((a, b) => b.at - a.at).slice(0, most)
  const cut =
    losses.length <= most
      ? NOTHING
      : html`<p class="quiet">The newest ${most} of ${grouped(losses.length)}; all of them: <code>sudo netheal history --json</code>.</p>`
  const who = whole ? html`<th scope="col">container</th><th scope="col">network</th>` : NOTHING
  return html`${cut}${scrolling(label, html`<table><thead><tr><th scope="col">noticed (UTC)</th>${who}<th scope="col">cause</th><th scope="col">outcome</th><th scope="col" class="number">healed in</th><th scope="col" class="number">off for</th><th scope="col">evidence</th></tr></thead><tbody>${newest.map(l => row(l, whole))}</tbody></table>`)}`
}

function row(loss: Loss, whole: boolean): Markup {
  const who = whole
    ? html`<td class="name">${name(loss.container)}</td><td class="name">${name(loss.network)}</td>`
    : NOTHING
  const time = loss.milliseconds === null ? '' : length(loss.milliseconds)
  return html`<tr><th scope="row">${moment(loss.at)}</th>${who}<td>${MARK_WORDS[markOf(loss)]}</td><td class="outcome-${loss.outcome}">${OUTCOME_WORDS[loss.outcome]}</td><td class="number">${time}</td><td class="number">${off(loss)}</td><td class="evidence">${evidence(loss)}</td></tr>`
}

/** The application's view: between two bounds where only looks tell when it was lost. */
function off({ outage }: Loss): string {
  if (outage === null) return ''
  const [least, most] = [about(outage.min), about(outage.max)]
  return least === most ? most : `${least} to ${most}`
}

function evidence({ evidence: seen, failures, why, healedAt, outcome }: Loss): Markup {
  const parts: Markup[] = []
  if (failures > 0) parts.push(html`tried ${counted(failures, 'time')} in vain`)
  if (why !== null) parts.push(html`${why}`)
  if (outcome === 'healed' && healedAt !== null && failures > 0) parts.push(html`back ${moment(healedAt)}`)
  if (seen !== null) {
    if (seen.deployment !== null) parts.push(html`Coolify deployment ${name(seen.deployment)}`)
    else if (seen.coolify) parts.push(html`a Coolify container`)
    if (seen.previousId !== null) parts.push(html`${short(seen.previousId)} became ${short(seen.containerId)}`)
    else parts.push(html`container ${short(seen.containerId)}`)
    if (seen.networkId !== null && seen.networkId !== seen.previousNetworkId)
      parts.push(html`network ${short(seen.previousNetworkId)} became ${short(seen.networkId)}`)
    if (seen.exitCode !== null && seen.exitCode !== 0) parts.push(html`exit code ${seen.exitCode}`)
  }
  return html`${parts.map((part, i) => (i === 0 ? part : html`; ${part}`))}`
}

function short(id: string): Markup {
  return html`<code>${id.slice(0, 12)}</code>`
}
