// Attached, but not as the rule asks: with another address, or without its aliases.
import { lastingAliases } from './alias.ts'
import type { Attachment } from './attachment.ts'
import type { State } from './state.ts'
import { isInSubnet } from './subnet.ts'
import type { Container, Endpoint, Network } from './world.ts'

/** What is not as the rule asks, each as a clause: `has 172.18.0.3 instead of 172.18.0.77`. Empty: nothing that is known. */
export function driftOf(
  { rule, key }: Attachment,
  container: Container,
  network: Network,
  entry: Endpoint,
  state: State,
  given: readonly string[],
): readonly string[] {
  const before = state.attachments[key]?.seen[container.id]
  // A list does not tell them, and they change only with the endpoint.
  const same = before?.endpointId === entry.endpointId ? before : undefined
  const aliases = lastingAliases(entry.aliases, container.name) ?? same?.aliases ?? null
  const missing = aliases === null ? [] : given.filter(alias => !aliases.includes(alias))
  return [
    ...(rule.ipv4 === null || isSame(entry.ipv4, rule.ipv4) ? [] : [instead(entry.ipv4, rule.ipv4)]),
    ...(rule.ipv6 === null || isSame(entry.ipv6, rule.ipv6) ? [] : [instead(entry.ipv6, rule.ipv6)]),
    ...(missing.length === 0 ? [] : [`does not answer to ${missing.join(', ')} on ${network.name}`]),
  ]
}

/** The same address, whatever its spelling. */
function isSame(own: string, wanted: string): boolean {
  return own === wanted || isInSubnet(own, `${wanted}/${wanted.includes(':') ? 128 : 32}`)
}

function instead(own: string, wanted: string): string {
  return `has ${own === '' ? 'no address' : own} instead of ${wanted}`
}
