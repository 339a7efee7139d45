// Which settings an attach asks for (docs/design.md, "A heal gives back what was there").
import type { Warning } from './action.ts'
import { type Attachment, entryFor } from './attachment.ts'
import { type EndpointSettings, NO_SETTINGS } from './endpoint-settings.ts'
import { evidenceOf } from './evidence.ts'
import type { State } from './state.ts'
import { isInSubnet } from './subnet.ts'
import type { Container, Network, World } from './world.ts'

/** An address that the rule asks for and that cannot be had. */
export interface AddressProblem {
  readonly reason: 'address-outside' | 'address-taken'
  readonly hint: string
}

export interface WantedSettings {
  readonly settings: EndpointSettings
  readonly warnings: readonly Warning[]
  /** Of the rule's own addresses; what was only remembered is left out, with a warning. */
  readonly problem: AddressProblem | null
}

const BY_DEFAULT = -1

/** What the rule says, else what this very container's endpoint had when it was last seen. */
export function settingsFor(
  { rule, key }: Attachment,
  container: Container,
  network: Network,
  world: World,
  state: State,
): WantedSettings {
  const before = state.attachments[key]?.seen[container.id]?.settings ?? NO_SETTINGS
  const warnings: Warning[] = []
  let problem: AddressProblem | null = null
  const address = (own: string | null, old: string | null): string | null => {
    const wanted = own ?? old
    if (wanted === null) return null
    const why = whyNot(wanted, container, network, world)
    if (why === null) return wanted
    if (own !== null) problem ??= why
    else warnings.push({ code: why.reason, message: lostWords(wanted, container, network, why), hint: null })
    return null
  }
  const priority = rule.gatewayPriority === BY_DEFAULT ? before.gatewayPriority || BY_DEFAULT : rule.gatewayPriority
  const settings: EndpointSettings = {
    ipv4: address(rule.ipv4, before.ipv4),
    ipv6: address(rule.ipv6, before.ipv6),
    linkLocal: before.linkLocal,
    driverOptions: isNoMember(container, network, world) ? {} : before.driverOptions,
    gatewayPriority: world.gatewayPriority ? priority : null,
  }
  return { settings, warnings, problem }
}

/** Its entry is what a refused connect left: the options that it has may be why, and would be refused again. */
function isNoMember(container: Container, network: Network, world: World): boolean {
  const entry = entryFor(container, network)
  return entry !== undefined && evidenceOf(container.id, entry, network, world.examined).dead === 'not-a-member'
}

function whyNot(address: string, container: Container, network: Network, world: World): AddressProblem | null {
  const { subnets } = network
  if (subnets.length > 0 && !subnets.some(subnet => isInSubnet(address, subnet))) {
    return {
      reason: 'address-outside',
      hint: `${address} is not in ${network.name}'s subnet (${subnets.join(', ')}): change the address in the rule`,
    }
  }
  const isHolder = (c: Container): boolean =>
    c.id !== container.id &&
    c.endpoints.some(e => e.networkId === network.id && (e.ipv4 === address || e.ipv6 === address))
  // By name, whatever the order of a list.
  const [holder] = world.containers.filter(isHolder).sort((a, b) => (a.name < b.name ? -1 : 1))
  if (holder === undefined) return null
  return {
    reason: 'address-taken',
    hint: `${holder.name} has ${address}: give one of the two another address`,
  }
}

function lostWords(address: string, container: Container, network: Network, why: AddressProblem): string {
  return `${container.name} does not get its address ${address} on ${network.name} again: ${why.hint.split(':')[0]}`
}
