// The simulated Docker Engine, as the demo starts it; tests add faults and more routes (test/support/simulator). It speaks
// Docker's API on a unix socket, and is also worked on directly. It runs no process, opens no port, and imports nothing of
// netheal.
import { rm } from 'node:fs/promises'
import { connect, disconnect } from './attach.ts'
import { CallLog } from './call-log.ts'
import { type SimClock, systemClock } from './clock.ts'
import { Conditions } from './conditions.ts'
import { type ContainerSpec, type EndpointWish, type Entry, isUp, type SimContainer } from './container.ts'
import { Engine, type Latency, noLatency } from './engine.ts'
import { EventStreams } from './event-stream.ts'
import { createContainer } from './existence.ts'
import { ENGINE_28, type Traits } from './generation.ts'
import { QUIET } from './inside.ts'
import { beginByHand, start } from './lifecycle.ts'
import type { NetworkSpec, SimNetwork } from './network.ts'
import { remove } from './removal.ts'
import { getent } from './resolver.ts'
import type { Handler } from './route-table.ts'
import { ApiServer, type Front } from './server.ts'
import { stop } from './stopping.ts'

export interface SimulatorOptions {
  readonly socketPath: string
  readonly clock?: SimClock
  /** Milliseconds; nothing takes any time when it is not given. See `realisticLatency`. */
  readonly latency?: Partial<Latency>
}

/** What tests add to it. */
export interface Additions {
  readonly traits?: Traits
  readonly front?: Front
  readonly routes?: Readonly<Record<string, Handler>>
  readonly streams?: typeof EventStreams
}

/** Starts it; it answers once this resolves. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new Simulator(options)
  await simulator.start()
  return simulator
}

export class Simulator implements AsyncDisposable {
  readonly socketPath: string
  readonly calls = new CallLog()
  readonly streams: EventStreams
  /** The state itself, for what the methods here do not offer. */
  readonly engine: Engine
  readonly #conditions = new Conditions()
  protected readonly server: ApiServer

  constructor(
    options: SimulatorOptions,
    { traits = ENGINE_28, front, routes, streams = EventStreams }: Additions = {},
  ) {
    this.socketPath = options.socketPath
    this.engine = new Engine(traits, options.clock ?? systemClock, { ...noLatency, ...options.latency })
    this.engine.inside = {
      ...QUIET,
      run: (container, [program, ...argv]) => (program === 'getent' ? getent(this.engine, container, argv) : null),
    }
    const changed = () => this.#conditions.check()
    this.streams = new streams(this.engine.events, changed)
    this.server = new ApiServer({
      engine: this.engine,
      calls: this.calls,
      streams: this.streams,
      front,
      routes,
      changed,
    })
    this.engine.events.onPublish(changed)
  }

  /** Resolves as soon as the condition holds; looked at after each event, call, answer and opened or closed stream. */
  until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    return this.#conditions.until(holds, signal)
  }

  /** Listens. */
  async start(): Promise<void> {
    await rm(this.socketPath, { force: true })
    await this.server.listen(this.socketPath)
  }

  /** Streams and connections end at once, and the socket goes. */
  async stop(): Promise<void> {
    this.streams.cut('abrupt')
    await this.server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.socketPath, { force: true })
  }

  // The world, worked on without HTTP. Each does what the API call does, events and all, and throws its Refusal.

  container(reference: string): SimContainer {
    return this.engine.container(reference)
  }

  /** The entry of a container on a network; tests may change it to what no call can bring about. */
  entry(container: string, network: string): Entry | undefined {
    return this.engine.container(container).entries.get(network)
  }

  /** True when the container runs and has an endpoint on the network as it is now. */
  isAttached(container: string, network: string): boolean {
    const found = this.engine.container(container)
    const [target] = this.engine.findNetwork(network)
    return isUp(found) && target?.endpoints.has(found.id) === true
  }

  createNetwork(spec: NetworkSpec | string): SimNetwork {
    return this.engine.createNetwork(typeof spec === 'string' ? { name: spec } : spec).network
  }

  createContainer(spec: ContainerSpec): SimContainer {
    return createContainer(this.engine, spec)
  }

  /** `docker run -d`: created and started. */
  run(spec: ContainerSpec): SimContainer {
    const container = createContainer(this.engine, spec)
    beginByHand(this.engine, container)
    return container
  }

  startContainer(reference: string): Promise<void> {
    return start(this.engine, reference)
  }

  /** Grace in milliseconds, 10 s when it is not given. */
  stopContainer(reference: string, grace = 10_000): Promise<void> {
    return stop(this.engine, reference, grace)
  }

  removeContainer(reference: string, force = true): Promise<void> {
    return remove(this.engine, reference, force)
  }

  connect(network: string, container: string, wish: EndpointWish = {}): Promise<void> {
    return connect(this.engine, network, container, wish)
  }

  disconnect(network: string, container: string, force = false): Promise<void> {
    return disconnect(this.engine, network, container, force)
  }
}
