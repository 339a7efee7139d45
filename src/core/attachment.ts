// An attachment: one (container identity, network) pair that a rule asks for, found in a world.
import { atHome, isEachRule, type NobodyThere, networksOfEach, nobodyThere } from './each-network.ts'
import { identityOf, isMadeOn, settledNames } from './identity.ts'
import { isLabelled, isLabelRule, labelWishes, type Refused } from './labelled.ts'
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
  readonly network: NetworkAnswer | NobodyThere | Refused
  /** A label of the container says so: it is looked at, and nothing is done. */
  readonly isPaused: boolean
  /** Each that found the container, else the one that found none. */
  readonly selectors: readonly ContainerSelector[]
}

/** The network's name as found, else as the rule names it. */
export function networkLabel(attachment: Attachment): string {
  return attachment.network.kind === 'found' ? attachment.network.network.name : attachment.network.name
}

/**
 * What the rules ask for in this world, in the order of the rules and of the containers' names: those that name a network,
 * then labels, then those with `ofEach`. A (container, network) pair that two rules ask for is the first one's, with the aliases, names and targets of
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
  const put = (wish: Wish, { container, name }: NamedContainer, by: readonly ContainerSelector[]): void => {
    const { origin, network, text, isPaused } = wish
    const target = network.kind === 'found' ? network.network.id : text
    const places = taken.get(target) ?? new Map<string, number>()
    taken.set(target, places)
    const rule = isEachRule(origin) && isAtHome(container, network) ? atHome(wish.rule) : wish.rule
    const place = places.get(container.id)
    const first = place === undefined ? undefined : attachments[place]
    const identity = identityOf(container)
    const own = { key: keyOf(identity, text), identity, rule, origin, container, label: name, network, isPaused }
    if (place === undefined || first === undefined) {
      places.set(container.id, attachments.length)
      attachments.push({ ...own, selectors: by })
      return
    }
    const selectors = [...first.selectors, ...by]
    // What the file says counts: a label adds nothing to it, and gives way to it.
    if (isLabelRule(origin)) attachments[place] = { ...first, selectors }
    else if (isLabelRule(first.origin)) attachments[place] = { ...own, selectors }
    else
      attachments[place] = {
        ...first,
        selectors,
        rule: first.origin === origin ? first.rule : withWishes(first.rule, rule),
      }
  }
  const add = (wish: Wish): void => {
    for (const selector of wish.rule.containers) {
      const hits = candidates(selector, containers, named)
      if (hits.length === 0) attachments.push(unanswered(wish, selector))
      for (const hit of hits) put(wish, hit, [selector])
    }
  }
  for (const rule of rules)
    if (isSingleRule(rule)) add(wishOf(rule, findNetwork(rule.network, world), networkText(rule.network)))
  for (const origin of rules.filter(isLabelRule)) {
    for (const named of containers.filter(c => isLabelled(c, origin)))
      for (const wish of labelWishes(origin, named.container, world)) put({ ...wish, origin }, named, [])
  }
  // Their networks depend on whom the rules before have put where.
  const each = rules.filter(isEachRule)
  const isSubject = each.flatMap(rule => rule.containers.map(matcherOf))
  const subjects = new Set(containers.filter(c => isSubject.some(matches => matches(c))).map(c => c.container.id))
  const isOurs = (containerId: string, networkId: string): boolean =>
    subjects.has(containerId) || taken.get(networkId)?.has(containerId) === true
  const found = each.map(rule => ({ rule, networks: networksOfEach(rule, world, isOurs) }))
  for (const { rule, networks } of found) {
    const isThere = rule.containers.some(selector => candidates(selector, containers, named).length > 0)
    const nobody = nobodyThere(rule)
    if (networks.length === 0 || !isThere) add(wishOf(rule, nobody, nobody.name))
    else
      for (const [name, [network, twin]] of Map.groupBy(networks, n => n.name)) {
        // A container cannot be on two networks of one name.
        const answer =
          twin === undefined && network !== undefined ? { kind: 'found' as const, network } : findNetwork(name, world)
        add({ ...wishOf({ ...rule, network: name }, answer, name), origin: rule })
      }
  }
  return attachments
}

/** What is asked for on one network; of `ofEach` and of labels there are several for one rule. */
type Wish = Pick<Attachment, 'rule' | 'origin' | 'network' | 'isPaused'> & { readonly text: string }

function wishOf(rule: Rule, network: Attachment['network'], text: string): Wish {
  return { rule, origin: rule, network, isPaused: false, text }
}

type SingleRule = Rule & { readonly network: NetworkSelector }

function isSingleRule(rule: Rule): rule is SingleRule {
  return !isEachRule(rule) && !isLabelRule(rule)
}

function isAtHome(container: Container, network: Attachment['network']): boolean {
  return network.kind === 'found' && isMadeOn(container, network.network)
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

function unanswered({ origin, network, text, isPaused }: Wish, selector: ContainerSelector): Attachment {
  const label = selectorText(selector)
  // A plain name is its own identity, so that a container that was removed keeps its history.
  const identity = typeof selector === 'string' && !selector.includes('*') ? `name/${selector}` : `selector/${label}`
  const key = keyOf(identity, text)
  return { key, identity, rule: origin, origin, container: null, label, network, isPaused, selectors: [selector] }
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
