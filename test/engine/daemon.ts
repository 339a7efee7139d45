/**
 * `netheal run` as a child process: its JSON log lines as they come, signals, and its exit code. Killed when disposed.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** One line of the daemon's own log. */
export interface JournalLine {
  readonly level: string
  readonly msg: string
  readonly container?: string
  readonly network?: string
  readonly cause?: string | null
  readonly error?: string
  readonly reasons?: readonly string[]
}

/** Milliseconds until a line that does not come is a failure. */
const patience = 40_000

export class Daemon implements AsyncDisposable {
  readonly lines: JournalLine[] = []
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #ended: Promise<number | null>
  readonly #waiting = new Set<() => void>()
  #stderr = ''
  #exited = false

  /** `command` is netheal, as it is to be run; its process id must be netheal's. */
  constructor(command: readonly string[], env: Readonly<Record<string, string>>) {
    const [file = '', ...args] = [...command, 'run']
    this.#child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface({ input: this.#child.stdout }).on('line', line => {
      this.lines.push(JSON.parse(line) as JournalLine)
      this.#wake()
    })
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
    this.#ended = once(this.#child, 'close').then(() => {
      this.#exited = true
      this.#wake()
      return this.#child.exitCode
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get stderr(): string {
    return this.#stderr
  }

  get hasExited(): boolean {
    return this.#exited
  }

  /** Lines with this message, and about this container if one is named, from the `since`th line on. */
  all(msg: string, container?: string, since = 0): JournalLine[] {
    return this.lines
      .slice(since)
      .filter(line => line.msg === msg && (container === undefined || line.container === container))
  }

  /** The `count`th such line from the `since`th line on, as soon as it is there. */
  async said(msg: string, { container, since = 0, count = 1 }: Said = {}): Promise<JournalLine> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#wake()
    }, patience)
    try {
      for (;;) {
        const line = this.all(msg, container, since)[count - 1]
        if (line !== undefined) return line
        if (late || this.#exited) throw new Error(this.#complaint(msg, container, late))
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#waiting.add(resolve)
        await promise
      }
    } finally {
      clearTimeout(timer)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The exit code, once it has ended; null when a signal ended it. */
  async ended(): Promise<number | null> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(this.#complaint('(to end)', undefined, true))), patience)
    try {
      return await Promise.race([this.#ended, promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** SIGTERM, and its exit code. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM')
    return await this.ended()
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  #complaint(msg: string, container: string | undefined, late: boolean): string {
    const about = container === undefined ? '' : ` about ${container}`
    const last = this.lines
      .slice(-8)
      .map(line => JSON.stringify(line))
      .join('\n')
    return `netheal run ${late ? 'did not say' : 'ended without saying'} "${msg}"${about}; its last lines:\n${last}\n${this.#stderr}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#exited) this.#child.kill('SIGKILL')
    await this.#ended
  }
}

interface Said {
  readonly container?: string
  readonly since?: number
  readonly count?: number
}
