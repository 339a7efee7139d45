// What the engine says of a network's members and of a container's interfaces, beyond the container's own entries.
import { isGone, NethealError } from '../core/errors.ts'
import type { Member, NetworkDetail } from '../core/examination.ts'
import type { Engine, Interfaces } from '../heal/ports.ts'
import type { Client } from './client.ts'
import { object, optionalObject, optionalText } from './json.ts'
import { subnetsOf } from './translate.ts'

export function examinerOn({ greet, call, docker }: Client): Pick<Engine, 'inspectNetwork' | 'interfaces'> {
  return {
    async inspectNetwork(networkId, signal) {
      await greet(signal)
      // Dockerode passes no signal on with this one: its answer comes or is left behind at the deadline.
      const inspect = (): Promise<unknown> => docker().getNetwork(networkId).inspect()
      try {
        return detailOf(await call('inspect network', signal, inspect, { again: true }))
      } catch (error) {
        if (error instanceof NethealError && isGone(error.code)) return null
        throw error
      }
    },

    async interfaces(containerId, signal) {
      await greet(signal)
      const container = docker().getContainer(containerId)
      const options = { stream: false as const, 'one-shot': true }
      const ask = (abortSignal: AbortSignal): Promise<unknown> =>
        container.stats({ ...options, abortSignal } as typeof options)
      try {
        return interfacesOf(await call('stats', signal, ask, { again: true }))
      } catch (error) {
        if (!(error instanceof NethealError)) throw error
        return missingIn(error.message)
      }
    },
  }
}

/** `GET /networks/{id}`. */
export function detailOf(value: unknown): NetworkDetail {
  const json = object(value, 'network')
  const configs = optionalObject(json.IPAM).Config
  const ipam = Array.isArray(configs) ? configs.map(optionalObject) : []
  return {
    id: optionalText(json.Id),
    members: new Map(Object.entries(optionalObject(json.Containers)).map(([id, member]) => [id, memberOf(member)])),
    subnets: subnetsOf(json.IPAM),
    gateways: ipam.map(c => withoutLength(optionalText(c.Gateway))).filter(g => g !== ''),
  }
}

function memberOf(value: unknown): Member {
  const json = optionalObject(value)
  return {
    endpointId: optionalText(json.EndpointID),
    name: optionalText(json.Name),
    ipv4: withoutLength(optionalText(json.IPv4Address)),
    ipv6: withoutLength(optionalText(json.IPv6Address)),
  }
}

function withoutLength(address: string): string {
  return address.split('/')[0] ?? ''
}

/** `GET /containers/{id}/stats`: with 200, too, it may be the message of a failure (Docker 26 and 28). */
function interfacesOf(value: unknown): Interfaces | null {
  const json = optionalObject(value)
  const message = optionalText(json.message)
  if (message !== '') return missingIn(message)
  const networks = optionalObject(json.networks)
  return { present: Object.keys(networks), missing: null }
}

/** The engine gives the name of the interface in its words only. */
function missingIn(message: string): Interfaces | null {
  const name = /failed to retrieve the statistics for (\S+) in netns .*Link not found/i.exec(message)?.[1]
  return name === undefined ? null : { present: [], missing: name }
}
