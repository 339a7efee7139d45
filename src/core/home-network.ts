// The network that a container was made on. From Docker 29 on a start that fails drops its entry, and the next start succeeds
// without it (docs/engine-facts.md, "Docker 29"): default route and published ports are then those of whatever else it joins.
import type { Warning } from './action.ts'
import { type Container, isUp, type Network, type World } from './world.ts'

/** None that anybody could be taken off by a failed start, or that means a network of its own. */
const BUILT_IN = ['', 'bridge', 'default', 'host', 'none']

/** Where it was made, if it runs and is not on it; null where it is, or where that is no network of this engine. */
export function missingHome({ status, networkMode, endpoints }: Container, world: World): Network | null {
  if (!isUp(status) || BUILT_IN.includes(networkMode)) return null
  // Two networks may share a name: on either of them it is at home.
  const homes = world.networks.filter(n => n.name === networkMode || n.id === networkMode)
  const isOn = homes.some(home => endpoints.some(e => e.networkId === home.id && e.endpointId !== ''))
  return isOn ? null : homes.reduce<Network | null>((a, b) => (a !== null && a.id < b.id ? a : b), null)
}

/** Of a container that is, or will be, attached to another network. */
export function homeWarnings(container: Container, label: string, network: Network, world: World): readonly Warning[] {
  const home = missingHome(container, world)
  if (home === null || home.id === network.id) return []
  return [
    {
      code: 'off-home',
      message: `${label} runs without ${home.name}, the network that it was made on: its default route and published ports go another way`,
      hint: `docker network connect ${home.name} ${container.name} puts it back, without a restart`,
    },
  ]
}
