// The state of the simulated engine: containers, networks, events, and how a reference finds one. It changes containers
// and networks only in so far as they come to be; lifecycle.ts, attach.ts and removal.ts do the rest.
import { AddressPool, defaultSubnet } from './address.ts'
import type { SimClock } from './clock.ts'
import type { SimContainer } from './container.ts'
import { EventBus } from './event-bus.ts'
import type { Traits } from './generation.ts'
import { newId } from './identifier.ts'
import { type Inside, QUIET } from './inside.ts'
import { InstantSource } from './instant.ts'
import { isPredefined, type NetworkSpec, type SimNetwork } from './network.ts'
import { noSuchContainer, noSuchNetwork, Refusal } from './refusal.ts'

/** Milliseconds that each thing takes, inside the container's lock where Docker holds it. */
export interface Latency {
  readonly connect: number
  /** A connect of a container that is not running. */
  readonly connectStopped: number
  readonly disconnect: number
  readonly start: number
  readonly stop: number
  readonly list: number
  readonly inspect: number
  readonly exec: number
}

export const noLatency: Latency = {
  connect: 0,
  connectStopped: 0,
  disconnect: 0,
  start: 0,
  stop: 0,
  list: 0,
  inspect: 0,
  exec: 0,
}

/** As measured on real engines (ARCHITECTURE: the budgets are set beside these). */
export const realisticLatency: Latency = {
  connect: 35,
  connectStopped: 5,
  disconnect: 40,
  start: 200,
  stop: 120,
  list: 3,
  inspect: 2,
  exec: 60,
}

export class Engine {
  readonly traits: Traits
  readonly clock: SimClock
  readonly instants: InstantSource
  readonly events: EventBus
  readonly containers = new Map<string, SimContainer>()
  readonly networks = new Map<string, SimNetwork>()
  inside: Inside = QUIET
  latency: Latency
  /** False while containers are seeded: nothing is announced. */
  announcing = true
  /** Called after the container was found and before its lock is taken: the middle of a connect. */
  midConnect: ((network: string, container: SimContainer) => void | Promise<void>) | null = null
  /** So many connects of running containers will leave an entry without an endpoint, and say OK. */
  hollowConnects = 0
  readonly #byName = new Map<string, SimContainer>()
  readonly #networksByName = new Map<string, SimNetwork[]>()
  #subnets = 0
  #pids = 1000

  constructor(traits: Traits, clock: SimClock, latency: Latency) {
    this.traits = traits
    this.clock = clock
    this.latency = latency
    this.instants = new InstantSource(() => clock.now())
    this.events = new EventBus(this.instants, traits.legacyEventFields)
    this.announcing = false
    this.createNetwork({ name: 'bridge' })
    this.createNetwork({ name: 'host', driver: 'host' })
    this.createNetwork({ name: 'none', driver: 'null' })
    this.announcing = true
  }

  nextPid(): number {
    this.#pids += 7
    return this.#pids
  }

  /** Waits as long as that takes here; not at all where it takes nothing. */
  async take(what: keyof Latency): Promise<void> {
    const milliseconds = this.latency[what]
    if (milliseconds > 0) await this.elapse(milliseconds)
  }

  elapse(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.clock.after(milliseconds, resolve))
  }

  announceContainer(container: SimContainer, action: string, more: Readonly<Record<string, string>> = {}): void {
    if (!this.announcing) return
    const attributes = { ...container.labels, image: container.image, name: container.name, ...more }
    this.events.publish('container', action, container.id, attributes)
  }

  announceNetwork(network: SimNetwork, action: string, container?: SimContainer): void {
    if (!this.announcing) return
    const who = container === undefined ? {} : { container: container.id }
    this.events.publish('network', action, network.id, { ...who, name: network.name, type: network.driver })
  }

  /** By id, name (with or without slash) or unique beginning of the id; throws Docker's 404 or 400. */
  container(reference: string): SimContainer {
    const wanted = reference.replace(/^\//, '')
    const exact = this.containers.get(wanted) ?? this.#byName.get(wanted)
    if (exact !== undefined) return exact
    const found = wanted === '' ? [] : [...this.containers.values()].filter(c => c.id.startsWith(wanted))
    if (found.length > 1) throw new Refusal(400, `multiple IDs found with provided prefix: ${wanted}`)
    const [only] = found
    if (only === undefined) throw noSuchContainer(reference)
    return only
  }

  /** Keeps a new container, or one under a new name; throws Docker's 409 when the name is taken. */
  keep(container: SimContainer, name: string, prefix = ''): void {
    const holder = this.#byName.get(name)
    if (holder !== undefined && holder !== container) {
      const message = `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`
      throw new Refusal(409, prefix + message)
    }
    if (this.#byName.get(container.name) === container) this.#byName.delete(container.name)
    container.name = name
    this.#byName.set(name, container)
    this.containers.set(container.id, container)
  }

  drop(container: SimContainer): void {
    this.containers.delete(container.id)
    if (this.#byName.get(container.name) === container) this.#byName.delete(container.name)
  }

  /** As a connect finds it: by id, by name, by beginning of the id. Throws 404, or 400 when it is ambiguous. */
  network(reference: string): SimNetwork {
    const found = this.findNetwork(reference)
    if (found.length > 1)
      throw new Refusal(400, `network ${reference} is ambiguous (${found.length} matches found on name)`)
    const [only] = found
    if (only === undefined) throw noSuchNetwork(reference)
    return only
  }

  /** All that the reference may mean: one by its id, else all of that name, else all whose id begins so. */
  findNetwork(reference: string): readonly SimNetwork[] {
    const exact = this.networks.get(reference)
    if (exact !== undefined) return [exact]
    const named = this.#networksByName.get(reference) ?? []
    if (named.length > 0) return named
    return reference === '' ? [] : [...this.networks.values()].filter(network => network.id.startsWith(reference))
  }

  /** Throws 409 for a second network of the same name, where this generation refuses it. */
  createNetwork(spec: NetworkSpec): { readonly network: SimNetwork; readonly warning: string } {
    const same = this.findNetwork(spec.name).find(network => network.name === spec.name)
    if (same !== undefined && (this.traits.uniqueNetworkNames || spec.checkDuplicate === true || isPredefined(same))) {
      throw new Refusal(409, `network with name ${spec.name} already exists`)
    }
    const driver = spec.driver ?? 'bridge'
    const addressed = driver !== 'host' && driver !== 'null'
    const network: SimNetwork = {
      id: newId(),
      name: spec.name,
      driver,
      scope: spec.scope ?? 'local',
      internal: spec.internal ?? false,
      attachable: spec.attachable ?? false,
      labels: spec.labels ?? {},
      options: spec.options ?? {},
      created: this.instants.next(),
      pool: addressed ? new AddressPool(spec.subnet ?? defaultSubnet(this.#subnets++)) : null,
      ownSubnet: spec.subnet !== undefined,
      endpoints: new Map(),
    }
    this.networks.set(network.id, network)
    this.#networksByName.set(network.name, [...(this.#networksByName.get(network.name) ?? []), network])
    this.announceNetwork(network, 'create')
    const warning = same === undefined ? '' : `Network with name ${spec.name} (id : ${same.id}) already exists`
    return { network, warning }
  }

  dropNetwork(network: SimNetwork): void {
    this.networks.delete(network.id)
    const left = this.#networksByName.get(network.name)?.filter(other => other !== network) ?? []
    if (left.length > 0) this.#networksByName.set(network.name, left)
    else this.#networksByName.delete(network.name)
  }
}
