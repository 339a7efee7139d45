// The look of a command that only tells (`check`, `status --live`, `diagnose`): a full one, by a process that follows no events
// and saves nothing of what it has seen.
import type { Rule } from '../core/rule.ts'
import type { State } from '../core/state.ts'
import { type Observed, observe } from './observe.ts'
import { afterLook } from './pass-state.ts'
import type { Engine } from './ports.ts'

/** `now` in milliseconds since the epoch; `pausedUntil` null where nothing is paused. */
export interface ReadOnlyOptions {
  readonly engine: Engine
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
  const restraint = { pausedUntil, seesStarts: false, silent: new Map() }
  const seen = await observe({ engine, rules, state, now, base: null, restraint }, { kind: 'full' }, signal)
  return { seen, state: afterLook(state, seen, seen.unseen, now).state }
}
