// A name does not resolve inside a container that is on the network: who goes by which names there, why this one is not among
// them, and what helps.
import type { Fault } from './judgement.ts'
import { entryOn, inItsStack, isAtHome, isCalled, isNamesake, listed } from './namesake.ts'
import { type Container, type Endpoint, isUp, type Network } from './world.ts'

type Why = Pick<Fault, 'evidence' | 'remedy' | 'hint'>

/** A container with an entry on the network. */
interface Member {
  readonly container: Container
  readonly entry: Endpoint
}

/** So many are listed by name. */
const MOST_LISTED = 10

/** @param containers those that could matter, without the one that asks; with their aliases, where the engine told them */
export function whyUnresolved(name: string, network: Network, containers: readonly Container[]): Why {
  const members = containers.flatMap(container => {
    const entry = entryOn(container, network)
    return entry === undefined ? [] : [{ container, entry }]
  })
  const why = ofMembers(name, network, members) ?? ofOthers(name, network, containers)
  return { ...why, evidence: [...why.evidence, ...namesThere(network, members)] }
}

function ofMembers(name: string, network: Network, members: readonly Member[]): Why | null {
  const named = members.filter(m => hasName(m, name))
  const live = named.find(isLive)
  if (live !== undefined) return ofResolver(name, network, live.container)
  const [down] = named
  if (down !== undefined) return ofSilent(name, network, down)
  const relatives = members.filter(m => isCalled(m.container, name))
  const relative = relatives.find(m => isNamesake(m.container, name)) ?? relatives[0]
  if (relative === undefined) return null
  if (!isLive(relative)) return ofSilent(name, network, relative)
  const { container, entry } = relative
  const again = reconnect(name, network, container, entry)
  return {
    evidence: [`${container.name} is on ${network.name}, but without the alias ${name}`],
    remedy: [
      'in Coolify: the service > Restart, which recreates it with its names',
      `or by hand, which interrupts its connections for a moment: ${again}`,
    ],
    hint: `${container.name} does not have that name on ${network.name}: ${again}`,
  }
}

/** The network knows the name: whoever asks does not ask the network. */
function ofResolver(name: string, network: Network, container: Container): Why {
  const remedy =
    "check the container's resolver: its /etc/resolv.conf must say nameserver 127.0.0.11 (docker network disconnect and then connect, for this container alone, rewrites that file without a restart); a dns setting or an /etc/hosts entry may be in the way"
  return {
    evidence: [
      `${container.name} has the name ${name} on ${network.name} and is ${container.status}, so the network knows the name`,
    ],
    remedy: [remedy],
    hint: `${container.name} has that name on ${network.name}: check the resolver inside, whose /etc/resolv.conf must say nameserver 127.0.0.11`,
  }
}

/** It has an entry, and no endpoint behind it: it does not run, or the engine lost it. */
function ofSilent(name: string, network: Network, { container, entry }: Member): Why {
  const { status } = container
  if (isUp(status)) {
    const again = reconnect(name, network, container, entry, '-f ')
    const fact = `${container.name} has an entry for ${network.name} with no endpoint behind it`
    return { evidence: [fact], remedy: [again], hint: `${fact}: ${again}` }
  }
  const fact = `${container.name} has the name ${name}, but is ${status}`
  if (status === 'restarting') {
    const log = `docker logs --tail 50 ${container.name}`
    return {
      evidence: [fact],
      remedy: [`it crashes again and again, and its log says why: ${log}`],
      hint: `${container.name} is ${status}: ${log}`,
    }
  }
  const start = `docker start ${container.name}`
  return {
    evidence: [fact],
    remedy: [`start it: ${start} (in Coolify: the service > Start)`],
    hint: `${container.name} is ${status}: ${start}`,
  }
}

function ofOthers(name: string, network: Network, containers: readonly Container[]): Why {
  const likely = likeliest(name, network, containers)
  const [only] = likely
  if (only === undefined) return ofNobody(name, network)
  if (likely.length > 1) return ofSeveral(name, network, likely)
  const start = isUp(only.status) ? '' : `, then docker start ${only.name}`
  const connect = `docker network connect --alias ${name} ${network.name} ${only.name}${start}`
  return {
    evidence: [`${whereabouts(only)}, not on ${network.name}`],
    remedy: [
      `the rule names a wrong or an old network: "network": {"of": "${only.name}"} follows the container wherever it is`,
      `or ${only.name} itself lost ${network.name}: ${connect}`,
    ],
    hint: `${only.name} is not on ${network.name}: ${connect}`,
  }
}

/** Each stack may have one of that name: the network's own before others, and one of exactly that name before one like it. */
function likeliest(name: string, network: Network, containers: readonly Container[]): readonly Container[] {
  const called = containers.filter(c => isCalled(c, name))
  for (const narrower of [
    called.filter(c => isAtHome(c, network)),
    called.filter(c => c.name === name),
    called.filter(c => isNamesake(c, name)),
  ])
    if (narrower.length > 0) return narrower
  return called
}

/** Only the operator knows which is meant. */
function ofSeveral(name: string, network: Network, likely: readonly Container[]): Why {
  const names = listed(likely.map(inItsStack), 'or')
  return {
    evidence: likely.map(c => `${whereabouts(c)}, not on ${network.name}`),
    remedy: [
      `decide which is meant: ${names}`,
      `the rule may name a wrong network: "network": {"of": "${likely[0]?.name ?? name}"}, with the right one's name, follows that container wherever it is`,
      ...likely.map(
        c =>
          `or, if it is ${inItsStack(c)}, which lost ${network.name}: docker network connect --alias ${name} ${network.name} ${c.name}`,
      ),
    ],
    hint: `it may be ${names} that is meant, and none is on ${network.name}`,
  }
}

function ofNobody(name: string, network: Network): Why {
  return {
    evidence: [`no container on this engine has the name ${name}`],
    remedy: [
      'check the name, and whether the stack is running (in Coolify: the Supabase service; docker ps -a)',
      `the evidence lists the names on ${network.name}: the rule's "resolve" and the app's settings must use one of them`,
    ],
    hint: `is the container behind ${name} running on ${network.name}?`,
  }
}

function hasName({ container, entry }: Member, name: string): boolean {
  return container.name === name || (entry.aliases ?? []).includes(name)
}

function isLive({ container, entry }: Member): boolean {
  return isUp(container.status) && entry.endpointId !== ''
}

/** Its other aliases on this network stay. */
function reconnect(name: string, network: Network, container: Container, entry: Endpoint, force = ''): string {
  const aliases = [name, ...(entry.aliases ?? []).filter(a => a !== name)].map(a => `--alias ${a} `).join('')
  return `docker network disconnect ${force}${network.name} ${container.name}, then docker network connect ${aliases}${network.name} ${container.name}`
}

function whereabouts(container: Container): string {
  const places = container.endpoints.map(e => e.network).join(', ')
  return `${inItsStack(container)} is ${container.status}, and on ${places || 'no network'}`
}

function namesThere(network: Network, members: readonly Member[]): readonly string[] {
  if (members.length === 0) return [`nobody else is on ${network.name}`]
  const lines = members.slice(0, MOST_LISTED).map(({ container, entry }) => {
    const names = [...new Set([container.name, ...(entry.aliases ?? [])])]
    return `on ${network.name}: ${names.join(', ')}${container.status === 'running' ? '' : ` (${container.status})`}`
  })
  return members.length > MOST_LISTED ? [...lines, `and ${members.length - MOST_LISTED} more`] : lines
}
