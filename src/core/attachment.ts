// An attachment: one (container identity, network) pair that a rule asks for, found in a world.
import { atHome, isEachRule, isHome, type NobodyThere, networksOfEach, nobodyThere } from './each-network.ts'
import { identityOf, settledNames } from './identity.ts'
import type { ContainerSelector, NetworkSelector, Rule } from './rule.ts'
import { findNetwork, matcherOf, type NetworkAnswer, networkText, selectorText } from './selector.ts'
import type { Container, Endpoint, Network, World } from './world.ts'

export interface Attachment {
  /** Identity and network as the rule names them: stays the same when either is replaced. */
  readonly key: string
  readonly identity: string
  readonly rule: Rule
  /** The rule as the config has it: of `ofEach` the one behind all of its attachments. */
  readonly origin: Rule
  /** Null: no container answers to the selector now. */
  readonly container: Container | null
  /** The container's name, without compose's temporary prefix, or the selector's words when there is none. */
  readonly label: string
  readonly network: NetworkAnswer | NobodyThere
  /** Each that found the container, else the one that found none. */
  readonly selectors: readonly ContainerSelector[]
}

/** The network's name as found, else as the rule names it. */
export function networkLabel(attachment: Attachment): string {
  return attachment.network.kind === 'found' ? attachment.network.network.name : attachment.network.name
}

/**
 * What the rules ask for in this world, in the order of the rules and of the containers' names; rules with `ofEach` come after
 * the others. A (container, network) pair that two rules ask for is the first one's, with the aliases, names and targets of
 * both.
 */
export function resolve(rules: readonly Rule[], world: World): readonly Attachment[] {
  const settled = settledNames(world.containers)
  const containers = world.containers
    .map(container => ({ container, name: settled.get(container.id) ?? container.name, labels: container.labels }))
    .sort((a, b) => compare(a.name, b.name) || age(a) - age(b) || compare(a.container.id, b.container.id))
  const named = lookup(containers)
  const taken = new Map<string, Map<string, number>>()
  const attachments: Attachment[] = []
  const add = (rule: Rule, network: Attachment['network'], text: string, origin = rule): void => {
    const target = network.kind === 'found' ? network.network.id : text
    const places = taken.get(target) ?? new Map<string, number>()
    taken.set(target, places)
    for (const selector of rule.containers) {
      const hits = candidates(selector, containers, named)
      if (hits.length === 0) attachments.push(unanswered(origin, selector, network, text))
      for (const { container, name } of hits) {
        const asked = origin !== rule && isAtHome(container, network) ? atHome(rule) : rule
        const place = places.get(container.id)
        const first = place === undefined ? undefined : attachments[place]
        if (place !== undefined && first !== undefined) {
          const selectors = [...first.selectors, selector]
          const wishes = first.origin === origin ? first.rule : withWishes(first.rule, asked)
          attachments[place] = { ...first, selectors, rule: wishes }
          continue
        }
        const identity = identityOf(container)
        places.set(container.id, attachments.length)
        const selectors = [selector]
        const found = { key: keyOf(identity, text), identity, rule: asked, origin, container, label: name, network }
        attachments.push({ ...found, selectors })
      }
    }
  }
  for (const rule of rules) if (isSingle(rule)) add(rule, findNetwork(rule.network, world), networkText(rule.network))
  // Their networks depend on whom the rules before have put where.
  const isSubject = rules.filter(isEachRule).flatMap(rule => rule.containers.map(matcherOf))
  const subjects = new Set(containers.filter(c => isSubject.some(matches => matches(c))).map(c => c.container.id))
  const isOurs = (containerId: string, networkId: string): boolean =>
    subjects.has(containerId) || taken.get(networkId)?.has(containerId) === true
  const each = rules.filter(isEachRule).map(rule => ({ rule, networks: networksOfEach(rule, world, isOurs) }))
  for (const { rule, networks } of each) {
    if (
      networks.length === 0 ||
      rule.containers.every(selector => candidates(selector, containers, named).length === 0)
    )
      add(rule, nobodyThere(rule), nobodyThere(rule).name)
    else
      for (const [name, same] of Map.groupBy(networks, n => n.name)) {
        const [network, twin] = same
        // A container cannot be on two networks of one name.
        const answer =
          twin === undefined && network !== undefined ? { kind: 'found' as const, network } : findNetwork(name, world)
        add({ ...rule, network: name }, answer, name, rule)
      }
  }
  return attachments
}

type SingleRule = Rule & { readonly network: NetworkSelector }

function isSingle(rule: Rule): rule is SingleRule {
  return !isEachRule(rule)
}

function isAtHome(container: Container, network: Attachment['network']): boolean {
  return network.kind === 'found' && isHome(container, network.network)
}

/** What another rule asks for on top, of the same container on the same network. */
function withWishes(rule: Rule, { aliases, resolve, reach }: Rule): Rule {
  const known = new Set(rule.reach.map(t => `${t.host}:${t.port}`))
  return {
    ...rule,
    aliases: rule.aliases === null ? aliases : [...new Set([...rule.aliases, ...(aliases ?? [])])],
    resolve: [...new Set([...rule.resolve, ...resolve])],
    reach: [...rule.reach, ...reach.filter(t => !known.has(`${t.host}:${t.port}`))],
  }
}

/** A container under the name that it has, or will have once a compose recreate is through. */
interface NamedContainer {
  readonly container: Container
  readonly name: string
  readonly labels: Container['labels']
}

/** Of two with one name the one that has it already comes first. */
function age({ container, name }: NamedContainer): number {
  return container.name === name ? 0 : 1
}

function unanswered(rule: Rule, selector: ContainerSelector, network: Attachment['network'], text: string): Attachment {
  const label = selectorText(selector)
  // A plain name is its own identity, so that a container that was removed keeps its history.
  const identity = typeof selector === 'string' && !selector.includes('*') ? `name/${selector}` : `selector/${label}`
  const key = keyOf(identity, text)
  return { key, identity, rule, origin: rule, container: null, label, network, selectors: [selector] }
}

function keyOf(identity: string, network: string): string {
  return `${identity} -> ${network}`
}

/** Containers by their name, made when the first plain name is looked up. */
function lookup(containers: readonly NamedContainer[]): (name: string) => readonly NamedContainer[] {
  let byName: ReadonlyMap<string, readonly NamedContainer[]> | null = null
  return name => {
    byName ??= Map.groupBy(containers, c => c.name)
    return byName.get(name) ?? []
  }
}

/** A plain name is looked up, so that a thousand rules over ten thousand containers stay a thousand look-ups. */
function candidates(
  selector: ContainerSelector,
  containers: readonly NamedContainer[],
  named: ReturnType<typeof lookup>,
): readonly NamedContainer[] {
  if (typeof selector !== 'string' || selector.includes('*')) return containers.filter(matcherOf(selector))
  return named(selector)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The container's entry for this network: by id, else by name (a stale id, or none yet). Undefined: no entry. */
export function entryFor(container: Container, network: Network): Endpoint | undefined {
  let named: Endpoint | undefined
  for (const entry of container.endpoints) {
    if (entry.networkId === network.id) return entry
    if (named === undefined && entry.network === network.name) named = entry
  }
  return named
}
