// The losses of one attachment, grouped so that a picture of them has a bounded number of marks, however many there were.
import { lastingKey } from '../history/rules/lasting-name.ts'
import type { Loss } from '../history/rules/story.ts'
import { isUnhealed } from '../history/rules/story-days.ts'
import { MARKS, type Mark, markOf } from './cause.ts'
import type { Span } from './scale.ts'

/** Slices of the picture's width: marks of the same cause in the same slice are drawn as one. */
export const SLICES = 72

/** Of the span: two pixels on a phone. */
const SEEN = 0.006

export interface Lane {
  /** Its newest name, where each deploy gives it another one. */
  readonly container: string
  readonly network: string
  /** Oldest first. */
  readonly losses: readonly Loss[]
  readonly marks: readonly LaneMark[]
  /** When it was off the network for long enough to be seen, `SEEN` of the span; oldest first. */
  readonly gaps: readonly Gap[]
}

export interface Gap {
  readonly from: number
  readonly to: number
  readonly unhealed: boolean
}

/** Losses of one cause that are close together. Times in milliseconds since the epoch. */
export interface LaneMark {
  readonly mark: Mark
  readonly count: number
  readonly first: number
  readonly last: number
  /** The longest that one of them took to heal, or has lasted until now; milliseconds. */
  readonly longest: number
  /** Not healed as far as is known. */
  readonly unhealed: number
}

/**
 * Those with most losses first. What was never lost has no lane. `attachedSince`: by attachment (see `lastingKey`), for those
 * that are attached now: a loss whose end the log does not have was over by then.
 */
export function lanesOf(
  losses: readonly Loss[],
  span: Span,
  attachedSince: ReadonlyMap<string, number>,
): readonly Lane[] {
  return [...Map.groupBy(losses, lastingKey)]
    .flatMap(([key, mine]) => {
      const last = mine.at(-1)
      if (last === undefined) return []
      const ended = withEnds(mine, attachedSince.get(key) ?? span.to)
      return [
        {
          container: last.container,
          network: last.network,
          losses: mine,
          marks: marksOf(ended, span),
          gaps: gapsOf(ended, span),
        },
      ]
    })
    .sort((a, b) => lostIn(b) - lostIn(a) || b.losses.length - a.losses.length)
}

function lostIn({ losses }: Lane): number {
  return losses.filter(l => markOf(l) !== 'first').length
}

interface Ended {
  readonly loss: Loss
  /** Until when it was off the network, as far as is known; milliseconds since the epoch. */
  readonly end: number
}

/** What was lost again had been there before; and nothing lasts longer than until now, or until it was there for good. */
function withEnds(losses: readonly Loss[], there: number): readonly Ended[] {
  return losses.map((loss, i) => {
    const healed = loss.milliseconds === null ? loss.healedAt : loss.at + loss.milliseconds
    return { loss, end: Math.max(loss.at, healed ?? losses[i + 1]?.at ?? there) }
  })
}

function gapsOf(losses: readonly Ended[], span: Span): readonly Gap[] {
  const least = (span.to - span.from) * SEEN
  return losses.flatMap(({ loss, end }) =>
    // Before its first attach it had not been there to be missed.
    end - loss.at < least || markOf(loss) === 'first' ? [] : [{ from: loss.at, to: end, unhealed: isUnhealed(loss) }],
  )
}

function marksOf(losses: readonly Ended[], span: Span): readonly LaneMark[] {
  const width = Math.max(1, span.to - span.from)
  const slots = Map.groupBy(losses, ({ loss }) => {
    const slice = Math.min(SLICES - 1, Math.max(0, Math.floor(((loss.at - span.from) / width) * SLICES)))
    return slice * MARKS.length + MARKS.indexOf(markOf(loss))
  })
  return [...slots.entries()].sort(([a], [b]) => a - b).flatMap(([, mine]) => together(mine))
}

function together(mine: readonly Ended[]): readonly LaneMark[] {
  const [head] = mine
  if (head === undefined) return []
  const { at } = head.loss
  return [
    {
      mark: markOf(head.loss),
      count: mine.length,
      first: mine.reduce((first, { loss }) => Math.min(first, loss.at), at),
      last: mine.reduce((last, { loss }) => Math.max(last, loss.at), at),
      longest: mine.reduce((longest, { loss, end }) => Math.max(longest, end - loss.at), 0),
      unhealed: mine.filter(({ loss }) => isUnhealed(loss)).length,
    },
  ]
}
