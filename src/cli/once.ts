// `netheal once`: one pass, for cron. Prints only what it did, in the action log's own lines; nothing when all is well.
import { loadConfig } from '../config/load.ts'
import type { Entry } from '../core/entry.ts'
import { NethealError } from '../core/errors.ts'
import { type Outcome, overall } from '../core/outcome.ts'
import { blockedEntry } from '../core/report.ts'
import { exitCodeOfPass } from '../core/verdict.ts'
import { runFollowUp } from '../heal/follow-up.ts'
import { type PassResult, pass } from '../heal/pass.ts'
import { lineMaker } from '../record/line.ts'
import { acquireLock } from '../record/lock.ts'
import { lockTakenText } from '../record/lock-holder.ts'
import type { Build } from './build.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { complaints, silentJournal } from './journal.ts'
import { jsonText, outcomeJson, planJson } from './json.ts'
import type { Observer } from './observers/observer.ts'
import { openObservers } from './observers/observers.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import type { Wired } from './wire.ts'

/** Exit code 0: all is well now. 3: something could not be healed or written down, or loops. */
export async function once(host: ProcessIo, flags: CommonFlags, build: Build): Promise<ExitCode> {
  const { config } = await loadConfig({ flags, env: host.env })
  const { openEngineEarly, wire } = await import('./wire.ts')
  using engine = openEngineEarly(config, host.signals.abort)
  // A turn, in which the question leaves: an engine starts runc for its version, which takes as long as flock(1) and the state.
  await new Promise(resolve => setImmediate(resolve))
  const lock = await acquireLock({
    directory: config.lock.directory,
    mode: 'once',
    pid: host.pid,
    now: systemClock().now(),
  })
  if (lock.kind === 'taken') {
    host.err(`netheal: ${lockTakenText(lock.by)}, so this run only checks\n`)
    const { checkWith } = await import('./check.ts')
    return await checkWith(config, host, flags, engine)
  }
  await using _held = lock
  // Only now: the one that held the lock a moment ago has written what must be counted on.
  const entries: Entry[] = []
  await using wired = await wire(config, {
    mode: 'once',
    pid: host.pid,
    journal: silentJournal(),
    engine,
    onEntries: some => entries.push(...some),
  })
  const observers = await openObservers({
    ...{ config, wired, env: host.env, build, journal: complaints(host), mode: 'once', crash: null },
    written: () => entries.length > 0,
  })
  observers.started()
  try {
    return await onePass(wired, host, flags, entries, observers)
  } catch (error) {
    if (error instanceof NethealError) observers.failed(error)
    throw error
  } finally {
    // After what it did has been printed: whoever waits for that waits for nobody else.
    await observers.end(host.signals.stop)
  }
}

async function onePass(
  { deps, settings, note }: Wired,
  host: ProcessIo,
  flags: CommonFlags,
  entries: readonly Entry[],
  observers: Observer,
): Promise<ExitCode> {
  const { recorder, notebook } = deps
  const { stop, abort } = host.signals
  if (note !== null) host.err(`netheal: ${note}\n`)
  const result = await pass(deps, settings, { kind: 'full' }, abort)
  const followedUp = await withAftercare(result, deps, stop, abort, observers)
  const outcomes = await seenStarted(followedUp, deps, settings, abort)
  if (result.followUps.length > 0) await recorder.save(true)
  observers.passed({ ...result, outcomes })
  for (const problem of recorder.problems) host.err(`netheal: ${problem}\n`)
  if (flags.json) {
    host.out(
      jsonText({
        ...planJson(result.plan, result.pausedUntil, result.loops.loops),
        outcomes: outcomes.map(outcomeJson),
        problems: recorder.problems,
      }),
    )
  } else {
    const { caveat } = await deps.engine.greet(abort)
    await print(host, result, entries, caveat, deps.clock.now())
  }
  return exitCodeOfPass(result.plan, outcomes, notebook.state, recorder.problems.length === 0)
}

async function withAftercare(
  result: PassResult,
  deps: Wired['deps'],
  stop: AbortSignal,
  abort: AbortSignal,
  observers: Observer,
): Promise<readonly Outcome[]> {
  const outcomes = [...result.outcomes]
  for (const item of result.followUps) {
    const followedUp = await runFollowUp(item, { ...deps, stop }, abort)
    observers.followedUp(item, followedUp.resolutions)
    const at = outcomes.findIndex(o => o.action === item.action)
    const outcome = outcomes[at]
    if (outcome === undefined) continue
    const { restarted, started, error, resolutions } = followedUp
    outcomes[at] = {
      ...outcome,
      restarted,
      started,
      error: outcome.error ?? error,
      resolutions,
      resolved: overall(resolutions),
    }
  }
  return outcomes
}

/** What was started joins only then: looked at again, its outcome is a proof, and the state says what is there now. */
async function seenStarted(
  outcomes: readonly Outcome[],
  deps: Wired['deps'],
  settings: Wired['settings'],
  abort: AbortSignal,
): Promise<readonly Outcome[]> {
  const ids = new Set(outcomes.filter(o => o.started).map(o => o.action.containerId))
  if (ids.size === 0) return outcomes
  const { plan } = await pass(deps, settings, { kind: 'containers', ids }, abort)
  const live = new Set(plan.satisfied.map(s => `${s.key} ${s.containerId}`))
  return outcomes.map(o => {
    if (!o.started) return o
    const kind = live.has(`${o.action.key} ${o.action.containerId}`) ? 'verified' : 'unverified'
    return { ...o, kind, waiting: false }
  })
}

/** The lines that the action log got, and whatever is still not well: it has been written down before, but is no less so. */
async function print(
  host: ProcessIo,
  result: PassResult,
  entries: readonly Entry[],
  caveat: string | null,
  at: number,
): Promise<void> {
  const said = new Set(entries.flatMap(e => (e.kind === 'warning' ? [`${e.code} ${e.container} ${e.network}`] : [])))
  const still: Entry[] = []
  for (const blocked of result.plan.blocked) {
    if (!said.has(`${blocked.reason} ${blocked.container} ${blocked.network}`)) still.push(blockedEntry(blocked, at))
  }
  const paused = result.plan.skipped.filter(s => s.reason === 'paused')
  if (paused.length > 0 && result.pausedUntil !== null) {
    const message = `netheal is paused until ${new Date(result.pausedUntil).toISOString()}: ${paused.map(p => p.container).join(', ')} left alone`
    still.push({
      kind: 'warning',
      at,
      container: null,
      network: null,
      code: 'paused',
      message,
      hint: 'netheal resume ends it',
    })
  }
  const all = [...entries, ...still]
  if (all.length === 0) return
  if (caveat !== null) host.err(`netheal: ${caveat}\n`)
  const line = await lineMaker('text')
  host.out(all.map(line).join(''))
}
