// `"leave": true`: what netheal itself connected for an `ofEach` rule is disconnected again once nobody else is on the network, so that
// whoever made the network can remove it. Nothing that another hand connected is ever taken off.
import { type Attachment, entryFor } from './attachment.ts'
import type { Connected } from './connected.ts'
import { isEachRule } from './each-network.ts'
import { identityOf, isMadeOn } from './identity.ts'
import type { Observation } from './observation.ts'
import type { Outcome } from './outcome.ts'
import type { Rule } from './rule.ts'
import { matcherOf } from './selector.ts'
import type { State } from './state.ts'
import type { Container, Network, World } from './world.ts'

export interface Leave extends Connected {
  readonly container: string
  readonly network: string
}

/** An application that is made anew is away for a moment; its successor would have to wait for the proxy. Milliseconds. */
const GRACE = 30_000

/** What netheal has connected for rules with `leave`, with these outcomes taken in, without what is off again. */
export function connectedAfter(
  before: readonly Connected[],
  outcomes: readonly Outcome[],
  { attachments, world }: Observation,
): readonly Connected[] {
  const leaving = new Set(attachments.filter(a => leaves(a.origin)).map(a => a.key))
  const fresh = outcomes.flatMap(({ kind, action }) =>
    action.kind === 'attach' && (kind === 'verified' || kind === 'waiting') && leaving.has(action.key)
      ? [{ containerId: action.containerId, networkId: action.networkId }]
      : [],
  )
  if (before.length === 0 && fresh.length === 0) return before
  const known = new Map([...before, ...fresh].map(c => [pairOf(c), c]))
  const kept = [...known.values()].filter(c => isOn(world, c))
  return kept.length === before.length && fresh.length === 0 ? before : kept
}

/** What is to be left now, and when the next may be; null: none is waiting. */
export function leavesIn(
  rules: readonly Rule[],
  { attachments, world }: Observation,
  { attachments: known, connected }: Pick<State, 'attachments' | 'connected'>,
  now: number,
): { readonly due: readonly Leave[]; readonly at: number | null } {
  const isSubject = rules.filter(leaves).flatMap(rule => rule.containers.map(matcherOf))
  if (isSubject.length === 0 || connected.length === 0) return { due: [], at: null }
  const asked = new Set(attachments.flatMap(askedPair))
  const ours = new Set(connected.map(pairOf))
  const due: Leave[] = []
  let at: number | null = null
  for (const pair of connected) {
    const container = world.containers.find(c => c.id === pair.containerId)
    const network = world.networks.find(n => n.id === pair.networkId)
    if (container === undefined || network === undefined || asked.has(pairOf(pair))) continue
    if (!isSubject.some(matches => matches(container)) || isMadeOn(container, network)) continue
    if (entryFor(container, network) === undefined || isPeopled(network, world, ours)) continue
    const before = known[`${identityOf(container)} -> ${network.name}`]
    const until = (before === undefined || before.wanted ? now : before.since) + GRACE
    if (until <= now) due.push({ ...pair, container: container.name, network: network.name })
    else at = Math.min(at ?? until, until)
  }
  return { due, at }
}

function leaves(rule: Rule): boolean {
  return rule.leave && isEachRule(rule)
}

function askedPair({ container, network }: Attachment): readonly string[] {
  return container === null || network.kind !== 'found'
    ? []
    : [pairOf({ containerId: container.id, networkId: network.network.id })]
}

/** By anybody that netheal did not put there, running or not. */
function isPeopled(network: Network, world: World, ours: ReadonlySet<string>): boolean {
  return world.containers.some(
    c => entryFor(c, network) !== undefined && !ours.has(pairOf({ containerId: c.id, networkId: network.id })),
  )
}

function isOn(world: World, { containerId, networkId }: Connected): boolean {
  const container: Container | undefined = world.containers.find(c => c.id === containerId)
  return container?.endpoints.some(e => e.networkId === networkId || e.networkId === '') === true
}

function pairOf({ containerId, networkId }: Connected): string {
  return `${containerId} ${networkId}`
}
