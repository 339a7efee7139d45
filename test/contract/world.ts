// One test's own containers and networks on an engine that others use as well: named, labelled, and removed at the end
// whatever happens. A thin layer over dockerode.
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { PassThrough } from 'node:stream'
import Docker from 'dockerode'
import { type ContractEngine, type Family, familyOf } from './contract-engine.ts'
import { Recorder } from './recorder.ts'

/** Runs until it is told to end, and then ends with 0 at once. */
export const forever = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done']
export const crashing = ['sh', '-c', 'sleep 0.3; exit 3']

export interface SeenEntry {
  readonly NetworkID: string
  readonly EndpointID: string
  readonly IPAddress: string
  readonly Gateway: string
  readonly Aliases: readonly string[] | null
  readonly GwPriority?: number
}

export interface Seen {
  readonly Id: string
  readonly Name: string
  readonly Created: string
  readonly RestartCount: number
  readonly State: {
    readonly Status: string
    readonly Running: boolean
    readonly Paused: boolean
    readonly Restarting: boolean
    readonly Pid: number
    readonly ExitCode: number
    readonly Error: string
    readonly StartedAt: string
    readonly FinishedAt: string
  }
  readonly HostConfig: { readonly NetworkMode: string; readonly RestartPolicy: { readonly Name: string } }
  readonly NetworkSettings: { readonly SandboxID: string; readonly Networks: Readonly<Record<string, SeenEntry>> }
}

export interface Listed {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Created: number
  readonly State: string
  readonly Status: string
  readonly Labels: Readonly<Record<string, string>>
  readonly HostConfig: { readonly NetworkMode: string }
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, SeenEntry>> }
}

export interface Made {
  readonly command?: readonly string[]
  /** The first is its network mode, the others are connected before the start. The default bridge when there is none. */
  readonly networks?: readonly string[]
  readonly mode?: string
  readonly aliases?: readonly string[]
  readonly policy?: string
  readonly tty?: boolean
  readonly logDriver?: string
  /** It may delete its interfaces. */
  readonly netAdmin?: boolean
}

/** Of `GET /containers/{id}/stats?stream=false&one-shot=true`: the interfaces by name, or a message in place of all figures. */
export interface SeenStatistics {
  readonly networks?: Readonly<Record<string, unknown>>
  readonly message?: string
}

export interface Refused {
  readonly status: number
  readonly message: string
}

export class World implements AsyncDisposable {
  readonly docker: Docker
  readonly family: Family
  readonly engine: ContractEngine
  readonly #prefix = `nhc-${randomBytes(5).toString('hex')}-`
  readonly #began = Date.now() / 1000 - 0.001
  readonly #containers: string[] = []
  readonly #networks: string[] = []
  readonly #recorders: Recorder[] = []
  #marks = 0

  constructor(engine: ContractEngine) {
    this.engine = engine
    this.docker = new Docker({ socketPath: engine.socketPath })
    this.family = familyOf(engine.apiVersion)
  }

  name(what: string): string {
    return this.#prefix + what
  }

  /** The answer is the network's id; its name is `name(what)`. */
  async network(what: string, options: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const network = await this.docker.createNetwork({
      Name: this.name(what),
      Labels: { 'netheal.contract': this.#prefix },
      ...options,
    })
    this.#networks.push(network.id)
    return network.id
  }

  async create(what: string, made: Made = {}): Promise<string> {
    const [primary, ...others] = (made.networks ?? []).map(network => this.name(network))
    const mode = made.mode ?? primary
    const container = await this.docker.createContainer({
      name: this.name(what),
      Image: this.engine.image,
      Cmd: [...(made.command ?? forever)],
      Labels: { 'netheal.contract': this.#prefix, 'netheal.what': what },
      Tty: made.tty === true,
      HostConfig: {
        ...(made.logDriver === undefined ? {} : { LogConfig: { Type: made.logDriver, Config: {} } }),
        ...(mode === undefined ? {} : { NetworkMode: mode }),
        ...(made.netAdmin === true ? { CapAdd: ['NET_ADMIN'] } : {}),
        ...(made.policy === undefined ? {} : { RestartPolicy: { Name: made.policy } }),
      },
      ...(primary === undefined || made.aliases === undefined
        ? {}
        : { NetworkingConfig: { EndpointsConfig: { [primary]: { Aliases: [...made.aliases] } } } }),
    })
    this.#containers.push(container.id)
    for (const network of others) await this.connect(network, container.id)
    return container.id
  }

  async run(what: string, made: Made = {}): Promise<string> {
    const id = await this.create(what, made)
    await this.start(id)
    return id
  }

  async start(id: string): Promise<void> {
    await this.docker.getContainer(id).start()
  }

  /** TERM, on which `forever` ends with 0. */
  async stop(id: string): Promise<void> {
    await this.docker.getContainer(id).stop({ t: 30 })
  }

  async connect(network: string, id: string, endpoint: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.docker.getNetwork(network).connect({ Container: id, EndpointConfig: endpoint })
  }

  async disconnect(network: string, id: string, force = false): Promise<void> {
    await this.docker.getNetwork(network).disconnect({ Container: id, Force: force })
  }

  async inspect(id: string): Promise<Seen> {
    const raw: unknown = await this.docker.getContainer(id).inspect()
    return raw as Seen
  }

  /** The entry of `name(network)`, as an inspect shows it. */
  async entry(id: string, network: string): Promise<SeenEntry | undefined> {
    return (await this.inspect(id)).NetworkSettings.Networks[this.name(network)]
  }

  /** The member as the network lists it, by its own word. */
  async member(network: string, id: string): Promise<unknown> {
    const { Containers = {} } = await this.docker.getNetwork(network).inspect()
    return (Containers as Readonly<Record<string, unknown>>)[id]
  }

  /** Taken once. Where the engine refuses them, its message. */
  async statistics(id: string): Promise<SeenStatistics> {
    try {
      return await this.docker.getContainer(id).stats({ stream: false, 'one-shot': true })
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && 'json' in error)
        return { message: readRefusal(error.statusCode, error.json).message }
      throw error
    }
  }

  async listed(id: string): Promise<Listed | undefined> {
    const raw: unknown = await this.docker.listContainers({ all: true, filters: JSON.stringify({ id: [id] }) })
    return (raw as readonly Listed[])[0]
  }

  /** The refusal of a call that must be refused. */
  async refused(call: Promise<unknown>): Promise<Refused> {
    try {
      await call
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && 'json' in error)
        return readRefusal(error.statusCode, error.json)
      throw error
    }
    throw new Error('the engine did what it should have refused')
  }

  async exec(
    id: string,
    ...argv: readonly string[]
  ): Promise<{ readonly exitCode: number | null; readonly output: string }> {
    const exec = await this.docker.getContainer(id).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true })
    const stream = await exec.start({})
    const out = new PassThrough()
    const chunks: Buffer[] = []
    out.on('data', (chunk: Buffer) => chunks.push(chunk))
    this.docker.modem.demuxStream(stream, out, out)
    await new Promise((resolve, reject) => {
      stream.on('end', resolve)
      stream.on('error', reject)
    })
    const { ExitCode } = await exec.inspect()
    return { exitCode: ExitCode, output: Buffer.concat(chunks).toString() }
  }

  /** True when the name resolves inside the container. */
  async resolves(id: string, name: string): Promise<boolean> {
    return (await this.exec(id, 'nslookup', name)).exitCode === 0
  }

  /** The gateway of the default route, as `ip route` has it inside the container. */
  async gateway(id: string): Promise<string | null> {
    const { output } = await this.exec(id, 'ip', 'route')
    return /default via (\S+)/.exec(output)?.[1] ?? null
  }

  /** Everything since the beginning of this world. */
  async events(filters: Readonly<Record<string, readonly string[]>> = {}): Promise<Recorder> {
    const recorder = await Recorder.open(this.docker, this.#began, filters)
    this.#recorders.push(recorder)
    return recorder
  }

  /** Makes a network and waits until it was heard of: everything before has been heard then. */
  async settle(recorder: Recorder): Promise<void> {
    this.#marks += 1
    const mark = await this.network(`mark-${this.#marks}`)
    await recorder.until(() => recorder.heard.some(event => event.Actor.ID === mark), 'the mark')
  }

  /** Waits for the container's n-th death by crashing, counted in RestartCount; answers what an inspect shows in the back-off. */
  async crashed(recorder: Recorder, id: string, times: number): Promise<Seen> {
    for (let n = times; n < times + 20; n += 1) {
      await recorder.heardOf(id, 'die', n)
      const seen = await this.inspect(id)
      if (seen.State.Restarting && seen.RestartCount >= times) return seen
    }
    throw new Error('never seen in back-off')
  }

  /** The headers of a bare GET. */
  async headers(path: string): Promise<NodeJS.Dict<string | string[]>> {
    return await new Promise((resolve, reject) => {
      const call = request({ socketPath: this.engine.socketPath, path }, response => {
        response.resume()
        resolve(response.headers)
      })
      call.on('error', reject)
      call.end()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const recorder of this.#recorders) await recorder[Symbol.asyncDispose]()
    for (const id of this.#containers) await gone(this.docker.getContainer(id).remove({ force: true, v: true }))
    for (const id of this.#networks) await gone(this.docker.getNetwork(id).remove())
  }
}

function readRefusal(status: unknown, json: unknown): Refused {
  const message = typeof json === 'object' && json !== null && 'message' in json ? String(json.message) : ''
  return { status: Number(status), message }
}

/** What a test removed itself is no trouble. */
async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    if (!(error instanceof Error) || !('statusCode' in error) || error.statusCode !== 404) throw error
  }
}
