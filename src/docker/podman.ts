// Podman behind Docker's API: what it says otherwise than Docker, put into Docker's sense, and what must not be asked of it.
// Measured on 4.3.1; docs/podman.md is the list, and test/podman holds it. What 5 does otherwise was measured by hand, on 5.4.2 and 5.8.6.
import { NethealError } from '../core/errors.ts'
import { type Container, isUp, type Network, patched } from '../core/world.ts'
import type { Engine, EngineEvent, EngineInfo } from '../heal/ports.ts'
import { optionalObject, optionalText } from './json.ts'

/** Podman's default network: its entries say `podman` (or what containers.conf calls it), the list of networks this. */
const DEFAULT_NETWORK = 'bridge'

/** `version`: the answer to `GET /version`, in which Podman names itself among its components. */
export function productOf(version: Readonly<Record<string, unknown>>): Pick<EngineInfo, 'product' | 'caveat'> {
  const components = Array.isArray(version.Components) ? version.Components : []
  const podman = components.some(c => optionalText(optionalObject(c).Name) === 'Podman Engine')
  if (!podman) return { product: 'Docker', caveat: null }
  // It is printed as it is: a version, or none.
  const [number = ''] = /^[\w.+~-]{1,40}$/.exec(optionalText(version.Version)) ?? []
  return {
    product: 'Podman',
    caveat: `this is Podman ${number}, which does not do all that Docker does: ${limitsOf(number).join(', ')}; docs/podman.md has the whole list`,
  }
}

/** The worst of docs/podman.md. Measured on 4.3.1; on 5.4.2 and 5.8.6 by hand. */
function limitsOf(version: string): readonly string[] {
  const always = [
    'an attach moves the default route to the network attached last',
    'a paused container is not attached',
  ]
  if (Number.parseInt(version, 10) >= 5) return always
  return [
    ...always,
    'after a start the names of only one of its networks may resolve in a container',
    'a network that was created again under its old name is not noticed',
  ]
}

/** The same engine, minding whether it is Podman's: known from its greeting. Docker's is passed through as it is. */
export function mindingPodman<E extends Engine>(engine: E): E {
  const isPodman = async (signal: AbortSignal): Promise<boolean> => (await engine.greet(signal)).product === 'Podman'
  return {
    ...engine,

    async lookAll(signal) {
      const world = await engine.lookAll(signal)
      if (!(await isPodman(signal))) return world
      const shared = sharing(world.containers)
      const { containers, gone } = shared.length === 0 ? NOBODY : await engine.lookAt(shared, signal)
      const seen = patched(world, containers, gone, world.networks)
      return {
        ...seen,
        containers: settled(seen.containers, seen.networks),
        newestTakesRoute: true,
        engineStartedAt: null,
      }
    },

    async lookAt(ids, signal, known) {
      if (!(await isPodman(signal))) return await engine.lookAt(ids, signal, known)
      // `known` is not to be trusted: a network that comes or goes is no event.
      const look = await engine.lookAt(ids, signal)
      return { ...look, containers: settled(look.containers, look.networks) }
    },

    async connect(networkId, containerId, options, signal) {
      if (await isPodman(signal)) {
        const { containers } = await engine.lookAt([containerId], signal)
        for (const container of containers) refuseHarm(container)
      }
      await engine.connect(networkId, containerId, options, signal)
    },

    async disconnect(network, containerId, signal) {
      if (await isPodman(signal)) {
        throw new NethealError(
          'engine-refused',
          `disconnect: Podman does not distinguish a dead entry for ${network} from a live one, so netheal removes none`,
          { hint: `podman network disconnect ${network} CONTAINER, and netheal attaches it again` },
        )
      }
      await engine.disconnect(network, containerId, signal)
    },

    // It makes its list of members from the containers' entries, and its statistics name no interface: neither proves anything.
    async inspectNetwork(networkId, signal) {
      return (await isPodman(signal)) ? null : await engine.inspectNetwork(networkId, signal)
    },

    async hasInterfaces(containerId, signal) {
      return (await isPodman(signal)) ? null : await engine.hasInterfaces(containerId, signal)
    },

    async events(now, onEvent, signal) {
      const hear = (await isPodman(signal)) ? (event: EngineEvent) => onEvent(heard(event)) : onEvent
      return await engine.events(now, hear, signal)
    },
  }
}

/**
 * An entry holds its network's name in place of the id, and no endpoint's id: a container that runs is on every network that
 * it has an entry for. Podman 5 says the id, which counts: a network made anew under the old name is another one.
 */
function settled(containers: readonly Container[], networks: readonly Network[]): readonly Container[] {
  const byName = new Map(networks.map(n => [n.name, n]))
  const byId = new Map(networks.map(n => [n.id, n]))
  const fallback = byName.get(DEFAULT_NETWORK)
  return containers.map(container => {
    const hasNetwork = isUp(container.status)
    const endpoints = container.endpoints.map(e => {
      const own = byId.get(e.networkId) ?? byName.get(e.network) ?? fallback
      // The MAC address (endpoint.ts); a network that gives no addresses shows none.
      const endpointId = hasNetwork ? e.endpointId || 'up' : ''
      return { ...e, network: own?.name ?? e.network, networkId: own?.id ?? e.networkId, endpointId }
    })
    return { ...container, endpoints }
  })
}

const NOBODY = { containers: [], gone: [] } as const

/** A list has no network mode: a container on another one's network looks like a member itself, but for the MAC address. */
function sharing(containers: readonly Container[]): readonly string[] {
  const owners = Map.groupBy(
    containers.flatMap(c => c.endpoints.map(e => ({ id: c.id, endpointId: e.endpointId }))),
    e => e.endpointId,
  )
  const shared = [...owners].flatMap(([endpointId, some]) => (endpointId !== '' && some.length > 1 ? some : []))
  return [...new Set(shared.map(s => s.id))]
}

/** Throws NethealError `engine-refused` for a container that Podman would spoil, or cannot attach at all. */
function refuseHarm({ name, status, networkMode }: Container): void {
  if (status === 'paused') {
    throw new NethealError(
      'engine-refused',
      `connect: ${name} is paused: if netheal attached it now, Podman could no longer list any container`,
      { hint: `podman unpause ${name}, and netheal attaches it` },
    )
  }
  const mode = networkMode.split(':', 1)[0] ?? ''
  if (mode === 'slirp4netns' || mode === 'pasta') {
    throw new NethealError(
      'engine-refused',
      `connect: ${name} has the network mode ${mode}, with which it cannot join a network on Podman`,
      { hint: 'create it again on a network: podman run --network NAME' },
    )
  }
}

/** A network's event has the container for its actor, and names no network; what Docker calls `destroy` is `remove`. */
function heard(event: EngineEvent): EngineEvent {
  if (event.kind === 'container') return event.action === 'remove' ? { ...event, action: 'destroy' } : event
  if (event.action !== 'connect' && event.action !== 'disconnect') return event
  return { ...event, id: '', name: '', containerId: event.id }
}
