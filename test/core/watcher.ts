// Looks one after the other with one memory between them, as passes have it: judge, then remember.
import { findDetaches } from '../../src/core/detach.ts'
import { type Observation, withObservation } from '../../src/core/observation.ts'
import type { Rule } from '../../src/core/rule.ts'
import { type Detach, EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { World } from '../../src/core/world.ts'
import { lookAt, NOW } from './builders.ts'

export interface Watcher {
  /** Takes a look in; what it shows to be lost. */
  see(world: World, at?: number): readonly Detach[]
  /** The same, but only the causes. */
  causes(world: World, at?: number): readonly string[]
  state: State
  readonly last: Observation | null
}

export function watcher(rules: readonly Rule[], from: State = EMPTY_STATE): Watcher {
  let clock = NOW
  let last: Observation | null = null
  return {
    state: from,
    get last() {
      return last
    },
    see(world, at = clock + 1_000) {
      clock = at
      // What is remembered is what a state file holds: plain JSON.
      const known = JSON.parse(JSON.stringify(this.state)) as State
      const look = lookAt(rules, world, { state: known, now: at })
      const detaches = findDetaches(look.attachments, world, known, at)
      this.state = withObservation(known, look, detaches, at)
      last = look
      return detaches
    },
    causes(world, at) {
      return this.see(world, at).map(d => d.cause)
    },
  }
}
