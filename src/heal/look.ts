// Observe and plan: a full look, or a look at some containers upon the world as last seen; then closer, where it matters.
// What comes out is whole, or it is an error (DESIGN 3).
import { resolve } from '../core/attachment.ts'
import { deservesCloserLook } from '../core/closer.ts'
import type { Memory } from '../core/memory.ts'
import { plan } from '../core/plan.ts'
import type { Look } from '../core/remember.ts'
import type { Restraint } from '../core/restraint.ts'
import type { Rule } from '../core/rule.ts'
import { matches } from '../core/selector.ts'
import { patched, type World } from '../core/world.ts'
import type { Engine } from './ports.ts'

/** `ids`: containers that something happened to. */
export type Scope = { readonly kind: 'full' } | { readonly kind: 'containers'; readonly ids: ReadonlySet<string> }

export interface LookOptions {
  readonly engine: Engine
  readonly rules: readonly Rule[]
  readonly memory: Memory
  readonly restraint: Restraint
  readonly now: number
  /** The world as last seen: what a look at some containers is patched into. Null makes any look a full one. */
  readonly base: World | null
}

/** Throws the engine's NethealErrors. No writing call is made. */
export async function look(options: LookOptions, scope: Scope, signal: AbortSignal): Promise<Look> {
  const { engine, base } = options
  const inspected = new Set<string>()
  let world: World
  if (scope.kind === 'full' || base === null) {
    world = await engine.lookAll(signal)
  } else {
    const ids = [...scope.ids, ...ownersOfNetworks(options.rules, base)]
    world = await patch(engine, base, ids, inspected, signal)
  }
  // Twice at most: a closer look may show another action (a container that was renamed), which deserves one too.
  for (let round = 0; ; round++) {
    const seen = decide(options, world)
    const closer = [...deservesCloserLook(seen, options.memory, options.now)].filter(id => !inspected.has(id))
    if (closer.length === 0 || round === 2) return seen
    world = await patch(engine, world, closer, inspected, signal)
  }
}

/** Resolve and plan, in one world. */
export function decide({ rules, memory, restraint, now }: Omit<LookOptions, 'engine' | 'base'>, world: World): Look {
  const attachments = resolve(rules, world)
  return { attachments, world, plan: plan(attachments, world, memory, restraint, now) }
}

async function patch(
  engine: Engine,
  world: World,
  ids: readonly string[],
  inspected: Set<string>,
  signal: AbortSignal,
): Promise<World> {
  const seen = await engine.lookAt(ids, signal)
  for (const id of ids) inspected.add(id)
  return patched(world, seen.containers, seen.gone, seen.networks)
}

/** `{"of": CONTAINER}` is read afresh each time: its container belongs to every look. */
function ownersOfNetworks(rules: readonly Rule[], world: World): readonly string[] {
  return rules.flatMap(({ network }) =>
    typeof network === 'string' ? [] : world.containers.filter(c => matches(network.of, c)).map(c => c.id),
  )
}
