// Is anybody there to be reached on a network? Healing onto one whose stack is gone looks fine and helps nobody
// (docs/coolify.md, "Deleting a service").
import type { Warning } from './action.ts'
import type { Attachment } from './attachment.ts'
import { isProxy } from './identity.ts'
import { entryOn, isAtHome } from './namesake.ts'
import { type Container, isUp, type Network, type World } from './world.ts'

/** What proves that somebody is missed on a network. */
export interface Absentees {
  /** Members of their own that do not run. */
  readonly stopped: readonly Container[]
  /** The stack that the network is of; null: none that is known. */
  readonly stack: string | null
}

/**
 * Answers, for a network: a `network-empty` warning where nobody is on it but one container of the rules, or where its stack is
 * proven to be away. Several of the rules' own are there for each other; Coolify's proxy follows our own attachments. Without
 * proof it is a note: whether somebody is missed is for the proofs to say. Looks at the containers once, whatever the number of rules.
 */
export function emptinessOf(
  attachments: readonly Attachment[],
  world: World,
): (network: Network) => readonly Warning[] {
  let ours: Wanted | null = null
  let peopled: ReadonlySet<string> | null = null
  const known = new Map<string, readonly Warning[]>()
  return network => {
    if (hasMembersElsewhere(network)) return []
    ours ??= wantedBy(attachments)
    peopled ??= peopledIn(world, ours)
    if (peopled.has(network.id)) return []
    const before = known.get(network.id)
    if (before !== undefined) return before
    const warnings = warningsOf(network, ours.get(network.id) ?? new Set(), world)
    known.set(network.id, warnings)
    return warnings
  }
}

/** Answers, for a network: is nobody on it but the containers of the rules, and Coolify's proxy? */
export function emptyOfOthers(attachments: readonly Attachment[], world: World): (network: Network) => boolean {
  let peopled: ReadonlySet<string> | null = null
  return network => {
    if (hasMembersElsewhere(network)) return false
    peopled ??= peopledIn(world, wantedBy(attachments))
    return !peopled.has(network.id)
  }
}

/** By network id: the containers that a rule puts there. */
type Wanted = ReadonlyMap<string, ReadonlySet<string>>

function warningsOf(network: Network, ours: ReadonlySet<string>, world: World): readonly Warning[] {
  const { stopped, stack } = absenteesOf(network, ours, world)
  const message = (why: string): string => `no other container is running on ${network.name}: ${why}`
  const warning = (why: string, hint: string): readonly Warning[] => [
    { code: 'network-empty', message: message(why), hint },
  ]
  const [first] = stopped
  if (first !== undefined) {
    const more = stopped.length > 1 ? `, and ${stopped.length - 1} more` : ''
    return warning(
      `its stack is stopped (${first.name} is ${first.status}${more})`,
      'start it (in Coolify: the service > Start)',
    )
  }
  if (stack !== null) {
    const hint = `if it was made anew, name its new network in the rule${keptText(network, ours, world)}`
    return warning(`its stack ${stack} has no container there`, hint)
  }
  if (world.containers.filter(c => ours.has(c.id) && isUp(c.status)).length > 1) return []
  const hint = 'if a stack should be there, start it, or name its new network in the rule'
  return warning('nobody is there but the container of the rule', hint)
}

/** Who belongs on a network, and is not there. */
export function absentees(network: Network, attachments: readonly Attachment[], world: World): Absentees {
  return absenteesOf(network, wantedBy(attachments).get(network.id) ?? new Set(), world)
}

/** A service was deleted, and its network could not be: who is on it keeps it. */
function keptText(network: Network, ours: ReadonlySet<string>, { containers }: World): string {
  const names = containers.filter(c => ours.has(c.id) && entryOn(c, network)?.endpointId).map(c => c.name)
  const [first] = names.sort()
  if (first === undefined) return ''
  const who = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  return `; if it was deleted, its network cannot be removed while ${who} ${names.length === 1 ? 'is' : 'are'} on it: take the rule out, then docker network disconnect ${network.name} ${first}`
}

function absenteesOf(network: Network, ours: ReadonlySet<string>, { containers }: World): Absentees {
  const stopped = containers.filter(
    c => !isUp(c.status) && entryOn(c, network) !== undefined && !isProxy(c) && !isGuest(c, network, ours),
  )
  // The first one is named, whatever the order of a list.
  stopped.sort((a, b) => (`${a.name}\0${a.id}` < `${b.name}\0${b.id}` ? -1 : 1))
  return { stopped, stack: stackOf(network) }
}

/** As compose says it, or as Coolify names it: with the id of the resource, which is also the name of its project. */
function stackOf({ name, labels }: Network): string | null {
  return labels['com.docker.compose.project'] ?? (/^[a-z0-9]{24}$/.test(name) ? name : null)
}

/** On an overlay they are on other nodes, on macvlan and ipvlan they are machines of the LAN: this engine does not list them. */
export function hasMembersElsewhere({ driver }: Network): boolean {
  return driver !== 'bridge'
}

/** A rule put it there; one that is of this network is at home there, though a rule may keep it there as well. */
function isGuest(container: Container, network: Pick<Network, 'id' | 'name'>, ours: ReadonlySet<string>): boolean {
  return ours.has(container.id) && !isAtHome(container, network)
}

function wantedBy(attachments: readonly Attachment[]): Wanted {
  const wanted = new Map<string, Set<string>>()
  for (const { container, network } of attachments) {
    if (container === null || network.kind !== 'found') continue
    const ids = wanted.get(network.network.id)
    if (ids === undefined) wanted.set(network.network.id, new Set([container.id]))
    else ids.add(container.id)
  }
  return wanted
}

/** The ids of the networks on which somebody is who is no guest of a rule's, and not Coolify's proxy. */
function peopledIn({ containers }: World, wanted: Wanted): ReadonlySet<string> {
  const peopled = new Set<string>()
  for (const container of containers) {
    if (isProxy(container)) continue
    for (const { endpointId, network: name, networkId: id } of container.endpoints) {
      if (endpointId === '' || peopled.has(id)) continue
      const ours = wanted.get(id)
      if (ours === undefined || !isGuest(container, { id, name }, ours)) peopled.add(id)
    }
  }
  return peopled
}
