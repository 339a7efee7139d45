// Rungs 4 and 5 for one attachment: asks inside its container, looks who is on the network, and has it judged. Reads, but for
// what it runs inside.
import { NethealError } from '../core/errors.ts'
import type { NetworkDetail } from '../core/examination.ts'
import type { Fault, Judgement, Targets } from '../core/judgement.ts'
import { answeringTo, nameFaults } from '../core/name-fault.ts'
import { entryOn, isCalled } from '../core/namesake.ts'
import type { Resolution } from '../core/outcome.ts'
import { judge, namesOf } from '../core/reachability.ts'
import type { Container, Network, World } from '../core/world.ts'
import type { Engine } from './ports.ts'
import { reachTargets } from './reach-targets.ts'
import { type AskDeps, resolveNames } from './resolve-names.ts'

export interface ProveDeps extends AskDeps {
  /** The world as last seen. */
  readonly world: Pick<World, 'containers' | 'networks'>
}

export interface Proving {
  readonly judgement: Judgement
  /** Of each name that is at fault. */
  readonly faults: readonly Fault[]
  /** Of the rule's names; one whose address is another's does not count as resolved. */
  readonly resolutions: readonly Resolution[]
  /** What was reached. */
  readonly reached: readonly string[]
  /** The containers that answer to the names, by id. */
  readonly answering: readonly string[]
}

/** Throws nothing of the engine's. */
export async function prove(
  containerId: string,
  network: Network,
  targets: Targets,
  deps: ProveDeps,
  signal: AbortSignal,
): Promise<Proving> {
  const { engine, world } = deps
  const own = world.containers.find(c => c.id === containerId)
  const inside = { id: containerId, imageId: own?.imageId ?? '' }
  const resolutions = await resolveNames(inside, namesOf(targets), deps, signal)
  // Only then: who joined a moment ago may resolve already, and would be nobody's in a list from before.
  const detail = await membersOf(network.id, containerId, engine, signal)
  const answering =
    detail === null
      ? []
      : answeringTo(
          resolutions.flatMap(r => r.addresses),
          detail,
        ).map(([id]) => id)
  const lost = resolutions.filter(r => r.result === 'unresolved').map(r => r.name)
  const containers = await fresh([...answering, ...expectedFor(lost, network, world)], deps, signal)
  const elsewhere = elsewhereOf(own, network, world)
  const asked = { asker: containerId, targets, network, resolutions, detail }
  const known = { ...asked, containers, connections: [], elsewhere }
  const faults = nameFaults(known)
  const isStopped = faults.length > 0 || resolutions.some(r => r.hung || r.denied)
  const connections = isStopped ? [] : await reachTargets(inside, targets.reach, deps, signal)
  const judgement = judge({ ...known, connections })
  return {
    judgement,
    faults,
    resolutions: resolutions.filter(r => targets.resolve.includes(r.name)).map(r => counted(r, faults)),
    reached: connections.filter(c => c.result === 'reached').map(c => c.target),
    answering,
  }
}

/** More are not asked for their names. */
const MOST_EXPECTED = 64

/** Whoever could have the names that do not resolve: those called so or nearly so, and all of the network, for their aliases. */
function expectedFor(lost: readonly string[], network: Network, world: ProveDeps['world']): readonly string[] {
  if (lost.length === 0) return []
  const called = world.containers.filter(c => lost.some(name => isCalled(c, name)))
  const members = world.containers.filter(c => entryOn(c, network) !== undefined)
  return [...new Set([...called, ...members].map(c => c.id))].slice(0, MOST_EXPECTED)
}

function counted(resolution: Resolution, faults: readonly Fault[]): Resolution {
  const fault = faults.find(f => f.name === resolution.name)
  return fault === undefined ? resolution : { ...resolution, result: 'unresolved', detail: fault.detail }
}

/** Null: the engine does not tell, or not of this container. */
async function membersOf(
  networkId: string,
  containerId: string,
  engine: Engine,
  signal: AbortSignal,
): Promise<NetworkDetail | null> {
  const detail = await unlessRefused(() => engine.inspectNetwork(networkId, signal))
  return detail?.members.has(containerId) === true ? detail : null
}

/** As they are now: a pause of another container may not be in the world as last seen. */
async function fresh(
  ids: readonly string[],
  { engine, world }: ProveDeps,
  signal: AbortSignal,
): Promise<readonly Container[]> {
  if (ids.length === 0) return []
  const look = await unlessRefused(() => engine.lookAt([...new Set(ids)], signal, world.networks))
  return look?.containers ?? world.containers.filter(c => ids.includes(c.id))
}

/** By address: who has it on the other networks of the container, as last seen. */
function elsewhereOf(
  own: Container | undefined,
  network: Network,
  world: ProveDeps['world'],
): ReadonlyMap<string, string> {
  const others = new Set((own?.endpoints ?? []).map(e => e.networkId).filter(id => id !== network.id && id !== ''))
  const found = new Map<string, string>()
  for (const { name, endpoints } of world.containers) {
    for (const { networkId, network: on, ipv4, ipv6 } of endpoints) {
      if (others.has(networkId)) for (const address of [ipv4, ipv6]) found.set(address, `${name} on ${on}`)
    }
  }
  return found
}

async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return null
  }
}
