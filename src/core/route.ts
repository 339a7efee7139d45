// The default route (docs/engine-facts.md, "The default route"): before API 1.48 the network whose name sorts first
// takes it, at once; with Podman the one that is joined last (docs/podman.md).
import type { Warning } from './action.ts'
import type { Container, Endpoint, Network, World } from './world.ts'

/** Warns where attaching moves the container's default route although the rule wants it to stay, or cannot place it. */
export function routeWarnings(
  gatewayPriority: number,
  container: Container,
  network: Network,
  world: World,
): readonly Warning[] {
  if (world.gatewayPriority || network.internal) return []
  const [holder = null] = routeHolders(container, network, world)
  if (world.newestTakesRoute) return gatewayPriority > 0 || holder === null ? [] : [newestTakes(container, network)]
  if (holder === null || network.name >= holder) {
    if (gatewayPriority <= 0 || holder === null) return []
    return [
      {
        code: 'gateway-priority',
        message: `${container.name} keeps its default route on ${holder}: this engine has no gateway priorities`,
        hint: 'Docker 28 (API 1.48) and later have them',
      },
    ]
  }
  if (gatewayPriority > 0) return []
  return [
    {
      code: 'route-moves',
      message: `the default route of ${container.name} moves from ${holder} to ${network.name}: names sort, and this engine has no gateway priorities`,
      hint: 'Docker 28 (API 1.48) and later keep it where it is',
    },
  ]
}

function newestTakes(container: Container, network: Network): Warning {
  return {
    code: 'route-moves',
    message: `the default route of ${container.name} moves to ${network.name}: Podman gives it to the network joined last, and to any of them at a start`,
    hint: 'an internal network (podman network create --internal) never takes it',
  }
}

/**
 * The networks that may hold the default route now, by name; with Docker the first does. An internal network never
 * does.
 */
function routeHolders(container: Container, joining: Network, world: World): readonly string[] {
  return container.endpoints
    .filter(e => e.networkId !== joining.id && e.network !== joining.name)
    .filter(e => networksOf(e, world).some(n => !n.internal))
    .map(e => e.network)
    .sort()
}

/** By its id; by its name where it has none yet, or one that is gone. */
function networksOf(endpoint: Endpoint, world: World): readonly Network[] {
  const own = world.networks.find(n => n.id === endpoint.networkId)
  return own === undefined ? world.networks.filter(n => n.name === endpoint.network) : [own]
}
