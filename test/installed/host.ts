/** A host with the runbook's containers on a simulated engine, a config, and the installed netheal that is called on it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pmsBackend, pmsWorker, runbookHost, supabaseNetwork } from '../../src/simulator/recipes.ts'
import { NethealProcess } from '../cli/process.ts'
import { type Simulator, startSimulator } from '../support/simulator/simulator.ts'
import type { Installed } from './package.ts'

export const NETWORK: string = supabaseNetwork
export const APP: string = pmsBackend.resourceName
export const WORKER: string = pmsWorker.resourceName
export const CONNECT = 'POST /networks/{id}/connect'

/** What a call left. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export class Host implements AsyncDisposable {
  readonly folder: string
  readonly simulator: Simulator
  readonly installed: Installed

  private constructor(folder: string, simulator: Simulator, installed: Installed) {
    this.folder = folder
    this.simulator = simulator
    this.installed = installed
  }

  /** Both applications have lost the network, and netheal has never run. */
  static async open(installed: Installed): Promise<Host> {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-host-'))
    const simulator = await startSimulator({ socketPath: join(folder, 'engine.sock'), generation: '28' })
    await runbookHost(simulator, { attached: false })
    const host = new Host(folder, simulator, installed)
    host.configure()
    return host
  }

  /** Where something of this host is. */
  at(name: string): string {
    return join(this.folder, name)
  }

  read(name: string): string {
    return readFileSync(this.at(name), 'utf8')
  }

  write(name: string, text: string): void {
    writeFileSync(this.at(name), text)
  }

  /** Writes config.json. It names no engine: the calls do. */
  configure(more: Readonly<Record<string, unknown>> = {}): void {
    const place = (name: string) => ({ directory: this.at(name) })
    const attachments = [{ containers: [APP, WORKER], network: NETWORK, resolve: ['supabase-db'] }]
    const places = { log: place('log'), state: place('state'), lock: place('lock') }
    this.write('config.json', JSON.stringify({ attachments, ...places, ...more }))
  }

  /** The words with `@` as this host's folder. */
  words(argv: readonly string[]): readonly string[] {
    return argv.map(word => word.replace(/(?<=^|=|unix:\/\/)@(?=\/)/, this.folder))
  }

  /** Starts the installed netheal. */
  start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): NethealProcess {
    const filled = Object.entries(env).map(([name, value]) => [name, ...this.words([value])])
    return new NethealProcess(this.words(argv), Object.fromEntries(filled), [this.installed.command])
  }

  /** The same on a terminal, of which `out` has everything that is drawn. */
  startOnTerminal(argv: readonly string[]): NethealProcess {
    const quoted = [this.installed.command, ...this.words(argv)].map(word => `'${word}'`).join(' ')
    return new NethealProcess(['-qec', `exec ${quoted}`, '/dev/null'], { TERM: 'xterm', LC_ALL: 'C.UTF-8' }, ['script'])
  }

  /** Runs it to its end. */
  async run(argv: readonly string[]): Promise<Ran> {
    await using netheal = this.start(argv)
    const { code } = await netheal.ended
    return { code, out: netheal.out, err: netheal.err }
  }

  /** A one-shot that heals both; throws when it does not. */
  async heal(): Promise<void> {
    const { code, err } = await this.run(onHost('once'))
    if (code !== 0) throw new Error(`netheal once ended with ${code}: ${err}`)
  }

  isHealed(): boolean {
    return [APP, WORKER].every(name => this.simulator.isAttached(name, NETWORK))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A command with the config and the engine of the host. */
export function onHost(...argv: readonly string[]): readonly string[] {
  return [...argv, '--config', '@/config.json', '--docker-host', 'unix://@/engine.sock']
}
