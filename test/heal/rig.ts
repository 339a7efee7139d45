// One healer on one simulated engine: the real code over dockerode, with records and time in the test's hands.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rule } from '../../src/core/rule.ts'
import type { State } from '../../src/core/state.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { beat } from '../../src/heal/daily-line.ts'
import { openExaminations } from '../../src/heal/examinations.ts'
import { NO_WIRE } from '../../src/heal/examine.ts'
import { type Notebook, openNotebook } from '../../src/heal/notebook.ts'
import type { Scope } from '../../src/heal/observe.ts'
import { type Passed, pass } from '../../src/heal/pass.ts'
import type { PassDeps, PassSettings } from '../../src/heal/pass-deps.ts'
import type { Engine, Wire } from '../../src/heal/ports.ts'
import { openRecorder } from '../../src/heal/recorder.ts'
import { NO_COUNTS, withFailedPass, withPass } from '../../src/metrics/rules/counts.ts'
import { NO_NOTICES, type Notices } from '../../src/notify/rules/notices.ts'
import { openSlice, type Slice } from '../../src/record/slice.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { type Simulator, startSimulator } from '../support/simulator/simulator.ts'
import { until } from '../support/until.ts'
import { ManualClock } from './manual-clock.ts'
import { HeartbeatInMemory, JournalInMemory, LogInMemory, PauseInMemory, StateInMemory } from './records.ts'

export const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
export const APP = 'pms-backend'
export const WORKER = 'pms-worker-v2'
export const DATABASE = 'supabase-db'

/** What a daemon does beside its passes: the examination of what was seen, and the day's line, which has waited for it. */
export async function examineAfter(deps: PassDeps, { look }: Passed, signal: AbortSignal): Promise<void> {
  const examinations = openExaminations(
    {
      ...deps,
      ...{ patience: 1_000, onFound: () => undefined, onProven: () => undefined },
      async onQuiet() {
        const { heldBeat } = deps.notebook
        if (heldBeat === null) return
        await beat(deps, heldBeat, deps.clock.now(), false)
        await deps.recorder.save(false)
      },
    },
    signal,
  )
  examinations.begin(look, null)
  await examinations.done()
}

/** A rule with every default, and what a test says otherwise. */
export function ruleFor(rule: Partial<Rule> = {}): Rule {
  return {
    containers: [APP],
    network: NETWORK,
    resolve: [],
    aliases: null,
    ipv4: null,
    gatewayPriority: -1,
    restart: { when: 'never', cooldown: 600_000, maxPerHour: 3, grace: 10_000 },
    repair: true,
    onLoop: 'heal',
    ipv6: null,
    reach: [],
    onUnreachable: 'report',
    drift: 'report',
    leave: false,
    onDeploy: 'silent',
    ...rule,
  }
}

export interface RigOptions {
  readonly generation?: Generation
  readonly apiVersion?: string
  /** The events are followed; true by default. */
  readonly seesStarts?: boolean
  /** Milliseconds between two proofs; null, only after an attach, by default. */
  readonly prove?: number | null
  readonly rules?: readonly Rule[]
  /** The deadline of each call in milliseconds; generous unless the test waits for it. */
  readonly timeout?: number
  readonly state?: State
  readonly notices?: Notices
  /** False: the engine is not started yet, and the host is empty. */
  readonly started?: boolean
  /** What stands between healing and the engine; the engine itself by default. */
  readonly through?: (engine: Engine) => Engine
  /** What the host shows of the networks; nothing by default. */
  readonly wire?: Wire
}

/** The operators' host: a stack with its database on NETWORK, and APP and WORKER, which are on `coolify` only. */
export function furnish(simulator: Simulator): void {
  simulator.createNetwork('coolify')
  simulator.createNetwork(NETWORK)
  simulator.run({
    name: `${DATABASE}-${NETWORK}`,
    networkMode: NETWORK,
    networks: { [NETWORK]: { aliases: [DATABASE] } },
    restart: 'unless-stopped',
  })
  simulator.run({ name: APP, networkMode: 'coolify', restart: 'unless-stopped' })
  simulator.run({ name: WORKER, networkMode: 'coolify', restart: 'unless-stopped' })
}

export class Rig implements AsyncDisposable {
  readonly simulator: Simulator
  readonly engine: Engine & Disposable
  readonly clock = new ManualClock()
  readonly log = new LogInMemory()
  readonly notices: Slice<Notices>
  readonly counts = openSlice(NO_COUNTS)
  readonly state: StateInMemory
  readonly heartbeat = new HeartbeatInMemory()
  readonly pause = new PauseInMemory()
  readonly journal = new JournalInMemory()
  readonly notebook: Notebook
  readonly deps: PassDeps
  readonly settings: PassSettings
  readonly #folder: string
  readonly #never = new AbortController()

  private constructor(simulator: Simulator, folder: string, options: RigOptions) {
    this.simulator = simulator
    this.#folder = folder
    this.engine = openEngine({ host: `unix://${simulator.socketPath}`, tls: null, timeout: options.timeout ?? 20_000 })
    this.notebook = openNotebook(options.state ?? EMPTY_STATE)
    this.notices = openSlice(options.notices ?? NO_NOTICES)
    this.state = new StateInMemory(this.notices, this.counts)
    this.deps = {
      engine: options.through?.(this.engine) ?? this.engine,
      wire: options.wire ?? NO_WIRE,
      past: null,
      clock: this.clock,
      journal: this.journal,
      heartbeat: this.heartbeat,
      pause: this.pause,
      recorder: openRecorder(this.log, this.state, this.notebook, this.journal),
      notebook: this.notebook,
      counter: {
        finished: done => this.counts.update(c => withPass(c, done, this.notebook.state)),
        failed: () => this.counts.update(withFailedPass),
      },
      random: () => 0.5,
    }
    const loop = { detaches: 3, within: 900_000, clearAfter: 900_000 }
    const { rules = [ruleFor()], seesStarts = true, prove = null } = options
    this.settings = { rules, loop, mode: 'daemon', pid: 4242, seesStarts, prove }
  }

  static async open(options: RigOptions = {}): Promise<Rig> {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-heal-'))
    const { generation = '28', apiVersion } = options
    const simulator = await startSimulator({
      socketPath: join(folder, 'engine.sock'),
      generation,
      ...(apiVersion === undefined ? {} : { apiVersion }),
    })
    if (options.started === false) await simulator.stop()
    else furnish(simulator)
    return new Rig(simulator, folder, options)
  }

  /** One pass. Throws what made it fail. */
  async pass(scope: Scope = { kind: 'full' }, signal: AbortSignal = this.#never.signal): Promise<Passed> {
    const result = await pass(this.deps, this.settings, scope, signal)
    if (result.kind === 'failed') throw result.error
    return result
  }

  /** A full pass, and the examination after it. */
  async poll(): Promise<Passed> {
    const passed = await this.pass()
    await examineAfter(this.deps, passed, this.#never.signal)
    return passed
  }

  /** Waits for the condition while time goes by: `step` milliseconds of the clock at each look, as long as somebody sleeps. */
  eventually(condition: () => boolean, what: string, step = 0): Promise<true> {
    const look = (): boolean => {
      if (condition()) return true
      if (step > 0 && this.clock.sleeping.length > 0) this.clock.advance(step)
      return false
    }
    return until(() => look() || null, { what, every: 5, deadline: 25_000 }).then(() => true)
  }

  isAttached(container: string = APP): boolean {
    return this.simulator.isAttached(container, NETWORK)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.engine[Symbol.dispose]()
    this.simulator.thaw()
    await this.simulator[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
