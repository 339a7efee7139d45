// A story in numbers, per UTC day and container, and the part of a story that lies in a span of time.
import { type DetachCause, perCause } from '../../core/cause.ts'
import { lastingName } from '../../core/identity.ts'
import type { Loss, Story } from './story.ts'

/** What a loss is counted under: its cause, or why there is none. */
export type LossKind = DetachCause | 'first' | 'unknown'

export interface DaySummary {
  /** `2025-12-29` */
  readonly day: string
  /** What it was called last on that day, where each deploy gives it another name. */
  readonly container: string
  /** Attachments that were there and were lost: `first` ones are not among them. */
  readonly lost: number
  readonly causes: Readonly<Record<LossKind, number>>
  readonly healed: number
  /** Tries that did not work. */
  readonly failures: number
  /** How long the heals took, first attaches included; null where there was none. */
  readonly heal: HealTimes | null
  /** Loops that were flagged. */
  readonly loops: number
  readonly restarts: number
}

/** Milliseconds. */
export interface HealTimes {
  readonly median: number
  readonly p95: number
  readonly max: number
}

export function lossKind(loss: Loss): LossKind {
  if (loss.cause !== null) return loss.cause
  return loss.untold === null ? 'first' : 'unknown'
}

/** Not on its network again, as far as is known. */
export function isUnhealed(loss: Loss): boolean {
  return loss.outcome !== 'healed' && loss.outcome !== 'waiting' && loss.outcome !== 'returned'
}

/** Oldest day first, containers by name. */
export function daysOf(story: Story): readonly DaySummary[] {
  const at = (item: { readonly container: string }, when: number): string =>
    `${new Date(when).toISOString().slice(0, 10)} ${lastingName(item.container)}`
  const losses = Map.groupBy(story.losses, l => at(l, l.at))
  const loops = Map.groupBy(story.loops, l => at(l, l.flaggedAt))
  const restarts = Map.groupBy(
    story.restarts.filter(r => r.succeeded),
    r => at(r, r.at),
  )
  const keys = new Set([...losses.keys(), ...loops.keys(), ...restarts.keys()])
  return [...keys].sort().map(key => {
    const mine = losses.get(key) ?? []
    return {
      day: key.slice(0, 10),
      container: (mine.at(-1) ?? restarts.get(key)?.at(-1) ?? loops.get(key)?.at(-1))?.container ?? key.slice(11),
      lost: mine.filter(l => lossKind(l) !== 'first').length,
      causes: causesOf(mine),
      healed: mine.filter(l => l.outcome === 'healed').length,
      failures: mine.reduce((sum, l) => sum + l.failures, 0),
      heal: healTimes(mine),
      loops: loops.get(key)?.length ?? 0,
      restarts: restarts.get(key)?.length ?? 0,
    }
  })
}

export function causesOf(losses: readonly Loss[]): Readonly<Record<LossKind, number>> {
  const counts: Record<LossKind, number> = {
    ...perCause(() => 0),
    ...{ first: 0, unknown: 0 },
  }
  for (const loss of losses) counts[lossKind(loss)] += 1
  return counts
}

/** Of those that were healed: the nearest rank, so that each is a time that was really measured. */
export function healTimes(losses: readonly Loss[]): HealTimes | null {
  const times = losses
    .flatMap(l => (l.outcome === 'healed' && l.milliseconds !== null ? [l.milliseconds] : []))
    .sort((a, b) => a - b)
  const max = times.at(-1)
  if (max === undefined) return null
  const rank = (share: number): number => times[Math.max(0, Math.ceil(times.length * share) - 1)] ?? max
  return { median: rank(0.5), p95: rank(0.95), max }
}

/**
 * What of the story touches the span (milliseconds since the epoch, both ends in it) and is about a container that `about`
 * says yes to: a loss that was not over before it counts, and so does a loop.
 */
export function storyBetween(
  story: Story,
  since: number,
  until: number,
  about: (container: string) => boolean = () => true,
): Story {
  const touches = (from: number, to: number): boolean => from <= until && to >= since
  return {
    losses: story.losses.filter(l => about(l.container) && touches(l.at, l.healedAt ?? l.at)),
    loops: story.loops.filter(l => about(l.container) && touches(l.since, l.clearedAt ?? Number.POSITIVE_INFINITY)),
    restarts: story.restarts.filter(r => about(r.container) && touches(r.at, r.at)),
    warnings: story.warnings.filter(w => (w.container === null || about(w.container)) && touches(w.at, w.at)),
    span: story.span,
  }
}
