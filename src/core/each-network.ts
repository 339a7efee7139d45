// `{"ofEach": SELECTOR}`: every network that some containers are on now, for a proxy, a backup or a monitoring container
// that has to be where they are (docs/design.md, "Each network of some containers").
import { isMadeOn } from './identity.ts'
import type { ContainerSelector, Rule } from './rule.ts'
import { matcherOf, selectorText } from './selector.ts'
import type { Network, World } from './world.ts'

/** A rule whose network is `ofEach`. */
export type EachRule = Rule & { readonly network: { readonly ofEach: ContainerSelector } }

/** None of its containers is on a network now, or none is there to be put on one. */
export interface NobodyThere {
  readonly kind: 'nobody-there'
  readonly name: string
  readonly hint: string
}

export function isEachRule(rule: Rule): rule is EachRule {
  return typeof rule.network !== 'string' && 'ofEach' in rule.network
}

/** No network in common with other containers, or none that a container can be connected to by hand. */
const LEFT_OUT = new Set(['bridge', 'host', 'none', 'ingress', 'docker_gwbridge'])

/**
 * The networks that the rule asks for in this world, by name. A network counts while a container that answers to `ofEach` is on
 * it by itself: none that the rule itself keeps there, and none that is there for another rule alone. One that is stopped
 * counts: it is on its networks still, and will be at its next start.
 * @param isOurs whether the container is on the network, by its id, because a rule asks for it
 */
export function networksOfEach(
  rule: EachRule,
  world: World,
  isOurs: (containerId: string, networkId: string) => boolean,
): readonly Network[] {
  const isMeant = matcherOf(rule.network.ofEach)
  const isSubject = rule.containers.map(matcherOf)
  const byId = new Map(world.networks.map(n => [n.id, n]))
  const byName = Map.groupBy(world.networks, n => n.name)
  const found = new Map<string, Network>()
  for (const container of world.containers) {
    if (container.status === 'dead' || container.status === 'removing') continue
    if (!isMeant(container) || isSubject.some(matches => matches(container))) continue
    for (const { network: name, networkId } of container.endpoints) {
      // Before the first start an entry has no id yet. One with the id of a network that is gone is on none.
      const meant = networkId === '' ? (byName.get(name) ?? []) : [byId.get(networkId)]
      for (const network of meant) {
        if (network === undefined || found.has(network.id) || LEFT_OUT.has(network.name)) continue
        if (isOurs(container.id, network.id) && !isMadeOn(container, network)) continue
        found.set(network.id, network)
      }
    }
  }
  return [...found.values()].sort((a, b) => (`${a.name}\0${a.id}` < `${b.name}\0${b.id}` ? -1 : 1))
}

/**
 * What an `ofEach` rule asks for on the network that its container was made on: to be put back with its default route where it
 * was lost, and nothing else. What is there is never taken off for a moment.
 */
export function atHome(rule: Rule): Rule {
  return {
    ...rule,
    aliases: null,
    gatewayPriority: Math.max(0, rule.gatewayPriority),
    drift: 'report',
    onUnreachable: 'report',
  }
}

/** Its name is also the network's part of the key while there is no network to name. */
export function nobodyThere({ network: { ofEach } }: EachRule): NobodyThere {
  const who = selectorText(ofEach)
  return { kind: 'nobody-there', name: `each network of ${who}`, hint: `no container of ${who} is on a network now` }
}
