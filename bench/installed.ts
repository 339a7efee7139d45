// netheal as it is installed on a host: a config, folders of its own, the package's launcher. Gone with `await using`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Daemon } from '../test/engine/daemon.ts'
import { until } from '../test/support/until.ts'
import type { Command } from './command.ts'
import { launcher, netheal, unitsCpuWeight } from './program.ts'

/** A config without the places, which the installation adds. */
export interface InstalledConfig {
  readonly attachments: readonly Readonly<Record<string, unknown>>[]
  readonly watch?: { readonly events?: boolean; readonly poll?: string | false }
}

export class Installed implements AsyncDisposable {
  readonly folder: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string>>
  readonly #socketPath: string
  #scheduled = 'no daemon ran'

  constructor(folder: string, socketPath: string) {
    this.folder = folder
    this.#socketPath = socketPath
    this.configFile = join(folder, 'config.json')
    this.env = { PATH: process.env.PATH ?? '', TMPDIR: folder, NETHEAL_CONFIG: this.configFile }
  }

  async configure(config: InstalledConfig): Promise<void> {
    const place = (name: string) => ({ directory: join(this.folder, name) })
    const places = { log: place('log'), state: place('state'), lock: place('lock') }
    const docker = { host: `unix://${this.#socketPath}` }
    await writeFile(this.configFile, JSON.stringify({ ...config, docker, ...places }))
  }

  command(...args: readonly string[]): Command {
    return { argv: netheal(...args), env: this.env }
  }

  /** `netheal run`, scheduled as its unit has it, once it has looked at everything through an open stream. */
  async running(): Promise<Daemon> {
    const before = (await this.#kept()).state?.lastPass?.at ?? 0
    // The launcher becomes the Node that it starts, in a session of its own.
    const daemon = new Daemon(['setsid', launcher], this.env)
    try {
      await daemon.said('event stream open')
      const looked = async () => ((await this.#kept()).state?.lastPass?.at ?? 0) > before
      await until(looked, { what: 'the first pass of the daemon', deadline: 40_000 })
      this.#scheduled = await scheduledAsTheUnitHasIt(daemon.pid)
      return daemon
    } catch (error) {
      await daemon[Symbol.asyncDispose]()
      throw error
    }
  }

  /** How the last daemon was scheduled, in words for a note. */
  get scheduled(): string {
    return this.#scheduled
  }

  /** How many passes have been finished, by all processes together. */
  async passes(): Promise<number> {
    return (await this.#kept()).counts?.passes ?? 0
  }

  /** Has the running daemon make a full pass, as `netheal resume` does: it looks when `pause.json` changes. */
  async onePass(): Promise<void> {
    const before = await this.passes()
    await writeFile(join(this.folder, 'state/pause.json'), '{"until":0,"reason":null}\n')
    const passed = async () => (await this.passes()) > before
    await until(passed, { what: 'a pass of the daemon', every: 5 })
  }

  async #kept(): Promise<{ state?: { lastPass: { at: number } | null }; counts?: { passes: number } }> {
    return JSON.parse(await readFile(join(this.folder, 'state/state.json'), 'utf8').catch(() => '{}'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Dispose of its daemons first: `await using` in this order does. */
export async function install(socketPath: string, config: InstalledConfig): Promise<Installed> {
  const installed = new Installed(await mkdtemp(join(tmpdir(), 'netheal-installed-')), socketPath)
  await installed.configure(config)
  return installed
}

/**
 * Gives the session of a daemon the weight that systemd gives the service, by a nice value for the session as a whole
 * (sched(7), autogroup): each step of that is a quarter more. Only root may, and not in every container.
 */
async function scheduledAsTheUnitHasIt(pid: number): Promise<string> {
  const weight = unitsCpuWeight()
  const nice = Math.max(-20, -Math.round(Math.log(weight / 100) / Math.log(1.25)))
  try {
    await writeFile(`/proc/${pid}/autogroup`, String(nice))
    return `the daemon had the share of the CPU that its unit gives it (CPUWeight=${weight}), beside the engine, the client and this program`
  } catch (error) {
    return `the daemon had an ordinary share of the CPU, and not that of its unit: ${String(error)}`
  }
}
