/**
 * Containers and networks for one test on a real engine: uniquely named, and removed again by `await using`.
 * Removes exactly what it made or was told to adopt, so that test files can share an engine.
 */
import { randomBytes } from 'node:crypto'
import Docker from 'dockerode'
import { until } from './until.ts'

/** What can be asked of a container; all of it optional. */
export interface ContainerOptions {
  /** The exact name; by default the stem with a unique ending. */
  readonly name?: string
  /** Default: sleeps, and exits with 0 at once on SIGTERM; at the latest two seconds after a stop. */
  readonly cmd?: readonly string[]
  /** Networks to be on from the start, by name or id; default: none but the engine's `bridge`. */
  readonly networks?: readonly string[]
  /** Aliases on each of these networks. */
  readonly aliases?: readonly string[]
  /** `host`, `none` or `container:ID`, instead of networks. */
  readonly networkMode?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly env?: readonly string[]
  readonly restartPolicy?: 'no' | 'always' | 'unless-stopped' | 'on-failure'
  /** False leaves it `created`. */
  readonly start?: boolean
  /** Anything else of the engine's create call; wins over the rest. */
  readonly create?: Docker.ContainerCreateOptions
}

/** What can be asked of a network; all of it optional. */
export interface NetworkOptions {
  /** The exact name; by default the stem with a unique ending. */
  readonly name?: string
  readonly internal?: boolean
  readonly subnet?: string
  /** With IPv6, from this subnet. */
  readonly subnet6?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Of its driver. */
  readonly options?: Readonly<Record<string, string>>
}

/** A container that the sandbox made, with dockerode's handle for everything else. */
export interface SandboxContainer {
  readonly id: string
  readonly name: string
  readonly handle: Docker.Container
}

export interface SandboxNetwork {
  readonly id: string
  readonly name: string
  readonly handle: Docker.Network
}

/** The label that everything made here carries. */
export const sandboxLabel = 'netheal.test.sandbox'

// `wait` is interrupted by a trapped signal, `sleep` is not: this ends in a millisecond and polls nothing. A SIGTERM in
// the first moments, before the trap, is lost (it is process 1): after StopTimeout the engine's SIGKILL follows.
const sleepUntilTerm = ['sh', '-c', 'trap "exit 0" TERM; sleep 86400 & wait']

/** One test's belongings on an engine. */
export class Sandbox implements AsyncDisposable {
  readonly docker: Docker
  readonly image: string
  /** Ends every name made here; unique to this sandbox. */
  readonly suffix: string = randomBytes(4).toString('hex')
  readonly #containers = new Set<string>()
  readonly #networks = new Set<string>()
  #count = 0

  constructor(engine: { readonly socketPath: string; readonly image: string }) {
    this.docker = new Docker({ socketPath: engine.socketPath })
    this.image = engine.image
  }

  /** A name that nothing else on the engine has. */
  uniqueName(stem: string): string {
    this.#count += 1
    return `${stem}-${this.suffix}-${this.#count}`
  }

  async network(stem = 'network', options: NetworkOptions = {}): Promise<SandboxNetwork> {
    const name = options.name ?? this.uniqueName(stem)
    const subnets = [options.subnet, options.subnet6].flatMap(subnet => subnet ?? [])
    const handle = await this.docker.createNetwork({
      Name: name,
      Internal: options.internal ?? false,
      Labels: { ...options.labels, [sandboxLabel]: this.suffix },
      ...(options.options === undefined ? {} : { Options: { ...options.options } }),
      ...(subnets.length === 0 ? {} : { IPAM: { Config: subnets.map(Subnet => ({ Subnet })) } }),
      EnableIPv6: options.subnet6 !== undefined,
    })
    this.#networks.add(handle.id)
    return { id: handle.id, name, handle }
  }

  async container(stem = 'container', options: ContainerOptions = {}): Promise<SandboxContainer> {
    const name = options.name ?? this.uniqueName(stem)
    const [first, ...others] = options.networks ?? []
    const endpoint = { Aliases: [...(options.aliases ?? [])] }
    const handle = await this.docker.createContainer({
      name,
      Image: this.image,
      Cmd: [...(options.cmd ?? sleepUntilTerm)],
      Env: [...(options.env ?? [])],
      Labels: { ...options.labels, [sandboxLabel]: this.suffix },
      StopTimeout: 2,
      // Engines before API 1.44 take one network only at the creation; the others follow before the start.
      ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first]: endpoint } } }),
      ...options.create,
      HostConfig: {
        NetworkMode: options.networkMode ?? first ?? 'default',
        RestartPolicy: { Name: options.restartPolicy ?? 'no' },
        ...options.create?.HostConfig,
      },
    })
    this.#containers.add(handle.id)
    for (const network of others) {
      await this.docker.getNetwork(network).connect({ Container: handle.id, EndpointConfig: endpoint })
    }
    if (options.start !== false) await handle.start()
    return { id: handle.id, name, handle }
  }

  /** Removes a container or network at the disposal that the sandbox did not make: a compose recreate, say. */
  adopt(what: { readonly container: string } | { readonly network: string }): void {
    if ('container' in what) this.#containers.add(what.container)
    else this.#networks.add(what.network)
  }

  /** Leaves everything made so far alone: its engine is gone, or somebody else cleans up. */
  forget(): void {
    this.#containers.clear()
    this.#networks.clear()
  }

  /** The names of the networks that the container is on, with a live endpoint. */
  async networksOf(container: string): Promise<string[]> {
    const { NetworkSettings } = await this.docker.getContainer(container).inspect()
    return Object.entries(NetworkSettings.Networks)
      .filter(([, endpoint]) => endpoint.EndpointID !== '')
      .map(([name]) => name)
      .sort()
  }

  /** Runs a command in the container; resolves with its exit code and what it wrote. */
  async exec(container: string, cmd: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
    const exec = await this.docker
      .getContainer(container)
      .exec({ Cmd: [...cmd], AttachStdout: true, AttachStderr: true, Tty: true })
    const stream = await exec.start({ Tty: true })
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk))
    const { ExitCode } = await exec.inspect()
    return { exitCode: ExitCode, output: Buffer.concat(chunks).toString('utf8') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#containers].map(id => this.#removeContainer(id)))
    await Promise.all([...this.#networks].map(id => this.#removeNetwork(id)))
  }

  async #removeContainer(id: string): Promise<void> {
    await this.docker
      .getContainer(id)
      .remove({ force: true, v: true, ...soon() })
      .catch(unlessGone)
  }

  async #removeNetwork(id: string): Promise<void> {
    const network = this.docker.getNetwork(id)
    const removed = async (): Promise<boolean> => {
      try {
        await network.remove(soon())
        return true
      } catch (error) {
        if (statusOf(error) === 404) return true
        if (statusOf(error) === null) throw error
      }
      // A container of somebody else is still on it: what a test attached by accident must not outlive the test. Or an
      // engine before 28 let an endpoint outlive its container: that one only goes by its name.
      const { Containers = {} } = await network.inspect()
      for (const [container, { Name }] of Object.entries(Containers)) {
        for (const Container of [container, Name]) {
          await network.disconnect({ Container, Force: true }).catch(() => undefined)
        }
      }
      return false
    }
    await until(removed, { what: `the removal of network ${id}`, every: 100 })
  }
}

/** A test that failed with its engine frozen fails with its own error, not with a disposal that never ends. */
function soon(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(15_000) }
}

/** 404: it is gone, as the test may have wanted. 409: somebody is removing it right now. */
function unlessGone(error: unknown): void {
  const status = statusOf(error)
  if (status !== 404 && status !== 409) throw error
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null
}
