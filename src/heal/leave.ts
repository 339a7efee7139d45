// Leaves the networks that netheal connected a container to and nobody else is on any more (core/leave.ts).
import { isGone } from '../core/errors.ts'
import { type Leave, leavesIn } from '../core/leave.ts'
import type { Observation } from '../core/observation.ts'
import type { Rule } from '../core/rule.ts'
import { attemptError } from './apply.ts'
import type { PassDeps } from './pass-deps.ts'

/**
 * Once each: what cannot be left is no longer ours to leave, and is said. Not while paused. Resolves with when the next may be due,
 * null for none. Never throws an engine's no.
 */
export async function leaveNetworks(
  deps: PassDeps,
  rules: readonly Rule[],
  look: Observation,
  pausedUntil: number | null,
  signal: AbortSignal,
): Promise<number | null> {
  const { due, at } = leavesIn(rules, look, deps.notebook.state, deps.clock.now())
  if (pausedUntil !== null) return null
  for (const leave of due) await leaveOne(leave, deps, signal)
  return at
}

async function leaveOne(leave: Leave, { engine, clock, recorder, notebook }: PassDeps, signal: AbortSignal) {
  const { container, network, containerId, networkId } = leave
  const about = { container, network, verb: 'leave' as const }
  await recorder.write([{ kind: 'action', at: clock.now(), ...about, notes: ['nobody else is left on it'] }])
  const start = clock.monotonic()
  let error: ReturnType<typeof attemptError> | null = null
  try {
    await engine.disconnect(networkId, containerId, signal)
  } catch (thrown) {
    error = attemptError(thrown)
  }
  notebook.update(state => ({
    ...state,
    connected: state.connected.filter(c => c.containerId !== containerId || c.networkId !== networkId),
  }))
  const at = clock.now()
  if (error === null || error.code === 'not-connected' || isGone(error.code)) {
    const milliseconds = clock.monotonic() - start
    await recorder.write([{ kind: 'success', at, ...about, milliseconds, notes: [] }])
    return
  }
  const { message, hint } = error
  await recorder.write([{ kind: 'failed', at, ...about, error: message, hint, retryIn: null }])
}
