// The pairs that can be examined: what the rules ask for, and an entry says is there.
import { entryFor } from './attachment.ts'
import { type Examination, type PairFinding, pairKey } from './examination.ts'
import type { Observation } from './observation.ts'
import { entryState } from './plan.ts'
import { type Container, type Endpoint, isUp, type Network } from './world.ts'

/** One container on one network, by an entry that looks live. */
export interface Pair {
  readonly container: Container
  readonly network: Network
  readonly entry: Endpoint
}

export function pairsOf(look: Observation): readonly Pair[] {
  return look.attachments.flatMap(({ container, network: answer }) => {
    if (container === null || answer.kind !== 'found' || !isUp(container.status)) return []
    const { network } = answer
    const entry = entryFor(container, network)
    if (entry === undefined || entryState(entry, container, network) !== 'live') return []
    return [{ container, network, entry }]
  })
}

export function keyOf({ container, network }: Pair): string {
  return pairKey(container.id, network.id)
}

/** What is known of its endpoint, and not of another one that the pair had before. */
export function foundOf(pair: Pair, known: Examination): PairFinding | undefined {
  const found = known.pairs.get(keyOf(pair))
  return found?.endpointId === pair.entry.endpointId ? found : undefined
}
