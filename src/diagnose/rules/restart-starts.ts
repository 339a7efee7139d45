// What follows from the evidence about this container's own starts and ends: stops from outside, the starts of the engine,
// starts from outside, and ends of its process that nobody asked for.

import { isOurs } from '../../core/starts.ts'
import type { LifeEvidence, PastAction } from './restart-case-evidence.ts'

const SECOND = 1_000
const MINUTE = 60_000

/** What of the evidence tells of starts and ends. */
export type StartEvidence = Pick<
  LifeEvidence,
  'life' | 'identity' | 'past' | 'state' | 'journal' | 'logged' | 'engineStartedAt' | 'neighbours'
>

interface Line {
  readonly at: number
  readonly text: string
}

/** Lines with which the engine says that this container was stopped by somebody, not by itself. */
export function manualStopsOf({ life, journal }: StartEvidence): readonly Line[] {
  const stops: Line[] = []
  let isEnding = false
  for (const line of journal ?? []) {
    if (line.text.includes(ENGINE_ENDS)) isEnding = true
    else if (isEngineUp(line)) isEnding = false
    // 20.10 does not say for whose sake it stops a container: what ends with the engine is stopped by nobody else.
    if (isEnding || !line.text.includes(life.id.slice(0, 12)) || !isManualStop(line.text)) continue
    // 28 writes two lines for a container that does not obey: one when it is forced, one when it is gone.
    const before = stops.at(-1)
    const isSame =
      before !== undefined &&
      FORCED.test(before.text) !== FORCED.test(line.text) &&
      Math.abs(line.at - before.at) <= 3 * SECOND
    if (!isSame) stops.push(line)
  }
  return stops
}

const FORCED = /failed to exit within .* of signal/
const ENGINE_ENDS = "Processing signal '"

function isEngineUp({ text }: Line): boolean {
  return text.includes('Daemon has completed initialization')
}

/**
 * Measured: 28.5 writes `hasBeenManuallyStopped=true` for a container with a restart policy, however it was stopped; 20.10
 * never does. Both write `Container failed to exit within 10s of signal 15 - using the force` for one that does not obey.
 */
function isManualStop(text: string): boolean {
  if (text.includes('daemonShuttingDown=true')) return false
  return text.includes('hasBeenManuallyStopped=true') || FORCED.test(text)
}

/** When the engine itself came up, oldest first, each start once: what netheal has seen, its bridge, pid file and log. */
export function engineStartsOf({ engineStartedAt, journal, state }: StartEvidence): readonly number[] {
  const own = new Set([...state.engineStarts, ...(engineStartedAt === null ? [] : [engineStartedAt])])
  // It says that it is ready up to a minute after it began.
  const said = (journal ?? []).filter(l => isEngineUp(l) && ![...own].some(at => at <= l.at && l.at - at < MINUTE))
  return [...own, ...said.map(l => l.at)].toSorted((a, b) => a - b)
}

/**
 * Within two minutes after it, or shortly before it said that it was ready: it starts its containers first. Else by the
 * others, which it starts as well. Not where somebody stopped this one after the engine was up.
 */
export function isWithEngine(startedAt: number, evidence: StartEvidence): boolean {
  const { life, past, neighbours } = evidence
  // It forgets its events when it ends: what it has told of this container's earlier runs was after it was up.
  if (past.some(p => p.id === life.id && p.at < startedAt && (p.action === 'create' || p.action === 'start')))
    return false
  const halts = past.filter(p => p.id === life.id && isHalt(p)).map(p => p.at)
  const stops = [...halts, ...manualStopsOf(evidence).map(s => s.at)].filter(at => at <= startedAt)
  const isNear = (at: number): boolean => startedAt >= at - MINUTE && startedAt <= at + 2 * MINUTE
  if (engineStartsOf(evidence).some(at => isNear(at) && !stops.some(stop => stop > at))) return true
  if (stops.some(stop => startedAt - stop < 2 * MINUTE && halts.includes(stop))) return false
  const near = neighbours.filter(at => Math.abs(at - startedAt) <= 15 * SECOND)
  return near.length >= 2 && near.length >= neighbours.length * 0.8
}

/** netheal counts a restart just before it asks for it; a stop may take up to 60 s (core/starts.ts). */
export function isByNetheal(startedAt: number, { state, identity }: StartEvidence): boolean {
  return isOurs(state.restarts[identity] ?? [], startedAt)
}

/** An end of its process that nobody asked the engine for. `exitCode` null: not told. */
export interface OwnEnd {
  readonly at: number
  readonly exitCode: number | null
  readonly oom: boolean
}

/**
 * The last end before that moment (null: the last of all), if the engine's events show that it came by itself. Null where
 * somebody stopped it, and where they do not reach back far enough to tell.
 */
export function ownEndBefore(moment: number | null, { life, past }: StartEvidence): OwnEnd | null {
  const own = past.filter(p => p.id === life.id && (moment === null || p.at < moment))
  const end = own.findLastIndex(p => p.action === 'die')
  const died = own[end]
  // Of the very first event that is known it is not known what came before it: a kill, perhaps.
  if (died === undefined || died === past[0] || own.slice(end).some(p => p.action === 'start')) return null
  const start = own.slice(0, end).findLastIndex(p => p.action === 'start')
  const run = own.slice(start + 1)
  if (run.some(isHalt)) return null
  const exit = Number(died.labels.exitCode)
  return {
    at: died.at,
    exitCode: died.labels.exitCode === undefined || Number.isNaN(exit) ? null : exit,
    oom: run.some(p => p.action === 'oom'),
  }
}

/** SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH tell a program something, as `docker kill -s HUP` does, and end none. */
const TELLING = new Set(['1', '10', '12', '28'])

export function isHalt({ action, labels }: PastAction): boolean {
  return action === 'stop' || (action === 'kill' && !TELLING.has(labels.signal ?? ''))
}

/**
 * When somebody started this same container after somebody had stopped it, other than with the engine or by netheal: from
 * the state, the events, the engine's log, its own and the run of now. Oldest first.
 */
export function outsideStartsOf(evidence: StartEvidence): readonly number[] {
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
  for (const at of startsInJournal([...times], evidence)) times.add(at)
  for (const at of startsInLog([...times], evidence)) times.add(at)
  return [...times]
    .sort((a, b) => a - b)
    .filter(at => !isWithEngine(at, evidence) && !isByNetheal(at, evidence) && ownEndBefore(at, evidence) === null)
}

/** A `start` after a stop or kill, or with a `restart`: a crash restart has neither. The first one is part of being made. */
function startsInEvents({ life, past }: StartEvidence): readonly number[] {
  const own = past.filter(p => p.id === life.id)
  const found: number[] = []
  let halted = false
  for (const event of own) {
    const { at, action } = event
    if (isHalt(event)) halted = true
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

/** What the application says of a start comes some seconds after it: each is said once. */
function startsInLog(known: readonly number[], { logged }: StartEvidence): readonly number[] {
  const left = known.toSorted((a, b) => a - b)
  return (logged?.starts ?? []).filter(at => {
    const told = left.findLastIndex(start => start <= at + SECOND && at - start < MINUTE)
    if (told !== -1) left.splice(told, 1)
    return told === -1
  })
}

/** Stops of the engine's log that no known start follows; the last one may be a stop for good. */
function startsInJournal(known: readonly number[], evidence: StartEvidence): readonly number[] {
  const left = manualStopsOf(evidence).map(s => s.at)
  const last = left.at(-1)
  const claim = (at: number | undefined): void => {
    if (at !== undefined) left.splice(left.indexOf(at), 1)
  }
  const starts = known.toSorted((a, b) => a - b)
  const unmatched = starts.filter(start => {
    const stop = left.findLast(at => at <= start + SECOND && start - at < MINUTE)
    claim(stop)
    return stop === undefined
  })
  // The journal has the time at which a line reached it: that of a stop may be later than the start that came after it.
  for (const start of unmatched) claim(left.find(at => at > start && at - start <= 5 * SECOND))
  return left.filter(at => at !== last)
}
