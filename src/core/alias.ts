// Aliases of an attachment (docs/design.md, "Aliases"): from the rule, else as last seen, else the service name in its
// own project.
import type { Warning } from './action.ts'
import type { Attachment } from './attachment.ts'
import { composeOf, identityOf } from './identity.ts'
import type { State } from './state.ts'
import type { Container, Network, World } from './world.ts'

export interface Aliases {
  readonly aliases: readonly string[]
  readonly warnings: readonly Warning[]
}

/** An alias that another member of the network answers to is left out, with a warning: two would share its name in DNS. */
export function aliasesFor(
  attachment: Attachment,
  container: Container,
  network: Network,
  world: World,
  state: State,
): Aliases {
  const wanted =
    attachment.rule.aliases ?? remembered(attachment.key, container.id, state) ?? native(container, network)
  const aliases: string[] = []
  const warnings: Warning[] = []
  for (const alias of new Set(wanted)) {
    const other = ownerOf(alias, container, network, world)
    if (other === null) aliases.push(alias)
    else {
      warnings.push({
        code: 'alias-taken',
        message: `${container.name} gets no alias ${alias} on ${network.name}: ${other.name} already has that name`,
        hint: 'set another alias in the rule, or none: "aliases": []',
      })
    }
  }
  return { aliases, warnings }
}

/** What it had when it was last seen: the same container first, else its newest predecessor. */
function remembered(key: string, containerId: string, state: State): readonly string[] | null {
  const seen = state.attachments[key]?.seen ?? {}
  const own = seen[containerId]?.aliases
  if (own !== undefined && own !== null) return own
  const before = Object.values(seen)
    .filter(s => s.aliases !== null)
    .sort((a, b) => b.createdAt - a.createdAt)
  return before[0]?.aliases ?? null
}

/** A member of the network's own compose project answers to its service name; a foreigner to nothing but its own name. */
function native(container: Container, network: Network): readonly string[] {
  const compose = composeOf(container)
  if (compose === null) return []
  const project = network.labels['com.docker.compose.project']
  // Coolify makes the network of a stack itself, without labels, under the name of the compose project.
  return project === compose.project || network.name === compose.project ? [compose.service] : []
}

/** Of several the one whose name comes first, so that the plan does not depend on the order of a list. */
function ownerOf(alias: string, container: Container, network: Network, world: World): Container | null {
  const compose = composeOf(container)
  const identity = identityOf(container)
  let owner: Container | null = null
  for (const other of world.containers) {
    if (other.id === container.id || identityOf(other) === identity) continue
    const endpoint = other.endpoints.find(e => e.networkId === network.id && e.endpointId !== '')
    if (endpoint === undefined) continue
    const theirs = composeOf(other)
    // Replicas of one service share its name on purpose.
    if (compose !== null && theirs?.project === compose.project && theirs.service === compose.service) continue
    const names = [
      other.name,
      ...(endpoint.aliases ?? []),
      ...(endpoint.aliases === null ? native(other, network) : []),
    ]
    if (names.includes(alias) && (owner === null || other.name < owner.name)) owner = other
  }
  return owner
}

/** The aliases worth remembering of an entry: the container's own name is not one, and changes at each Coolify deploy. */
export function lastingAliases(aliases: readonly string[] | null, name: string): readonly string[] | null {
  return aliases === null ? null : aliases.filter(alias => alias !== name)
}
