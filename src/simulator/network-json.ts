// Networks as the API shows them. Pure.
import type { Engine } from './engine.ts'
import { rfc3339 } from './instant.ts'
import type { SimNetwork } from './network.ts'

/** `detailed`: with the members, which are running containers only. A list always has none. */
export function networkJson(engine: Engine, network: SimNetwork, detailed: boolean): Record<string, unknown> {
  const { pool } = network
  return {
    Name: network.name,
    Id: network.id,
    Created: rfc3339(network.created),
    Scope: network.scope,
    Driver: network.driver,
    ...(engine.traits.era === 3 ? { EnableIPv4: true } : {}),
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: pool === null ? [] : [{ Subnet: pool.subnet, Gateway: pool.gateway }],
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: detailed ? members(engine, network) : {},
    Options: network.options,
    Labels: network.labels,
  }
}

function members(engine: Engine, network: SimNetwork): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [id, endpoint] of network.endpoints) {
    found[id] = {
      Name: engine.containers.get(id)?.name ?? '',
      EndpointID: endpoint.endpointId,
      MacAddress: endpoint.mac,
      IPv4Address: endpoint.address === '' ? '' : `${endpoint.address}/${network.pool?.prefix ?? 0}`,
      IPv6Address: '',
    }
  }
  return found
}
