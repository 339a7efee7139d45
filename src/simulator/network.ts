// A simulated network and its endpoints. Data, and nothing that acts.
import type { AddressPool } from './address.ts'
import type { Instant } from './instant.ts'

export interface NetworkEndpoint {
  readonly endpointId: string
  readonly address: string
  readonly mac: string
}

export interface SimNetwork {
  readonly id: string
  readonly name: string
  readonly driver: string
  readonly scope: string
  readonly internal: boolean
  readonly attachable: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
  readonly created: Instant
  /** Null for `host` and `none`, which have no addresses. */
  readonly pool: AddressPool | null
  /** True when the subnet was given at the create: only then may an endpoint ask for its address. */
  readonly ownSubnet: boolean
  /** By container id: who is attached now. A stopped container is not. */
  readonly endpoints: Map<string, NetworkEndpoint>
}

export interface NetworkSpec {
  readonly name: string
  readonly driver?: string
  readonly scope?: string
  readonly internal?: boolean
  readonly attachable?: boolean
  readonly labels?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, string>>
  readonly subnet?: string
  /** 20.10 allows a second network of the same name unless this is set; later engines never do. */
  readonly checkDuplicate?: boolean
}

/** `bridge`, `host` and `none` come with the engine, cannot be removed, and have no DNS. */
export function isPredefined(network: SimNetwork): boolean {
  return network.name === 'bridge' || network.name === 'host' || network.name === 'none'
}
