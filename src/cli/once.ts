// `netheal once`: the daemon's own work until nothing is left to be done, for cron. Prints only what it did, in the action log's
// own lines; nothing when all is well.
import { loadConfig } from '../config/load.ts'
import type { Action } from '../core/action.ts'
import type { Entry } from '../core/entry.ts'
import { exitCodeOf, NethealError } from '../core/errors.ts'
import type { State } from '../core/state.ts'
import { exitCodeOfPass } from '../core/verdict.ts'
import type { FollowUpResult } from '../heal/follow-up.ts'
import type { Passed } from '../heal/pass.ts'
import { NO_WATCH, reconcile } from '../heal/reconcile.ts'
import { lineMaker } from '../record/line.ts'
import { acquireLock } from '../record/lock.ts'
import { lockTakenText } from '../record/lock-holder.ts'
import { newsSince } from '../record/told.ts'
import type { Build } from './build.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { complaints, silentJournal } from './journal.ts'
import { jsonText, outcomeJson, planJson } from './json.ts'
import { openObservers } from './observers/observers.ts'
import { isWellInTheEnd, outcomesOf } from './once-outcomes.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { pausedEntries, stillWrong } from './still-wrong.ts'
import { safe } from './style.ts'

/** Exit code 0: all is well now. 3: something could not be healed or written down, or loops. */
export async function once(host: ProcessIo, flags: CommonFlags, build: Build): Promise<ExitCode> {
  const { config, context } = await loadConfig({ flags, env: host.env })
  // Not to cron, whose every line is a mail.
  if (context !== null && host.stdout.isTerminal) host.err(`netheal: ${context}\n`)
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
    host.err(`netheal: ${lockTakenText(lock.by)}, so this run only checks and changes nothing\n`)
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
    now: host.stdout.isTerminal,
    engine,
    onEntries: some => {
      for (const entry of some) entries.push(entry)
    },
  })
  const { deps, settings, note } = wired
  const observers = await openObservers({
    ...{ config, wired, env: host.env, build, journal: complaints(host), mode: 'once', crash: null },
    written: () => entries.length > 0,
  })
  if (note !== null) host.err(`netheal: ${note.text}\n`)
  observers.started()
  await deps.recorder.openLog()
  const passes: Passed[] = []
  const followUps = new Map<Action, FollowUpResult>()
  try {
    await reconcile(deps, settings, NO_WATCH, host.signals, {
      onPass: result => passes.push(result),
      onFollowUp(item, result) {
        observers.followedUp(item, result.resolutions)
        if (item.action !== null) followUps.set(item.action, result)
      },
    })
    const [first, last = first] = [passes[0], passes.at(-1)]
    // It throws where it cannot see.
    if (first === undefined || last === undefined) throw new Error('a one-shot ended without a pass')
    const outcomes = outcomesOf(passes, followUps)
    observers.passed({ ...last, outcomes: outcomes.map(o => o.outcome) })
    const { problems } = deps.recorder
    const paused = pausedEntries(last, deps.clock.now())
    const isCron = !host.stdout.isTerminal && !flags.json
    const standing = [...problems, ...paused.map(messageOf)]
    const news = isCron ? await newsSince(config.lock, standing, true) : { begun: standing, ended: [] }
    for (const problem of problems) if (news.begun.includes(problem)) host.err(`netheal: ${problem}\n`)
    for (const text of news.ended) host.err(`netheal: over: ${safe(text)}\n`)
    if (flags.json) {
      const { state } = deps.notebook
      const plan = planJson(first.plan, last.pausedUntil, state)
      host.out(jsonText({ ...plan, outcomes: outcomes.map(o => outcomeJson(o, state)), problems }))
    } else {
      const { caveat } = await deps.engine.greet(host.signals.abort)
      const begun = paused.filter(entry => news.begun.includes(messageOf(entry)))
      await print(host, last, deps.notebook.state, [...entries, ...begun], caveat, deps.clock.now())
    }
    const isWell = outcomes.every(isWellInTheEnd) && problems.length === 0
    return exitCodeOfPass(last.plan, deps.notebook.state, isWell)
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    observers.failed(error)
    if (host.stdout.isTerminal || flags.json) throw error
    // Said once, and once more when it is over: of what else stands nothing is known meanwhile.
    const { begun } = await newsSince(config.lock, [error.message], false)
    if (begun.length > 0) throw error
    return exitCodeOf(error)
  } finally {
    // After what it did has been printed: whoever waits for that waits for nobody else.
    await observers.end(host.signals.stop)
  }
}

function messageOf(entry: Entry): string {
  return entry.kind === 'warning' ? entry.message : ''
}

/** The lines that the action log got; to a person also what is still wrong. */
async function print(
  host: ProcessIo,
  result: Passed,
  state: State,
  entries: readonly Entry[],
  caveat: string | null,
  at: number,
): Promise<void> {
  const still = host.stdout.isTerminal ? stillWrong(result, state, entries, at) : []
  const all = [...entries, ...still]
  if (all.length === 0) return
  if (caveat !== null) host.err(`netheal: ${caveat}\n`)
  const line = await lineMaker('text')
  host.out(all.map(line).join(''))
}
