// Docker's JSON into our own types, and nothing else. An answer without what we need is an error, never an empty world.
import type { Container, ContainerStatus, Network, Run } from '../core/world.ts'
import type { EngineEvent } from '../heal/ports.ts'
import { endpointsOf } from './endpoint.ts'
import { missingNetworkIn } from './error-code.ts'
import { type Json, labelsOf, nonsense, object, optionalObject, optionalText } from './json.ts'

/** One element of `GET /containers/json`. Has no `run`: a list does not tell. */
export function containerOfList(value: unknown): Container {
  const json = object(value, 'container')
  const names = Array.isArray(json.Names) ? json.Names : []
  return {
    id: text(json, 'Id', 'container'),
    // A container with links has several names; its own holds no further slash.
    name: nameOf(names.find(n => typeof n === 'string' && n.lastIndexOf('/') === 0) ?? names[0]),
    image: optionalText(json.Image),
    imageId: optionalText(json.ImageID),
    status: statusOf(json.State),
    labels: labelsOf(json.Labels),
    networkMode: optionalText(optionalObject(json.HostConfig).NetworkMode),
    endpoints: endpointsOf(json.NetworkSettings, null),
    createdAt: typeof json.Created === 'number' ? json.Created * 1000 : 0,
    dynamicPorts: null,
    run: null,
  }
}

/** `GET /containers/{id}/json`. */
export function containerOfInspect(value: unknown): Container {
  const json = object(value, 'container')
  const id = text(json, 'Id', 'container')
  const state = object(json.State, 'container state')
  const config = optionalObject(json.Config)
  return {
    id,
    name: nameOf(json.Name),
    image: optionalText(config.Image),
    imageId: optionalText(json.Image),
    status: statusOf(state.Status),
    labels: labelsOf(config.Labels),
    networkMode: optionalText(optionalObject(json.HostConfig).NetworkMode),
    endpoints: endpointsOf(json.NetworkSettings, id),
    createdAt: timeOf(json.Created) ?? 0,
    dynamicPorts: hasDynamicPorts(optionalObject(json.HostConfig)),
    run: runOf(state, json.RestartCount),
  }
}

/** `-p 8080` and `-P`: no host port is asked for. */
function hasDynamicPorts({ PublishAllPorts, PortBindings }: Json): boolean {
  const bindings = Object.values(optionalObject(PortBindings)).flatMap(b => (Array.isArray(b) ? b : []))
  return PublishAllPorts === true || bindings.some(b => /^0?$/.test(optionalText(optionalObject(b).HostPort)))
}

function runOf(state: Json, restartCount: unknown): Run {
  return {
    startedAt: timeOf(state.StartedAt),
    finishedAt: timeOf(state.FinishedAt),
    restartCount: typeof restartCount === 'number' ? restartCount : 0,
    exitCode: typeof state.ExitCode === 'number' ? state.ExitCode : 0,
    error: optionalText(state.Error),
    missingNetwork: missingNetworkIn(optionalText(state.Error)),
  }
}

/** One element of `GET /networks`. */
export function networkOf(value: unknown): Network {
  const json = object(value, 'network')
  return {
    id: text(json, 'Id', 'network'),
    name: text(json, 'Name', 'network'),
    driver: optionalText(json.Driver),
    internal: json.Internal === true,
    labels: labelsOf(json.Labels),
    subnets: subnetsOf(json.IPAM),
    ipv6: json.EnableIPv6 === true,
    configOnly: json.ConfigOnly === true,
    attachable: json.Scope !== 'swarm' || json.Driver !== 'overlay' || json.Attachable === true,
    icc: optionalObject(json.Options)['com.docker.network.bridge.enable_icc'] !== 'false',
    bridge: bridgeOf(json),
  }
}

/** `IPAM` of a network. */
export function subnetsOf(ipam: unknown): readonly string[] {
  const configs = optionalObject(ipam).Config
  return Array.isArray(configs) ? configs.map(c => optionalText(optionalObject(c).Subnet)).filter(s => s !== '') : []
}

/**
 * When the engine came up, by the answer to `GET /networks`: it makes its default bridge anew each time
 * (docs/engine-facts.md, "The event stream"). Null where it has none, and with live-restore, which restarts nothing.
 */
export function engineStartOf(networks: unknown): number | null {
  const all = Array.isArray(networks) ? networks.map(optionalObject) : []
  const own = all.find(n => optionalObject(n.Options)['com.docker.network.bridge.default_bridge'] === 'true')
  return own === undefined ? null : timeOf(own.Created)
}

/** Null also where it has no address on the host, and its state cannot be told: IPv6 only, or cut off from the host. */
function bridgeOf(json: Json): string | null {
  if (json.Driver !== 'bridge' || json.EnableIPv4 === false) return null
  const options = optionalObject(json.Options)
  const isCutOff =
    options['com.docker.network.bridge.inhibit_ipv4'] === 'true' ||
    options['com.docker.network.bridge.gateway_mode_ipv4'] === 'isolated'
  if (isCutOff) return null
  return optionalText(options['com.docker.network.bridge.name']) || `br-${optionalText(json.Id).slice(0, 12)}`
}

/** Null for an event that healing takes no interest in. `status`, `id` and `from` are gone from API 1.52: not read. */
export function eventOf(value: unknown): EngineEvent | null {
  const json = object(value, 'event')
  const actor = optionalObject(json.Actor)
  const attributes = optionalObject(actor.Attributes)
  const action = optionalText(json.Action)
  const id = optionalText(actor.ID)
  const name = optionalText(attributes.name)
  // Nothing can be looked up for it.
  if (id === '') return null
  if (json.Type === 'network') {
    const containerId = optionalText(attributes.container)
    // Podman 5 leaves the name empty and says it as `network`.
    const own = name || optionalText(attributes.network)
    return { kind: 'network', action, id, name: own, containerId: containerId === '' ? null : containerId }
  }
  if (json.Type !== 'container') return null
  return {
    kind: 'container',
    action,
    id,
    name: nameOf(name),
    image: optionalText(attributes.image),
    labels: labelsOf(attributes),
  }
}

const STATUSES: ReadonlySet<string> = new Set([
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'dead',
  'removing',
])

function isStatus(value: unknown): value is ContainerStatus {
  return typeof value === 'string' && STATUSES.has(value)
}

function statusOf(value: unknown): ContainerStatus {
  if (isStatus(value)) return value
  // Podman says "stopping", "stopped", "initialized", ...: whatever it is, it is not running.
  return 'exited'
}

/** `list` of an answer that must be an array. */
export function listOf<T>(value: unknown, what: string, translate: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw nonsense(what)
  return value.map(translate)
}

function text(json: Json, key: string, what: string): string {
  const value = json[key]
  if (typeof value !== 'string' || value === '') throw nonsense(`${what} without ${key}`)
  return value
}

export function nameOf(value: unknown): string {
  return optionalText(value).replace(/^\//, '')
}

/** Milliseconds since the epoch; null for Docker's year 1, which stands for "never". */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string' || value.startsWith('0001-')) return null
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : at
}
