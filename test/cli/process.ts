// netheal as a process of its own (`node src/main.ts`, or another command), with what it says, ended when it is disposed of.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../support/until.ts'

export const MAIN: string = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class NethealProcess implements AsyncDisposable {
  out = ''
  err = ''
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess

  /** `command` is what the arguments are given to. */
  constructor(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    command: readonly string[] = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN],
  ) {
    const [file = '', ...args] = [...command, ...argv]
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString()
    })
    this.#child = child
    this.ended = once(child, 'close').then(([code, signal]: Ended[keyof Ended][]) => ({
      code: typeof code === 'number' ? code : null,
      signal: typeof signal === 'string' ? (signal as NodeJS.Signals) : null,
    }))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Waits until it has said that on stdout, so many times. */
  says(text: string, times = 1): Promise<true> {
    const said = (): boolean => this.out.split(text).length > times
    return until(() => said() || null, {
      what: `${text} on stdout; it said ${this.out}${this.err}`,
      deadline: 25_000,
    }).then(() => true)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.kill('SIGKILL')
    await this.ended
  }
}
