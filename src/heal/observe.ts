// Observe and plan: a full look, or a look at some containers upon the world as last seen; then closer, where it matters.
// What comes out is whole, or it is an error (docs/design.md, "Observing").
import { resolve } from '../core/attachment.ts'
import { containersToInspect } from '../core/containers-to-inspect.ts'
import { NethealError } from '../core/errors.ts'
import type { Examination } from '../core/examination.ts'
import { membersInDoubt, networksInDoubt } from '../core/members.ts'
import type { Observation } from '../core/observation.ts'
import { plan } from '../core/plan.ts'
import { withRemembered } from '../core/remembered.ts'
import { isUnresponsive, type Restraint } from '../core/restraint.ts'
import type { Rule } from '../core/rule.ts'
import { isOfRule, ownerMatcherOf } from '../core/selector.ts'
import type { State } from '../core/state.ts'
import { patched, type World } from '../core/world.ts'
import type { Engine } from './ports.ts'
import { orUnknown } from './probe-interface.ts'

/** `ids`: containers that something happened to. `routine`: nobody waits to read of it, if it finds nothing new. */
export type Scope =
  | { readonly kind: 'full'; readonly routine?: boolean }
  | { readonly kind: 'containers'; readonly ids: ReadonlySet<string> }

export interface ObserveOptions {
  readonly engine: Engine
  readonly rules: readonly Rule[]
  readonly state: State
  /** Whether there is a pause may still be on its way from the disk: the engine is asked meanwhile. */
  readonly restraint: Omit<Restraint, 'pausedUntil'> & { readonly pausedUntil: number | null | Promise<number | null> }
  readonly now: number
  /** The world as last seen: what a look at some containers is patched into. Null makes any look a full one. */
  readonly base: World | null
  /** What was found beyond the entries, and holds for each endpoint that is still there. */
  readonly examined: Examination
}

/** A look, and the containers that did not answer in it, by id: nothing is concluded about them. */
export interface Observed extends Observation {
  readonly unseen: ReadonlySet<string>
}

/** Throws the engine's NethealErrors. No writing call is made. */
export async function observe(options: ObserveOptions, scope: Scope, signal: AbortSignal): Promise<Observed> {
  const { engine, base, now } = options
  const asked: Asked = { engine, inspected: new Set(), unseen: new Set(), signal }
  /** Those that did not answer a moment ago are not waited for again at each look. */
  for (const id of options.restraint.silent.keys()) if (isUnresponsive(id, options.restraint, now)) asked.unseen.add(id)
  const observed =
    scope.kind === 'full' || base === null
      ? engine.lookAll(signal)
      : patch(base, [...scope.ids, ...ownersOfNetworks(options.rules, base)], asked, options.restraint.seesStarts)
  const [first, pausedUntil] = await Promise.all([observed, options.restraint.pausedUntil])
  const restraint: Restraint = { ...options.restraint, pausedUntil }
  let world: World = { ...first, examined: options.examined }
  const told = new Set<string>()
  // Twice at most: an inspect may show another action (a container that was renamed), which is inspected too. Once more where it
  // shows that a container was taken off a network, for whoever is on that.
  for (let round = 0; ; round++) {
    const seen = decide({ ...options, restraint: withSilent(restraint, asked.unseen, now) }, world)
    const isNew = (id: string): boolean => !asked.inspected.has(id) && !asked.unseen.has(id)
    const closer = round > 1 ? [] : [...containersToInspect(seen, options.state, now)].filter(isNew)
    const doubtful = restraint.seesStarts ? networksInDoubt(seen, options.state).filter(id => !told.has(id)) : []
    if ((closer.length === 0 && doubtful.length === 0) || round === 3) return { ...seen, unseen: asked.unseen }
    const members = Promise.all(doubtful.map(id => orUnknown(engine.inspectNetwork(id, signal))))
    for (const id of doubtful) told.add(id)
    world = await patch(world, closer, asked, true)
    const details = await members
    // It is gone, or the engine cannot tell: the list of networks says which.
    if (details.includes(null)) world = await patch(world, [], asked, false)
    const others = details.flatMap(detail => (detail === null ? [] : membersInDoubt(world, detail))).filter(isNew)
    if (others.length > 0) world = await patch(world, others, asked, true)
  }
}

export interface DecideOptions extends Omit<ObserveOptions, 'engine' | 'base' | 'examined' | 'restraint'> {
  readonly restraint: Restraint
}

/** Resolve and plan, in one world. */
export function decide({ rules, state, restraint, now }: DecideOptions, world: World): Observation {
  const attachments = withRemembered(resolve(rules, world), state, world)
  return { attachments, world, plan: plan(attachments, world, state, restraint, now) }
}

interface Asked {
  readonly engine: Engine
  readonly inspected: Set<string>
  readonly unseen: Set<string>
  readonly signal: AbortSignal
}

/** `fresh`: the world's networks are as they are now, by the events or by a look a moment ago. */
async function patch(world: World, ids: readonly string[], asked: Asked, fresh: boolean): Promise<World> {
  const { engine, inspected, unseen, signal } = asked
  const seen = await engine.lookAt(
    ids.filter(id => !unseen.has(id)),
    signal,
    fresh ? world.networks : undefined,
  )
  for (const id of ids) inspected.add(id)
  for (const id of seen.unseen) unseen.add(id)
  const known = new Set(world.containers.map(c => c.id))
  const nameless = seen.unseen.filter(id => !known.has(id))
  const listed = nameless.length === 0 ? [] : await namesOf(nameless, asked)
  return patched(world, [...seen.containers, ...listed], seen.gone, seen.networks)
}

/** A list waits for no container: so that one which was made a moment ago, and does not answer yet, is known by its name. */
async function namesOf(ids: readonly string[], { engine, signal }: Asked): Promise<World['containers']> {
  try {
    return (await engine.lookAll(signal)).containers.filter(c => ids.includes(c.id))
  } catch (error) {
    if (!(error instanceof NethealError) || signal.aborted) throw error
    return []
  }
}

/** In this very look nothing is tried with them; how long that lasts is for whoever looks again. */
function withSilent(restraint: Restraint, unseen: ReadonlySet<string>, now: number): Restraint {
  const silent = new Map(restraint.silent)
  for (const id of unseen) if (!isUnresponsive(id, restraint, now)) silent.set(id, now + 1_000)
  return { ...restraint, silent }
}

/** `{"of": CONTAINER}` is read afresh each time: its container belongs to every look. */
function ownersOfNetworks(rules: readonly Rule[], world: World): readonly string[] {
  return rules.filter(isOfRule).flatMap(({ network }) => {
    const isOwner = ownerMatcherOf(network.of)
    return world.containers.filter(isOwner).map(c => c.id)
  })
}
