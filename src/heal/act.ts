// Act: the writing calls that attach, and only those; restarts and proofs come later (follow-up.ts), beside the next pass.
import { mapBounded } from '../concurrency/map-bounded.ts'
import type { Action } from '../core/action.ts'
import { isGone, NethealError } from '../core/errors.ts'
import type { Attempt, AttemptError } from '../core/outcome.ts'
import type { Clock, Engine } from './ports.ts'

const CALLS_AT_ONCE = 16

/**
 * Tries each action once, side by side, those of one container too: the engine locks a new container for its whole start, and
 * a second call that waits for the first one's answer would come too late. Never throws an engine's no. The attempts come in
 * the order of the actions, whichever ended first.
 */
export async function applyActions(
  actions: readonly Action[],
  engine: Engine,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Attempt[]> {
  return await mapBounded(actions, CALLS_AT_ONCE, action => attempt(action, engine, clock, signal))
}

async function attempt(action: Action, engine: Engine, clock: Clock, signal: AbortSignal): Promise<Attempt> {
  const start = clock.monotonic()
  let error: AttemptError | null = null
  try {
    if (action.kind === 'repair') await takeOff(action.entry, action.containerId, engine, signal)
    const { aliases, ipv4, gatewayPriority } = action
    await engine.connect(action.networkId, action.containerId, { aliases, ipv4, gatewayPriority }, signal)
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
