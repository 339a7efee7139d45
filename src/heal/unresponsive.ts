// Containers that do not answer: on a busy host one is locked for its whole start, a connect waits for a swarm's only manager,
// and an engine may hang over one of them for ever (on 20.10 a `docker pause` while something is run inside it does), while it
// answers for all others. Which it is nobody can tell, so nothing is advised that would end one. They are left alone for a
// while, each longer than the last, and nothing is concluded about them.
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

/** What is said of a container that may be slow, or stuck for ever. */
export const SILENT_HINT =
  'it may be starting slowly, or its network may be waiting for a manager: netheal asks again, and heals the others meanwhile. If it stays so for minutes, journalctl -u docker says what the engine waits for'

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
        message: `${container} has not answered in time, so netheal cannot heal it now`,
        hint: SILENT_HINT,
      },
    ]
  })
}
