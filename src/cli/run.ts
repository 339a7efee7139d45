// `netheal run`: the daemon. Loads the config, takes the lock, heals until it is told to stop; a reload wires anew.
import { watch } from 'node:fs'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { NethealError } from '../core/errors.ts'
import type { State } from '../core/state.ts'
import { unmatchedText } from '../core/unmatched.ts'
import { healthOf } from '../core/verdict.ts'
import type { Engine, Journal } from '../heal/ports.ts'
import { type ReconcileSignals, reconcile } from '../heal/reconcile.ts'
import type { Crash } from '../notify/rules/notice-words.ts'
import { acquireLock } from '../record/lock.ts'
import { lockTakenText } from '../record/lock-holder.ts'
import type { Build } from './build.ts'
import { systemClock } from './clock.ts'
import type { CommonFlags } from './flags.ts'
import { openJournal } from './journal.ts'
import { openObservers } from './observers/observers.ts'
import { serve } from './observers/serve.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { type ServiceNotify, serviceNotify } from './service-notify.ts'
import { warmUp } from './warm-up.ts'
import { engineFor, type Wired, wire } from './wire.ts'

/** Exit code 0 after SIGTERM or SIGINT. Throws NethealError for a bad config at the start, and `locked`. */
export async function run(host: ProcessIo, flags: CommonFlags, build: Build): Promise<ExitCode> {
  const load = () => loadConfig({ flags, env: host.env })
  const { config: loaded, context } = await load()
  let config = loaded
  const journal = await openJournal(host, flags.json)
  if (context !== null) journal.warn({ engine: config.docker.host }, context)
  const { stop, abort } = host.signals
  const lock = await acquireLock({
    directory: config.lock.directory,
    mode: 'daemon',
    pid: host.pid,
    now: systemClock().now(),
  })
  if (lock.kind === 'taken') {
    throw new NethealError('locked', lockTakenText(lock.by), {
      hint: 'only one netheal may heal a host: stop that one first; netheal check works beside it',
    })
  }
  await using _held = lock
  const lockedIn = config.lock.directory
  const notify = serviceNotify({ env: host.env, pid: host.pid, clock: systemClock(), journal })
  stop.addEventListener('abort', () => notify.stopping(), { once: true })
  let next: Config | null = null
  let first = true
  let reload = new AbortController()
  host.signals.onReload(() => {
    notify.reloading()
    void tried(load()).then(
      loaded => {
        next = loaded
        reload.abort()
      },
      error => {
        if (!(error instanceof NethealError)) throw error
        journal.error({ error: error.message, hint: error.hint }, 'config not reloaded; the old one stays in effect')
        notify.kept()
      },
    )
  })
  for (;;) {
    await generation(
      config,
      { stop: AbortSignal.any([stop, reload.signal]), abort },
      journal,
      host,
      build,
      notify,
      first,
    )
    first = false
    if (stop.aborted || next === null) break
    config = next
    next = null
    reload = new AbortController()
    notify.restarted()
    if (config.lock.directory !== lockedIn)
      journal.warn({ lock: lockedIn }, 'lock.directory takes effect at the next start')
    journal.info({}, 'config reloaded')
  }
  journal.info({}, 'stopped')
  return 0
}

/** A config whose files for the engine cannot be used must not be taken either: the daemon would end with it. */
async function tried(load: Promise<{ readonly config: Config }>): Promise<Config> {
  const { config } = await load
  engineFor(config)[Symbol.dispose]()
  return config
}

/** The daemon under one config. */
async function generation(
  config: Config,
  signals: ReconcileSignals,
  journal: Journal,
  host: ProcessIo,
  build: Build,
  notify: ServiceNotify,
  first: boolean,
): Promise<void> {
  const { pid, env } = host
  await using wired = await wire(config, { mode: 'daemon', pid, journal })
  if (wired.note !== null) journal.warn({ note: wired.note.text }, 'state file not usable; starting without it')
  journal.info(
    {
      pid,
      rules: config.attachments.length,
      engine: config.docker.host,
      events: config.watch.events,
      poll: config.watch.poll,
    },
    'watching',
  )
  const { notebook, recorder, clock } = wired.deps
  const crash = first ? crashOf(notebook.state) : null
  if (crash !== null) journal.warn({ ...crash }, 'the previous daemon did not shut down cleanly')
  // The directory is there from now on, so that it can be watched, and a disk that refuses is said at once.
  await recorder.save(false)
  const observers = await openObservers({
    config,
    wired,
    env,
    build,
    journal,
    mode: 'daemon',
    crash,
    written: () => true,
  })
  if (first) observers.started()
  await using _served = await serve(config, { ...wired, build })
  // From here on an end without its own word is a crash; the first pass writes it down.
  notebook.update(m => ({ ...m, daemon: first ? { pid, since: clock.now() } : m.daemon }))
  // A process that has run under another config is warm.
  if (first) await warmUp(clock, config.log.format)
  // Half a millisecond that the first heal does not have; and a log that cannot be written is told of before it is needed.
  await recorder.openLog()
  let greeted = !first
  let isTold = false
  let pausedUntil: number | null = null
  const status = (): string => statusLine(notebook.state, pausedUntil, recorder.problems)
  await reconcile(wired.deps, wired.settings, config.watch, signals, {
    onStart: wake => {
      watchPause(config.state.directory, wake, signals.stop)
      if (config.notify.length > 0 || config.heartbeat.pingUrl !== null)
        void answerTrials(config, env, wired, journal, target => observers.reached(target), signals.stop)
      notify.keepFed(wake, signals.stop)
    },
    onPass(result) {
      pausedUntil = result.pausedUntil
      notify.passed(status())
      observers.passed(result)
      if (!isTold) sayUnmatched(notebook.state, journal)
      isTold = true
      if (!greeted) void sayCaveat(wired.deps.engine, journal, signals.abort)
      greeted = true
    },
    onFailedPass(error) {
      // It ended too, and a restart would not bring the engine back. A service that waited for it to be ready would hold up the boot.
      notify.passed(`DEGRADED: ${error.message}`)
      observers.failed(error)
    },
    onFollowUp(item, { resolutions }) {
      notify.proven(status())
      observers.followedUp(item, resolutions)
    },
  })
  await observers.end(signals.abort)
  if (host.signals.stop.aborted) notebook.update(m => ({ ...m, daemon: null }))
  await recorder.save(true)
}

/** At each start, and for each config: a rule that speaks of nobody heals nothing. */
function sayUnmatched({ unmatched }: State, journal: Journal): void {
  for (const it of unmatched)
    journal.warn({ selector: it.selector, network: it.network, near: it.near }, unmatchedText(it))
}

/** So that `netheal notify-test` shows what the daemon can send, and not what its caller can. */
async function answerTrials(
  config: Config,
  env: ProcessIo['env'],
  { deps: { notebook, clock } }: Wired,
  journal: Journal,
  onReached: (target: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const { watchTrials } = await import('./observers/trial.ts')
  const { directory } = config.state
  watchTrials({ config, env, clock, journal, directory, state: () => notebook.state, onReached }, stop)
}

/** After a pass it has been greeted, and answers at once. */
async function sayCaveat(engine: Engine, journal: Journal, abort: AbortSignal): Promise<void> {
  const greeting = await engine.greet(abort).catch(() => null)
  if (greeting === null) return
  const { version, caveat, newerThan } = greeting
  if (caveat !== null) journal.warn({ caveat }, 'this engine does not support everything that Docker does')
  if (newerThan !== null)
    journal.info({ version, tested: newerThan }, 'this engine is newer than any that this netheal was tested on')
}

/** What the daemon before this one left behind where it was killed, or its host lost power; null after a clean shutdown. */
function crashOf({ daemon: before, lastPass }: State): Crash | null {
  if (before === null) return null
  return { ...before, lastPassAt: lastPass?.mode === 'daemon' ? lastPass.at : null }
}

/** What `netheal status` says, in a line. The words are the heartbeat's. */
function statusLine(state: State, pausedUntil: number | null, problems: readonly string[]): string {
  const { well, text } = healthOf(state, pausedUntil)
  return [`${well && problems.length === 0 ? 'OK' : 'DEGRADED'}: ${text}`, ...problems].join('; ')
}

/** `netheal pause` and `resume` write a file; the daemon sees it at once where the directory can be watched, else at the next pass. */
function watchPause(directory: string, wake: (reason: string) => void, stop: AbortSignal): void {
  try {
    const watcher = watch(directory, { signal: stop, persistent: false }, (_event, name) => {
      if (name === 'pause.json') wake('pause changed')
    })
    watcher.on('error', () => watcher.close())
  } catch {
    // No such directory yet: the schedule finds a pause as well.
  }
}
