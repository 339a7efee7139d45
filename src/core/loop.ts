// Loops: the same attachment lost again and again, or the same container stopped and started from outside
// (docs/design.md, "Loops").

import { MAX_BACKOFF } from './backoff.ts'
import type { DetachCause, LoopSource } from './cause.ts'
import { assertNever } from './errors.ts'
import type { Detach, Loop, Starts, State } from './state.ts'

export interface LoopSettings {
  readonly detaches: number
  readonly within: number
  readonly clearAfter: number
}

export interface LoopChange {
  readonly loops: readonly Loop[]
  /** Those that were none before this pass. */
  readonly flagged: readonly Loop[]
  readonly cleared: readonly Loop[]
}

/** The loops after this pass. A flagged one stays, and counts on, until it has been quiet for `clearAfter`. */
export function updateLoops(state: State, settings: LoopSettings, now: number): LoopChange {
  const before = new Map(state.loops.map(l => [l.key, l]))
  const found = [...detachLoops(state, before, settings, now), ...restartLoops(state, before, settings, now)]
  const kept = new Set(found.map(l => l.key))
  return {
    loops: found,
    flagged: found.filter(l => !before.has(l.key)),
    cleared: state.loops.filter(l => !kept.has(l.key)),
  }
}

type Before = ReadonlyMap<string, Loop>

function detachLoops(state: State, before: Before, settings: LoopSettings, now: number): Loop[] {
  const loops: Loop[] = []
  for (const [key, detaches] of Map.groupBy(
    state.detaches.filter(d => d.excused === null),
    d => d.key,
  )) {
    const inLoop = partOfLoop(
      detaches.map(d => d.at),
      before.get(key),
      settings,
      now,
    )
    const mine = detaches.filter(d => inLoop.includes(d.at))
    const last = mine.at(-1)
    if (last === undefined) continue
    const cause = dominant(mine.map(d => d.cause))
    loops.push({
      key,
      kind: 'detach-loop',
      container: last.container,
      network: last.network,
      cause,
      source: sourceOf(cause, mine),
      ...timing(inLoop),
    })
  }
  return loops
}

function restartLoops(state: State, before: Before, settings: LoopSettings, now: number): Loop[] {
  return Object.entries(state.starts).flatMap(([id, starts]: [string, Starts]) => {
    const inLoop = partOfLoop(starts.times, before.get(id), settings, now)
    if (inLoop.length === 0) return []
    return [
      {
        key: id,
        kind: 'restart-loop' as const,
        container: starts.container,
        network: null,
        cause: 'restarted' as const,
        source: 'outside-restart' as const,
        ...timing(inLoop),
      },
    ]
  })
}

/** Those of `times` that make up the loop: none where there is no loop (any more). */
function partOfLoop(
  times: readonly number[],
  before: Loop | undefined,
  settings: LoopSettings,
  now: number,
): readonly number[] {
  const last = times.at(-1)
  if (last === undefined) return []
  // One that has been quiet for so long is over, and would be cleared at once.
  if (now - last >= settings.clearAfter) return []
  if (before !== undefined && !wasQuiet(times, before, settings)) return times.filter(at => at >= before.since)
  const lately = times.filter(at => now - at <= settings.within)
  return lately.length >= settings.detaches ? lately : []
}

/** It was over before the next of `times` came, although nobody looked in between: netheal was down, or polls are rare. */
function wasQuiet(times: readonly number[], before: Loop, settings: LoopSettings): boolean {
  const next = times.find(at => at > before.last)
  return next !== undefined && next - before.last >= settings.clearAfter
}

function timing(times: readonly number[]): { count: number; since: number; last: number; every: number | null } {
  return { count: times.length, since: times[0] ?? 0, last: times.at(-1) ?? 0, every: rhythm(times) }
}

/** The median interval, where most intervals are near it: at least two, within a quarter or 2 s of it. */
export function rhythm(times: readonly number[]): number | null {
  const intervals = times.slice(1).map((at, i) => at - (times[i] ?? at))
  if (intervals.length < 2) return null
  const sorted = [...intervals].sort((a, b) => a - b)
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const near = intervals.filter(i => Math.abs(i - median) <= Math.max(2_000, median / 4))
  return near.length >= Math.ceil(intervals.length * 0.75) ? median : null
}

function dominant(causes: readonly DetachCause[]): DetachCause {
  const counts = [...Map.groupBy(causes, c => c)].map(([cause, all]) => ({ cause, count: all.length }))
  return counts.sort((a, b) => b.count - a.count)[0]?.cause ?? 'explicit'
}

function sourceOf(cause: DetachCause, detaches: readonly Detach[]): LoopSource {
  switch (cause) {
    case 'explicit':
      return 'outside-detach'
    case 'network-recreated':
    case 'network-removed':
      return 'network-recreated'
    case 'start-failed':
      return 'start-failed'
    case 'replaced': {
      const coolify = detaches.filter(d => d.evidence.coolify || d.evidence.deployment !== null)
      return coolify.length * 2 >= detaches.length ? 'coolify-redeploy' : 'redeploy'
    }
    default:
      return assertNever(cause)
  }
}

/** Under `"onLoop": "back-off"`: when the attachment may be healed next, null for now. Doubles with each detach. */
export function loopDelay(loops: readonly Loop[], key: string, now: number): number | null {
  const loop = loops.find(l => l.key === key)
  if (loop === undefined) return null
  const due = loop.last + Math.min(MAX_BACKOFF, 30_000 * 2 ** Math.min(10, Math.max(0, loop.count - 3)))
  return due > now ? due : null
}
