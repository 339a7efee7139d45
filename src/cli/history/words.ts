// Losses in words: one in detail, many in summary.
import { span } from '../../core/entry.ts'
import { outageText } from '../../core/outage.ts'
import { stampOf } from '../../core/stamp.ts'
import type { LoopEpisode, Loss } from '../../history/rules/story.ts'
import { causesOf, healTimes, lossKind } from '../../history/rules/story-days.ts'

/** `14:32:01` in UTC. */
export function timeOf(at: number): string {
  return stampOf(at).slice(11, 19)
}

/** `2025-12-29 14:32` in UTC. */
export function minuteOf(at: number): string {
  return stampOf(at).slice(0, 16)
}

/** The cause of a loss, or what stands in for it. */
export function causeText(loss: Loss): string {
  const kind = lossKind(loss)
  if (kind === 'first') return 'first attach'
  return kind === 'unknown' ? 'cause unknown' : kind
}

/** What became of it. */
export function outcomeText(loss: Loss): string {
  const { outcome, milliseconds, failures, why } = loss
  const tries = failures === 0 ? '' : `${failures} ${failures === 1 ? 'attempt' : 'attempts'} failed`
  switch (outcome) {
    case 'healed': {
      const took = milliseconds === null ? '' : `${failures > 0 ? ' after' : ' in'} ${span(milliseconds)}`
      const before = tries === '' ? '' : `; ${tries}: ${why}`
      const off = loss.outage === null ? '' : `, ${outageText(loss.outage)}`
      return `attached${lossKind(loss) === 'first' ? '' : ' again'}${took}${off}${before}`
    }
    case 'waiting':
      return 'will join at its next start'
    case 'returned': {
      const after = milliseconds === null ? '' : ` after ${span(milliseconds)}`
      return `on its network again${after}, not by a heal that netheal knows of`
    }
    case 'left':
      return `NOT HEALED: ${why}`
    case 'failed':
      return `NOT HEALED, ${tries}: ${why}`
    case 'open':
      return 'outcome unknown: netheal was stopped or killed before it could log it'
  }
}

/** Who or what did it, as far as the evidence tells; empty where it does not. */
export function evidenceText({ evidence }: Loss): string {
  if (evidence === null) return ''
  if (evidence.deployment !== null) return `Coolify deployment ${evidence.deployment}`
  if (evidence.previousId === null) return ''
  return `${evidence.previousId.slice(0, 12)} became ${evidence.containerId.slice(0, 12)}`
}

/** `13 lost: 12 explicit, 1 replaced; 13 healed, median 35 ms, slowest 40 ms` */
export function countsText(losses: readonly Loss[]): string {
  const { first, ...causes } = causesOf(losses)
  const lost = losses.length - first
  const kinds = Object.entries(causes).filter(([, n]) => n > 0)
  const which = kinds.map(([cause, n]) => `${n} ${cause === 'unknown' ? 'unknown' : cause}`).join(', ')
  const healed = losses.filter(l => l.outcome === 'healed' && lossKind(l) !== 'first').length
  const heal = healTimes(losses.filter(l => lossKind(l) !== 'first'))
  const times = heal === null ? '' : `, ${healText(heal, healed)}${longestText(losses)}`
  return [
    ...(lost === 0 ? [] : [`${lost} lost: ${which}; ${healed} healed${times}`]),
    ...(first === 0 ? [] : [`${first} attached for the first time`]),
  ].join('; ')
}

/** The heal is what netheal took; the outage is what the application saw. */
function longestText(losses: readonly Loss[]): string {
  const [longest] = losses.flatMap(l => l.outage ?? []).toSorted((a, b) => b.max - a.max)
  return longest === undefined ? '' : `; longest ${outageText(longest)}`
}

export function healText({ median, max }: { readonly median: number; readonly max: number }, count: number): string {
  return count === 1 ? `in ${span(max)}` : `median ${span(median)}, slowest ${span(max)}`
}

/** `pms-backend lost bccg... 12 times, every ~120 s, 2025-12-29 14:02 to 14:31 UTC (outside-detach), still going on` */
export function loopText(loop: LoopEpisode): string {
  const { container, network, kind, count, every, since, last, clearedAt, source } = loop
  const what = kind === 'detach-loop' ? `lost ${network ?? 'its network'}` : 'was stopped and started from outside'
  const rhythm = every === null ? '' : `, every ~${span(every)}`
  const [from, to] = [momentIn(loop, since), momentIn(loop, last)]
  const end = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to
  const over = clearedAt === null ? 'still going on' : `ended at ${minuteOf(clearedAt).slice(11)}`
  return `${container} ${what} ${count} times${rhythm}, ${from} to ${end} UTC (${source}), ${over}`
}

/** Within a span as short as this, minutes would not tell the start from the end. Milliseconds. */
const SHORT = 600_000

/** `2025-12-29 14:02`, with its seconds in a short loop. */
export function momentIn({ since, last }: LoopEpisode, at: number): string {
  return last - since < SHORT ? stampOf(at).slice(0, 19) : minuteOf(at)
}
