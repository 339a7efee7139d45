// What a pass is about to act upon, written ahead of the act: the part of the memory that says so, and nothing else. A
// process that is killed in the middle of a heal has it when it starts again, and the next whole memory takes its place.
import type { Detach } from './detach.ts'
import { KEPT_DETACHES, type Memory, type Remembered } from './memory.ts'

export interface Ahead {
  /** How many passes had ended by then: a memory in which more have ended knows better. */
  readonly passes: number
  /** Those that are acted upon or were lost, by their keys. */
  readonly attachments: Readonly<Record<string, Remembered>>
  /** What this pass has noticed. */
  readonly detaches: readonly Detach[]
}

/** `memory`: with the detaches taken in. `keys`: of the attachments that are acted upon. */
export function aheadOf(memory: Memory, keys: Iterable<string>, detaches: readonly Detach[]): Ahead {
  const concerned = new Set([...keys, ...detaches.map(d => d.key)])
  const attachments: Record<string, Remembered> = {}
  for (const key of concerned) {
    const remembered = memory.attachments[key]
    if (remembered !== undefined) attachments[key] = remembered
  }
  return { passes: passesOf(memory), attachments, detaches }
}

/** The memory with what was written ahead after it. Twice is as once. */
export function withAhead(memory: Memory, ahead: Ahead): Memory {
  if (ahead.passes < passesOf(memory)) return memory
  const known = new Set(memory.detaches.map(markOf))
  const news = ahead.detaches.filter(d => !known.has(markOf(d)))
  return {
    ...memory,
    attachments: { ...memory.attachments, ...ahead.attachments },
    detaches: [...memory.detaches, ...news].slice(-KEPT_DETACHES),
  }
}

function passesOf({ tally }: Memory): number {
  return tally.passes + tally.failedPasses
}

function markOf({ at, key, evidence }: Detach): string {
  return `${at} ${evidence.containerId} ${key}`
}
