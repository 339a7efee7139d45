// A recording replayed: what the engine looked like at each event. Between two inspections the state is derived from the
// events and the commands, as the notes at each rule say; every inspection is compared with what was derived, so the
// derivation is proven.
import { UNEXAMINED } from '../../src/core/examination.ts'
import type { Container, ContainerStatus, Endpoint, Network, World } from '../../src/core/world.ts'
import { containerOfInspect } from '../../src/docker/translate.ts'
import type { EngineEvent } from '../../src/heal/ports.ts'
import { NETWORK } from './builders.ts'
import type { Recording, Step } from './recording.ts'

type Known = { -readonly [K in keyof Container]: Container[K] } & { policy: string }

/** What the engine looked like at each event and at each inspection of a recording. */
export interface Moment {
  readonly world: World
  /** Null: an inspection. */
  readonly event: EngineEvent | null
  /** The command that was under way. */
  readonly command: string
  readonly at: number
}

export interface Replay {
  readonly moments: readonly Moment[]
  /** Where an inspection did not show what was derived. */
  readonly disagreements: readonly string[]
  /** How many inspections there were to compare with. */
  readonly inspections: number
}

/** In the recordings a plain container of this name plays the part of Coolify's helper. */
const HELPER = /^rescfy00k0helper/

export function replay({ steps, events, times }: Recording): Replay {
  const containers = new Map<string, Known>()
  const networks = new Map<string, Network>()
  const moments: Moment[] = []
  const disagreements: string[] = []
  let command: Step = { at: 0, after: 0, command: '' }
  let seen = 0
  let now = times[0] ?? 0
  let inspections = 0

  // Networks that were there before the recording: `bridge`.
  for (const e of events) {
    if (e.kind !== 'network' || e.containerId === null || networks.has(e.id)) continue
    if (!events.some(c => c.kind === 'network' && c.action === 'create' && c.id === e.id))
      networks.set(e.id, networkNamed(e.name, e.id))
  }

  const find = (name: string): Known | undefined =>
    [...containers.values()].find(c => c.name === name || (name.length >= 12 && c.id.startsWith(name)))
  const findNetwork = (name: string): Network | undefined =>
    [...networks.values()].find(n => n.name === name || (name.length >= 12 && n.id.startsWith(name)))
  const moment = (event: EngineEvent | null, at: number): void => {
    now = Math.max(now, at)
    const copies = [...containers.values()].map(({ policy: _, ...c }) => structuredClone(c))
    moments.push({
      world: {
        containers: copies,
        networks: [...networks.values()],
        gatewayPriority: true,
        newestTakesRoute: false,
        examined: UNEXAMINED,
        engineStartedAt: null,
      },
      event,
      command: command.command ?? '',
      at: now,
    })
  }

  const begin = (step: Step): void => {
    command = step
    const [, verb, networkName = '', name = ''] =
      /^docker network (connect|disconnect)(?: -f| --alias \S+)* (\S+) (\S+)/.exec(step.command ?? '') ?? []
    const container = find(name)
    if (verb === undefined || container === undefined) return
    const network = findNetwork(networkName)
    const label = network?.name ?? networkName
    if (verb === 'disconnect') {
      // The entry goes, whatever the state of the container; from 28 on a stopped one says so in no event
      // (docs/engine-facts.md, "Event order").
      if (step.exit === undefined) container.endpoints = container.endpoints.filter(e => e.network !== label)
      return
    }
    // The entry of a container that is not running is empty until it starts; in a crash's back-off 28 refuses the connect
    // and records the entry all the same (docs/engine-facts.md, "Attaching").
    const recorded = step.exit === undefined || /network sandbox .* not found/.test(step.error ?? '')
    if (recorded && container.status !== 'running' && !container.endpoints.some(e => e.network === label)) {
      container.endpoints = [...container.endpoints, entryOf(label, '', '')]
    }
  }

  const take = (event: EngineEvent, index: number): void => {
    if (event.kind === 'network') takeNetworkEvent(event, index)
    else takeContainerEvent(event, index)
  }

  function takeNetworkEvent(event: EngineEvent & { kind: 'network' }, index: number): void {
    if (event.action === 'create') networks.set(event.id, networkNamed(event.name, event.id))
    if (event.action === 'destroy') networks.delete(event.id)
    const container = containers.get(event.containerId ?? '')
    if (container === undefined) return
    const others = container.endpoints.filter(e => e.network !== event.name)
    if (event.action === 'connect') {
      container.endpoints = [...others, entryOf(event.name, event.id, `endpoint-${index}`)]
    }
    if (event.action === 'disconnect' && others.length < container.endpoints.length) {
      // Its process has stopped, or a start has failed: the entry stays, without an endpoint. An inspect waits for the lock
      // that the stop holds, so from 23 on, where this event comes before `die`, it shows the container stopped as well.
      container.endpoints = [...others, entryOf(event.name, event.id, '')]
      if (container.status !== 'created') container.status = stopped(container)
    }
  }

  function takeContainerEvent(event: EngineEvent & { kind: 'container' }, index: number): void {
    if (event.action === 'create') {
      containers.set(event.id, {
        id: event.id,
        name: event.name,
        image: HELPER.test(event.name) ? 'ghcr.io/coollabsio/coolify-helper:1.0.15' : event.image,
        imageId: '',
        status: 'created',
        labels: event.labels,
        networkMode: 'res-cfy-net',
        endpoints: nativeNetworks(command.command ?? '', event.id, index).map(n => entryOf(n, '', '')),
        createdAt: times[index] ?? 0,
        dynamicPorts: null,
        run: null,
        policy: /--restart (\S+)/.exec(command.command ?? '')?.[1] ?? 'no',
      })
    }
    const container = containers.get(event.id)
    if (container === undefined) return
    const next: Partial<Record<string, ContainerStatus>> = {
      start: 'running',
      pause: 'paused',
      unpause: 'running',
      stop: 'exited',
    }
    container.status = next[event.action] ?? (event.action === 'die' ? stopped(container) : container.status)
    if (event.action === 'rename') container.name = event.name
    if (event.action === 'destroy') containers.delete(event.id)
  }

  /** After a crash the policy starts it again; after `docker stop`, `kill`, `rm` and compose it does not. */
  function stopped(container: Known): ContainerStatus {
    if (container.policy === 'no' || /^docker (stop|kill|rm|restart|compose|update)/.test(command.command ?? ''))
      return 'exited'
    return container.status === 'exited' ? 'exited' : 'restarting'
  }

  /** What it was created with: `--network`, and for compose what it joins at its first start without being told. */
  function nativeNetworks(text: string, containerId: string, index: number): readonly string[] {
    if (!text.startsWith('docker compose')) return [/--network (\S+)/.exec(text)?.[1] ?? 'bridge']
    const rest = events.slice(index)
    const start = rest.findIndex(e => e.kind === 'container' && e.action === 'start' && e.id === containerId)
    return rest
      .slice(0, start)
      .flatMap(e => (e.kind === 'network' && e.action === 'connect' && e.containerId === containerId ? [e.name] : []))
  }

  /** A container that was there before the recording. */
  function newcomer(step: Step): Known {
    const short = String(step.saw?.Id)
    const id = events.find(e => e.kind === 'container' && e.id.startsWith(short))?.id ?? short
    const unknown = {
      name: '',
      image: '',
      imageId: '',
      labels: {},
      networkMode: '',
      endpoints: [],
      createdAt: 0,
      dynamicPorts: null,
      run: null,
    }
    return { id, status: 'created', policy: String(step.saw?.RestartPolicy), ...unknown }
  }

  function inspected(step: Step): void {
    const known = find(step.inspect ?? '') ?? newcomer(step)
    if (step.saw === undefined) throw new Error(`an inspection of nothing at ${step.at}`)
    const real = containerOfInspect(inspectOf(step.saw, known, networks))
    const derived = summary(known)
    inspections++
    if (containers.has(known.id) && derived !== summary(real))
      disagreements.push(`${step.at}: derived ${derived}, and it is ${summary(real)}`)
    containers.set(known.id, Object.assign(known, real))
  }

  function inspectedNetwork(step: Step): void {
    const derived = findNetwork(step.network ?? '')
    const members = [...containers.values()].filter(c =>
      c.endpoints.some(e => e.networkId === derived?.id && e.endpointId !== ''),
    )
    const real = step.saw as { readonly Id: string; readonly Containers: Readonly<Record<string, string>> } | undefined
    const [was, is] = [
      [derived?.id.slice(0, 12), ...members.map(m => m.name).sort()],
      [real?.Id, ...Object.values(real?.Containers ?? {}).sort()],
    ]
    inspections++
    if (was.join() !== is.join())
      disagreements.push(`${step.at}: derived ${step.network} ${was.join()}, and it is ${is.join()}`)
  }

  for (const step of steps) {
    while (seen < step.after) {
      const event = events[seen]
      if (event === undefined) throw new Error('fewer events than steps say')
      take(event, seen)
      seen++
      moment(event, times[seen - 1] ?? now)
    }
    if (step.command !== undefined) begin(step)
    if (step.network !== undefined) inspectedNetwork(step)
    if (step.inspect === undefined) continue
    inspected(step)
    moment(null, (times[0] ?? 0) + step.at)
  }
  for (; seen < events.length; seen++) {
    const event = events[seen]
    if (event === undefined) break
    take(event, seen)
    moment(event, times[seen] ?? now)
  }
  return { moments, disagreements, inspections }
}

function networkNamed(name: string, id: string): Network {
  return { id, name, driver: 'bridge', internal: false, labels: {}, ...NETWORK }
}

function entryOf(network: string, networkId: string, endpointId: string): Endpoint {
  return { network, networkId, endpointId, aliases: [], ipv4: '', ipv6: '', settings: null }
}

/** Status and networks, each with its id and whether it has an endpoint. */
function summary(container: Container): string {
  const entries = container.endpoints.map(
    e => `${e.network}@${e.networkId.slice(0, 12)}${e.endpointId === '' ? '' : '+'}`,
  )
  return `${container.status} ${entries.sort().join(' ')}`
}

/** The recorded inspections are flat and their ids are cut to 12 characters: back into the engine's own shape. */
function inspectOf(
  saw: Readonly<Record<string, unknown>>,
  known: Container,
  networks: ReadonlyMap<string, Network>,
): unknown {
  const entries = Object.entries(saw.Networks as Record<string, { NetworkID: string }>).map(([name, entry]) => {
    const whole = [...networks.keys()].find(id => entry.NetworkID !== '' && id.startsWith(entry.NetworkID))
    const before = known.endpoints.find(e => e.networkId.slice(0, 12) === entry.NetworkID)?.networkId
    return [name, { ...entry, NetworkID: whole ?? before ?? entry.NetworkID }]
  })
  return {
    ...saw,
    Id: known.id,
    Config: { Image: known.image, Labels: known.labels },
    HostConfig: { NetworkMode: saw.NetworkMode },
    NetworkSettings: { Networks: Object.fromEntries(entries) },
  }
}
