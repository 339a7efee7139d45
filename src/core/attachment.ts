// An attachment: one (container identity, network) pair that a rule asks for, found in a world.
import { identityOf, settledNames } from './identity.ts'
import type { ContainerSelector, Rule } from './rule.ts'
import { findNetwork, matcherOf, type NetworkAnswer, networkText, selectorText } from './selector.ts'
import type { Container, Endpoint, Network, World } from './world.ts'

export interface Attachment {
  /** Identity and network as the rule names them: stays the same when either is replaced. */
  readonly key: string
  readonly identity: string
  readonly rule: Rule
  /** Null: no container answers to the selector now. */
  readonly container: Container | null
  /** The container's name, without compose's temporary prefix, or the selector's words when there is none. */
  readonly label: string
  readonly network: NetworkAnswer
  /** Each that found the container, else the one that found none. */
  readonly selectors: readonly ContainerSelector[]
}

/** The network's name as found, else as the rule names it. */
export function networkLabel(attachment: Attachment): string {
  return attachment.network.kind === 'found' ? attachment.network.network.name : attachment.network.name
}

/**
 * What the rules ask for in this world, in the order of the rules and of the containers' names. A (container, network)
 * pair that two rules ask for is the first one's, with the aliases, names and targets of both.
 */
export function resolve(rules: readonly Rule[], world: World): readonly Attachment[] {
  const settled = settledNames(world.containers)
  const containers = world.containers
    .map(container => ({ container, name: settled.get(container.id) ?? container.name, labels: container.labels }))
    .sort((a, b) => compare(a.name, b.name) || age(a) - age(b) || compare(a.container.id, b.container.id))
  const named = lookup(containers)
  const taken = new Map<string, Map<string, number>>()
  const attachments: Attachment[] = []
  for (const rule of rules) {
    const network = findNetwork(rule.network, world)
    const target = network.kind === 'found' ? network.network.id : networkText(rule.network)
    const places = taken.get(target) ?? new Map<string, number>()
    taken.set(target, places)
    for (const selector of rule.containers) {
      const hits = candidates(selector, containers, named)
      if (hits.length === 0) attachments.push(unanswered(rule, selector, network))
      for (const { container, name } of hits) {
        const place = places.get(container.id)
        const first = place === undefined ? undefined : attachments[place]
        if (place !== undefined && first !== undefined) {
          const selectors = [...first.selectors, selector]
          attachments[place] = {
            ...first,
            selectors,
            rule: first.rule === rule ? rule : withWishes(first.rule, rule),
          }
          continue
        }
        const identity = identityOf(container)
        places.set(container.id, attachments.length)
        const selectors = [selector]
        attachments.push({ key: keyOf(identity, rule), identity, rule, container, label: name, network, selectors })
      }
    }
  }
  return attachments
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

function unanswered(rule: Rule, selector: ContainerSelector, network: NetworkAnswer): Attachment {
  const label = selectorText(selector)
  // A plain name is its own identity, so that a container that was removed keeps its history.
  const identity = typeof selector === 'string' && !selector.includes('*') ? `name/${selector}` : `selector/${label}`
  return { key: keyOf(identity, rule), identity, rule, container: null, label, network, selectors: [selector] }
}

function keyOf(identity: string, rule: Rule): string {
  return `${identity} -> ${networkText(rule.network)}`
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
