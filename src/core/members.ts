// Who is on a network now, by its own word: of most containers no event is followed, and a list is older than an inspect.
import { entryFor } from './attachment.ts'
import { hasMembersElsewhere } from './emptiness.ts'
import type { NetworkDetail } from './examination.ts'
import type { Observation } from './observation.ts'
import type { State } from './state.ts'
import type { World } from './world.ts'

/**
 * Networks that a container was taken off: whether anybody else is there decides whether it is put back at once
 * (core/teardown.ts), and a list may be older than that. Their ids, each once.
 */
export function networksInDoubt({ attachments }: Pick<Observation, 'attachments'>, state: State): readonly string[] {
  const ids = attachments.flatMap(({ key, container, network }) => {
    if (container === null || network.kind !== 'found' || entryFor(container, network.network) !== undefined) return []
    if (hasMembersElsewhere(network.network)) return []
    return state.attachments[key]?.seen[container.id]?.attached === true ? [network.network.id] : []
  })
  return [...new Set(ids)]
}

/** More than this many are not inspected. */
const MOST = 64

/**
 * Ids of the containers that the world has on a network and the network does not list, or the other way round: an inspect
 * tells.
 */
export function membersInDoubt(world: World, { id, members }: NetworkDetail): readonly string[] {
  const seen = world.containers.filter(c => c.endpoints.some(e => e.networkId === id && e.endpointId !== ''))
  const known = new Set(seen.map(c => c.id))
  const gone = [...known].filter(it => !members.has(it))
  return [...gone, ...[...members.keys()].filter(it => !known.has(it))].slice(0, MOST)
}
