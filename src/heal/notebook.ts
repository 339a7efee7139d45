// What the healer knows right now: its memory, and the world as last seen. Every change is one synchronous step on the
// newest value, so that a pass and the aftercare beside it never overwrite each other's.
import type { Memory } from '../core/memory.ts'
import type { World } from '../core/world.ts'

export interface Notebook {
  readonly memory: Memory
  /** Null until the first full look, and after one that failed. */
  world: World | null
  /** Containers whose inspect hangs, by id. In this process only: the next one finds out by itself. */
  silent: ReadonlyMap<string, Silence>
  update(change: (memory: Memory) => Memory): Memory
}

/** `until` in milliseconds since the epoch. */
export interface Silence {
  readonly attempts: number
  readonly until: number
}

export function openNotebook(start: Memory): Notebook {
  let memory = start
  return {
    get memory() {
      return memory
    },
    world: null,
    silent: new Map(),
    update(change) {
      memory = change(memory)
      return memory
    },
  }
}
