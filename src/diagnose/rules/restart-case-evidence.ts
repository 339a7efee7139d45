// What speaks for how a container came to its present run: everything that is known, from wherever it is known. Data, and
// what follows from it without judging: predecessors, starts from outside, the engine's own starts.

import { identityOf } from '../../core/identity.ts'
import { isOurs } from '../../core/starts.ts'
import type { Detach, State } from '../../core/state.ts'
import type { ContainerStatus } from '../../core/world.ts'
import type { ContainerDetails } from './details.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** What the questions about restarts ask of a container. */
export type Life = Omit<ContainerDetails, 'imageId' | 'argv' | 'logDriver' | 'addresses'>

/** A container event that the engine still knows. */
export interface PastAction {
  readonly at: number
  readonly action: string
  readonly id: string
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/** Another container of the same identity that is on the engine now. */
export interface Sibling {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly status: ContainerStatus
  readonly createdAt: number
}

/** A file that the deploy renders, and when it was last written. */
export interface Rendered {
  readonly path: string
  readonly modifiedAt: number
}

export interface LifeEvidence {
  readonly now: number
  readonly life: Life
  readonly identity: string
  readonly siblings: readonly Sibling[]
  /** Of all containers, oldest first. */
  readonly past: readonly PastAction[]
  readonly state: State
  /** Lines of the engine's log that name this container or tell of the engine's start, oldest first; null: not seen. */
  readonly journal: readonly { readonly at: number; readonly text: string }[] | null
  /** Null: could not be seen, or it is not known where they are. */
  readonly rendered: readonly Rendered[] | null
  /** When the engine was started, as its pid file tells; null: not told. */
  readonly engineStartedAt: number | null
  /** StartedAt of the other containers that run and are older than this run. */
  readonly neighbours: readonly number[]
  /** What this host does by itself to this container (`file:line, schedule`): restarts, stops, starts. Null: not looked at. */
  readonly automation: readonly string[] | null
  /** A helper of Coolify that runs now, in which a deployment runs; null for none. */
  readonly deploying: string | null
}

/** A container that was there before under the same identity. `image` null: not known any more. */
export interface Predecessor {
  readonly id: string
  readonly image: string | null
}

/** The newest first; from the engine, its events and netheal's memory. */
export function predecessorsOf({ life, identity, siblings, past, state }: LifeEvidence): readonly Predecessor[] {
  const found = new Map<string, { image: string | null; at: number }>()
  const add = (id: string, image: string | null, at: number): void => {
    if (id === life.id || id === '') return
    const before = found.get(id)
    found.set(id, { image: image ?? before?.image ?? null, at: Math.max(at, before?.at ?? 0) })
  }
  for (const [key, { seen }] of Object.entries(state.attachments)) {
    if (!key.startsWith(`${identity} -> `)) continue
    for (const [id, { createdAt }] of Object.entries(seen))
      if (isOlder({ id, createdAt }, life, past)) add(id, null, createdAt)
  }
  for (const { evidence, cause, at } of replacementsOf(life.id, state.detaches))
    if (cause === 'replaced' && evidence.previousId !== null) add(evidence.previousId, null, at - MINUTE)
  for (const event of past) {
    if (event.id === life.id || identityOf(event) !== identity) continue
    if (isOlder({ id: event.id, createdAt: 0 }, life, past)) {
      add(event.id, event.image === '' ? null : event.image, event.at)
    }
  }
  for (const sibling of siblings) if (isOlder(sibling, life, past)) add(sibling.id, sibling.image, sibling.createdAt)
  return [...found].sort(([, a], [, b]) => b.at - a.at).map(([id, { image }]) => ({ id, image }))
}

/** By the event of its making where that is known: a list tells a time in whole seconds. */
export function isOlder(
  { id, createdAt }: Pick<Sibling, 'id' | 'createdAt'>,
  life: Life,
  past: readonly PastAction[],
): boolean {
  const made = past.find(p => p.id === id && p.action === 'create')
  if (made !== undefined) return made.at < life.createdAt
  return Math.floor(createdAt / SECOND) < Math.floor(life.createdAt / SECOND)
}

function replacementsOf(id: string, detaches: readonly Detach[]): readonly Detach[] {
  return detaches.filter(d => d.evidence.containerId === id)
}

/** Made after ours under the same identity, and removed again while ours lived on: a deploy that was rolled back. */
export function rolledBackOf({ life, identity, past }: LifeEvidence): readonly PastAction[] {
  return past.filter(
    made =>
      made.action === 'create' &&
      made.id !== life.id &&
      made.at > life.createdAt &&
      identityOf(made) === identity &&
      past.some(end => end.id === made.id && end.action === 'destroy'),
  )
}

/** Lines with which the engine says that this container was stopped by somebody, not by itself. */
export function manualStopsOf({
  life,
  journal,
}: LifeEvidence): readonly { readonly at: number; readonly text: string }[] {
  const lines = (journal ?? []).filter(({ text }) => text.includes(life.id.slice(0, 12)) && isManualStop(text))
  // 28 writes two lines for a container that does not obey: one when it is forced, one when it is gone.
  return lines.filter((line, i) => {
    const before = lines[i - 1]
    return !before || !FORCED.test(before.text) || FORCED.test(line.text) || line.at - before.at > 3 * SECOND
  })
}

const FORCED = /failed to exit within .* of signal/

/**
 * Measured: 28.5 writes `hasBeenManuallyStopped=true` for a container with a restart policy, however it was stopped; 20.10
 * never does. Both write `Container failed to exit within 10s of signal 15 - using the force` for one that does not obey.
 */
function isManualStop(text: string): boolean {
  if (text.includes('daemonShuttingDown=true')) return false
  return text.includes('hasBeenManuallyStopped=true') || FORCED.test(text)
}

/** When the engine itself started: its pid file's time, and what its log says. */
export function engineStartsOf({ engineStartedAt, journal }: LifeEvidence): readonly number[] {
  const said = (journal ?? []).filter(l => /Daemon has completed initialization/.test(l.text)).map(l => l.at)
  return engineStartedAt === null ? said : [...said, engineStartedAt]
}

/**
 * Within two minutes after it, or shortly before it said that it was ready: it starts its containers first. Else by the
 * others, which it starts as well. Not where somebody stopped this one after the engine was up.
 */
export function isWithEngine(startedAt: number, evidence: LifeEvidence): boolean {
  const { life, past, neighbours } = evidence
  const halts = past.filter(p => p.id === life.id && (p.action === 'stop' || p.action === 'kill')).map(p => p.at)
  const stops = [...halts, ...manualStopsOf(evidence).map(s => s.at)].filter(at => at <= startedAt)
  const isNear = (at: number): boolean => startedAt >= at - MINUTE && startedAt <= at + 2 * MINUTE
  if (engineStartsOf(evidence).some(at => isNear(at) && !stops.some(stop => stop > at))) return true
  if (stops.some(stop => startedAt - stop < 2 * MINUTE && halts.includes(stop))) return false
  const near = neighbours.filter(at => Math.abs(at - startedAt) <= 15 * SECOND)
  return near.length >= 2 && near.length >= neighbours.length * 0.8
}

/** netheal counts a restart just before it asks for it; a stop may take up to 60 s (core/starts.ts). */
export function isByNetheal(startedAt: number, { state, identity }: LifeEvidence): boolean {
  return isOurs(state.restarts[identity] ?? [], startedAt)
}

/**
 * When somebody started this same container, other than by its policy, with the engine, or netheal: from the state, the
 * events, the engine's log and the run of now. Oldest first.
 */
export function outsideStartsOf(evidence: LifeEvidence): readonly number[] {
  const { life, state } = evidence
  const times = new Set(state.starts[life.id]?.times ?? [])
  if (life.startedAt !== null && life.finishedAt !== null && life.restartCount === 0) times.add(life.startedAt)
  const inspected = [...times].sort((a, b) => a - b)
  for (const at of startsInEvents(evidence)) {
    // The event of a start that an inspect has told already comes a moment after its StartedAt.
    const told = inspected.findLastIndex(start => start <= at && at - start < 2 * SECOND)
    if (told === -1) times.add(at)
    else inspected.splice(told, 1)
  }
  const stops = manualStopsOf(evidence).map(s => s.at)
  stops.forEach((at, i) => {
    const until = Math.min(at + MINUTE, stops[i + 1] ?? Number.POSITIVE_INFINITY)
    // A stop whose start is not known otherwise; the last one may be a stop for good.
    const known = [...times].some(start => start >= at - SECOND && start < until)
    if (!known && i < stops.length - 1) times.add(at)
  })
  return [...times].sort((a, b) => a - b).filter(at => !isWithEngine(at, evidence) && !isByNetheal(at, evidence))
}

/** A `start` after a stop or kill, or with a `restart`: a crash restart has neither. The first one is part of being made. */
function startsInEvents({ life, past }: LifeEvidence): readonly number[] {
  const own = past.filter(p => p.id === life.id)
  const found: number[] = []
  let halted = false
  for (const { at, action } of own) {
    if (action === 'stop' || action === 'kill') halted = true
    else if (action === 'restart') {
      // It comes after its start.
      const start = own.findLast(p => p.action === 'start' && p.at <= at && at - p.at < 2 * SECOND)
      if (start !== undefined) found.push(start.at)
    } else if (action === 'start') {
      if (halted) found.push(at)
      halted = false
    }
  }
  return [...new Set(found)]
}
