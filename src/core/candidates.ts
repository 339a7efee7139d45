// For `init`: where is the database, and who on this host probably needs its network? Guesses, each with its reason.
import { composeOf, isCoolify, isDeployment, isPreview, isProxy } from './identity.ts'
import type { ContainerSelector } from './rule.ts'
import type { Container, Network, World } from './world.ts'

export interface Stack {
  readonly database: Container
  readonly network: Network
}

export interface Candidate {
  readonly container: Container
  readonly selector: ContainerSelector
  readonly attached: boolean
  readonly reason: string
}

const BUILT_IN = new Set(['bridge', 'host', 'none'])
/** The name under which the members of a Supabase stack know its database (COOLIFY.md 2.1). */
export const DATABASE = 'supabase-db'

/** Each Supabase database of this engine with each network it is on. */
export function stacksIn(world: World): readonly Stack[] {
  return world.containers.filter(isDatabase).flatMap(database =>
    database.endpoints.flatMap(endpoint => {
      const network =
        world.networks.find(n => n.id === endpoint.networkId) ?? world.networks.find(n => n.name === endpoint.network)
      // Coolify's common network holds everything: a database on it is there for the proxy.
      return network === undefined || BUILT_IN.has(network.name) || network.name === 'coolify'
        ? []
        : [{ database, network }]
    }),
  )
}

function isDatabase(container: Container): boolean {
  return (
    container.labels['coolify.service.subName'] === DATABASE ||
    container.labels['com.docker.compose.service'] === DATABASE ||
    container.name === DATABASE ||
    container.name.startsWith(`${DATABASE}-`)
  )
}

/** The applications of this host: not the stack itself, not Coolify's own containers, not previews. */
export function candidatesFor(stack: Stack, world: World): readonly Candidate[] {
  const project = composeOf(stack.database)?.project
  return world.containers
    .filter(c => c.id !== stack.database.id && (project === undefined || composeOf(c)?.project !== project))
    .filter(c => !isCoolifyOwn(c) && !isPreview(c) && c.labels['coolify.type'] !== 'database')
    .filter(c => !['host', 'none'].includes(c.networkMode) && !c.networkMode.startsWith('container:'))
    .map(container => ({
      container,
      ...selectorFor(container),
      attached: container.endpoints.some(e => e.networkId === stack.network.id),
    }))
    .toSorted((a, b) => (a.container.name < b.container.name ? -1 : 1))
}

function selectorFor(container: Container): { readonly selector: ContainerSelector; readonly reason: string } {
  const resource = container.labels['coolify.resourceName']
  if (
    isCoolify(container) &&
    container.labels['coolify.type'] === 'application' &&
    resource !== undefined &&
    resource !== container.name
  ) {
    return {
      selector: { coolify: resource },
      reason: `the Coolify application ${resource}: its container gets a new name at each deploy`,
    }
  }
  return {
    selector: container.name,
    reason: isCoolify(container) ? 'an application of Coolify' : 'a container of its own',
  }
}

function isCoolifyOwn(container: Container): boolean {
  return (
    isProxy(container) ||
    isDeployment(container) ||
    /^coolify(-|$)/.test(container.name) ||
    /^[a-z0-9]{24}-proxy$/.test(container.name)
  )
}
