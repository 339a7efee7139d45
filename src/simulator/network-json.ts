// Networks as the API shows them. Pure.
import type { Engine } from './engine.ts'
import { rfc3339 } from './instant.ts'
import type { SimNetwork } from './network.ts'

/** As a list has it: without its members. */
export function networkJson(engine: Engine, network: SimNetwork): Record<string, unknown> {
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
    Containers: {},
    Options: network.options,
    Labels: network.labels,
  }
}
