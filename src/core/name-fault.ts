// What is wrong with what a name resolves to inside a container: nothing, no address, an address that nobody on the network has,
// several containers, or one that is paused.

import type { Member, NetworkDetail } from './examination.ts'
import { composeOf } from './identity.ts'
import type { Fault, Testimony } from './judgement.ts'
import type { Resolution } from './outcome.ts'
import { type Container, isUp, type Network } from './world.ts'

/** Null: nothing is known to be wrong. */
export function nameFault(resolution: Resolution, evidence: Testimony): Fault | null {
  const { name, result, addresses } = resolution
  const { detail, network } = evidence
  if (result === 'unresolved') return unresolved(name, evidence)
  if (result !== 'resolved' || detail === null) return null
  const strange = addresses.find(address => !isOf(address, detail, network))
  if (strange !== undefined) return foreign(name, strange, evidence)
  const answering = answeringTo(addresses, detail)
  const [first, second] = answering
  if (first !== undefined && second !== undefined) {
    const names = answering.map(([, member]) => member.name).join(' and ')
    return {
      ...{ reason: 'several-answer', name, detail: `${names} both answer to ${name} on ${network.name}` },
      hint: `only one of them may: docker network disconnect ${network.name} ${second[1].name} takes the other one off`,
    }
  }
  const target = evidence.containers.find(c => c.id === first?.[0])
  if (target?.status !== 'paused') return null
  return {
    ...{
      reason: 'target-paused',
      name,
      detail: `${target.name === name ? name : `${target.name}, which answers to ${name},`} is paused`,
    },
    hint: `docker unpause ${target.name}`,
  }
}

/** The members that have these addresses, by container id. */
export function answeringTo(
  addresses: readonly string[],
  { members }: NetworkDetail,
): readonly (readonly [string, Member])[] {
  return [...members].filter(([, member]) => addresses.some(a => isHis(a, member)))
}

/** On an overlay a member may be on another node, and a service has an address of its own: only the network knows them all. */
function isOf(address: string, { members }: NetworkDetail, { driver }: Network): boolean {
  return driver === 'overlay' || [...members.values()].some(member => isHis(address, member))
}

function isHis(address: string, { ipv4, ipv6 }: Member): boolean {
  return address === ipv4 || (ipv6 !== '' && address.toLowerCase() === ipv6.toLowerCase())
}

function foreign(name: string, address: string, { network, elsewhere }: Testimony): Fault {
  const whose = elsewhere.get(address)
  return {
    ...{ reason: 'foreign-address', name },
    detail: `${name} resolves inside it to ${address}, ${whose === undefined ? `which no running container of ${network.name} has` : `which is ${whose}`}`,
    hint:
      whose === undefined
        ? `a name server or an entry of /etc/hosts may answer before ${network.name} does, or the network keeps an old name`
        : `another network of the container has that name, too: use a name that only ${network.name} has`,
  }
}

function unresolved(name: string, { network, containers }: Testimony): Fault {
  return {
    ...{ reason: 'unresolved', name, detail: `${name} does not resolve inside it` },
    hint: hintFor(name, network, containers),
  }
}

function hintFor(name: string, network: Network, containers: readonly Container[]): string {
  const target = expectedAt(name, network, containers)
  if (target === undefined) return `is the container behind ${name} running on ${network.name}?`
  if (!isUp(target.status)) return `${target.name} is ${target.status}: docker start ${target.name}`
  const isThere = target.endpoints.some(e => e.networkId === network.id && e.endpointId !== '')
  const connect = `docker network connect --alias ${name} ${network.name} ${target.name}`
  return isThere
    ? `${target.name} does not have that name on ${network.name}: docker network disconnect ${network.name} ${target.name}, then ${connect}`
    : `${target.name} is not on ${network.name}: ${connect}`
}

/** The container that a name is expected to belong to: one of that network before others, by its own name before one like it. */
function expectedAt(name: string, network: Network, containers: readonly Container[]): Container | undefined {
  const own = containers.filter(c => c.name === name || composeOf(c)?.service === name)
  const called = own.length > 0 ? own : containers.filter(c => isLike(c, name))
  return called.find(c => c.endpoints.some(e => e.network === network.name)) ?? called[0]
}

/** Whether it could be the one behind that name: `supabase-db`, or `supabase-db-<uuid>` as a stack calls it. */
export function isCalled(container: Container, name: string): boolean {
  return container.name === name || composeOf(container)?.service === name || isLike(container, name)
}

function isLike(container: Container, name: string): boolean {
  return container.name.startsWith(`${name}-`)
}
