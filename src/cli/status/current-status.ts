// What is known of the healer and the attachments now, from the state, the lock and the pause; a look at the engine on top where asked.
import type { Config } from '../../config/config.ts'
import { span } from '../../core/entry.ts'
import { NethealError } from '../../core/errors.ts'
import { type AttachmentState, clampedTo, type State } from '../../core/state.ts'
import { isMistaken } from '../../core/unmatched.ts'
import { openWire } from '../../docker/wire.ts'
import { observeReadOnly } from '../../heal/observe-read-only.ts'
import { proveReadOnly } from '../../heal/prove-read-only.ts'
import { type TargetStanding, targetStandings } from '../../notify/rules/failing.ts'
import type { Notices } from '../../notify/rules/notices.ts'
import { diskSpaceProblem } from '../../record/disk-space.ts'
import { type LockState, readLock } from '../../record/lock-holder.ts'
import { openPause, type Pause } from '../../record/pause.ts'
import { readState } from '../../record/state.ts'
import { longestInterval, systemClock } from '../clock.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { engineFor } from '../wire.ts'

export interface Healer {
  readonly alive: boolean
  /** `daemon`: `netheal run`. `once`: one-shots from cron. Null: none that we know of. */
  readonly mode: 'daemon' | 'once' | null
  readonly pid: number | null
  readonly lastPassAt: number | null
  readonly lastPassOk: boolean | null
}

export interface Status {
  readonly healer: Healer
  readonly state: State
  readonly pause: Pause
  readonly problems: readonly string[]
  /** Those of them that are about the last pass: the page has words of its own for it. */
  readonly passProblems: readonly string[]
  /** Of notifications, in the order of the config. */
  readonly targets: readonly TargetStanding[]
  readonly now: number
}

/** @param look until when the engine is asked, too; null: not at all */
export async function statusNow(config: Config, host: ProcessIo, look: AbortSignal | null): Promise<Status> {
  const now = systemClock().now()
  const { state: stored, notices, note } = await readState(config.state)
  // Nothing would be said that is known.
  if (note?.closed === true && look === null) throw closedError(config)
  const state = look === null ? stored : await looked(config, clampedTo(stored, now), host, now, look)
  const problem = note?.text ?? (await diskSpaceProblem(config.state))
  return await statusOf(config, { stored, state, notices, note: problem }, now)
}

function closedError({ state }: Config): NethealError {
  const why = `this user may not read netheal's state in ${state.directory}, so nothing is known of it`
  return new NethealError('record', why, { cause: Object.assign(new Error(why), { code: 'EACCES' }) })
}

interface Known {
  readonly stored: State
  readonly state: State
  readonly notices: Notices
  readonly note: string | null
}

/**
 * What is known at `now`. `stored`: what the passes left, `memory`: what is shown, which a look may have changed; for the
 * daemon, which serves this as well, both are its own memory. `note`: why the state could not be used, null for nothing.
 */
export async function statusOf(config: Config, { stored, state, notices, note }: Known, now: number): Promise<Status> {
  const pause = await openPause(config.state).read(now)
  const lock = readLock(config.lock)
  const limit = await oldest(config)
  const healer = healerOf(stored, lock, limit, now)
  const passProblems = [
    ...(stored.lastPass?.ok === false ? [`the last pass failed: ${stored.lastPass.error}`] : []),
    ...ageProblem(stored, healer, limit, now),
  ]
  const problems = [
    ...stored.problems,
    ...[note, pause.note?.text ?? null, lock.kind === 'unknown' ? lock.why : null].filter(text => text !== null),
    ...passProblems,
  ]
  const targets = targetStandings(
    config.notify.map(t => t.name),
    notices,
    now,
  )
  return { healer, state, pause, problems, passProblems, targets, now }
}

export function statusExitCode({ healer, state, problems }: Status): ExitCode {
  if (!healer.alive) return 5
  const wrong = wanted(state).some(a => a.state === 'detached' || a.state === 'blocked' || a.state === 'unreachable')
  const isWell = state.loops.length === 0 && problems.length === 0 && !state.unmatched.some(isMistaken)
  return wrong || !isWell ? 3 : 0
}

/** What the rules ask for, in the order in which it was first seen. */
export function wanted(state: State) {
  return Object.values(state.attachments).filter(a => a.wanted)
}

/** Why the last try to attach it failed; null: none has, or it has been attached since. */
export function connectErrorOf({ attachments, backoffs }: State, attachment: AttachmentState): string | null {
  if (attachment.state !== 'detached') return null
  const key = Object.keys(backoffs).find(it => attachments[it] === attachment)
  const error = key === undefined ? undefined : backoffs[key]?.error
  return error === undefined || error === '' ? null : error
}

/** The state as a look shows it now; nothing is saved. */
async function looked(config: Config, state: State, host: ProcessIo, now: number, signal: AbortSignal): Promise<State> {
  using engine = engineFor(config)
  const { attachments: rules } = config
  const options = { engine, wire: openWire(state.host), rules, state, now, pausedUntil: null }
  const look = await observeReadOnly(options, signal)
  const { caveat } = await engine.greet(signal)
  if (caveat !== null) host.err(`netheal: ${caveat}\n`)
  return await proveReadOnly(look.seen, look.state, { engine, clock: systemClock() }, signal)
}

/** A last pass older than this is too old: three times the schedule, and ten minutes at least. Null: there is no schedule. */
export async function oldest(config: Config): Promise<number | null> {
  return config.watch.poll === null ? null : Math.max(600_000, 3 * (await longestInterval(config.watch.poll)))
}

/** A one-shot holds the lock for moments only: what shows that cron does its work is the age of the last pass. */
export function healerOf(state: State, lock: LockState, limit: number | null, now: number): Healer {
  const last = state.lastPass
  // Either way: a clock that was set back makes the last pass lie in the future.
  const recent = (at: number): boolean => limit === null || Math.abs(now - at) <= limit
  const fresh = last !== null && recent(last.at)
  const running = lock.kind === 'held' && lock.by.mode === 'daemon' ? lock.by : null
  const lastPassAt = last?.at ?? null
  const lastPassOk = last?.ok ?? null
  if (running !== null) {
    // A daemon that has just started has made no pass yet; one that hangs makes none any more.
    return { alive: fresh || recent(running.since), mode: 'daemon', pid: running.pid, lastPassAt, lastPassOk }
  }
  // Who holds the lock may not be seen (which is said): then a recent pass has to do.
  if (lock.kind === 'unknown') return { alive: fresh, mode: last?.mode ?? null, pid: null, lastPassAt, lastPassOk }
  const byCron = last !== null && last.mode === 'once'
  return { alive: byCron && fresh, mode: byCron ? 'once' : null, pid: null, lastPassAt, lastPassOk }
}

function ageProblem(state: State, healer: Healer, limit: number | null, now: number): readonly string[] {
  const last = state.lastPass
  if (healer.alive || last === null || limit === null || Math.abs(now - last.at) <= limit) return []
  if (now < last.at) return [`the last pass is ${span(last.at - now)} in the future: was the clock set back?`]
  return [`the last pass is ${span(now - last.at)} old; it should be at most ${span(limit)}`]
}
