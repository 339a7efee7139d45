// `netheal run`: the daemon. Loads the config, takes the lock, heals until it is told to stop; a reload wires anew.
import { watch } from 'node:fs'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { NethealError } from '../core/errors.ts'
import type { Memory } from '../core/memory.ts'
import { healthOf } from '../core/verdict.ts'
import { type DaemonSignals, daemon } from '../heal/daemon.ts'
import type { Journal } from '../heal/ports.ts'
import { acquireLock } from '../record/lock.ts'
import { systemClock } from './clock.ts'
import type { ExitCode, Host } from './host.ts'
import { openJournal } from './journal.ts'
import type { CommonFlags } from './program.ts'
import { type ServiceNotify, serviceNotify } from './service-notify.ts'
import { wire } from './wire.ts'

/** Exit code 0 after SIGTERM or SIGINT. Throws NethealError for a bad config at the start, and `locked`. */
export async function run(host: Host, flags: CommonFlags): Promise<ExitCode> {
  const load = () => loadConfig({ flags, env: host.env })
  let { config } = await load()
  const journal = await openJournal(host, flags.json)
  const { stop, abort } = host.signals
  const lock = await acquireLock({
    directory: config.lock.directory,
    mode: 'daemon',
    pid: host.pid,
    now: systemClock().now(),
  })
  if (lock.kind === 'taken') {
    const who =
      lock.by === null
        ? 'another netheal'
        : `netheal ${lock.by.mode === 'daemon' ? 'run' : 'once'}, pid ${lock.by.pid},`
    throw new NethealError('locked', `${who} heals this host already`, {
      hint: 'one healer per host: stop it first, or look with netheal check',
    })
  }
  await using _held = lock
  const lockedIn = config.lock.directory
  const notify = serviceNotify({ env: host.env, pid: host.pid, clock: systemClock(), journal })
  stop.addEventListener('abort', () => notify.stopping(), { once: true })
  let next: Config | null = null
  let reload = new AbortController()
  host.signals.onReload(() => {
    notify.reloading()
    void load().then(
      loaded => {
        next = loaded.config
        reload.abort()
      },
      error => {
        if (!(error instanceof NethealError)) throw error
        journal.error({ error: error.message, hint: error.hint }, 'config not reloaded, the old one stays in force')
        notify.kept()
      },
    )
  })
  for (;;) {
    await generation(config, { stop: either(stop, reload.signal), abort }, journal, host.pid, notify)
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

/** The daemon under one config. */
async function generation(
  config: Config,
  signals: DaemonSignals,
  journal: Journal,
  pid: number,
  notify: ServiceNotify,
): Promise<void> {
  await using wired = await wire(config, { mode: 'daemon', pid, journal })
  if (wired.note !== null) journal.warn({ note: wired.note }, 'state not usable, starting without')
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
  // The directory is there from now on, so that it can be watched, and a disk that refuses is said at once.
  await wired.deps.recorder.save(false)
  const { notebook, recorder } = wired.deps
  await daemon(wired.deps, wired.settings, config.watch, signals, {
    onStart: wake => {
      watchPause(config.state.directory, wake, signals.stop)
      notify.keepFed(wake, signals.stop)
    },
    onPass: ({ pausedUntil }) => notify.passed(statusLine(notebook.memory, pausedUntil, recorder.problems)),
    // It ended too, and a restart would not bring the engine back. A service that waited for it to be ready would hold up the boot.
    onFailedPass: error => notify.passed(`DEGRADED: ${error.message}`),
  })
}

/** What `netheal status` says, in a line. The words are the heartbeat's. */
function statusLine(memory: Memory, pausedUntil: number | null, problems: readonly string[]): string {
  const { well, text } = healthOf(memory, pausedUntil)
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

/** Aborts with the first of two. The second one lives no longer than a reload, so nothing piles up on the first. */
function either(a: AbortSignal, b: AbortSignal): AbortSignal {
  return AbortSignal.any([a, b])
}
