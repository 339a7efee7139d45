/**
 * An sshd of a test's own on a loopback port, with keys, configuration and known hosts in a temporary folder: nothing of
 * ~/.ssh is read or written, on either side. Debian's package is installed where it is missing; its service is never
 * started. The sshd has its own process namespace: `stop` ends every connection with it, as a host that goes down.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { type Prepared, prepareCommand } from './debian-package.ts'
import { enginePath } from './engine-packages.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** Both ends of it, and docker's own client for the far one; or why there is none. */
export async function prepareSsh(): Promise<{ readonly sshd: string; readonly ssh: string } | { absence: string }> {
  const needed: readonly (readonly [command: string, debianPackage: string])[] = [
    ['sshd', 'openssh-server'],
    ['ssh', 'openssh-client'],
    // Where docker.io has no client in it.
    ['docker', 'docker-cli'],
  ]
  const found: Prepared[] = []
  for (const [command, name] of needed) found.push(await prepareCommand(command, name))
  const [sshd, ssh] = found
  const missing = found.find(it => 'absence' in it)
  if (missing !== undefined && 'absence' in missing) return missing
  if (sshd === undefined || ssh === undefined || !('program' in sshd) || !('program' in ssh)) return { absence: '' }
  return { sshd: sshd.program, ssh: ssh.program }
}

/** What a login finds there. */
export interface Login {
  /** DOCKER_HOST: the engine behind it. */
  readonly engine: string
  /** By default the one of this run's engine. */
  readonly path?: string
}

export class SshHost implements AsyncDisposable {
  readonly port: number
  readonly folder: string
  readonly #programs: { readonly sshd: string; readonly ssh: string }
  #child: ChildProcess | null = null

  constructor(folder: string, programs: { readonly sshd: string; readonly ssh: string }, port: number) {
    this.folder = folder
    this.port = port
    this.#programs = programs
  }

  /** As netheal's config has it. */
  get address(): string {
    return `ssh://root@127.0.0.1:${this.port}`
  }

  /** A PATH whose `ssh` reads nothing but this folder. */
  get path(): string {
    return [join(this.folder, 'bin'), process.env.PATH].join(delimiter)
  }

  /** Keys and configuration of both sides; the key is let in, and the host is known. */
  async create(): Promise<void> {
    await mkdir(join(this.folder, 'bin'))
    for (const name of ['host_key', 'id']) await this.makeKey(name)
    await writeFile(
      join(this.folder, 'bin/ssh'),
      `#!/bin/sh\nexec ${this.#programs.ssh} -F ${this.folder}/ssh_config "$@"\n`,
      {
        mode: 0o755,
      },
    )
    await writeFile(
      join(this.folder, 'ssh_config'),
      `IdentityFile ${this.folder}/id
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile ${this.folder}/known_hosts
GlobalKnownHostsFile /dev/null
`,
    )
    await this.letIn('id')
    await this.know('host_key')
  }

  async makeKey(name: string): Promise<void> {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(this.folder, name)])
  }

  /** Only the user with this key is let in. */
  async letIn(name: string): Promise<void> {
    await writeFile(join(this.folder, 'authorized_keys'), await readFile(join(this.folder, `${name}.pub`)))
  }

  /** The client knows the host by this key alone; by none for null. */
  async know(name: string | null): Promise<void> {
    const key = name === null ? null : await readFile(join(this.folder, `${name}.pub`), 'utf8')
    await writeFile(join(this.folder, 'known_hosts'), key === null ? '' : `[127.0.0.1]:${this.port} ${key}`)
  }

  async start({ engine, path = enginePath }: Login): Promise<void> {
    const config = join(this.folder, 'sshd_config')
    await writeFile(
      config,
      `ListenAddress 127.0.0.1:${this.port}
HostKey ${this.folder}/host_key
AuthorizedKeysFile ${this.folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitUserRC no
MaxStartups 100
SetEnv DOCKER_HOST=${engine} DOCKER_CONFIG=${this.folder} PATH=${path}
`,
    )
    await writeFile(join(this.folder, 'log'), '')
    // It insists on /run/sshd, and the machine need not have that.
    const script = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"'
    const sshd = [this.#programs.sshd, '-D', '-e', '-f', config]
    const child = spawn(
      'unshare',
      [...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script, 'sh'], ...sshd],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: enginePath } },
    )
    this.#child = child
    child.stderr?.on('data', (chunk: Buffer) => void appendFile(join(this.folder, 'log'), chunk).catch(() => undefined))
    await until(async () => (await this.log()).includes('Server listening'), { what: 'sshd to listen' }).catch(
      async error => {
        throw new Error(`${error.message}; it said: ${await this.log()}`)
      },
    )
  }

  /** What sshd wrote since it was started. */
  log(): Promise<string> {
    return readFile(join(this.folder, 'log'), 'utf8')
  }

  /** Ends sshd and every connection through it. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Starts an sshd whose logins find docker and the engine. */
export async function startSshHost(
  programs: { readonly sshd: string; readonly ssh: string },
  login: Login,
): Promise<SshHost> {
  const host = new SshHost(await mkdtemp(join(tmpdir(), 'netheal-sshd-')), programs, await freePort())
  try {
    await host.create()
    await host.start(login)
    return host
  } catch (error) {
    await host[Symbol.asyncDispose]()
    throw error
  }
}
