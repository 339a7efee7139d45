// The simulated engine as tests have it: with faults, with all that is done to an engine from outside, and with the routes
// that netheal never calls.
import { rename as renameFile } from 'node:fs/promises'
import { makeEndpoint, newEntry } from '../../../src/simulator/attach.ts'
import type { SimContainer } from '../../../src/simulator/container.ts'
import type { SimNetwork } from '../../../src/simulator/network.ts'
import { Simulator as Simulated, type SimulatorOptions as SimulatedOptions } from '../../../src/simulator/simulator.ts'
import { kill, restart } from '../../../src/simulator/stopping.ts'
import { failStart, pause, removeNetwork, rename, unpause } from './changes.ts'
import { containerRoutes } from './container-routes.ts'
import { crash } from './crash.ts'
import { Faults } from './faults.ts'
import { type Generation, traitsOf } from './generations.ts'
import { type ImageSpec, ScriptedInside } from './inside.ts'
import { write } from './log.ts'
import { logRoutes } from './log-routes.ts'
import { networkRoutes } from './network-routes.ts'
import { haltAll, reviveAll } from './outage.ts'
import { defaultRoute } from './route.ts'
import { flood, type Seed, seed } from './seed.ts'
import { FaultyStreams } from './streams.ts'

export interface SimulatorOptions extends SimulatedOptions {
  readonly generation: Generation
  /** Another newest API version than the generation's: `1.52` for engine 29's events. */
  readonly apiVersion?: string
}

/** Starts it; it answers once this resolves. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new Simulator(options)
  await simulator.start()
  return simulator
}

export class Simulator extends Simulated {
  readonly faults: Faults
  readonly #inside: ScriptedInside
  declare readonly streams: FaultyStreams
  #up = false

  constructor(options: SimulatorOptions) {
    const faults = new Faults()
    const routes = { ...containerRoutes, ...networkRoutes, ...logRoutes }
    const traits = traitsOf(options.generation, options.apiVersion)
    super(options, { traits, front: faults, routes, streams: FaultyStreams })
    this.faults = faults
    this.#inside = new ScriptedInside(this.engine)
    this.engine.inside = this.#inside
  }

  // The engine's own process.

  /** Listens again. Containers with a restart policy start; the events before are forgotten. */
  override async start(): Promise<void> {
    if (this.#up) return
    await super.start()
    this.#up = true
    reviveAll(this.engine)
  }

  /**
   * The engine is killed: streams and connections end at once, containers are dead with it. `graceful`: it stops them
   * first and says so. `leaveSocket`: the socket file stays, so that a connect is refused instead of finding nothing.
   */
  override async stop(options: { readonly graceful?: boolean; readonly leaveSocket?: boolean } = {}): Promise<void> {
    if (!this.#up) return
    this.#up = false
    haltAll(this.engine, options.graceful ?? false)
    if (options.graceful === true) await this.streams.finish()
    this.streams.clear()
    const aside = `${this.socketPath}.aside`
    if (options.leaveSocket === true) await renameFile(this.socketPath, aside)
    this.faults.thaw()
    await super.stop()
    if (options.leaveSocket === true) await renameFile(aside, this.socketPath)
    this.engine.events.forget()
  }

  /** Accepts calls, answers none and announces nothing, as under SIGSTOP; `thaw` does all that waited. */
  freeze(): void {
    this.faults.freeze()
    this.streams.hold()
  }

  thaw(): void {
    this.streams.release()
    this.faults.thaw()
  }

  get connections(): number {
    return this.server.connections
  }

  // The world, worked on without HTTP.

  network(reference: string): SimNetwork {
    return this.engine.network(reference)
  }

  /** The network that holds the container's default route, null when none does. */
  defaultRoute(container: string): string | null {
    return defaultRoute(this.engine, this.engine.container(container))?.network ?? null
  }

  image(name: string, spec: ImageSpec): void {
    this.#inside.images.set(name, spec)
  }

  /** Adds a line to what `docker logs` answers. */
  log(container: string, text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    write(this.engine, this.engine.container(container), stream, `${text}\n`)
  }

  removeNetwork(reference: string): void {
    removeNetwork(this.engine, reference)
  }

  /** No address is left on the network, until it is called with false. */
  exhaust(network: string, exhausted = true): void {
    const { pool } = this.engine.network(network)
    if (pool !== null) pool.exhausted = exhausted
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

  /** A start that fails because its port is taken. */
  failStart(reference: string): void {
    failStart(this.engine, reference)
  }

  pauseContainer(reference: string): Promise<void> {
    return pause(this.engine, reference)
  }

  unpauseContainer(reference: string): Promise<void> {
    return unpause(this.engine, reference)
  }

  renameContainer(reference: string, name: string): Promise<void> {
    return rename(this.engine, reference, name)
  }

  // Faults of single acts, and scale.

  /** The next so many connects of running containers say OK and leave an entry without an endpoint. */
  hollowConnects(times: number): void {
    this.engine.hollowConnects = times
  }

  /** `ip link del` inside the container: the engine goes on listing it. */
  loseInterface(container: string, network: string): void {
    const found = this.engine.container(container)
    const entry = found.entries.get(network)
    if (entry !== undefined) found.lost.add(entry.endpointId)
  }

  /** A connect that the engine refuses half-way leaves an entry that looks live, and no member of the network. */
  pollute(container: string, network: string): void {
    const found = this.engine.container(container)
    const target = this.engine.network(network)
    const entry = found.entries.get(network) ?? newEntry({}, true)
    if (entry.endpointId === '') makeEndpoint(this.engine, target, found, entry)
    found.entries.set(network, entry)
    found.lost.add(entry.endpointId)
    target.endpoints.delete(found.id)
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
