// The composition root: from the config in force to everything a pass needs. The only place that picks adapters.
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { NethealError } from '../core/errors.ts'
import { mapValues, type State } from '../core/state.ts'
import type { Inspector, MentionsReader } from '../diagnose/ports.ts'
import { openEngine } from '../docker/engine.ts'
import type { Tls } from '../docker/tls.ts'
import { openWire } from '../docker/wire.ts'
import { openNotebook } from '../heal/notebook.ts'
import type { PassDeps, PassSettings } from '../heal/pass-deps.ts'
import type { ActionLog, Engine, Journal, StateStore } from '../heal/ports.ts'
import { openRecorder } from '../heal/recorder.ts'
import { type Counts, withFailedPass, withPass } from '../metrics/rules/counts.ts'
import type { Notices } from '../notify/rules/notices.ts'
import { openActionLog } from '../record/action-log.ts'
import type { FileNote } from '../record/fault.ts'
import { openHeartbeat } from '../record/heartbeat.ts'
import { openPause } from '../record/pause.ts'
import { openSlice, type Slice } from '../record/slice.ts'
import { openState, readState } from '../record/state.ts'
import type { Stored } from '../record/state-shape.ts'
import { systemClock } from './clock.ts'

export type OpenEngine = Engine & MentionsReader & Inspector & Disposable

/** Throws NethealError `config` for a TLS file that cannot be read. */
export function engineFor(config: Config): OpenEngine {
  const { host, timeout, tls } = config.docker
  return openEngine({ host, timeout, tls: tls === null ? null : readTls(tls) })
}

/**
 * The same, for a one-shot: asks for the engine's version at once, a mere read, while everything before the first observation
 * is done. Errors are reported by that observation, which asks again.
 */
export function openEngineEarly(config: Config, signal: AbortSignal): OpenEngine {
  const engine = engineFor(config)
  engine.greet(signal).catch(() => undefined)
  return engine
}

function readTls(tls: NonNullable<Config['docker']['tls']>): Tls {
  const read = (key: 'ca' | 'cert' | 'key'): Buffer | null => {
    const path = tls[key]
    if (path === null) return null
    try {
      return readFileSync(path)
    } catch (error) {
      throw new NethealError('config', `docker.tls.${key}: cannot read ${path}: ${(error as Error).message}`, {
        hint: "name a PEM file that netheal's user can read",
        cause: error,
      })
    }
  }
  return { ca: read('ca'), cert: read('cert'), key: read('key') }
}

export interface Wired extends AsyncDisposable {
  readonly deps: PassDeps
  readonly settings: PassSettings
  readonly notices: Slice<Notices>
  readonly counts: Slice<Counts>
  /** What was wrong with the state file, null for nothing. */
  readonly note: FileNote | null
}

export interface WireOptions {
  readonly mode: 'daemon' | 'once'
  readonly pid: number
  readonly journal: Journal
  /** Nothing will be written: a state file that cannot be used stays where it is. */
  readonly readOnly?: boolean
  /** Opened already; closed with the rest. */
  readonly engine?: OpenEngine
  /** Wait for nothing that failed before: somebody sits there and wants it tried. */
  readonly now?: boolean
  /** Sees each entry that is written down. */
  readonly onEntries?: (entries: Parameters<ActionLog['write']>[0]) => void
}

/** Opens what a pass needs; nothing is written and no call is made yet. */
export async function wire(config: Config, options: WireOptions): Promise<Wired> {
  const { journal, mode, pid } = options
  const engine = options.engine ?? engineFor(config)
  const log = openActionLog(config.log)
  const file = openState(config.state)
  const loaded = await (options.readOnly ? readState(config.state) : file.load())
  const { state } = loaded
  const backoffs = mapValues(state.backoffs, b => ({ ...b, until: 0 }))
  const notebook = openNotebook(options.now === true ? { ...state, backoffs } : state)
  const notices = openSlice(loaded.notices)
  const counts = openSlice(loaded.counts)
  const whole = (state: State): Stored => ({ state, notices: notices.value, counts: counts.value })
  const store: StateStore = {
    save: (state, durable) => file.save(whole(state), durable),
    writeIntent: (intent, state) => file.writeIntent(intent, whole(state)),
  }
  const teed: ActionLog = {
    // A one-shot that has nothing to write does not pay for the parts that write.
    open: () => (mode === 'once' ? log.begin() : log.open()),
    async write(entries) {
      options.onEntries?.(entries)
      await log.write(entries)
    },
  }
  const deps: PassDeps = {
    engine,
    wire: openWire(state.host),
    past: engine,
    journal,
    notebook,
    clock: systemClock(),
    recorder: openRecorder(teed, store, notebook, journal),
    counter: {
      finished: done => counts.update(c => withPass(c, done, notebook.state)),
      failed: () => counts.update(withFailedPass),
    },
    heartbeat: openHeartbeat({ directory: config.log.directory, at: config.heartbeat.at }),
    pause: openPause(config.state),
    random: Math.random,
  }
  return {
    deps,
    settings: {
      rules: config.attachments,
      loop: config.loop,
      mode,
      pid,
      seesStarts: mode === 'daemon' && config.watch.events,
      prove: config.watch.prove,
    },
    notices,
    counts,
    note: loaded.note,
    async [Symbol.asyncDispose]() {
      await log.close()
      engine[Symbol.dispose]()
    },
  }
}
