// Looks one after the other with one memory between them, as passes have it: judge, then remember.
import { type Detach, detachesIn } from '../../src/core/detach.ts'
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts'
import { type Look, remember } from '../../src/core/remember.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { World } from '../../src/core/world.ts'
import { lookAt, NOW } from './builders.ts'

export interface Watcher {
  /** Takes a look in; what it shows to be lost. */
  see(world: World, at?: number): readonly Detach[]
  /** The same, but only the causes. */
  causes(world: World, at?: number): readonly string[]
  memory: Memory
  readonly last: Look | null
}

export function watcher(rules: readonly Rule[], from: Memory = EMPTY_MEMORY): Watcher {
  let clock = NOW
  let last: Look | null = null
  return {
    memory: from,
    get last() {
      return last
    },
    see(world, at = clock + 1_000) {
      clock = at
      // What is remembered is what a state file holds: plain JSON.
      const known = JSON.parse(JSON.stringify(this.memory)) as Memory
      const look = lookAt(rules, world, { memory: known, now: at })
      const detaches = detachesIn(look.attachments, world, known, at)
      this.memory = remember(known, look, detaches, at)
      last = look
      return detaches
    },
    causes(world, at) {
      return this.see(world, at).map(d => d.cause)
    },
  }
}
