// What was seen on the engine at one moment, in our own words. Data only: nothing here asks an engine.
import type { EndpointSettings } from './endpoint-settings.ts'
import type { Examination } from './examination.ts'

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead' | 'removing'

/** It has processes and a network of its own: running, or paused. */
export function isUp(status: ContainerStatus): boolean {
  return status === 'running' || status === 'paused'
}

/** One entry of a container's networks. The entry alone proves nothing: see `entryState` in plan.ts. */
export interface Endpoint {
  /** The network's name as the container knows it (the key of the entry). */
  readonly network: string
  /** Empty until the first start after a connect made while stopped (docs/engine-facts.md, "Attaching"). */
  readonly networkId: string
  /** Empty while the container is not running, and after a failed connect. */
  readonly endpointId: string
  /** Without the container's own name and short id, which engines before 26 add. Null: this look does not tell (a list). */
  readonly aliases: readonly string[] | null
  /** Its addresses now, without a prefix length; empty: none. */
  readonly ipv4: string
  readonly ipv6: string
  /** What it was asked to be. Null: this look does not tell (a list). */
  readonly settings: EndpointSettings | null
}

export interface Container {
  readonly id: string
  /** Without the leading slash. During a compose recreate it is temporary: see `settledNames` in identity.ts. */
  readonly name: string
  readonly image: string
  /** `sha256:...`; empty where it is not told. */
  readonly imageId: string
  readonly status: ContainerStatus
  readonly labels: Readonly<Record<string, string>>
  /** `coolify`, `bridge`, `host`, `none`, `container:<id>`, ... */
  readonly networkMode: string
  readonly endpoints: readonly Endpoint[]
  /** Milliseconds since the epoch; a list gives whole seconds only. */
  readonly createdAt: number
  /** A port is published, and the engine chooses the host's. Null: this look does not tell (a list). */
  readonly dynamicPorts: boolean | null
  /** What only an inspect tells; null where the container was seen in a list. */
  readonly run: Run | null
}

/**
 * The life of a container's process (docs/engine-facts.md, "State fields"). Times in milliseconds since the epoch, null
 * for "never".
 */
export interface Run {
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Counts restarts by policy only; a start by hand resets it to 0. */
  readonly restartCount: number
  readonly exitCode: number
  /** The engine's own words on a failed start, else empty. */
  readonly error: string
  /** The network, by name or id, for want of which the last start failed; null: another reason, or none. */
  readonly missingNetwork: string | null
}

export interface Network {
  readonly id: string
  readonly name: string
  readonly driver: string
  readonly internal: boolean
  readonly labels: Readonly<Record<string, string>>
  /** In CIDR form (`172.18.0.0/16`). */
  readonly subnets: readonly string[]
  /** Its containers get an IPv6 address. */
  readonly ipv6: boolean
  /** Only a template for other networks: no container can be on it. */
  readonly configOnly: boolean
  /** A container that is no service may be attached by hand. True for what is no overlay. */
  readonly attachable: boolean
  /** Its containers may talk to each other (`com.docker.network.bridge.enable_icc`). */
  readonly icc: boolean
  /** The interface of the engine's host that is this network; null: it has none that every packet needs. */
  readonly bridge: string | null
}

export interface World {
  readonly containers: readonly Container[]
  readonly networks: readonly Network[]
  /** API 1.48 and later: a connect may say which network keeps the default route. */
  readonly gatewayPriority: boolean
  /** Podman: the network that is joined last takes the default route, and at a start any of them does. */
  readonly newestTakesRoute: boolean
  /** What was found beyond the entries: kept from look to look, until it is examined anew. */
  readonly examined: Examination
  /** When the engine last came up, milliseconds since the epoch by its own clock; null: it does not tell. */
  readonly engineStartedAt: number | null
}

/** A world with some containers replaced by what an inspect shows, or taken out because they are gone. */
export function patched(
  world: World,
  seen: readonly Container[],
  gone: readonly string[],
  networks: readonly Network[],
): World {
  const replaced = new Set([...seen.map(c => c.id), ...gone])
  return {
    ...world,
    containers: [...world.containers.filter(c => !replaced.has(c.id)), ...seen],
    networks,
  }
}
