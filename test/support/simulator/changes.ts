// What is done to an engine from outside, and neither netheal nor the demo does: pausing and renaming a container, removing
// networks. Each as moby does it, events and refusals and all.
import type { Engine } from '../../../src/simulator/engine.ts'
import { notRunning } from '../../../src/simulator/exec.ts'
import { isPredefined, type SimNetwork } from '../../../src/simulator/network.ts'
import { Refusal } from '../../../src/simulator/refusal.ts'

export async function pause(engine: Engine, reference: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (container.status === 'paused') throw new Refusal(409, `Container ${container.id} is already paused`)
    if (container.status === 'restarting') {
      throw new Refusal(409, `Container ${container.id} is restarting, wait until the container is running`)
    }
    if (container.status !== 'running') throw new Refusal(409, notRunning(engine, container))
    container.status = 'paused'
    engine.announceContainer(container, 'pause')
  })
}

export async function unpause(engine: Engine, reference: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    if (container.status !== 'paused') throw new Refusal(500, `Container ${container.id} is not paused`)
    container.status = 'running'
    engine.announceContainer(container, 'unpause')
  })
}

export async function rename(engine: Engine, reference: string, name: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(() => {
    const wanted = name.replace(/^\//, '')
    if (wanted === '') throw new Refusal(400, 'Neither old nor new names may be empty')
    if (wanted === container.name) throw new Refusal(400, 'Renaming a container with the same name as its current name')
    const oldName = `/${container.name}`
    engine.keep(container, wanted, 'Error when allocating new name: ')
    engine.announceContainer(container, 'rename', { oldName })
  })
}

/** `docker network rm`: 403 while a running container is on it. */
export function removeNetwork(engine: Engine, reference: string): void {
  const found = engine.findNetwork(reference)
  if (found.length > 1) {
    throw new Refusal(400, `network ${reference} is ambiguous (${found.length} matches found based on name)`)
  }
  const network = engine.network(reference)
  if (isPredefined(network)) {
    throw new Refusal(403, `${network.name} is a pre-defined network and cannot be removed`)
  }
  if (network.endpoints.size > 0) throw new Refusal(403, activeText(engine, network))
  engine.dropNetwork(network)
  engine.announceNetwork(network, 'destroy')
}

function activeText(engine: Engine, network: SimNetwork): string {
  if (engine.traits.era < 3) {
    return `error while removing network: network ${network.name} id ${network.id} has active endpoints`
  }
  const members = [...network.endpoints].map(([id, endpoint]) => {
    const name = engine.containers.get(id)?.name ?? ''
    return `name:"${name}" id:"${endpoint.endpointId.slice(0, 12)}"`
  })
  return `error while removing network: network ${network.name} has active endpoints (${members.join(', ')})`
}

/** `docker network prune`: the names of what went. */
export function pruneNetworks(engine: Engine): readonly string[] {
  const idle = [...engine.networks.values()].filter(network => network.endpoints.size === 0 && !isPredefined(network))
  for (const network of idle) removeNetwork(engine, network.id)
  engine.events.publish('network', 'prune', '', { reclaimed: '0' })
  return idle.map(network => network.name)
}

/**
 * `docker start` of a container whose published port another process holds. It keeps its entries before 29; there the last is
 * gone, and with each more that fails another.
 */
export function failStart(engine: Engine, reference: string): void {
  const container = engine.container(reference)
  const why = 'driver failed programming external connectivity on endpoint: port is already allocated'
  container.error = engine.traits.startErrorPrefix + why
  if (container.exitCode === 0) container.exitCode = 128
  const last = [...container.entries.keys()].at(-1)
  if (engine.traits.failedStartDropsEntry && last !== undefined) container.entries.delete(last)
}
