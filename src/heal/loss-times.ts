// When something that may be a loss happened, by the event stream: a network was taken from a container, or removed. Only a
// look tells whether it is a loss (core/detach.ts); then it is known when it began.
import type { EngineEvent } from './ports.ts'

/** Moments in milliseconds since the epoch, oldest first, by the id of the container or the network: since the last pass. */
export type LossTimes = ReadonlyMap<string, readonly number[]>

/** A host that takes more networks away between two passes has other worries. */
const MOST = 10_000
/** Of one container: those that a pass has yet to tell apart. */
const MOST_OF_ONE = 20

export function withEvent(times: LossTimes, event: EngineEvent, at: number): LossTimes {
  if (event.kind !== 'network' || times.size >= MOST) return times
  const id = event.action === 'disconnect' ? event.containerId : isRemoval(event.action) ? event.id : null
  return id === null ? times : new Map([...times, [id, [...(times.get(id) ?? []), at].slice(-MOST_OF_ONE)]])
}

/** What a pass that began at that moment has seen the end of. */
export function afterPassOf(times: LossTimes, begun: number): LossTimes {
  if (times.size === 0) return times
  const left = [...times].map(([id, some]) => [id, some.filter(at => at >= begun)] as const)
  return new Map(left.filter(([, some]) => some.length > 0))
}

function isRemoval(action: string): boolean {
  return action === 'destroy' || action === 'remove'
}
