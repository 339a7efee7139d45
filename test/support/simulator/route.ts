// Which of a container's networks holds its default route. Pure; libnetwork's endpoint order.
import type { Entry, SimContainer } from '../../../src/simulator/container.ts'
import type { Engine } from '../../../src/simulator/engine.ts'

/**
 * The entry with the greatest priority (API 1.48 and later), then the first by network name; an internal network never.
 * Null when there is none.
 */
export function defaultRoute(
  engine: Engine,
  container: SimContainer,
): { readonly network: string; readonly gateway: string } | null {
  const [first] = liveEntries(engine, container)
    .filter(({ entry, internal }) => entry.gateway !== '' && !internal)
    .sort((a, b) => {
      const priority = engine.traits.gatewayPriority ? b.entry.gatewayPriority - a.entry.gatewayPriority : 0
      return priority !== 0 ? priority : a.network < b.network ? -1 : 1
    })
  return first === undefined ? null : { network: first.network, gateway: first.entry.gateway }
}

/** What busybox's `ip route` prints. */
export function routeTable(engine: Engine, container: SimContainer): string {
  const live = liveEntries(engine, container)
  const chosen = defaultRoute(engine, container)
  const lines = live.map(({ entry, subnet }, n) => `${subnet} dev eth${n} scope link  src ${entry.address} \n`)
  if (chosen === null) return lines.join('')
  const device = live.findIndex(({ network }) => network === chosen.network)
  return `default via ${chosen.gateway} dev eth${device} \n${lines.join('')}`
}

function liveEntries(
  engine: Engine,
  container: SimContainer,
): { network: string; entry: Entry; subnet: string; internal: boolean }[] {
  return [...container.entries].flatMap(([network, entry]) => {
    const found = engine.networks.get(entry.networkId)
    const subnet = found?.pool?.subnet
    return entry.endpointId === '' || subnet === undefined
      ? []
      : [{ network, entry, subnet, internal: found?.internal === true }]
  })
}
