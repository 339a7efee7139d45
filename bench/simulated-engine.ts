// The simulated engine in a process of its own, so that what it takes is not netheal's and netheal's is not its. Spoken with
// over Node's IPC; it ends with this process, whatever ends that.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unlessStopped } from './unless-stopped.ts'

/** The network that the members are on, all of them when the host is furnished. */
export const stack = 'bccg4gs4o4kgsowocw08wkw4'
/** The names of the members, for a rule. */
export const members = 'app-*'

/** What can be asked of it, by name: what for, and what comes back. */
export interface Requests {
  /** A healthy host of so many containers in all; so many of them are members. Some hundred labels' worth of text each. */
  furnish: { readonly asks: { readonly containers: number; readonly members: number }; readonly answer: null }
  /** So many containers more on so many networks, as evenly as can be: `many-1-7` is on `many-net-1`. */
  furnishMany: { readonly asks: { readonly attachments: number; readonly networks: number }; readonly answer: null }
  /** Calls since the last time that this was asked. */
  calls: { readonly asks: null; readonly answer: number }
  /** So many events that the engine's filter lets through, about containers that no rule speaks of, as fast as they are
   * read; all of them have been when it is answered. What comes back is how many the engine lost: none, or it is a bug. */
  announce: { readonly asks: { readonly events: number }; readonly answer: number }
  storm: { readonly asks: StormPlan; readonly answer: Storm }
}

export interface StormPlan {
  readonly seconds: number
  /** Events a second; one in a hundred is about a member, the rest about others. */
  readonly rate: number
  /** Milliseconds from one detach to the next; each time another member. */
  readonly every: number
}

export interface Storm {
  /** Milliseconds from the detach until attached again, each that was healed. */
  readonly heals: readonly number[]
  /** Those that were not healed within ten seconds after the end. */
  readonly missed: number
  /** Events that were announced, and those that the engine dropped because they were not read. */
  readonly announced: number
  readonly lost: number
  /** As long as it took in truth, in seconds. */
  readonly seconds: number
}

export type Reply =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly why: string }

export interface Question {
  readonly id: number
  readonly name: keyof Requests
  readonly asks: unknown
}

export class SimulatedEngine implements AsyncDisposable {
  readonly socketPath: string
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #signal: AbortSignal
  #asked = 0

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder
    this.#signal = signal
    this.socketPath = join(folder, 'docker.sock')
    const path = fileURLToPath(new URL('simulated-engine-process.ts', import.meta.url))
    const execArgv = ['--disable-warning=ExperimentalWarning']
    this.#child = fork(path, [this.socketPath], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }

  async ask<K extends keyof Requests>(name: K, asks: Requests[K]['asks']): Promise<Requests[K]['answer']> {
    const question: Question = { id: ++this.#asked, name, asks }
    const { promise, resolve, reject } = Promise.withResolvers<Requests[K]['answer']>()
    const onReply = (reply: Reply): void => {
      if (reply.id !== question.id) return
      if (reply.kind === 'answer') resolve(reply.answer as Requests[K]['answer'])
      else reject(new Error(`the simulated engine, asked to ${name}: ${reply.why}`))
    }
    const onExit = (): void => reject(new Error(`the simulated engine ended, asked to ${name}`))
    this.#child.on('message', onReply)
    this.#child.on('exit', onExit)
    try {
      this.#child.send(question)
      return await unlessStopped(this.#signal, promise)
    } finally {
      this.#child.off('message', onReply)
      this.#child.off('exit', onExit)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Started, with a healthy host on it. */
export async function simulatedEngine(
  host: Requests['furnish']['asks'],
  signal: AbortSignal,
): Promise<SimulatedEngine> {
  const engine = new SimulatedEngine(await mkdtemp(join(tmpdir(), 'netheal-simulated-')), signal)
  try {
    await engine.ask('furnish', host)
    return engine
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}
