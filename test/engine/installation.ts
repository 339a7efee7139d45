/**
 * netheal as somebody installed it: the built command line, a config file, and folders of its own for logs, state and
 * lock, all in a fresh temporary folder that goes with `await using`. Commands run as a user would run them.
 */
import { execFile } from 'node:child_process'
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from '../support/until.ts'
import type { CheckAnswer, DetachRecord, OnceAnswer, StatusAnswer } from './answers.ts'
import { Daemon } from './daemon.ts'

/** The built command line. */
const program = fileURLToPath(new URL('../../dist/netheal.js', import.meta.url))

/** A config file without what the installation adds: docker, log, state and lock. */
export interface ConfigText {
  readonly attachments: readonly Readonly<Record<string, unknown>>[]
  readonly watch?: { readonly events?: boolean; readonly poll?: string | false; readonly prove?: string | false }
  readonly loop?: Readonly<Record<string, unknown>>
  readonly notify?: readonly Readonly<Record<string, unknown>>[]
  readonly heartbeat?: Readonly<Record<string, unknown>>
  readonly http?: Readonly<Record<string, unknown>>
  readonly metrics?: Readonly<Record<string, unknown>>
  readonly diagnose?: Readonly<Record<string, unknown>>
}

/** How netheal gets to the engine; by its socket when nothing is said. */
export interface Reach {
  /** `docker` of the config file: `{ host: 'ssh://root@host' }`. */
  readonly docker: Readonly<Record<string, unknown>>
  /** More of the environment: DOCKER_CERT_PATH, or another PATH. */
  readonly env?: Readonly<Record<string, string>>
  /** Put in front of each command: a program that runs it somewhere else. */
  readonly through?: readonly string[]
  /** The command of an installed netheal, instead of the built command line. */
  readonly launcher?: string
}

/** What a command left. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export class Installation implements AsyncDisposable {
  readonly folder: string
  readonly configFile: string
  readonly env: Readonly<Record<string, string>>
  readonly #places: Readonly<Record<string, unknown>>
  readonly #through: readonly string[]
  readonly #command: readonly string[]
  readonly #daemons: Daemon[] = []

  constructor(folder: string, { docker, env = {}, through = [], launcher }: Reach, bare: boolean) {
    const at = (name: string): string => join(folder, name)
    this.folder = folder
    this.configFile = at('config.json')
    this.#places = bare
      ? {}
      : {
          docker,
          log: { directory: at('log') },
          state: { directory: at('state') },
          lock: { directory: at('lock') },
        }
    const told = {
      DOCKER_HOST: String(docker.host),
      LOGS_DIRECTORY: at('log'),
      STATE_DIRECTORY: at('state'),
      RUNTIME_DIRECTORY: at('lock'),
    }
    // Nothing else of this shell's, and never the config of the machine's own netheal.
    this.env = { PATH: process.env.PATH ?? '', NETHEAL_CONFIG: this.configFile, ...(bare ? told : {}), ...env }
    this.#through = through
    this.#command = launcher === undefined ? [process.execPath, program] : [launcher]
  }

  async configure(config: ConfigText): Promise<void> {
    await this.writeConfig(JSON.stringify({ ...config, ...this.#places }))
  }

  async writeConfig(text: string): Promise<void> {
    await writeFile(this.configFile, text)
  }

  /** Runs a command to its end. */
  command(...argv: readonly string[]): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const [file = '', ...args] = [...this.#through, ...this.#command]
      const child = execFile(
        file,
        [...args, ...argv],
        { env: this.env, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error !== null && child.pid === undefined) reject(error)
          else resolve({ code: child.exitCode, stdout, stderr })
        },
      )
    })
  }

  async check(): Promise<{ code: number | null; answer: CheckAnswer }> {
    return this.#json<CheckAnswer>('check')
  }

  async once(): Promise<{ code: number | null; answer: OnceAnswer }> {
    return this.#json<OnceAnswer>('once')
  }

  async status(): Promise<{ code: number | null; answer: StatusAnswer }> {
    return this.#json<StatusAnswer>('status')
  }

  async #json<T>(name: string): Promise<{ code: number | null; answer: T }> {
    const { code, stdout, stderr } = await this.command(name, '--json')
    try {
      return { code, answer: JSON.parse(stdout) as T }
    } catch (cause) {
      throw new Error(`netheal ${name} --json ended with ${code} and printed no JSON: ${stdout}${stderr}`, { cause })
    }
  }

  /** Starts `netheal run`; it is killed, if it still runs, when the installation goes. */
  start(): Daemon {
    const daemon = new Daemon([...this.#through, ...this.#command], this.env)
    this.#daemons.push(daemon)
    return daemon
  }

  /** Starts `netheal run` and waits until it has looked at everything through an open stream. */
  async running(): Promise<Daemon> {
    const before = await this.lastPassAt()
    const daemon = this.start()
    await daemon.said('event stream open')
    await until(async () => (await this.lastPassAt()) > before, {
      what: 'the first pass of the daemon',
      deadline: 40_000,
    })
    return daemon
  }

  /** The lines of the action log, oldest first; none where there is no log. */
  async actionLog(): Promise<string[]> {
    const files = await this.#logFiles()
    const texts = await Promise.all(files.map(name => readFile(join(this.folder, 'log', name), 'utf8')))
    return texts
      .join('')
      .split('\n')
      .filter(line => line !== '')
  }

  /** Those of the action log with this word, without their time stamps. */
  async logged(word: string): Promise<string[]> {
    const mark = `] ${word}: `
    return (await this.actionLog()).filter(l => l.includes(mark)).map(l => l.slice(l.indexOf(mark) + 2))
  }

  async #logFiles(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'log')).catch(() => [])
    const number = (name: string): number => Number(/\d+/.exec(name)?.[0])
    return names.filter(n => /^actions\.\d+\.log$/.test(n)).sort((a, b) => number(a) - number(b))
  }

  /** Every file of the log directory with its bytes. */
  async logBytes(): Promise<Record<string, string>> {
    const folder = join(this.folder, 'log')
    const names = await readdir(folder).catch(() => [])
    const files = await Promise.all(
      names.map(async name => [name, await readFile(join(folder, name), 'latin1')] as const),
    )
    return Object.fromEntries(files)
  }

  /** The history of detaches in state.json, oldest first. */
  async detaches(): Promise<readonly DetachRecord[]> {
    const text = await readFile(join(this.folder, 'state/state.json'), 'utf8')
    return (JSON.parse(text) as { state: { detaches: readonly DetachRecord[] } }).state.detaches
  }

  /** When the last finished pass ended, in ms since the epoch; 0 for none. */
  async lastPassAt(): Promise<number> {
    const text = await readFile(join(this.folder, 'state/state.json'), 'utf8').catch(() => '{}')
    const { state } = JSON.parse(text) as { state?: { lastPass: { at: number; ok: boolean } | null } }
    return state?.lastPass?.ok === true ? state.lastPass.at : 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#daemons.map(daemon => daemon[Symbol.asyncDispose]()))
    await rm(this.folder, { recursive: true, force: true })
  }
}

/**
 * Installs netheal for this engine. `bare`: folders and engine come from the environment, as systemd and DOCKER_HOST
 * give them, so that the config file is exactly what the test says. `reach`: another way than the engine's socket.
 */
export async function install(
  engine: { readonly socketPath: string },
  config: ConfigText,
  {
    bare = false,
    reach = { docker: { host: `unix://${engine.socketPath}` } },
  }: { readonly bare?: boolean; readonly reach?: Reach } = {},
): Promise<Installation> {
  await access(program).catch(() => {
    throw new Error(`${program} is not there: these tests run the built command line; npm run build makes it`)
  })
  const installation = new Installation(await mkdtemp(join(tmpdir(), 'netheal-installation-')), reach, bare)
  await installation.configure(config)
  return installation
}
