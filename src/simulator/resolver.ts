// The embedded DNS: which address a name has for a container. Pure.
import { hasProcess, type SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { shortOf } from './identifier.ts'
import type { ProgramResult } from './inside.ts'
import { isPredefined } from './network.ts'

/**
 * The address of a running container that shares a network of the user's own with this one and answers to the name: its
 * own name, an alias on that network, or its short id. Null: not found.
 */
export function resolve(engine: Engine, container: SimContainer, name: string): string | null {
  const wanted = name.toLowerCase()
  for (const entry of container.entries.values()) {
    const network = engine.networks.get(entry.networkId)
    if (network === undefined || entry.endpointId === '' || isPredefined(network)) continue
    for (const [id, endpoint] of network.endpoints) {
      const peer = engine.containers.get(id)
      if (peer === undefined || !hasProcess(peer)) continue
      const aliases = peer.entries.get(network.name)?.aliases ?? []
      const names = [peer.name, shortOf(peer.id), ...aliases].map(n => n.toLowerCase())
      if (names.includes(wanted) || names.some(n => `${n}.${network.name.toLowerCase()}` === wanted))
        return endpoint.address
    }
  }
  return null
}

/** `getent hosts NAME`, run in the container. */
export function getent(engine: Engine, container: SimContainer, argv: readonly string[]): ProgramResult {
  const [database, name = ''] = argv
  if (database !== 'hosts' && database !== 'ahosts') return { exitCode: 1, output: `Unknown database: ${database}\n` }
  const address = resolve(engine, container, name)
  return address === null ? { exitCode: 2, output: '' } : { exitCode: 0, output: `${address.padEnd(15)} ${name}\n` }
}
