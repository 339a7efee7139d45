// Selectors: does a rule speak of this container, and which network does it mean.
import { coolifyMatcherOf, isResourceUuid } from './coolify-resource.ts'
import { globMatcher } from './glob.ts'
import { composeOf, isMadeOn, isPreview } from './identity.ts'
import { nearNames } from './near-names.ts'
import type { ContainerSelector, NetworkSelector, Rule } from './rule.ts'
import type { Container, Network, World } from './world.ts'

/** What a selector needs to know of a container; an event tells as much. */
export type Candidate = Pick<Container, 'name' | 'labels'>

/** True if the selector speaks of this container. Names are matched whole, `*` stands for anything. */
export function matches(selector: ContainerSelector, container: Candidate): boolean {
  return matcherOf(selector)(container)
}

/** `matches` for one selector and many containers. */
export function matcherOf(selector: ContainerSelector): (container: Candidate) => boolean {
  if (typeof selector === 'string') {
    if (!selector.includes('*')) return container => container.name === selector
    const isMeant = globMatcher(selector)
    // `<uuid>-*` is an application whatever its container is called, and no preview of it.
    const isProduction = /(^|-)(?=[a-z]*\d)[a-z0-9]{24}(?=[-*])/.test(selector) && !selector.includes('-pr-')
    return container => isMeant(container.name) && !(isProduction && isPreview(container))
  }
  if ('label' in selector) {
    const wanted = Object.entries(selector.label)
    return ({ labels }) => wanted.every(([k, v]) => labels[k] === v)
  }
  if ('compose' in selector) {
    return container => {
      const compose = composeOf(container)
      return compose !== null && `${compose.project}/${compose.service}` === selector.compose
    }
  }
  return coolifyMatcherOf(selector)
}

/**
 * Coolify calls the containers of a service `<name>-<uuid>`, and makes up the uuid: a plain name may be the first part. Only where
 * no container has the name itself, and only one that Coolify could have made: name, service and project must agree.
 */
export function serviceMatcherOf(selector: ContainerSelector): (container: Candidate) => boolean {
  if (typeof selector !== 'string' || selector.includes('*')) return () => false
  return container => {
    const compose = composeOf(container)
    if (compose === null || container.labels['coolify.managed'] !== 'true' || isPreview(container)) return false
    const { project, service } = compose
    return service === selector && isResourceUuid(project) && container.name === `${service}-${project}`
  }
}

/** Whose network an `of` rule may mean. */
export function ownerMatcherOf(selector: ContainerSelector): (container: Candidate) => boolean {
  const [isMeant, isService] = [matcherOf(selector), serviceMatcherOf(selector)]
  return container => isMeant(container) || isService(container)
}

/** The selector in a few words, for messages and for an attachment that no container answers to. */
export function selectorText(selector: ContainerSelector): string {
  if (typeof selector === 'string') return selector
  if ('label' in selector)
    return Object.entries(selector.label)
      .map(([k, v]) => `label ${k}=${v}`)
      .join(', ')
  if ('compose' in selector) return `compose ${selector.compose}`
  const place = [selector.project, selector.environment].filter(text => text !== undefined).join('/')
  return `coolify ${selector.coolify}${place === '' ? '' : ` of ${place}`}`
}

/** A rule whose network is the one that another container is on. */
export function isOfRule(rule: Rule): rule is Rule & { readonly network: { readonly of: ContainerSelector } } {
  return typeof rule.network !== 'string' && 'of' in rule.network
}

/** The network selector in a few words; it is also the network's part of an attachment's key. */
export function networkText(selector: NetworkSelector): string {
  return typeof selector === 'string' ? selector : `network of ${selectorText(selector.of)}`
}

export type NetworkAnswer =
  | { readonly kind: 'found'; readonly network: Network }
  | { readonly kind: 'missing'; readonly name: string; readonly hint: string }
  | { readonly kind: 'ambiguous'; readonly name: string; readonly hint: string }

/** Which network is meant, in this world. Read afresh each time, so it survives a network that is made anew. */
export function findNetwork(selector: NetworkSelector, world: World): NetworkAnswer {
  return typeof selector === 'string' ? byNameOrId(selector, world) : networkOf(selector.of, world)
}

function byNameOrId(wanted: string, world: World): NetworkAnswer {
  const named = world.networks.filter(n => n.name === wanted)
  const hits =
    named.length > 0
      ? named
      : world.networks.filter(n => n.id === wanted || (/^[0-9a-f]{12,}$/.test(wanted) && n.id.startsWith(wanted)))
  const [first] = hits
  if (first === undefined) return { kind: 'missing', name: wanted, hint: nearHint(wanted, world) }
  if (hits.length === 1) return { kind: 'found', network: first }
  return {
    kind: 'ambiguous',
    name: wanted,
    hint: `${hits.length} networks have this name: ${hits
      .map(n => n.id.slice(0, 12))
      .sort()
      .join(', ')}; name one by its id, or remove the other: docker network rm ID`,
  }
}

const BUILT_IN = new Set(['bridge', 'host', 'none'])

function networkOf(selector: ContainerSelector, world: World): NetworkAnswer {
  const name = networkText({ of: selector })
  const owners = world.containers.filter(matcherOf(selector))
  if (owners.length === 0) owners.push(...world.containers.filter(serviceMatcherOf(selector)))
  if (owners.length === 0) {
    return {
      kind: 'missing',
      name,
      hint: `no container matches ${selectorText(selector)}: start it, or name the network instead${similar(selector, world)}`,
    }
  }
  const found = new Map<string, Network>()
  for (const owner of owners) {
    // Where it was made is where it is at home: Coolify puts a database on the destination as well, and netheal where a rule says.
    const homes = world.networks.filter(n => isMadeOn(owner, n) && !BUILT_IN.has(n.name))
    const joined = homes.filter(n => owner.endpoints.some(e => e.networkId === n.id))
    for (const network of joined.length > 0 ? joined : homes) found.set(network.id, network)
    for (const endpoint of homes.length > 0 ? [] : owner.endpoints) {
      if (BUILT_IN.has(endpoint.network)) continue
      // By its name where it has no id yet, or one that is gone: then each network of that name may be meant.
      const own = world.networks.find(n => n.id === endpoint.networkId)
      const meant = own === undefined ? world.networks.filter(n => n.name === endpoint.network) : [own]
      for (const network of meant) found.set(network.id, network)
    }
  }
  // By code units: the first locale that is asked for costs 2.8 MiB of ICU's tables.
  const networks = [...found.values()].sort((a, b) => (`${a.name}\0${a.id}` < `${b.name}\0${b.id}` ? -1 : 1))
  const [first] = networks
  if (first === undefined) {
    return { kind: 'missing', name, hint: `${selectorText(selector)} is on no network but the built-in ones` }
  }
  if (networks.length === 1) return { kind: 'found', network: first }
  return {
    kind: 'ambiguous',
    name,
    hint: `${who(selector, owners)} on ${networks.length} networks: ${networks.map(n => labelAmong(n, networks)).join(', ')}; name the one you mean`,
  }
}

function who(selector: ContainerSelector, owners: readonly Container[]): string {
  const names = [...new Set(owners.map(c => c.name))]
  const text = selectorText(selector)
  return names.length === 1 ? `${text} is` : `${text} may be ${names.sort().slice(0, 4).join(' or ')},`
}

function similar(selector: ContainerSelector, { containers }: World): string {
  const wanted = typeof selector === 'string' ? selector.replaceAll('*', '') : ''
  const names = containers.map(c => c.name)
  const near = wanted === '' ? [] : nearNames(wanted, names)
  return near.length === 0 ? '' : `; similar names: ${near.join(', ')}`
}

/** The name, with the id where another one has the same. */
function labelAmong(network: Network, networks: readonly Network[]): string {
  const twin = networks.some(n => n !== network && n.name === network.name)
  return twin ? `${network.name} (${network.id.slice(0, 12)})` : network.name
}

/** The runbook's remedy: a network comes with its stack. */
const START_STACK = 'start the stack that creates it (in Coolify: the Supabase service > Start)'

function nearHint(wanted: string, world: World): string {
  const names = world.networks.map(n => n.name).filter(name => !BUILT_IN.has(name))
  const near = nearNames(wanted, names)
  if (near.length > 0) return `similar names: ${near.join(', ')}; if it is none of these, ${START_STACK}`
  return names.length === 0
    ? `${START_STACK}: this engine has only its built-in networks`
    : `${START_STACK}; docker network ls lists what is there`
}
