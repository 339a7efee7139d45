// Connecting and disconnecting, as moby's daemon/container_operations.go does it in each state of the container.
// It never starts or stops anything.
import { macOf } from './address.ts'
import { type EndpointWish, type Entry, hasProcess, isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { newId } from './identifier.ts'
import { isPredefined, type SimNetwork } from './network.ts'
import { Refusal } from './refusal.ts'

/** An entry as it is before there is an endpoint. */
export function newEntry(wish: EndpointWish, named: boolean): Entry {
  return {
    networkId: '',
    endpointId: '',
    address: '',
    prefix: 0,
    gateway: '',
    mac: '',
    aliases: wish.aliases === undefined || wish.aliases.length === 0 ? null : [...wish.aliases],
    ipv4: wish.ipv4 ?? null,
    gatewayPriority: wish.gatewayPriority ?? 0,
    named,
    ghost: null,
  }
}

/**
 * `docker network connect`. Not running: the entry is only noted, silently, and takes effect at the start. Running: an
 * endpoint at once, or Docker's refusal; a failure other than "already there" leaves an entry without an endpoint.
 */
export async function connect(
  engine: Engine,
  networkRef: string,
  containerRef: string,
  wish: EndpointWish,
): Promise<void> {
  const container = engine.container(containerRef)
  await engine.midConnect?.(networkRef, container)
  await container.lock.run(async () => {
    await engine.take(isUp(container) ? 'connect' : 'connectStopped')
    if (container.removed) {
      const message = `Container ${container.id} is marked for removal and cannot be connected or disconnected to the network`
      throw new Refusal(409, message)
    }
    if (isUp(container)) connectRunning(engine, engine.network(networkRef), container, wish)
    else noteForStart(engine, networkRef, container, wish)
  })
}

function noteForStart(engine: Engine, networkRef: string, container: SimContainer, wish: EndpointWish): void {
  const [network] = engine.findNetwork(networkRef)
  // A network that does not exist is noted as well, under the words it was asked for by: measured, 20.10 to 28.
  if (network === undefined) {
    container.entries.set(networkRef, newEntry(wish, false))
    return
  }
  refuseByMode(engine, engine.network(networkRef), container, wish)
  if (!holdsEntry(engine, container, network))
    container.entries.set(network.name, newEntry(wish, !isPredefined(network)))
}

/**
 * moby's "avoid duplicate config": an entry that still leads to a network of this name stays as it is, whatever was asked
 * for this time. One that holds the id of a network that is gone does not, and is replaced.
 */
function holdsEntry(engine: Engine, container: SimContainer, network: SimNetwork): boolean {
  const entry = container.entries.get(network.name)
  if (entry === undefined) return false
  const found = engine.findNetwork(entry.networkId === '' ? network.name : entry.networkId)
  return found.length === 1 && found[0]?.name === network.name
}

function connectRunning(engine: Engine, network: SimNetwork, container: SimContainer, wish: EndpointWish): void {
  refuseByMode(engine, network, container, wish)
  if (network.endpoints.has(container.id)) {
    throw new Refusal(403, `endpoint with name ${container.name} already exists in network ${network.name}`)
  }
  const entry = newEntry(wish, !isPredefined(network))
  if (!holdsEntry(engine, container, network)) container.entries.set(network.name, entry)
  if (container.status === 'restarting' && engine.traits.backOffConnectRefused) {
    throw new Refusal(404, `network sandbox for container ${container.id} not found`)
  }
  if (engine.hollowConnects > 0) {
    engine.hollowConnects -= 1
    return
  }
  makeEndpoint(engine, network, container, entry)
  container.entries.set(network.name, entry)
  engine.announceNetwork(network, 'connect', container)
}

function refuseByMode(engine: Engine, network: SimNetwork, container: SimContainer, wish: EndpointWish): void {
  const mode = container.networkMode
  if (mode === 'host' || mode.startsWith('container:')) {
    throw new Refusal(
      400,
      'container sharing network namespace with another container or host cannot be connected to any other network',
    )
  }
  if (network.name === 'host') {
    throw new Refusal(
      400,
      engine.traits.era === 3
        ? 'cannot connect container to host network - container must be created in host network mode'
        : 'container cannot be disconnected from host network or connected to host network',
    )
  }
  if (network.name === 'none' || container.entries.has('none')) {
    throw new Refusal(
      400,
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    )
  }
  const prefix = engine.traits.era === 1 ? '' : 'invalid endpoint settings:\n'
  if (network.name === 'bridge' && (wish.aliases?.length ?? 0) > 0) {
    throw new Refusal(400, `${prefix}network-scoped alias is supported only for containers in user defined networks`)
  }
  if (wish.ipv4 !== undefined && wish.ipv4 !== null && !network.ownSubnet) {
    const message =
      'user specified IP address is supported only when connecting to networks with user configured subnets'
    throw new Refusal(400, prefix + message)
  }
}

/** Fills the entry; throws Docker's 500 when the pool has no address, and leaves the entry empty then. */
export function makeEndpoint(engine: Engine, network: SimNetwork, container: SimContainer, entry: Entry): void {
  entry.named = !isPredefined(network)
  const address = network.pool === null ? '' : network.pool.take(entry.ipv4)
  if (address === null) {
    const why =
      entry.ipv4 !== null && network.pool?.exhausted !== true
        ? 'Address already in use'
        : `no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`
    throw new Refusal(entry.ipv4 !== null && network.pool?.exhausted !== true ? 403 : 500, why)
  }
  entry.networkId = network.id
  entry.endpointId = newId()
  entry.address = address
  entry.prefix = network.pool?.prefix ?? 0
  // 20.10 shows a gateway on an internal network, too; no route ever goes there.
  entry.gateway = network.pool === null || (network.internal && engine.traits.era !== 1) ? '' : network.pool.gateway
  entry.mac = address === '' ? '' : macOf(address)
  entry.ghost = null
  network.endpoints.set(container.id, { endpointId: entry.endpointId, address, mac: entry.mac })
}

/** Takes the endpoint away and keeps the entry, with the id of its network: what a stop does. */
export function dropEndpoint(engine: Engine, container: SimContainer, entry: Entry): SimNetwork | null {
  const network = engine.networks.get(entry.networkId) ?? null
  const endpoint = network?.endpoints.get(container.id)
  if (network !== null && endpoint?.endpointId === entry.endpointId) {
    network.endpoints.delete(container.id)
    if (endpoint.address !== '') network.pool?.release(endpoint.address)
  }
  const had = entry.endpointId !== ''
  entry.endpointId = ''
  entry.address = ''
  entry.prefix = 0
  entry.gateway = ''
  entry.mac = ''
  return had ? network : null
}

/** `docker network disconnect`. Running: the endpoint must be there, else 500, forced or not. Stopped: the entry goes. */
export async function disconnect(
  engine: Engine,
  networkRef: string,
  containerRef: string,
  force: boolean,
): Promise<void> {
  const container = findForDisconnect(engine, containerRef, networkRef, force)
  if (container === null) return
  await container.lock.run(async () => {
    await engine.take('disconnect')
    const [network] = engine.findNetwork(networkRef)
    const name = network?.name ?? networkRef
    if (!isUp(container) || (network === undefined && force)) {
      if (!container.entries.has(name)) {
        throw new Refusal(500, `container ${container.id} is not connected to the network ${name}`)
      }
      takeEntry(engine, container, name)
      if (network !== undefined && !engine.traits.silentStoppedDisconnect) {
        engine.announceNetwork(network, 'disconnect', container)
      }
      return
    }
    disconnectRunning(engine, engine.network(networkRef), container)
  })
}

function disconnectRunning(engine: Engine, network: SimNetwork, container: SimContainer): void {
  if (container.networkMode === 'host') {
    throw new Refusal(400, 'container cannot be disconnected from host network or connected to host network')
  }
  const entry = container.entries.get(network.name)
  const attached = entry !== undefined && entry.endpointId !== '' && network.endpoints.has(container.id)
  // In back-off a normal entry has no endpoint, and yet it can be taken: the engine has no sandbox to look it up in.
  if (!attached && (hasProcess(container) || entry === undefined)) {
    throw new Refusal(500, `container ${container.id} is not connected to network ${network.name}`)
  }
  takeEntry(engine, container, network.name)
  engine.announceNetwork(network, 'disconnect', container)
  if (engine.traits.doubledDisconnect) engine.announceNetwork(network, 'disconnect', container)
}

function takeEntry(engine: Engine, container: SimContainer, name: string): void {
  const entry = container.entries.get(name)
  if (entry !== undefined) dropEndpoint(engine, container, entry)
  container.entries.delete(name)
}

/** A container that is gone may have left an endpoint behind: forced, Docker looks for it by name. */
function findForDisconnect(
  engine: Engine,
  containerRef: string,
  networkRef: string,
  force: boolean,
): SimContainer | null {
  try {
    return engine.container(containerRef)
  } catch (error) {
    if (!force) throw error
    engine.network(networkRef)
    throw new Refusal(404, `endpoint ${containerRef} not found`)
  }
}
