// When a loss began that no event stream was open for: a one-shot's, and those from before a daemon's start. The engine
// remembers its last events; asked only where something was lost, beside the heal.
import { NethealError } from '../core/errors.ts'
import type { Detach, State } from '../core/state.ts'
import type { PastEvent, PastEvents } from './ports.ts'

/** Milliseconds: nobody waits longer for a moment than a heal takes. */
const PATIENCE = 2_000

/** These losses, each with the moment that the engine remembers. Never rejects: without it the bounds stay as they are. */
export async function withMoments(
  detaches: readonly Detach[],
  past: PastEvents | null,
  now: number,
  signal: AbortSignal,
): Promise<readonly Detach[]> {
  const since = detaches.filter(isOpen).map(d => d.evidence.lastAttachedAt ?? now)
  if (since.length === 0 || past === null) return detaches
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
    const events = await past.replay(Math.min(...since), now, limit)
    return detaches.map(d => (isOpen(d) ? withMoment(d, events) : d))
  } catch (error) {
    if (error instanceof NethealError || signal.aborted) return detaches
    throw error
  }
}

/** The state with the same losses, better known. */
export function withKnown(state: State, known: readonly Detach[]): State {
  const better = (d: Detach): Detach =>
    known.find(k => k.key === d.key && k.at === d.at && k.evidence.containerId === d.evidence.containerId) ?? d
  return { ...state, detaches: state.detaches.map(better) }
}

/** Of a replaced container it is known already: it was without its network from its start on. */
function isOpen({ cause, evidence }: Detach): boolean {
  return evidence.lostAt === null && evidence.lastAttachedAt !== null && cause !== 'replaced'
}

/** A stop takes a network away, too, and the start gives it back: what counts is the first loss after the last connect. */
function withMoment(detach: Detach, events: readonly PastEvent[]): Detach {
  const { containerId, previousNetworkId, lastAttachedAt } = detach.evidence
  let lostAt: number | null = null
  for (const { at, event } of events) {
    if (event.kind !== 'network' || event.id !== previousNetworkId || at < (lastAttachedAt ?? 0) || at > detach.at)
      continue
    const isOwn = event.containerId === containerId
    if (event.action === 'connect' && isOwn) lostAt = null
    else if (event.action === 'destroy' || event.action === 'remove' || (event.action === 'disconnect' && isOwn))
      lostAt ??= at
  }
  return lostAt === null ? detach : { ...detach, evidence: { ...detach.evidence, lostAt } }
}
