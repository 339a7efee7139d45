// What is wrong with what a name resolves to inside a container: nothing, no address, an address that nobody on the network has,
// several containers, or one that is paused.

import type { Member, NetworkDetail } from './examination.ts'
import type { Fault, Testimony } from './judgement.ts'
import { listed } from './namesake.ts'
import type { Resolution } from './outcome.ts'
import { areReplicas, whyShared } from './shared-name.ts'
import { whyUnresolved } from './unresolved-name.ts'
import type { Network } from './world.ts'

/** Of each name that is at fault, in the order of the names. */
export function nameFaults(evidence: Testimony): readonly Fault[] {
  return evidence.resolutions.flatMap(resolution => nameFault(resolution, evidence) ?? [])
}

function nameFault(resolution: Resolution, evidence: Testimony): Fault | null {
  const { name, result, addresses } = resolution
  const { detail, network, asker } = evidence
  if (result === 'unresolved') {
    const others = evidence.containers.filter(c => c.id !== asker)
    const why = whyUnresolved(name, network, others)
    return { reason: 'unresolved', name, detail: `${name} does not resolve inside it`, ...why }
  }
  if (result !== 'resolved' || detail === null) return null
  const strange = addresses.find(address => !isOf(address, detail, network))
  if (strange !== undefined) return foreign(name, strange, evidence)
  const answering = answeringTo(addresses, detail)
  return answering.length > 1 ? shared(name, answering, evidence) : paused(name, answering, evidence)
}

type Answering = ReturnType<typeof answeringTo>

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
  const hint =
    whose === undefined
      ? `a name server or an entry of /etc/hosts may answer before ${network.name} does, or the network keeps an old name`
      : `another network of the container has that name, too: use a name that only ${network.name} has`
  const owner = whose === undefined ? `which no running container of ${network.name} has` : `which is ${whose}`
  const detail = `${name} resolves inside it to ${address}, ${owner}`
  return { reason: 'foreign-address', name, detail, evidence: [], remedy: [hint], hint }
}

function shared(name: string, answering: Answering, { network, containers }: Testimony): Fault | null {
  const known = answering.flatMap(([id]) => containers.find(c => c.id === id) ?? [])
  if (known.length === answering.length && areReplicas(known)) return null
  const names = listed(
    answering.map(([, member]) => member.name),
    'and',
  )
  const detail = `${names} ${answering.length === 2 ? 'both' : 'all'} answer to ${name} on ${network.name}`
  if (known.length > 1) return { reason: 'several-answer', name, detail, ...whyShared(name, network, known) }
  const hint = 'only one of them may: the others must leave the network, or lose that alias'
  return { reason: 'several-answer', name, detail, evidence: [], remedy: [hint], hint }
}

function paused(name: string, answering: Answering, { containers }: Testimony): Fault | null {
  const target = containers.find(c => c.id === answering[0]?.[0])
  if (target?.status !== 'paused') return null
  const hint = `docker unpause ${target.name}`
  const who = target.name === name ? name : `${target.name}, which answers to ${name},`
  return { reason: 'target-paused', name, detail: `${who} is paused`, evidence: [], remedy: [hint], hint }
}
