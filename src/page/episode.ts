// Loops as the page tells them: what the log has of each, what is flagged now, and the losses that are the evidence.
import { type LoopKind, remedyFor } from '../core/cause.ts'
import { lastingName } from '../core/identity.ts'
import { isAbout } from '../history/rules/lasting-name.ts'
import type { LoopEpisode, Loss } from '../history/rules/story.ts'
import { markOf } from './cause.ts'
import type { PageModel, StandingLoop } from './model.ts'

/** Times and spans in milliseconds. */
export interface Episode extends Omit<LoopEpisode, 'flaggedAt'> {
  readonly over: boolean
  /** Oldest first; those that are still known. */
  readonly losses: readonly Loss[]
  /** Starts from outside, for a restart loop. */
  readonly starts: readonly number[]
}

/** Those that go on first, then the newest. */
export function episodesOf({ story, loops, span, healer }: PageModel): readonly Episode[] {
  const unmatched = new Set(loops)
  const told = story.loops.map((episode): Episode => {
    const now = episode.clearedAt === null ? loops.find(l => sameLoop(l, episode)) : undefined
    if (now !== undefined) unmatched.delete(now)
    const { network, kind, cause, source, clearedAt, remedy } = episode
    // What the last pass does not flag any more is over, although the log does not say so (any more).
    const over = clearedAt !== null || (now === undefined && healer.lastPassAt !== null)
    // The state counts on while it lasts; the log has its flag alone.
    const { container, count, every, since, last } = now ?? episode
    const shared = { container, network, kind, cause, source, over, clearedAt, remedy, count, every, since, last }
    return { ...shared, losses: evidence(shared, story.losses), starts: now?.starts ?? [] }
  })
  const untold = [...unmatched].map((loop): Episode => {
    const { container, network, kind, cause, source, count, every, since, last, starts } = loop
    const shared = { container, network, kind, cause, source, count, every, since, last, over: false, clearedAt: null }
    return { ...shared, remedy: remedyFor(source), losses: evidence(shared, story.losses), starts }
  })
  return [...untold, ...told]
    .filter(e => !e.over || (e.clearedAt ?? e.last) >= span.from)
    .sort((a, b) => Number(a.over) - Number(b.over) || b.last - a.last)
}

/** An open episode of the log is the loop that is flagged now; after one was missed, its times tell. */
function sameLoop(
  loop: StandingLoop,
  episode: {
    readonly container: string
    readonly network: string | null
    readonly kind: LoopKind
    readonly flaggedAt: number
  },
): boolean {
  return (
    loop.kind === episode.kind &&
    lastingName(loop.container) === lastingName(episode.container) &&
    loop.network === episode.network &&
    loop.since <= episode.flaggedAt + 1_000
  )
}

/** Stamps of a text log are whole seconds: one second of grace at either end. A first attach is no loss. */
function evidence(
  loop: Pick<Episode, 'container' | 'network' | 'kind' | 'since' | 'last'>,
  losses: readonly Loss[],
): readonly Loss[] {
  const { kind, since, last } = loop
  if (kind !== 'detach-loop') return []
  return losses.filter(l => l.at >= since - 1_000 && l.at <= last + 1_000 && markOf(l) !== 'first' && isAbout(loop, l))
}
