/**
 * A Podman of a test's own, as a service that speaks Docker's API: in namespaces of its own (podman-keeper.sh), with all
 * its data in a fresh temporary folder, and nothing left behind. Needs root on Debian, which brings Podman's packages.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Docker from 'dockerode'
import { busyboxImage, importBusybox } from './busybox-image.ts'
import { prepareCommand } from './debian-package.ts'
import { aptInstall, enginePath, findCommand, lastLine, preparePrivateEngines } from './engine-packages.ts'
import { until } from './until.ts'

/** What docs/podman.md speaks of. */
const measured = /^4\.3\./
/** netavark and aardvark-dns lie beside each other, on no PATH. */
const helpers = ['/usr/lib/podman', '/usr/libexec/podman']
const patience = 25_000

/** Why there is no Podman to test on, in words; null when there is. Installs it where that is possible. */
export async function podmanAbsence(): Promise<string | null> {
  const never = await preparePrivateEngines(line => void process.stderr.write(`${line}\n`))
  if (never !== null) return never
  const podman = await prepareCommand('podman', 'podman', 'netavark', 'aardvark-dns')
  if ('absence' in podman) return podman.absence
  const networks = await prepareHelpers()
  if (networks !== null) return networks
  const { stdout } = await promisify(execFile)(podman.program, ['--version'])
  const version = stdout.trim().split(' ').at(-1) ?? ''
  return measured.test(version) ? null : `has Podman ${version}, and docs/podman.md speaks of 4.3`
}

/** A Podman that came without what its networks need (apt-get without recommendations). */
async function prepareHelpers(): Promise<string | null> {
  const missing = async (): Promise<boolean> => {
    const found = await Promise.all(['netavark', 'aardvark-dns'].map(name => findCommand(name, helpers.join(':'))))
    return found.includes(null)
  }
  if (!(await missing())) return null
  const failure = await aptInstall(['netavark', 'aardvark-dns']).then(() => null, lastLine)
  return (await missing())
    ? `could not install netavark and aardvark-dns: ${failure ?? 'they bring no such programs'}`
    : null
}

export class PrivatePodman implements AsyncDisposable {
  readonly socketPath: string
  readonly image: string = busyboxImage
  readonly docker: Docker
  readonly #folder: string
  readonly #keeper: ChildProcessByStdio<Writable, Readable, null>
  readonly #words: string[] = []

  constructor(folder: string) {
    this.#folder = folder
    this.socketPath = join(folder, 'podman.sock')
    this.docker = new Docker({ socketPath: this.socketPath })
    this.#keeper = spawn('sh', [fileURLToPath(new URL('podman-keeper.sh', import.meta.url)), folder], {
      detached: true,
      env: { ...process.env, PATH: enginePath },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#keeper.stdin.on('error', () => undefined)
    createInterface({ input: this.#keeper.stdout }).on('line', line => this.#words.push(line))
  }

  /** Starts the service (again) and waits until it answers. Throws with its last log lines when it does not. */
  async start(): Promise<void> {
    this.#keeper.stdin.write('start\n')
    const answers = async (): Promise<boolean> => {
      if (this.#words.at(-1)?.startsWith('exited') === true) throw new Error('it has exited')
      return await this.docker.ping().then(() => true)
    }
    await until(answers, { what: `Podman on ${this.socketPath}`, deadline: patience }).catch(async cause => {
      throw new Error(`${String(cause)}; podman wrote:\n${await this.log()}`, { cause })
    })
  }

  /** Ends the service, as its systemd unit does whenever nobody has asked for a while. Containers go on. */
  async stopService(): Promise<void> {
    const pid = Number(this.#words.findLast(word => word.startsWith('started'))?.split(' ')[1])
    process.kill(pid, 'SIGTERM')
    await until(() => this.#words.at(-1)?.startsWith('exited') === true, {
      what: 'the service to end',
      deadline: patience,
    })
  }

  async log(): Promise<string> {
    const text = await readFile(join(this.#folder, 'podman.log'), 'utf8').catch(() => '(it wrote nothing)')
    return text.trimEnd().split('\n').slice(-15).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#keeper.stdin.end()
    if (this.#keeper.exitCode === null && this.#keeper.signalCode === null) await once(this.#keeper, 'exit')
  }
}

/** About a second. */
export async function startPodman(): Promise<PrivatePodman> {
  const folder = await mkdtemp(join(tmpdir(), 'netheal-podman-'))
  // No systemd in there: cgroups by hand, and events in a file instead of the journal.
  await writeFile(
    join(folder, 'containers.conf'),
    '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[network]\nnetwork_backend = "netavark"\n',
  )
  const podman = new PrivatePodman(folder)
  try {
    await podman.start()
    await importBusybox(podman.docker)
    return podman
  } catch (error) {
    await podman[Symbol.asyncDispose]()
    throw error
  }
}
