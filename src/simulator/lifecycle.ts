// Starting, ending and crashing of containers, with the events of each in the order of the engine's generation. It is
// the only place that decides what becomes of a process; what is asked for from outside is in stopping.ts.
import { dropEndpoint, makeEndpoint } from './attach.ts'
import { isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { destroy } from './existence.ts'
import { newId } from './identifier.ts'
import type { SimNetwork } from './network.ts'
import { NotModified, noSuchNetwork, Refusal } from './refusal.ts'

export const firstBackOff = 100

/** `docker start`: 304 when it runs; throws the reason when a network is not there or has no address left. */
export async function start(engine: Engine, reference: string): Promise<void> {
  const container = engine.container(reference)
  await container.lock.run(async () => {
    if (container.status === 'paused') throw new Refusal(409, 'cannot start a paused container, try unpause instead')
    if (isUp(container)) throw new NotModified()
    if (container.removed) throw new Refusal(409, 'container is marked for removal and cannot be started')
    await engine.take('start')
    beginByHand(engine, container)
  })
}

/** A start from outside: the crash counter begins anew. */
export function beginByHand(engine: Engine, container: SimContainer): void {
  container.restartCount = 0
  container.backOff = firstBackOff
  container.manuallyStopped = false
  begin(engine, container)
}

export function begin(engine: Engine, container: SimContainer): void {
  container.lost.clear()
  attachAll(engine, container)
  container.status = 'running'
  container.pid = engine.nextPid()
  container.exitCode = 0
  container.error = ''
  container.startedAt = engine.instants.next()
  engine.inside.begin(container)
  container.sandboxId = container.networkMode.startsWith('container:') ? '' : newId()
  engine.announceContainer(container, 'start')
}

/** Joins all networks, or none: what was joined is left again, and the reason is thrown and kept in State.Error. */
function attachAll(engine: Engine, container: SimContainer): void {
  const joined: [string, SimNetwork][] = []
  try {
    for (const [name, entry] of [...container.entries]) {
      const network = networkOf(engine, name, entry.networkId)
      // Made during back-off on 20.10 and 26, on the sandbox that is gone: replaced without a word.
      if (entry.endpointId !== '') dropEndpoint(engine, container, entry)
      if (name !== network.name) {
        container.entries.delete(name)
        container.entries.set(network.name, entry)
      }
      makeEndpoint(engine, network, container, entry)
      joined.push([network.name, network])
      engine.announceNetwork(network, 'connect', container)
    }
  } catch (error) {
    for (const [name, network] of joined) {
      const entry = container.entries.get(name)
      if (entry === undefined) continue
      const { endpointId, address, gateway, prefix } = entry
      dropEndpoint(engine, container, entry)
      entry.ghost = { endpointId, address, gateway, prefix }
      engine.announceNetwork(network, 'disconnect', container)
    }
    if (!(error instanceof Refusal)) throw error
    container.error = engine.traits.startErrorPrefix + error.message
    // moby: 128 only where the last run left no exit code of its own.
    if (container.exitCode === 0) container.exitCode = 128
    throw new Refusal(error.status, container.error)
  }
}

/** The id that the entry holds counts, even when a network of that name exists again; without an id, the name does. */
function networkOf(engine: Engine, name: string, id: string): SimNetwork {
  if (id === '') return engine.network(name)
  const network = engine.networks.get(id)
  if (network === undefined) throw noSuchNetwork(id)
  return network
}

/** The process is gone. Announces `die`, the networks and, where there was a `docker stop`, `stop`. */
export function end(engine: Engine, container: SimContainer, exitCode: number, stopped: boolean): void {
  container.cancelTimer?.()
  container.cancelTimer = null
  container.status = 'exited'
  container.pid = 0
  container.exitCode = exitCode
  container.finishedAt = engine.instants.next()
  if (engine.traits.clearsSandbox) container.sandboxId = ''
  const left: SimNetwork[] = []
  for (const entry of container.entries.values()) {
    const network = dropEndpoint(engine, container, entry)
    if (network !== null) left.push(network)
  }
  const ran = String(Math.floor(Number(container.finishedAt - container.startedAt) / 1e9))
  const more = { ...(engine.traits.execDuration ? { execDuration: ran } : {}), exitCode: String(exitCode) }
  if (engine.traits.dieFirst) engine.announceContainer(container, 'die', more)
  for (const network of left) engine.announceNetwork(network, 'disconnect', container)
  if (stopped) engine.announceContainer(container, 'stop')
  if (!engine.traits.dieFirst) engine.announceContainer(container, 'die', more)
}

/** After the end: removed when it asked for that. */
export function afterwards(engine: Engine, container: SimContainer): void {
  if (container.autoRemove) destroy(engine, container)
}
