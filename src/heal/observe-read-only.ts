// The look of a command that only tells (`check`, `status --live`, `diagnose`): a full one, by a process that follows no events
// and saves nothing of what it has seen.

import { UNEXAMINED } from '../core/examination.ts'
import type { Rule } from '../core/rule.ts'
import type { State } from '../core/state.ts'
import { patched } from '../core/world.ts'
import { examine } from './examine.ts'
import { decide, type Observed, observe } from './observe.ts'
import { afterLook } from './pass-state.ts'
import type { Engine, Wire } from './ports.ts'

/** Milliseconds: a person waits for the answer, and a neighbour that is gone is given up after three seconds at best. */
const PATIENCE = 4_000

/** `now` in milliseconds since the epoch; `pausedUntil` null where nothing is paused. */
export interface ReadOnlyOptions {
  readonly engine: Engine
  readonly wire: Wire
  readonly rules: readonly Rule[]
  readonly state: State
  readonly now: number
  readonly pausedUntil: number | null
}

export interface ReadOnlyLook {
  readonly seen: Observed
  /** The state as a pass would have it after this look: it knows the causes. */
  readonly state: State
}

/** Throws the engine's NethealErrors. */
export async function observeReadOnly(options: ReadOnlyOptions, signal: AbortSignal): Promise<ReadOnlyLook> {
  const { engine, rules, state, now, pausedUntil } = options
  const restraint = { pausedUntil, seesStarts: false, silent: new Map<string, number>() }
  const observing = { engine, rules, state, now, base: null, examined: UNEXAMINED, restraint }
  const first = await observe(observing, { kind: 'full' }, signal)
  const seen = await examined(first, options, signal)
  return { seen, state: afterLook(state, seen, seen.unseen, now).state }
}

/** The same look, beyond the entries. Who is found dead is looked at once more: it may have gone in the middle of this. */
async function examined(first: Observed, options: ReadOnlyOptions, signal: AbortSignal): Promise<Observed> {
  const { engine, wire, rules, state, now, pausedUntil } = options
  const clock = { now: () => now }
  const found = await examine(
    first,
    { engine, wire, clock },
    { known: UNEXAMINED, only: null, patience: PATIENCE },
    signal,
  )
  const silent = new Map([...first.unseen].map(id => [id, now + 1]))
  const restraint = { pausedUntil, seesStarts: false, silent }
  const world = { ...first.world, examined: found }
  const seen = decide({ rules, state, now, restraint }, world)
  const suspects = seen.plan.actions.flatMap(a => (a.kind === 'repair' && a.dead !== null ? [a.containerId] : []))
  if (suspects.length === 0) return { ...seen, unseen: first.unseen }
  const closer = await engine.lookAt([...new Set(suspects)], signal, world.networks)
  const unseen = new Set([...first.unseen, ...closer.unseen])
  return {
    ...decide({ rules, state, now, restraint }, patched(world, closer.containers, closer.gone, closer.networks)),
    unseen,
  }
}
