// The heartbeat: one line a day. It waits until what is attached was examined, and for its proofs; where they take too long, it
// says that they are pending.
import { pairKey } from '../core/examination.ts'
import { healthOf } from '../core/verdict.ts'
import type { Beating, Notebook } from './notebook.ts'
import type { PassDeps } from './pass-deps.ts'

/** Milliseconds. A proof in which nothing ends takes ten seconds, and a few of them have to wait for each other. */
const PATIENCE = 60_000

/** Only after a finished pass. `isLast`: there is no waiting any more. */
export async function beat(deps: PassDeps, beating: Beating, at: number, isLast: boolean): Promise<void> {
  const { heartbeat, notebook, journal, recorder } = deps
  const day = new Date(at).toISOString().slice(0, 10)
  if (notebook.state.heartbeatDay === day) return
  const pending = pendingIn(beating, notebook, at)
  const since = notebook.heldBeat?.since ?? at
  // Either way: a clock that was set back must not stretch the wait.
  if (pending.length > 0 && !isLast && Math.abs(at - since) < PATIENCE) {
    notebook.heldBeat = { ...beating, since }
    return
  }
  notebook.heldBeat = null
  const health = healthOf(notebook.state, beating.pausedUntil, pending)
  if (!(await recorder.heartbeat(() => heartbeat.beat(at, health)))) return
  notebook.update(m => ({ ...m, heartbeatDay: day }))
  journal.info({ well: health.well, text: health.text }, 'daily heartbeat written')
}

/**
 * The containers whose entries nobody has examined yet, and those that were not asked for so long that what was proven of them
 * says nothing of today.
 */
function pendingIn({ provable, prove }: Beating, { state, examined }: Notebook, at: number): readonly string[] {
  const isUnasked = ({ key, containerId }: Beating['provable'][number]): boolean => {
    const asked = state.attachments[key]?.seen[containerId]?.asked ?? null
    return asked === null || (prove !== null && at - asked.at > 2 * prove)
  }
  const unexamined = Object.values(state.attachments).filter(
    ({ wanted, state: status, seen }) =>
      wanted &&
      status === 'attached' &&
      Object.entries(seen).some(
        ([id, { attached, networkId, endpointId }]) =>
          attached && endpointId !== '' && examined.pairs.get(pairKey(id, networkId))?.endpointId !== endpointId,
      ),
  )
  return [...new Set([...unexamined, ...provable.filter(isUnasked)].map(item => item.container))]
}
