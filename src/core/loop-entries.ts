// What is worth writing down of loops: that one has begun, and that it is over.

import { remedyFor } from './cause.ts'
import type { Entry } from './entry.ts'
import type { LoopChange } from './loop.ts'
import type { Loop } from './state.ts'

export function loopEntries(change: LoopChange, at: number): readonly Entry[] {
  return [...change.flagged.map(loop => loopEntry(loop, at)), ...change.cleared.map(loop => clearedEntry(loop, at))]
}

function loopEntry(loop: Loop, at: number): Entry {
  const { container, network, source, count, every } = loop
  return {
    kind: 'loop',
    at,
    container,
    network,
    loop: loop.kind,
    cause: loop.cause,
    source,
    count,
    within: loop.last - loop.since,
    every,
    remedy: remedyFor(source),
  }
}

function clearedEntry(loop: Loop, at: number): Entry {
  return {
    kind: 'cleared',
    at,
    container: loop.container,
    network: loop.network,
    loop: loop.kind,
    quiet: at - loop.last,
  }
}
