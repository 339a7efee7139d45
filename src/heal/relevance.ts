// Does an event concern any rule? Decided from the event's own words and the world as last seen, without a call: a host
// with ten thousand events a second must cost nothing but reading them.

import { isEachRule } from '../core/each-network.ts'
import { isDeployment, nameAfterRecreate } from '../core/identity.ts'
import { isLabelled, isLabelRule } from '../core/labelled.ts'
import type { Rule } from '../core/rule.ts'
import { isOfRule, matcherOf, ownerMatcherOf } from '../core/selector.ts'
import type { World } from '../core/world.ts'
import type { EngineEvent } from './ports.ts'

export type Relevance =
  | { readonly kind: 'full' }
  | { readonly kind: 'container'; readonly id: string }
  | { readonly kind: 'none' }

interface Seen {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

const NONE: Relevance = { kind: 'none' }
const FULL: Relevance = { kind: 'full' }

/** Ids are kept of containers that came after the last full look, so that their network events are known for theirs. */
const MOST_IDS = 50_000

export interface Filter {
  of(event: EngineEvent, world: World | null): Relevance
}

export function relevanceFilter(rules: readonly Rule[]): Filter {
  const isSelected = rules.flatMap(r => [...r.containers, ...(isEachRule(r) ? [r.network.ofEach] : [])]).map(matcherOf)
  const isOwner = rules.flatMap(r => (isOfRule(r) ? [ownerMatcherOf(r.network.of)] : []))
  const labels = rules.filter(isLabelRule)
  const networks = rules.flatMap(r => (typeof r.network === 'string' ? [r.network] : []))
  let known = new Map<string, Relevance['kind']>()
  let knownWorld: World | null = null

  function learn(world: World | null): void {
    // A patched world holds the same containers but for a few; the map is only made anew when it has grown too far.
    const grown = known.size > MOST_IDS + (world?.containers.length ?? 0)
    if (grown) known = new Map()
    if (world === null || (world === knownWorld && !grown)) return
    for (const c of world.containers) if (!known.has(c.id)) known.set(c.id, kindOf(c))
    knownWorld = world
  }

  /** A name that compose may have given for a while counts as both: whether it is one shows in the look. */
  function kindOf(candidate: Seen): Relevance['kind'] {
    const kind = kindUnder(candidate)
    const name = kind === 'full' ? null : nameAfterRecreate(candidate)
    const after = name === null ? 'none' : kindUnder({ ...candidate, name })
    return after === 'none' ? kind : after
  }

  function kindUnder(candidate: Seen): Relevance['kind'] {
    if (isOwner.some(matches => matches(candidate))) return 'full'
    if (isSelected.some(matches => matches(candidate)) || isDeployment(candidate)) return 'container'
    if (labels.some(rule => isLabelled(candidate, rule))) return 'container'
    return 'none'
  }

  function relevanceOf(kind: Relevance['kind'], id: string): Relevance {
    return kind === 'full' ? FULL : kind === 'container' ? { kind, id } : NONE
  }

  return {
    of(event, world) {
      learn(world)
      if (event.kind === 'network') {
        if (event.containerId === null) {
          const named = networks.some(n => n === event.name || (n.length >= 12 && event.id.startsWith(n)))
          return named ? FULL : NONE
        }
        // A container that nobody has told us of is looked at: it may be ours.
        return relevanceOf(known.get(event.containerId) ?? 'container', event.containerId)
      }
      // The same id keeps its relevance when it is renamed away from us: the state must follow.
      const before = known.get(event.id)
      const kind = kindOf(event)
      if (event.action === 'destroy') known.delete(event.id)
      else known.set(event.id, kind)
      return relevanceOf(kind === 'none' && before !== undefined ? before : kind, event.id)
    },
  }
}
