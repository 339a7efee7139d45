// An application under Coolify, deployed again with Coolify's own commands (docs/coolify.md): stop first, and rolling. Beside
// them compose's recreate in place, which Coolify uses for services, and a plain `docker run`.
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sandboxLabel } from '../test/support/sandbox.ts'
import type { Box } from './box.ts'
import { run } from './command.ts'

export type Form = 'stop first' | 'rolling' | 'in place' | 'docker run'

export interface AppOptions {
  readonly box: Box
  /** The commands, before their arguments. */
  readonly docker: string
  readonly compose: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** For the compose file. */
  readonly folder: string
  /** The network that it is deployed on. */
  readonly home: string
  readonly signal: AbortSignal
}

/** The first thing that its process does is to count its networks; then it is as any container of the tests. */
const witness = 'set -- /sys/class/net/eth*; echo "found $#"; trap "exit 0" TERM; sleep 86400 & wait'

export class App implements AsyncDisposable {
  readonly #options: AppOptions
  readonly #form: Form
  /** Coolify's id of the application: the compose project, and the beginning of each container's name. */
  readonly id: string
  /** What Coolify calls it: a rule's `coolify`. */
  readonly resource: string
  readonly #labels: Readonly<Record<string, string>>
  #deployments = 0
  #name: string | null = null

  constructor(form: Form, options: AppOptions) {
    const { box } = options
    this.#options = options
    this.#form = form
    this.id = box.uniqueName('app')
    this.resource = `resource-${this.id}`
    this.#labels = {
      [sandboxLabel]: box.suffix,
      'coolify.managed': 'true',
      'coolify.applicationId': '7',
      'coolify.type': 'application',
      'coolify.name': this.id,
      'coolify.resourceName': this.resource,
      'coolify.pullRequestId': '0',
    }
  }

  /** Deploys it, again where it is there already; `removeOld` is what is left to be done once the new container is well. */
  async deploy(): Promise<{ readonly removeOld: () => Promise<void> }> {
    const { docker, home, box } = this.#options
    const old = this.#name
    this.#deployments += 1
    const name = this.#form === 'rolling' ? `${this.id}-${String(this.#deployments).padStart(12, '0')}` : this.id
    this.#name = name
    switch (this.#form) {
      case 'rolling':
        await this.#up(name, '--build')
        return {
          removeOld: async () => {
            if (old === null) return
            await this.#run(docker, 'stop', '--timeout', '30', old)
            await this.#run(docker, 'rm', '-f', old)
          },
        }
      case 'stop first':
        if (old !== null) await this.#run(docker, 'rm', '-f', old)
        await this.#up(name, '--build')
        break
      case 'in place':
        await this.#up(name, '--force-recreate')
        break
      case 'docker run': {
        if (old !== null) await this.#run(docker, 'rm', '-f', old)
        const labels = Object.entries(this.#labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
        const options = ['--name', name, '--network', home, ...labels]
        await this.#run(docker, 'run', '-d', ...options, box.image, 'sh', '-c', witness)
      }
    }
    return { removeOld: async () => undefined }
  }

  async #up(name: string, ...flags: readonly string[]): Promise<void> {
    const { box, compose, folder, home } = this.#options
    const service = {
      ...{ image: box.image, container_name: name, networks: ['home'], restart: 'unless-stopped' },
      // compose takes a single dollar for a variable of its own.
      command: ['sh', '-c', witness.replaceAll('$', '$$$$')],
      ...{ labels: this.#labels, stop_grace_period: '2s' },
    }
    const file = join(folder, `${this.id}.yml`)
    // JSON is YAML.
    const project = { services: { [name]: service }, networks: { home: { external: true, name: home } } }
    await writeFile(file, JSON.stringify(project))
    await this.#run(...compose, '-p', this.id, '--project-directory', folder, '-f', file, 'up', ...flags, '-d')
  }

  async #run(...argv: readonly string[]): Promise<void> {
    await run({ argv, env: this.#options.env }, this.#options.signal)
  }

  /** How many networks the first process of a container of it found. */
  async testimony(container: string): Promise<number | null> {
    const log = await this.#options.box.docker.getContainer(container).logs({ stdout: true, follow: false })
    const [, found] = /found (\d+)/.exec(log.toString()) ?? []
    return found === undefined ? null : Number(found)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { docker } = this.#options.box
    const made = await docker.listContainers({ all: true, filters: { label: [`coolify.name=${this.id}`] } })
    await Promise.all(made.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
    await rm(join(this.#options.folder, `${this.id}.yml`), { force: true })
  }
}
