// An operator's desk: a simulated engine, a config with folders of its own, and commands run as main.ts runs them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExitCode, ProcessIo } from '../../src/cli/process-io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { exitCodeOf, NethealError } from '../../src/core/errors.ts'
import type { State } from '../../src/core/state.ts'
import type { Stored } from '../../src/record/state-shape.ts'
import { APP, furnish, NETWORK, WORKER } from '../heal/rig.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { type Simulator, startSimulator } from '../support/simulator/simulator.ts'

const BUILD = { version: '0.1.0', commit: 'test', runtime: 'Node' }

export interface Ran {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
  /** What was thrown: main.ts says it on stderr. */
  readonly error: NethealError | null
}

export interface DeskOptions {
  readonly generation?: Generation
  /** False: an engine without containers. */
  readonly furnished?: boolean
  readonly terminal?: boolean
}

export class Desk implements AsyncDisposable {
  readonly folder: string
  readonly simulator: Simulator
  readonly stop = new AbortController()
  readonly abort = new AbortController()
  env: Record<string, string | undefined> = {}
  readonly #terminal: boolean

  private constructor(folder: string, simulator: Simulator, terminal: boolean) {
    this.folder = folder
    this.simulator = simulator
    this.#terminal = terminal
  }

  static async open({ generation = '28', furnished = true, terminal = false }: DeskOptions = {}): Promise<Desk> {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-cli-'))
    const simulator = await startSimulator({ socketPath: join(folder, 'engine.sock'), generation })
    if (furnished) furnish(simulator)
    const desk = new Desk(folder, simulator, terminal)
    desk.configure()
    return desk
  }

  get file(): string {
    return join(this.folder, 'config.json')
  }

  get host(): string {
    return `unix://${this.simulator.socketPath}`
  }

  /** Writes the config: APP and WORKER on NETWORK, and whatever a test says beside or instead. */
  configure(more: Readonly<Record<string, unknown>> = {}): void {
    const config = {
      attachments: [{ containers: [APP, WORKER], network: NETWORK }],
      log: { directory: join(this.folder, 'log') },
      state: { directory: join(this.folder, 'state') },
      lock: { directory: join(this.folder, 'lock') },
      docker: { host: this.host },
      ...more,
    }
    writeFileSync(this.file, JSON.stringify(config, null, 2))
  }

  /** The command with the desk's config. */
  run(...argv: readonly string[]): Promise<Ran> {
    return this.plain(...argv, '--config', this.file)
  }

  /** The command as it stands. */
  async plain(...argv: readonly string[]): Promise<Ran> {
    const said = { out: '', err: '' }
    const terminal = { isTerminal: this.#terminal, color: this.#terminal }
    const host: ProcessIo = {
      env: this.env,
      pid: process.pid,
      out: text => {
        said.out += text
      },
      err: text => {
        said.err += text
      },
      stdout: terminal,
      stderr: terminal,
      signals: { stop: this.stop.signal, abort: this.abort.signal, onReload: () => undefined },
    }
    try {
      return { code: await runProgram(argv, host, BUILD), ...said, error: null }
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      return { code: exitCodeOf(error), ...said, error }
    }
  }

  /** The action log, empty when there is none. */
  log(): string {
    try {
      return readFileSync(join(this.folder, 'log', 'current.log'), 'utf8')
    } catch {
      return ''
    }
  }

  /** What the healer has remembered. */
  state(): State {
    return this.stored().state
  }

  stored(): Stored {
    return JSON.parse(readFileSync(join(this.folder, 'state', 'state.json'), 'utf8'))
  }

  /** Rewrites what is remembered, as if time had gone by. */
  remember(change: (state: State) => State): void {
    this.keep(stored => ({ ...stored, state: change(stored.state) }))
  }

  /** Rewrites whatever is kept in the state file. */
  keep(change: (stored: Stored) => Stored): void {
    writeFileSync(join(this.folder, 'state', 'state.json'), JSON.stringify(change(this.stored())))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
