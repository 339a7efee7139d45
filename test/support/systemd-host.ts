/**
 * A Debian host with a real systemd and cron, as a container on one private engine: what is installed in there manages the
 * containers of another one, whose socket it has. Commands run in it as an operator would type them.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type Docker from 'dockerode'
import { enginePath } from './engine-packages.ts'
import type { PrivateEngine } from './private-engine.ts'
import { until } from './until.ts'

const image = 'netheal-test/debian:latest'
const recipe = fileURLToPath(new URL('debian-image.sh', import.meta.url))

/** What a command left. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A booted host. Goes with `await using`, or with its engine. */
export class SystemdHost implements AsyncDisposable {
  readonly #container: Docker.Container

  private constructor(container: Docker.Container) {
    this.#container = container
  }

  /**
   * Boots one on the engine that `docker` speaks with; inside, /run/docker.sock is the socket of `managed` (another engine:
   * none gives its own folder away).
   * Throws when this machine cannot: no Debian archive, or a systemd that does not come up.
   */
  static async boot(docker: Docker, managed: PrivateEngine): Promise<SystemdHost> {
    await importDebian(docker)
    // For users of the docker group, who must get at the socket in it and at nothing else.
    await chmod(dirname(managed.socketPath), 0o711)
    const bind = (Source: string, Target: string, ReadOnly: boolean) => ({
      ...{ Type: 'bind' as const, Source, Target, ReadOnly },
      BindOptions: { Propagation: 'rprivate' as const, NonRecursive: true },
    })
    const options: Docker.ContainerCreateOptions & { HostConfig: { CgroupnsMode: 'host' } } = {
      Image: image,
      Hostname: 'host',
      Cmd: ['/sbin/init'],
      StopSignal: 'SIGRTMIN+3',
      HostConfig: {
        CapAdd: ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'SYS_NICE'],
        SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined'],
        CgroupnsMode: 'host',
        Binds: ['/sys/fs/cgroup:/sys/fs/cgroup:rw'],
        Tmpfs: { '/run': '', '/run/lock': '', '/tmp': '' },
        // The folder and not the socket: an engine that is restarted makes a new one.
        Mounts: [bind(dirname(managed.socketPath), '/engine', false)],
      },
    }
    const container = await docker.createContainer(options)
    const host = new SystemdHost(container)
    try {
      await container.start()
      await host.#ready((await stat(managed.socketPath)).gid)
      return host
    } catch (error) {
      await host[Symbol.asyncDispose]()
      throw error
    }
  }

  async #ready(dockerGroup: number): Promise<void> {
    await until(async () => /^(running|degraded)/.test((await this.run('systemctl is-system-running')).stdout), {
      ...{ what: 'systemd in a container to come up', deadline: 60_000, every: 100 },
    })
    const failed = await this.ok('systemctl --failed --plain --no-legend')
    if (failed !== '') throw new Error(`the host did not come up well: ${failed}`)
    await this.ok(`ln -s /engine/docker.sock /run/docker.sock; groupadd --gid ${dockerGroup} docker`)
    // Whatever is mailed to anybody lands in one file.
    await this.write('/usr/sbin/sendmail', '#!/bin/sh\ncat >>/var/mail/all\n', 0o755)
    await this.ok('touch /var/mail/all && chmod 0666 /var/mail/all')
  }

  /** Runs a shell command as root to its end. */
  async run(command: string): Promise<Ended> {
    const exec = await this.#container.exec({
      Cmd: ['sh', '-c', command],
      AttachStdout: true,
      AttachStderr: true,
      Env: ['LC_ALL=C.UTF-8', 'SYSTEMD_PAGER=', 'SYSTEMD_COLORS=0', 'TERM=dumb'],
    })
    const stream = await exec.start({})
    const [out, err] = [new PassThrough(), new PassThrough()]
    exec.modem.demuxStream(stream, out, err)
    stream.once('close', () => {
      out.end()
      err.end()
    })
    const [stdout, stderr] = await Promise.all([text(out), text(err)])
    return { code: (await exec.inspect()).ExitCode, stdout, stderr }
  }

  /** Its output, without the last line end. Throws with all that it said when it does not end with 0. */
  async ok(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command)
    if (code !== 0) throw new Error(`${command}\nended with ${code}: ${stdout}${stderr}`)
    return stdout.trimEnd()
  }

  /** Waits until the command ends with 0, and prints something that fits. The end of the journal is in the error. */
  async until(command: string, fits = /(?:)/, deadline = 60_000): Promise<string> {
    const ask = async (): Promise<string | null> => {
      const { code, stdout } = await this.run(command)
      return code === 0 && fits.test(stdout) ? stdout.trimEnd() : null
    }
    return await until(ask, { what: `${command} ${fits}`, deadline, every: 100 }).catch(async cause => {
      const { stdout } = await this.run(`${command}; journalctl -n 25 --no-pager -o short-monotonic`)
      throw new Error(`waited for ${command} ${fits} in vain; it says, and the journal:\n${stdout}`, { cause })
    })
  }

  /** Copies a file of this machine into a folder of the host; resolves with its path there. */
  async bring(file: string, folder: string): Promise<string> {
    const name = basename(file)
    const tar = spawn('tar', ['-C', dirname(file), '-c', name], { stdio: ['ignore', 'pipe', 'inherit'] })
    await this.#container.putArchive(tar.stdout, { path: folder })
    return `${folder}/${name}`
  }

  async write(path: string, content: string, mode = 0o644): Promise<void> {
    const base64 = Buffer.from(content).toString('base64')
    await this.ok(
      `mkdir -p "$(dirname ${path})" && echo ${base64} | base64 -d >${path} && chmod ${mode.toString(8)} ${path}`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.remove({ force: true, v: true })
  }
}

/** Made once on this machine, for each recipe; a minute, most of it downloads. */
async function importDebian(docker: Docker): Promise<void> {
  const present = await docker.listImages({ filters: { reference: [image] } })
  if (present.length > 0) return
  const stamp = createHash('sha256')
    .update(await readFile(recipe))
    .digest('hex')
    .slice(0, 12)
  const folder = `/var/tmp/netheal-test-debian-${stamp}`
  await promisify(execFile)('sh', [recipe, folder], { env: { ...process.env, PATH: enginePath } })
  const [repo, tag] = image.split(':')
  const response = await docker.importImage(createReadStream(`${folder}/root.tar`), { repo, tag })
  await text(response)
}
