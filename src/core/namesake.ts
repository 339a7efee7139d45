// Which containers a name could be meant for, and what tells two of them apart for a person.
import { composeOf } from './identity.ts'
import type { Container, Endpoint, Network } from './world.ts'

/** The entry that a container has on a network, live or not. */
export function entryOn(container: Container, network: Network): Endpoint | undefined {
  return (
    container.endpoints.find(e => e.networkId === network.id) ??
    container.endpoints.find(e => e.network === network.name)
  )
}

/** Whether it could be the one behind that name: `supabase-db`, or `supabase-db-<uuid>` as a stack calls it. */
export function isCalled(container: Container, name: string): boolean {
  return isNamesake(container, name) || container.name.startsWith(`${name}-`)
}

/** By its own name, or that of its service. */
export function isNamesake(container: Container, name: string): boolean {
  return container.name === name || composeOf(container)?.service === name
}

/** Whether it was made on this network, or the network is called after its stack: whoever else is on it was put there. */
export function isAtHome(container: Container, network: Pick<Network, 'id' | 'name'>): boolean {
  const project = composeOf(container)?.project
  return (
    container.networkMode === network.name ||
    container.networkMode === network.id ||
    (project !== undefined && (network.name === project || network.name.startsWith(`${project}_`)))
  )
}

/** `supabase-db-x (stack x, in Coolify supabase)`: several stacks have a container of one name. */
export function inItsStack(container: Container): string {
  const project = composeOf(container)?.project
  const coolify = container.labels['coolify.serviceName']
  const words = [
    ...(project === undefined ? [] : [`stack ${project}`]),
    ...(coolify === undefined || coolify === '' ? [] : [`in Coolify ${coolify}`]),
  ]
  return words.length === 0 ? container.name : `${container.name} (${words.join(', ')})`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[], word: 'and' | 'or'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`
}
