// The default route (docs/engine-facts.md, "The default route"): before API 1.48 the network whose name sorts first
// takes it, at once; from then on a network with IPv6 takes it from those without; with Podman the one that is joined last
// (docs/podman.md).
import type { Warning } from './action.ts'
import type { Container, Endpoint, Network, World } from './world.ts'

/** Warns where attaching moves the container's default route although the rule wants it to stay, or cannot place it. */
export function routeWarnings(
  gatewayPriority: number,
  container: Container,
  network: Network,
  world: World,
): readonly Warning[] {
  if (network.internal) return []
  const [holder = null] = routeHolders(container, network, world)
  if (world.gatewayPriority) return gatewayPriority > 0 ? [] : prefersDualStack(container, network, world)
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
      message: `the default route of ${container.name} moves from ${holder} to ${network.name}: names sort, and this engine has no gateway priorities${portsToo(container)}`,
      hint: 'Docker 28 (API 1.48) and later keep it where it is',
    },
  ]
}

/**
 * From 28 on the engine gives the route to the first network with both address families, whatever the priorities say
 * (measured on 28.5.2; nothing that a connect can ask for prevents it).
 */
function prefersDualStack(container: Container, network: Network, world: World): readonly Warning[] {
  const holders = container.endpoints
    .filter(e => e.networkId !== network.id && e.network !== network.name)
    .flatMap(e => networksOf(e, world).filter(n => !n.internal))
  const [holder] = holders
  if (!network.ipv6 || holder === undefined || holders.some(n => n.ipv6)) return []
  return [
    {
      code: 'route-moves',
      message: `the default route of ${container.name} moves from ${holder.name} to ${network.name}: it has IPv6 as well, and this engine prefers such a network to any priority${portsToo(container)}`,
      hint: `create ${network.name} without --ipv6, or ${holder.name} with it, to keep the route where it is`,
    },
  ]
}

/** A published port goes through the network that has the default route: it is published anew when that changes. */
function portsToo({ dynamicPorts }: Container): string {
  return dynamicPorts === true ? '; its published port, which the engine chooses, changes with it' : ''
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
