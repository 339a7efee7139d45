// A model of an engine that does what it is asked: connect and disconnect, on a world (docs/engine-facts.md, "Attaching").
import type { Action } from '../../src/core/action.ts'
import type { Container, Endpoint, World } from '../../src/core/world.ts'

/** The world after these actions. */
export function applied(world: World, actions: readonly Action[]): World {
  return actions.reduce(apply, world)
}

function apply(world: World, action: Action): World {
  const containers = world.containers.map(c => {
    if (c.id !== action.containerId) return c
    const kept = action.kind === 'repair' ? c.endpoints.filter(e => e.network !== action.entry) : c.endpoints
    return { ...c, endpoints: [...kept.filter(e => e.network !== action.network), joined(c, action)] }
  })
  return { ...world, containers }
}

/** The entry of a container that is not running stays empty until its next start. */
function joined(container: Container, { network, networkId, aliases, settings }: Action): Endpoint {
  const running = container.status === 'running' || container.status === 'paused'
  const entry = { network, aliases, settings, ipv4: (running && settings.ipv4) || '', ipv6: '' }
  return { ...entry, networkId: running ? networkId : '', endpointId: running ? `made on ${networkId}` : '' }
}
