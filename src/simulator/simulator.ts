// The simulated Docker Engine: the one thing that tests and the demo start. It speaks Docker's API on a unix socket, and
// is also worked on directly. It runs no process, opens no port, and imports nothing of netheal.
import { rename as renameFile, rm } from 'node:fs/promises'
import { connect, disconnect } from './attach.ts'
import { CallLog } from './call-log.ts'
import { type SimClock, systemClock } from './clock.ts'
import { Conditions } from './conditions.ts'
import { type ContainerSpec, type EndpointWish, type Entry, isUp, type SimContainer } from './container.ts'
import { Engine, type Latency, noLatency } from './engine.ts'
import { EventStreams } from './event-stream.ts'
import { createContainer } from './existence.ts'
import { Faults } from './faults.ts'
import { type Generation, traitsOf } from './generation.ts'
import type { ImageSpec } from './image.ts'
import { beginByHand, crash, start } from './lifecycle.ts'
import { write } from './log.ts'
import type { NetworkSpec, SimNetwork } from './network.ts'
import { haltAll, reviveAll } from './outage.ts'
import { pause, unpause } from './pausing.ts'
import { remove, removeNetwork, rename } from './removal.ts'
import { defaultRoute } from './route.ts'
import { flood, type Seed, seed } from './seed.ts'
import { ApiServer } from './server.ts'
import { kill, restart, stop } from './stopping.ts'

export interface SimulatorOptions {
  readonly socketPath: string
  readonly generation: Generation
  /** Another newest API version than the generation's: `1.52` for engine 29's events. */
  readonly apiVersion?: string
  readonly clock?: SimClock
  /** Milliseconds; nothing takes any time when it is not given. See `realisticLatency`. */
  readonly latency?: Partial<Latency>
}

/** Starts it; it answers once this resolves. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new Simulator(options)
  await simulator.start()
  return simulator
}

export class Simulator implements AsyncDisposable {
  readonly socketPath: string
  readonly generation: Generation
  readonly calls = new CallLog()
  readonly faults = new Faults()
  /** The open event streams, and the faults of streams. */
  readonly streams: EventStreams
  /** The state itself, for what the methods here do not offer. */
  readonly engine: Engine
  readonly #conditions = new Conditions()
  readonly #server: ApiServer
  #up = false

  constructor(options: SimulatorOptions) {
    this.socketPath = options.socketPath
    this.generation = options.generation
    const traits = traitsOf(options.generation, options.apiVersion)
    this.engine = new Engine(traits, options.clock ?? systemClock, { ...noLatency, ...options.latency })
    const changed = () => this.#conditions.check()
    this.streams = new EventStreams(this.engine.events, changed)
    this.#server = new ApiServer({
      engine: this.engine,
      faults: this.faults,
      calls: this.calls,
      streams: this.streams,
      changed,
    })
    this.engine.events.onPublish(changed)
  }

  /** Resolves as soon as the condition holds; looked at after each event, call, answer and opened or closed stream. */
  until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    return this.#conditions.until(holds, signal)
  }

  // The engine's own process.

  /** Listens again. Containers with a restart policy start; the events before are forgotten. */
  async start(): Promise<void> {
    if (this.#up) return
    await rm(this.socketPath, { force: true })
    await this.#server.listen(this.socketPath)
    this.#up = true
    reviveAll(this.engine)
  }

  /**
   * The engine is killed: streams and connections end at once, containers are dead with it. `graceful`: it stops them
   * first and says so. `leaveSocket`: the socket file stays, so that a connect is refused instead of finding nothing.
   */
  async stop(options: { readonly graceful?: boolean; readonly leaveSocket?: boolean } = {}): Promise<void> {
    if (!this.#up) return
    this.#up = false
    haltAll(this.engine, options.graceful ?? false)
    if (options.graceful === true) await this.streams.finish()
    this.streams.reset()
    const aside = `${this.socketPath}.aside`
    if (options.leaveSocket === true) await renameFile(this.socketPath, aside)
    await this.#server.close()
    if (options.leaveSocket === true) await renameFile(aside, this.socketPath)
    this.engine.events.forget()
  }

  /** Accepts calls, answers none and announces nothing, as under SIGSTOP; `thaw` does all that waited. */
  freeze(): void {
    this.#server.freeze()
    this.streams.hold()
  }

  thaw(): void {
    this.streams.release()
    this.#server.thaw()
  }

  /** New connections are dropped at once; those that are open live on. */
  refuseConnections(refuse: boolean): void {
    this.#server.refusing = refuse
  }

  get connections(): number {
    return this.#server.connections
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.socketPath, { force: true })
  }

  // The world, worked on without HTTP. Each does what the API call does, events and all, and throws its Refusal.

  container(reference: string): SimContainer {
    return this.engine.container(reference)
  }

  network(reference: string): SimNetwork {
    return this.engine.network(reference)
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

  /** The network that holds the container's default route, null when none does. */
  defaultRoute(container: string): string | null {
    return defaultRoute(this.engine, this.engine.container(container))?.network ?? null
  }

  image(name: string, spec: ImageSpec): void {
    this.engine.images.set(name, spec)
  }

  /** Adds a line to what `docker logs` answers. */
  log(container: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    write(this.engine, this.engine.container(container), stream, `${text}\n`)
  }

  createNetwork(spec: NetworkSpec | string): SimNetwork {
    return this.engine.createNetwork(typeof spec === 'string' ? { name: spec } : spec).network
  }

  removeNetwork(reference: string): void {
    removeNetwork(this.engine, reference)
  }

  /** No address is left on the network, until it is called with false. */
  exhaust(network: string, exhausted = true): void {
    const { pool } = this.engine.network(network)
    if (pool !== null) pool.exhausted = exhausted
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

  restartContainer(reference: string, grace = 10_000): Promise<void> {
    return restart(this.engine, reference, grace)
  }

  killContainer(reference: string, signal = 9): Promise<void> {
    return kill(this.engine, reference, signal)
  }

  /** The main process ends by itself, now, with that exit code. */
  crashContainer(reference: string, exitCode = 1): Promise<void> {
    return crash(this.engine, reference, exitCode)
  }

  pauseContainer(reference: string): Promise<void> {
    return pause(this.engine, reference)
  }

  unpauseContainer(reference: string): Promise<void> {
    return unpause(this.engine, reference)
  }

  removeContainer(reference: string, force = true): Promise<void> {
    return remove(this.engine, reference, force)
  }

  renameContainer(reference: string, name: string): Promise<void> {
    return rename(this.engine, reference, name)
  }

  connect(network: string, container: string, wish: EndpointWish = {}): Promise<void> {
    return connect(this.engine, network, container, wish)
  }

  disconnect(network: string, container: string, force = false): Promise<void> {
    return disconnect(this.engine, network, container, force)
  }

  // Faults of single acts, and scale.

  /** The next so many connects of running containers say OK and leave an entry without an endpoint. */
  hollowConnects(times: number): void {
    this.engine.hollowConnects = times
  }

  /** Called in the middle of each connect: the container is found, and its lock not yet taken. Null ends it. */
  midConnect(hook: ((network: string, container: SimContainer) => void | Promise<void>) | null): void {
    this.engine.midConnect = hook
  }

  /** Many networks and containers at once, silently. */
  seed(what: Seed): readonly SimContainer[] {
    return seed(this.engine, what)
  }

  /** Announces so many health checks' worth of exec events about the container, three each: a flood. */
  noise(container: string, times: number): void {
    flood(this.engine, this.engine.container(container), times)
  }
}
