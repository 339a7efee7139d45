// Starts from outside: the same container id whose StartedAt moves while RestartCount does not grow (the runbook's case B).

import type { Attachment } from './attachment.ts'
import type { ObservedContainer, Starts, State } from './state.ts'
import type { Container } from './world.ts'

const HOUR = 3_600_000
const KEPT = 50

/**
 * The state's starts after a look that found these attachments. A restart that netheal made itself, one by the restart
 * policy, and the first start after the engine's own do not count.
 * @param engineStartedAt as in `World`
 */
export function startsAfter(
  state: State,
  attachments: readonly Attachment[],
  engineStartedAt: number | null,
  now: number,
): Readonly<Record<string, Starts>> {
  const starts: Record<string, Starts> = {}
  let changed = false
  for (const [id, known] of Object.entries(state.starts)) {
    const times = known.times.filter(at => now - at < 24 * HOUR)
    if (times.length > 0) starts[id] = { ...known, times }
    changed ||= times.length !== known.times.length
  }
  for (const { key, identity, container } of attachments) {
    const run = container?.run
    if (container === null || run === null || run === undefined || run.startedAt === null) continue
    const before = state.attachments[key]?.seen[container.id]
    if (before === undefined || before.startedAt === null || before.startedAt === run.startedAt) continue
    if (run.restartCount > (before.restartCount ?? 0)) continue
    if (isStartOfEngine(run.startedAt, before.startedAt, engineStartedAt)) continue
    const known = starts[container.id]?.times ?? []
    if (known.includes(run.startedAt) || isOurs(state.restarts[identity] ?? [], run.startedAt)) continue
    starts[container.id] = { container: container.name, identity, times: [...known, run.startedAt].slice(-KEPT) }
    changed = true
  }
  return changed ? starts : state.starts
}

const MINUTE = 60_000
/** On a host with hundreds of containers the engine takes minutes to start them all. */
const ENGINE_STARTING = 5 * MINUTE

/** Did the engine start it as it came up? Its first run since then, and soon: what is restarted after that is from outside. */
export function isStartOfEngine(
  startedAt: number,
  previousStart: number | null,
  engineStartedAt: number | null,
): boolean {
  if (engineStartedAt === null || (previousStart !== null && previousStart >= engineStartedAt)) return false
  return startedAt >= engineStartedAt && startedAt <= engineStartedAt + ENGINE_STARTING
}

/** The engine's own starts with the one that this look tells of. The same list where it tells of no other. */
export function engineStartsAfter(
  known: readonly number[],
  engineStartedAt: number | null,
  now: number,
): readonly number[] {
  const kept = known.filter(at => now - at < 24 * HOUR)
  const isNew = engineStartedAt !== null && !known.includes(engineStartedAt) && now - engineStartedAt < 24 * HOUR
  if (isNew) return [...kept, engineStartedAt].slice(-KEPT)
  return kept.length === known.length ? known : kept
}

/**
 * RestartCount as it was when the run that was seen last began, null for not known. The policy counts a crash at once and
 * starts the container later: in the back-off the count is already that of the next run, which must not look uncounted.
 */
export function restartsAtStart({ run, status }: Container, before: ObservedContainer | undefined): number | null {
  const known = before?.restartCount ?? null
  if (run === null || (known !== null && before?.startedAt === run.startedAt)) return known
  return status === 'restarting' ? Math.max(0, run.restartCount - 1) : run.restartCount
}

/**
 * Is a start at that moment one that netheal made? Its own restart is counted just before it is asked for; the engine's
 * default stop takes up to 10 s, ours up to 60 s.
 */
export function isOurs(restarts: readonly number[], startedAt: number): boolean {
  return restarts.some(at => at <= startedAt && startedAt - at < 90_000)
}
