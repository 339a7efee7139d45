/**
 * A Docker Engine of a test's own: it may be killed, frozen, restarted. It runs in its own process, mount and network
 * namespace (engine-keeper.sh) with its data in a fresh temporary folder, and leaves nothing behind, whatever ends
 * first: the disposal, the worker or vitest itself. Needs root on Linux; engine-packages.ts says whether that is so.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, mkdtemp, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import Docker from 'dockerode'
import { busyboxImage, importBusybox } from './busybox-image.ts'
import { enginePathOf, engineRoot } from './engine-packages.ts'
import { until } from './until.ts'

/** What may be asked of a private engine. */
export interface PrivateEngineOptions {
  /** More arguments for dockerd, each one word; for example `--default-address-pool=base=10.9.0.0/24,size=24`. */
  readonly args?: readonly string[]
  /** The storage driver; the engine's own choice by default, and vfs where that does not work. */
  readonly storageDriver?: string
  /** The folder of unpacked packages that dockerd, containerd and runc are taken from; by default the run's own engine. */
  readonly root?: string
}

/** Milliseconds for dockerd to come up or to end; below the tests' own timeout, so that the reason is told. */
const patience = 25_000

/** One dockerd; `started` resolves with its process id, `exited` with the exit code. */
interface Daemon {
  readonly started: Promise<number>
  readonly exited: Promise<number>
}

/** A running private engine. Made by `startPrivateEngine`, ended by `stop` or `await using`. */
export class PrivateEngine implements AsyncDisposable {
  readonly socketPath: string
  readonly image: string = busyboxImage
  readonly dataRoot: string
  /** A client for this engine. */
  readonly docker: Docker
  readonly #folder: string
  readonly #keeper: ChildProcessByStdio<Writable, Readable, null>
  readonly #arguments: readonly string[]
  #announce: { started: (pid: number) => void; exited: (code: number) => void } | null = null
  #daemon: Daemon | null = null
  #pid = 0
  /** Held open: the namespace has a name also while dockerd is down. */
  #network: FileHandle | null = null

  constructor(folder: string, options: PrivateEngineOptions) {
    const cgroup = basename(folder)
    this.#folder = folder
    this.socketPath = join(folder, 'docker.sock')
    this.dataRoot = join(folder, 'data')
    this.docker = new Docker({ socketPath: this.socketPath })
    this.#arguments = [
      ...['--config-file', join(folder, 'daemon.json'), '--host', `unix://${this.socketPath}`],
      ...['--data-root', this.dataRoot, '--exec-root', join(folder, 'run'), '--pidfile', join(folder, 'docker.pid')],
      // cgroupfs also where systemd manages the cgroups: systemd does not know the process ids of our namespace.
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${cgroup}`],
      ...['--live-restore=false', '--userland-proxy=false'],
      ...(options.storageDriver === undefined ? [] : ['--storage-driver', options.storageDriver]),
      ...(options.args ?? []),
    ]
    // A session of its own: Ctrl-C at the terminal reaches vitest, which then ends its engines cleanly.
    this.#keeper = spawn('sh', [fileURLToPath(new URL('engine-keeper.sh', import.meta.url)), folder, cgroup], {
      detached: true,
      // containerd writes its stacks into the temporary folder when dockerd finds it hanging: after a freeze, it does.
      env: { ...process.env, PATH: enginePathOf(options.root ?? engineRoot), TMPDIR: folder },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#keeper.stdin.on('error', () => undefined)
    createInterface({ input: this.#keeper.stdout }).on('line', line => {
      const [word, number] = line.split(' ')
      if (word === 'started') this.#announce?.started(Number(number))
      if (word === 'exited') this.#announce?.exited(Number(number))
    })
  }

  /** The process id of dockerd, as this machine counts; 0 while it is down. */
  get pid(): number {
    return this.#pid
  }

  /**
   * What to put in front of a command for it to run in the engine's network namespace, where its TCP ports are.
   * It keeps its process id: `nsenter` becomes the command.
   */
  get inside(): readonly string[] {
    if (this.#network === null) throw new Error('this private engine was never started')
    return ['nsenter', `--net=/proc/${process.pid}/fd/${this.#network.fd}`, '--']
  }

  /** Starts dockerd (again) and waits until it answers. Throws with its last log lines when it does not. */
  async start(): Promise<void> {
    if (this.#pid !== 0) throw new Error('this private engine is running already')
    const started = Promise.withResolvers<number>()
    const exited = Promise.withResolvers<number>()
    this.#announce = { started: started.resolve, exited: exited.resolve }
    const daemon: Daemon = { started: started.promise, exited: exited.promise }
    this.#daemon = daemon
    this.#keeper.stdin.write(`${this.#arguments.join(' ')}\n`)
    const gone = once(this.#keeper, 'exit').then(() => -1)
    let failed: number | null = null
    void Promise.race([daemon.exited, gone]).then(code => {
      failed = code
      if (this.#daemon === daemon) this.#pid = 0
    })
    // 0 where it is gone before it was there; never a negative number, which would signal more than one process.
    this.#pid = await Promise.race([daemon.started, daemon.exited.then(() => 0), gone.then(() => 0)])
    const answered = until(async () => failed !== null || (await this.docker.ping().then(() => true)), {
      what: `the engine on ${this.socketPath}`,
      deadline: patience,
    })
    await this.#explained(answered)
    if (failed !== null) throw new Error(`dockerd did not come up (exit ${failed}):\n${await this.log()}`)
    this.#network ??= await open(`/proc/${this.#pid}/ns/net`)
  }

  /** Sends a signal to dockerd; for SIGKILL and SIGTERM resolves once it is gone. Containers outlive a SIGKILL. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon
    if (this.#pid === 0 || daemon === null) return
    process.kill(this.#pid, signal)
    if (signal !== 'SIGKILL' && signal !== 'SIGTERM') return
    let gone = false
    void daemon.exited.then(() => {
      gone = true
    })
    await this.#explained(until(() => gone, { what: `dockerd to end on ${signal}`, deadline: patience, every: 5 }))
    this.#pid = 0
  }

  /** Freezes dockerd: the socket accepts connections, and nothing answers. Resolves once all of it stands still. */
  async freeze(): Promise<void> {
    const pid = this.#pid
    if (pid === 0) return
    process.kill(pid, 'SIGSTOP')
    await until(() => standsStill(pid), { what: 'dockerd to stand still', every: 1 })
  }

  thaw(): void {
    if (this.#pid !== 0) process.kill(this.#pid, 'SIGCONT')
  }

  /** Ends dockerd with the signal and starts it again on the same data and socket. */
  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.kill(signal)
    await this.start()
  }

  /** Adds what dockerd wrote to an error. */
  async #explained(work: Promise<unknown>): Promise<void> {
    await work.catch(async cause => {
      throw new Error(`${cause instanceof Error ? cause.message : cause}; dockerd wrote:\n${await this.log()}`, {
        cause,
      })
    })
  }

  /** The last lines that dockerd wrote. */
  async log(lines = 15): Promise<string> {
    const text = await readFile(join(this.#folder, 'dockerd.log'), 'utf8').catch(() => '(it wrote nothing)')
    return text.trimEnd().split('\n').slice(-lines).join('\n')
  }

  /** Ends the engine with all its containers, at once, and removes its folder. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#network?.close()
    this.#network = null
    this.#keeper.stdin.end()
    if (this.#keeper.exitCode === null && this.#keeper.signalCode === null) await once(this.#keeper, 'exit')
    this.#pid = 0
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/**
 * Starts an engine and proves that a container runs on it. About two seconds.
 * Where the engine's own choice of storage driver does not work (an overlay on an overlay), vfs is taken.
 */
export async function startPrivateEngine(options: PrivateEngineOptions = {}): Promise<PrivateEngine> {
  try {
    return await startWith(options)
  } catch (error) {
    if (options.storageDriver !== undefined) throw error
    return await startWith({ ...options, storageDriver: 'vfs' }).catch(() => {
      throw error
    })
  }
}

async function startWith(options: PrivateEngineOptions): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-engine-'))
  await writeFile(join(folder, 'daemon.json'), '{}\n')
  const engine = new PrivateEngine(folder, options)
  try {
    await engine.start()
    await importBusybox(engine.docker)
    await proveThatContainersRun(engine.docker)
    return engine
  } catch (error) {
    await engine.stop()
    throw error
  }
}

/** SIGSTOP reaches a process with threads one by one; until then some of them may still answer. */
async function standsStill(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`)
  const states = await Promise.all(threads.map(thread => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8')))
  // "PID (NAME) STATE ...", and the name may hold anything but the last parenthesis.
  return states.every(stat => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}

async function proveThatContainersRun(docker: Docker): Promise<void> {
  const container = await docker.createContainer({ Image: busyboxImage, Cmd: ['true'] })
  const ended = container.wait()
  ended.catch(() => undefined)
  await container.start()
  await ended
  await container.remove({ force: true, v: true })
}
