// What was found beyond a container's own entry: the network's list of members, the container's interfaces, and what answers
// at the wire. Data only: heal/ asks, core/ decides.

/** `GET /networks/{id}`: who is on it by the network's own word. */
export interface NetworkDetail {
  readonly id: string
  /** By container id. */
  readonly members: ReadonlyMap<string, Member>
  /** In CIDR form (`172.18.0.0/16`). */
  readonly subnets: readonly string[]
  /** Addresses without a prefix length. */
  readonly gateways: readonly string[]
}

export interface Member {
  readonly endpointId: string
  readonly name: string
  /** Without a prefix length; empty where it has none. */
  readonly ipv4: string
  readonly ipv6: string
}

/**
 * What was found of one container on one network. `unknown`: it could not be asked, or proves nothing. It holds for the
 * endpoint that it was found for, and for no other.
 */
export interface PairFinding {
  readonly endpointId: string
  /** Whether the network's own list of members has that endpoint. */
  readonly member: 'present' | 'missing' | 'unknown'
  /** The container's interface on this network. */
  readonly interface: 'present' | 'missing' | 'unknown'
  /** Who answers for the container's address. */
  readonly wire: 'answers' | 'nobody' | 'unknown'
  /** When the interface and the wire were found so; milliseconds since the epoch. */
  readonly at: number
}

/** Of a network's bridge on the engine's host. `down`: it is there, and takes no packet. */
export type BridgeState = 'up' | 'down' | 'gone'

/**
 * Proof that the engine's networks are this host's: some of its bridges, as they were seen here. A later process can tell by it
 * that a bridge is gone, although none is left.
 */
export interface SeenHost {
  /** The network namespace in which they were seen, in the kernel's words. */
  readonly namespace: string
  /** Named after networks of the engine's, so they are on no other host by chance. */
  readonly bridges: readonly string[]
}

export interface Examination {
  /** By network id. */
  readonly networks: ReadonlyMap<string, NetworkDetail>
  /** By network id; a network whose bridge cannot be seen from here is not in it. */
  readonly bridges: ReadonlyMap<string, BridgeState>
  /** By `pairKey`. */
  readonly pairs: ReadonlyMap<string, PairFinding>
}

export const UNEXAMINED: Examination = { networks: new Map(), bridges: new Map(), pairs: new Map() }

export function pairKey(containerId: string, networkId: string): string {
  return `${containerId} ${networkId}`
}
