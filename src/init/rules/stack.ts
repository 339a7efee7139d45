// For `init`: the Supabase stacks of this engine, each with the network where its database can be reached.
import { distance } from 'fastest-levenshtein'
import { composeOf } from '../../core/identity.ts'
import type { Container, Network, World } from '../../core/world.ts'

export interface Stack {
  /** Null: a network that was asked for by name, with no Supabase database on it. */
  readonly database: Container | null
  readonly network: Network
  /** The containers of the stack itself, the database among them. */
  readonly members: readonly Container[]
}

const BUILT_IN = new Set(['bridge', 'host', 'none'])
/** The name under which the members of a Supabase stack know its database (docs/coolify.md, "Services"). */
export const DATABASE = 'supabase-db'

/** Each Supabase database of this engine with each network that is its own. */
export function stacksIn(world: World): readonly Stack[] {
  return world.containers
    .filter(isDatabase)
    .flatMap(database => {
      // Coolify's common network holds everything: a database on it is there for the proxy.
      const networks = networksOf(database, world).filter(n => !BUILT_IN.has(n.name) && n.name !== 'coolify')
      const project = composeOf(database)?.project
      // Coolify and compose call a stack's own network after its project; any other one it was only connected to.
      const own = networks.filter(
        n => project !== undefined && (n.name === project || n.name.startsWith(`${project}_`)),
      )
      return (own.length > 0 ? own : networks).map(network => stackOf(database, network, world))
    })
    .toSorted((a, b) => compare(a.network.name, b.network.name) || compare(nameOf(a), nameOf(b)))
}

/** The network that is asked for by name or id, with the database on it if there is one; else the names that are near. */
export function stackOn(
  wanted: string,
  world: World,
):
  | { readonly kind: 'found'; readonly stack: Stack }
  | { readonly kind: 'not-found'; readonly near: readonly string[] } {
  const network =
    world.networks.find(n => n.name === wanted) ??
    world.networks.find(n => wanted.length >= 12 && n.id.startsWith(wanted))
  if (network === undefined) return { kind: 'not-found', near: nearNames(wanted, world) }
  const database = world.containers.find(c => isDatabase(c) && networksOf(c, world).includes(network))
  return { kind: 'found', stack: stackOf(database ?? null, network, world) }
}

function stackOf(database: Container | null, network: Network, world: World): Stack {
  const project = database === null ? undefined : composeOf(database)?.project
  const members = world.containers.filter(
    c => c === database || (project !== undefined && composeOf(c)?.project === project),
  )
  return { database, network, members }
}

function isDatabase(container: Container): boolean {
  return (
    container.labels['coolify.service.subName'] === DATABASE ||
    container.labels['com.docker.compose.service'] === DATABASE ||
    container.name === DATABASE ||
    container.name.startsWith(`${DATABASE}-`)
  )
}

/** By id; by name for an entry that has none yet, or an old one. */
function networksOf(container: Container, world: World): readonly Network[] {
  return container.endpoints.flatMap(
    e =>
      world.networks.find(n => n.id === e.networkId) ??
      world.networks.find(n => n.name === e.network) ??
      ([] as readonly Network[]),
  )
}

/** Names by which the others reach the stack: only such as belong to nothing else. */
export function hostNamesOf({ database, members }: Stack): readonly string[] {
  if (database === null) return []
  const names = members.flatMap(m => [m.name, composeOf(m)?.service ?? m.name])
  return [...new Set([DATABASE, database.name, ...names.filter(n => /^supabase[-_]/.test(n))])]
}

/** True for the stack's network, by its name, its id or the beginning of that. */
export function isNetworkOf(named: string, { network }: Stack): boolean {
  return named === network.name || named === network.id || (named.length >= 12 && network.id.startsWith(named))
}

function nearNames(wanted: string, world: World): readonly string[] {
  return world.networks
    .map(n => n.name)
    .filter(n => !BUILT_IN.has(n))
    .toSorted((a, b) => distance(a, wanted) - distance(b, wanted) || compare(a, b))
    .slice(0, 5)
}

function nameOf(stack: Stack): string {
  return stack.database?.name ?? ''
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
