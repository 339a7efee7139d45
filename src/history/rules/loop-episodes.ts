// The loops of a story: from the line that flagged one to the line that cleared it, with the losses that came meanwhile.

import { rhythm } from '../../core/loop.ts'
import type { Logged } from './entry-text.ts'
import { lastingKey } from './lasting-name.ts'
import type { LoopEpisode, Loss } from './story.ts'

type Flag = Extract<Logged, { readonly kind: 'loop' }>
type Clearing = Extract<Logged, { readonly kind: 'cleared' }>

/** Where in the log it was noticed: which loss came before a flag and which after is a matter of lines, not of seconds. */
export interface ToldLoss extends Loss {
  readonly line: number
}

/** `losses` in the order of the log. Oldest flag first. */
export function loopsOf(entries: readonly Logged[], losses: readonly ToldLoss[]): readonly LoopEpisode[] {
  const byAttachment = Map.groupBy(losses, lastingKey)
  const episodes: LoopEpisode[] = []
  const open = new Map<string, { flag: Flag; line: number }>()
  const close = (key: string, clearedAt: number | null, end: number): void => {
    const begun = open.get(key)
    open.delete(key)
    if (begun === undefined) return
    const lost = (byAttachment.get(key) ?? []).filter(l => l.cause !== null)
    const before = lost.filter(l => l.line < begun.line).slice(-begun.flag.count)
    const after = lost.filter(l => begun.line < l.line && l.line < end)
    episodes.push(episode(begun.flag, clearedAt, before, after))
  }
  for (const [line, entry] of entries.entries()) {
    if (entry.kind !== 'loop' && entry.kind !== 'cleared') continue
    const key = keyOf(entry)
    // Flagged anew: so the one before was over, at the latest then, and its clearing is not in the log.
    close(key, entry.at, line)
    if (entry.kind === 'loop') open.set(key, { flag: entry, line })
  }
  for (const key of [...open.keys()]) close(key, null, entries.length)
  return episodes.toSorted((a, b) => a.flaggedAt - b.flaggedAt)
}

function keyOf(entry: Flag | Clearing): string {
  return lastingKey({ container: entry.container, network: entry.network ?? entry.loop })
}

/** What was counted when it was flagged, and what came after. A restart loop has no losses: it stays as it was flagged. */
function episode(flag: Flag, clearedAt: number | null, before: readonly Loss[], after: readonly Loss[]): LoopEpisode {
  const { network, loop: kind, cause, source, at: flaggedAt, remedy } = flag
  const times = [...before, ...after].map(l => l.at)
  // What it is called now: a deploy may have given it another name since.
  const container = after.at(-1)?.container ?? flag.container
  const known = before.length === flag.count && kind === 'detach-loop'
  return {
    ...{ container, network, kind, cause, source, remedy, flaggedAt, clearedAt },
    count: flag.count + after.length,
    every: known ? rhythm(times) : flag.every,
    since: known ? (times[0] ?? flaggedAt) : flaggedAt - flag.within,
    last: times.at(-1) ?? flaggedAt,
  }
}
