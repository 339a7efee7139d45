// Apply: the writing calls that attach, and only those; restarts and proofs come later (follow-up.ts), beside the next pass.
import { mapBounded } from '../concurrency/map-bounded.ts'
import type { Action } from '../core/action.ts'
import { isGone, NethealError } from '../core/errors.ts'
import type { Attempt, AttemptError } from '../core/outcome.ts'
import type { Clock, Engine } from './ports.ts'

const CONTAINERS_AT_ONCE = 16

/**
 * Tries each action once, containers side by side. Never throws an engine's no. The attempts come in the order of the
 * actions, whichever ended first.
 */
export async function applyActions(
  actions: readonly Action[],
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Attempt[]> {
  const attempts = new Map<Action, Attempt>()
  const tryOne = async (action: Action): Promise<void> => {
    attempts.set(action, await attempt(action, engine, clock, signal))
  }
  const containers = [...Map.groupBy(actions, a => a.containerId).values()]
  await mapBounded(containers, CONTAINERS_AT_ONCE, async own => {
    // The engine locks a new container for its whole start: a call that waits for another's answer would come too late.
    if (own.every(a => a.effect === 'before-start')) await Promise.all(own.map(tryOne))
    // In the order of the rules: where the network that was joined last takes the default route, it is the same each time.
    else for (const action of own) await tryOne(action)
  })
  return actions.flatMap(action => attempts.get(action) ?? [])
}

async function attempt(action: Action, engine: Engine, clock: Clock, signal: AbortSignal): Promise<Attempt> {
  const start = clock.monotonic()
  let error: AttemptError | null = null
  try {
    if (action.kind === 'repair') await takeOff(action.entry, action.containerId, engine, signal)
    const { aliases, settings } = action
    await engine.connect(action.networkId, action.containerId, { ...settings, aliases }, signal)
  } catch (thrown) {
    error = attemptError(thrown)
  }
  return { action, milliseconds: clock.monotonic() - start, endedAt: clock.now(), error }
}

/**
 * A running container's entry without an endpoint cannot be taken off, forced or not: the engine says that it is "not
 * connected", or that there is no such endpoint. A connect fills such an entry, so its answer is the one that counts.
 */
async function takeOff(entry: string, containerId: string, engine: Engine, signal: AbortSignal): Promise<void> {
  try {
    await engine.disconnect(entry, containerId, signal)
  } catch (thrown) {
    if (!(thrown instanceof NethealError)) throw thrown
    const nothingThere = thrown.code === 'not-connected' || isGone(thrown.code)
    if (!nothingThere) throw thrown
  }
}

/** An engine's no as data; anything else is a bug and goes on up. */
export function attemptError(thrown: unknown): AttemptError {
  if (!(thrown instanceof NethealError)) throw thrown
  return { code: thrown.code, message: thrown.message, hint: thrown.hint }
}
