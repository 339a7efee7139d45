// A storm of events on the simulated engine, with losses in its middle that must be healed. Runs in the engine's process;
// the latency of a heal is what that sees: from the detach to the endpoint.
import { setTimeout as pause } from 'node:timers/promises'
import type { SimContainer } from '../src/simulator/container.ts'
import type { Simulator } from '../test/support/simulator/simulator.ts'
import { type Storm, type StormPlan, stack } from './simulated-engine.ts'

/** Events come in slices of a few milliseconds: timers are no finer, and a clock that is late is caught up with. */
const slice = 5
/** At most so many at once, so that the engine answers calls in between even when it is late. */
const longestSlice = 1_000
const patience = 10_000

export async function storm(simulator: Simulator, { seconds, rate, every }: StormPlan): Promise<Storm> {
  const containers = [...simulator.engine.containers.values()]
  const members = containers.filter(c => c.name.startsWith('app-'))
  const crowd = containers.filter(c => c.name.startsWith('crowd-'))
  const lostBefore = simulator.streams.lost
  const heals: number[] = []
  const underWay: Promise<boolean>[] = []
  let announced = 0
  let detached = 0

  const start = performance.now()
  for (let now = 0; now < seconds * 1000; now = performance.now() - start) {
    const owed = Math.min(longestSlice, Math.floor((now / 1000) * rate) - announced)
    for (let n = 0; n < owed; n++, announced++) announceOne(simulator, announced, members, crowd)
    if (now >= detached * every) {
      const member = members[detached % members.length]
      detached += 1
      if (member !== undefined) underWay.push(detach(simulator, member, heals))
    }
    await pause(slice)
  }
  const took = (performance.now() - start) / 1000
  const healed = await Promise.all(underWay)
  return {
    ...{ heals, announced, seconds: took },
    missed: healed.filter(it => !it).length,
    lost: simulator.streams.lost - lostBefore,
  }
}

function announceOne(
  simulator: Simulator,
  n: number,
  members: readonly SimContainer[],
  crowd: readonly SimContainer[],
): void {
  const ours = n % 100 === 99
  const container = ours ? members[Math.floor(n / 100) % members.length] : crowd[n % crowd.length]
  if (container !== undefined) simulator.engine.announceContainer(container, n % 2 === 0 ? 'die' : 'start')
}

/** True once it is healed. One that is still detached from the last time has its own clock running: it is let alone. */
async function detach(simulator: Simulator, member: SimContainer, heals: number[]): Promise<boolean> {
  if (!simulator.isAttached(member.id, stack)) return true
  await simulator.disconnect(stack, member.id)
  const since = performance.now()
  try {
    await simulator.until(() => simulator.isAttached(member.id, stack), AbortSignal.timeout(patience))
  } catch {
    return false
  }
  heals.push(performance.now() - since)
  return true
}
