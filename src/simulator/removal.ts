// Taking containers and networks away, and giving a container another name.
import { isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { destroy } from './existence.ts'
import { isPredefined, type SimNetwork } from './network.ts'
import { Refusal } from './refusal.ts'
import { kill } from './stopping.ts'

/** `docker rm`; `force` kills first, without a `stop` event. Throws Docker's 409 for a running one without it. */
export async function remove(engine: Engine, reference: string, force: boolean): Promise<void> {
  const container = engine.container(reference)
  if (isUp(container) && !force) throw new Refusal(409, runningText(engine, container))
  if (isUp(container)) await kill(engine, container.id, 9)
  await container.lock.run(() => {
    if (!container.removed) destroy(engine, container)
  })
}

function runningText(engine: Engine, container: SimContainer): string {
  switch (engine.traits.era) {
    case 1:
      return `You cannot remove a running container ${container.id}. Stop the container before attempting removal or force remove`
    case 2:
      return `cannot remove container "/${container.name}": container is running: stop the container before removing or force remove`
    case 3:
      return `cannot remove container "${container.name}": container is running: stop the container before removing or force remove`
  }
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
