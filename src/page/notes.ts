// Restarts that netheal made, and warnings: what is neither a loss nor a loop.
import type { RestartMade, WarningSeen } from '../history/rules/story.ts'
import { counted, grouped } from './count.ts'
import { html, type Markup, NOTHING, name } from './markup.ts'
import { length, moment } from './moment.ts'

/** Lines of one list. */
const MOST_ROWS = 200

export function restartsSection(restarts: readonly RestartMade[]): Markup {
  const items = restarts
    .toReversed()
    .slice(0, MOST_ROWS)
    .map(
      ({ at, container, verb, succeeded }) =>
        html`<li>${moment(at)} <span>${verb === 'restart' ? 'restarted' : 'started'} ${name(container)}: <span class="outcome-${succeeded ? 'healed' : 'failed'}">${succeeded ? 'done' : 'failed'}</span></span></li>`,
    )
  const body =
    items.length === 0
      ? html`<p class="quiet">netheal restarted nothing. It does so only where a rule asks for it.</p>`
      : html`<p class="lead">Because a rule asks for it.${cut(restarts.length)}</p><ol class="entries">${items}</ol>`
  return html`<section aria-labelledby="restarts"><h2 id="restarts">Restarts by netheal</h2>${body}</section>`
}

/** Warnings that say the same, as one. */
export interface WarningGroup extends WarningSeen {
  readonly count: number
  readonly first: number
}

/** Newest first. */
export function warningGroups(warnings: readonly WarningSeen[]): readonly WarningGroup[] {
  const groups = Map.groupBy(warnings, w => `${w.container}\n${w.network}\n${w.message}`)
  return [...groups.values()]
    .flatMap(mine => {
      const last = mine.at(-1)
      return last === undefined ? [] : [{ ...last, count: mine.length, first: mine[0]?.at ?? last.at }]
    })
    .sort((a, b) => b.at - a.at)
}

export function warningsSection(warnings: readonly WarningSeen[]): Markup {
  const groups = warningGroups(warnings)
  const items = groups.slice(0, MOST_ROWS).map(({ at, count, first, message, over }) => {
    const often =
      count > 1 ? html` <span class="quiet">(${counted(count, 'time')} since ${moment(first)})</span>` : NOTHING
    const ended =
      over === null ? NOTHING : html` <span class="quiet">(over ${moment(over)}, after ${length(over - at)})</span>`
    return html`<li>${moment(at)} <span>${name(message)}${often}${ended}</span></li>`
  })
  const body =
    items.length === 0
      ? html`<p class="quiet">None.</p>`
      : html`<p class="lead">Newest first.${cut(groups.length)}</p><ol class="entries">${items}</ol>`
  return html`<section aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>${body}</section>`
}

function cut(count: number): string {
  return count <= MOST_ROWS
    ? ''
    : ` The newest ${MOST_ROWS} of ${grouped(count)}; all of them: sudo netheal history --json.`
}
