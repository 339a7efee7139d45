// Containers as the API shows them, in a list and in an inspect, per generation and per version that is asked for. Pure.
import { type Entry, isUp, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { isOlder } from './generation.ts'
import { shortOf } from './identifier.ts'
import { humanSpan, rfc3339, secondsOf } from './instant.ts'

type Json = Record<string, unknown>

/** An element of GET /containers/json: no aliases, whole seconds. */
export function listed(engine: Engine, container: SimContainer): Json {
  const networks: Json = {}
  for (const [name, entry] of sorted(container))
    networks[name] = entryJson(engine, { ...entry, ...(entry.ghost ?? {}) }, null, null)
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    Image: container.image,
    ImageID: imageId(container.image),
    Command: container.command.join(' '),
    Created: secondsOf(container.created),
    Ports: [],
    Labels: container.labels,
    State: container.status,
    Status: statusText(engine, container),
    HostConfig: { NetworkMode: container.networkMode },
    NetworkSettings: { Networks: networks },
    Mounts: [],
  }
}

/** GET /containers/{id}/json. `api` is the version asked for: before 1.45 the short id is among the aliases. */
export function inspected(engine: Engine, container: SimContainer, api: string): Json {
  const networks: Json = {}
  for (const [name, entry] of sorted(container)) {
    networks[name] = entryJson(engine, entry, aliasesOf(container, entry, api), dnsNamesOf(container, entry))
  }
  const bridge = container.entries.get('bridge')
  const [path = '', ...args] = container.command
  return {
    Id: container.id,
    Created: rfc3339(container.created),
    Path: path,
    Args: args,
    State: stateOf(container),
    Image: imageId(container.image),
    ResolvConfPath: '',
    HostnamePath: '',
    HostsPath: '',
    LogPath: '',
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: {
      Binds: null,
      NetworkMode: container.networkMode,
      PortBindings: null,
      RestartPolicy: { Name: container.restart.name, MaximumRetryCount: container.restart.maximumRetries },
      AutoRemove: container.autoRemove,
      LogConfig: { Type: container.logDriver, Config: {} },
    },
    Mounts: [],
    Config: {
      Hostname: container.hostname,
      Env: container.environment,
      Cmd: container.command,
      Image: container.image,
      Tty: container.tty,
      Labels: container.labels,
      Entrypoint: null,
    },
    NetworkSettings: {
      Bridge: '',
      SandboxID: container.sandboxId,
      SandboxKey: container.sandboxId === '' ? '' : `/run/docker/netns/${shortOf(container.sandboxId)}`,
      Ports: {},
      EndpointID: bridge?.endpointId ?? '',
      Gateway: bridge?.gateway ?? '',
      IPAddress: bridge?.address ?? '',
      IPPrefixLen: bridge?.prefix ?? 0,
      MacAddress: bridge?.mac ?? '',
      Networks: networks,
    },
  }
}

/**
 * GET /containers/{id}/stats, as far as it tells of interfaces. One that was lost is missed until the container starts again:
 * 20.10 then leaves out the networks, later ones answer with a message.
 */
export function statistics(engine: Engine, container: SimContainer): Json {
  const named = { id: container.id, name: `/${container.name}` }
  if (!isUp(container)) return { ...named, read: rfc3339(0n) }
  const whole = { ...named, read: rfc3339(engine.instants.next()) }
  if (container.lost.size > 0) {
    if (engine.traits.era === 1) return whole
    const netns = `/run/docker/netns/${shortOf(container.sandboxId)}`
    return { message: `failed to retrieve the statistics for eth1 in netns ${netns}: Link not found` }
  }
  const joined = [...container.entries.values()].filter(e => e.endpointId !== '')
  return { ...whole, networks: Object.fromEntries(joined.map((_, index) => [`eth${index}`, { rx_bytes: 0 }])) }
}

/** Go writes the keys of a map in order. */
function sorted(container: SimContainer): readonly (readonly [string, Entry])[] {
  const entries = [...container.entries]
  return entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

function stateOf(container: SimContainer): Json {
  return {
    Status: container.status,
    Running: isUp(container),
    Paused: container.status === 'paused',
    Restarting: container.status === 'restarting',
    OOMKilled: false,
    Dead: container.status === 'dead',
    Pid: container.pid,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: rfc3339(container.startedAt),
    FinishedAt: rfc3339(container.finishedAt),
  }
}

function entryJson(
  engine: Engine,
  entry: Entry,
  aliases: readonly string[] | null,
  dnsNames: readonly string[] | null,
): Json {
  return {
    IPAMConfig: entry.ipv4 === null ? null : { IPv4Address: entry.ipv4 },
    Links: null,
    Aliases: aliases,
    MacAddress: entry.mac,
    DriverOpts: null,
    ...(engine.traits.gatewayPriority ? { GwPriority: entry.gatewayPriority } : {}),
    NetworkID: entry.networkId,
    EndpointID: entry.endpointId,
    Gateway: entry.gateway,
    IPAddress: entry.address,
    IPPrefixLen: entry.prefix,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    ...(engine.traits.era === 1 ? {} : { DNSNames: dnsNames }),
  }
}

function aliasesOf(container: SimContainer, entry: Entry, api: string): readonly string[] | null {
  if (!entry.named || !isOlder(api, '1.45')) return entry.aliases
  return [...(entry.aliases ?? []), shortOf(container.id)]
}

function dnsNamesOf(container: SimContainer, entry: Entry): readonly string[] | null {
  if (!entry.named) return null
  return [...new Set([container.name, ...(entry.aliases ?? []), shortOf(container.id)])]
}

/** `Up 3 seconds`, `Up 2 hours (Paused)`, `Restarting (1) 3 seconds ago`, `Exited (128) 2 minutes ago`, `Created`. */
function statusText(engine: Engine, container: SimContainer): string {
  const since = (instant: bigint) => humanSpan(engine.clock.now() - Number(instant / 1_000_000n))
  switch (container.status) {
    case 'created':
      return 'Created'
    case 'running':
      return `Up ${since(container.startedAt)}`
    case 'paused':
      return `Up ${since(container.startedAt)} (Paused)`
    case 'restarting':
      return `Restarting (${container.exitCode}) ${since(container.finishedAt)} ago`
    case 'removing':
      return 'Removal In Progress'
    case 'dead':
      return 'Dead'
    case 'exited':
      return container.finishedAt === 0n
        ? 'Created'
        : `Exited (${container.exitCode}) ${since(container.finishedAt)} ago`
  }
}

/** Any stable `sha256:` will do: nobody looks into a simulated image. */
function imageId(image: string): string {
  return `sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`
}
