// Containers that do not answer: an engine may hang over one of them for ever (on 20.10 a `docker pause` while something is run
// inside it does), while it answers for all others. They are left alone for a while, each longer than the last, and nothing
// is concluded about them.
import { backoffDelay } from '../core/backoff.ts'
import type { Entry } from '../core/entry.ts'
import type { Unresponsive } from './notebook.ts'
import type { Observed } from './observe.ts'

type Silences = ReadonlyMap<string, Unresponsive>

/** Until when each is left alone, for `Restraint`. */
export function unresponsiveUntil(unresponsive: Silences): ReadonlyMap<string, number> {
  return new Map([...unresponsive].map(([id, { until }]) => [id, until]))
}

/**
 * Who does not answer, after a look: those that were not asked stay, those that hang (again) wait longer, the rest have answered.
 * @param began when the look began, which is when it was decided who is asked; a wait is reckoned from `now`, after it
 */
export function unresponsiveAfter(
  before: Silences,
  seen: Observed,
  random: () => number,
  began: number,
  now: number,
): Silences {
  const after = new Map<string, Unresponsive>()
  for (const id of seen.unseen) {
    const known = before.get(id)
    if (known !== undefined && began < known.until) after.set(id, known)
    else {
      const attempts = (known?.attempts ?? 0) + 1
      after.set(id, { attempts, until: now + backoffDelay(attempts, random()) })
    }
  }
  return after
}

/** One line for each that has just fallen silent. */
export function unresponsiveEntries(before: Silences, after: Silences, seen: Observed, at: number): readonly Entry[] {
  return [...after.keys()].flatMap((id): Entry[] => {
    if (before.has(id)) return []
    const container = seen.world.containers.find(c => c.id === id)?.name ?? id.slice(0, 12)
    return [
      {
        kind: 'warning',
        at,
        container,
        network: null,
        code: 'container-silent',
        message: `${container} does not answer: docker inspect hangs, so netheal cannot heal it`,
        hint: `other containers are still healed; if docker inspect ${container} hangs for you too, type docker kill ${container}, or restart the engine`,
      },
    ]
  })
}
