// A redeploy loop: a container that is replaced again and again in a short time. Each replacement for itself is a deploy;
// so many of them are something that deploys by itself, or cannot finish.

import { identityOf } from '../../core/identity.ts'
import { rhythm } from '../../core/loop.ts'
import type { LifeEvidence } from './restart-case-evidence.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** As many as make a loop for netheal itself by default (`loop` in the config). */
const REPLACEMENTS = 3
const WITHIN = 15 * MINUTE

/** Times in milliseconds since the epoch, oldest first. */
export interface RedeployLoop {
  readonly made: readonly { readonly id: string; readonly at: number }[]
  readonly every: number | null
}

/** Null: not so often, or over for an hour. */
export function redeployLoopOf(evidence: LifeEvidence): RedeployLoop | null {
  const made = madeOf(evidence).filter(({ at }) => at <= evidence.now)
  const last = made.at(-1)
  if (last === undefined || evidence.now - last.at > HOUR) return null
  const lately = made.filter(({ at }) => last.at - at <= WITHIN)
  // The first of them replaced nothing that is known.
  if (lately.length <= REPLACEMENTS) return null
  return { made: lately, every: rhythm(lately.map(m => m.at)) }
}

/** Every container of this identity whose making is known: by the engine's events, what is there now, netheal's memory. */
function madeOf({ life, identity, siblings, past, state }: LifeEvidence): RedeployLoop['made'] {
  const made = new Map<string, number>()
  for (const { cause, at, key, evidence } of state.detaches)
    if (cause === 'replaced' && key.startsWith(`${identity} -> `)) made.set(evidence.containerId, at)
  for (const { id, createdAt } of [...siblings, life]) made.set(id, createdAt)
  for (const event of past) {
    if (event.action === 'create' && identityOf(event) === identity) made.set(event.id, event.at)
  }
  return [...made].map(([id, at]) => ({ id, at })).toSorted((a, b) => a.at - b.at)
}
