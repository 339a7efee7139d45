// What the healer knows right now: its state, and the world as last seen. Every change is one synchronous step on the
// newest value, so that a pass and the follow-ups beside it never overwrite each other's.
import type { Examination } from '../core/examination.ts'
import { examinedBefore } from '../core/proven.ts'
import type { State } from '../core/state.ts'
import type { World } from '../core/world.ts'
import { openWays, type Ways } from './inside.ts'
import type { LossTimes } from './loss-times.ts'

export interface Notebook {
  readonly state: State
  /** Null until the first full look, and after one that failed. */
  world: World | null
  /** What was found beyond the entries. It outlives a look: it holds for each endpoint that is still there. */
  examined: Examination
  /** Containers whose inspect hangs, by id. In this process only: the next one finds out by itself. */
  silent: ReadonlyMap<string, Unresponsive>
  /** What can be run inside the containers, by their images. In this process only. */
  readonly ways: Ways
  /** The day's line that waits for proofs, and since when; null: none does. */
  heldBeat: (Beating & { readonly since: number }) | null
  /** When networks were taken away since the last pass, by the event stream. In this process only. */
  lossTimes: LossTimes
  /** Passes in a row that could not see the engine. */
  failures: number
  update(change: (state: State) => State): State
}

/** What the day's line depends on, beside the state. */
export interface Beating {
  readonly pausedUntil: number | null
  /** All that is attached and could be proven from inside. */
  readonly provable: readonly { readonly key: string; readonly containerId: string; readonly container: string }[]
  /** Milliseconds between two proofs; null: only after an attach. */
  readonly prove: number | null
}

/** `until` in milliseconds since the epoch. */
export interface Unresponsive {
  readonly attempts: number
  readonly until: number
}

export function openNotebook(start: State): Notebook {
  let state = start
  return {
    get state() {
      return state
    },
    world: null,
    examined: examinedBefore(start),
    silent: new Map(),
    ways: openWays(),
    heldBeat: null,
    lossTimes: new Map(),
    failures: 0,
    update(change) {
      state = change(state)
      return state
    },
  }
}
