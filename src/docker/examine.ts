// What the engine says of a network's members and of a container's interfaces, beyond the container's own entries.
import { isGone, NethealError } from '../core/errors.ts'
import type { Member, NetworkDetail } from '../core/examination.ts'
import type { Engine } from '../heal/ports.ts'
import type { Client } from './client.ts'
import { object, optionalObject, optionalText } from './json.ts'
import { subnetsOf } from './translate.ts'

/** Whatever is not told within this many milliseconds is not known: nobody waits longer to hear that all is well. */
const DEADLINE = 5_000
/** Characters of what an engine says that are looked at: its sentence has some 120. */
const LONGEST_SENTENCE = 1_000

export function examinerOn({ timeout, greet, call, docker }: Client): Pick<Engine, 'inspectNetwork' | 'hasInterfaces'> {
  const deadline = Math.min(timeout, DEADLINE)
  return {
    async inspectNetwork(networkId, signal) {
      await greet(signal)
      // Dockerode passes on what it is given as the query, and the signal with it (modem.ts); its types know of no such thing.
      const network = docker().getNetwork(networkId)
      const inspect = network.inspect as (options: { abortSignal: AbortSignal }) => Promise<unknown>
      const ask = (abortSignal: AbortSignal): Promise<unknown> => inspect.call(network, { abortSignal })
      try {
        return detailOf(await call('members', signal, ask, { again: true, deadline }))
      } catch (error) {
        if (error instanceof NethealError && isGone(error.code)) return null
        throw error
      }
    },

    async hasInterfaces(containerId, signal) {
      await greet(signal)
      const container = docker().getContainer(containerId)
      const options = { stream: false as const, 'one-shot': true }
      const ask = (abortSignal: AbortSignal): Promise<unknown> =>
        container.stats({ ...options, abortSignal } as typeof options)
      try {
        return hasAll(await call('stats', signal, ask, { again: true, deadline }))
      } catch (error) {
        if (!(error instanceof NethealError)) throw error
        if (tellsOfMissing(error.message)) return false
        throw error
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

/**
 * `GET /containers/{id}/stats`. With an interface missing, 26 and 28 answer 200 with a message in place of all figures, and
 * 20.10 leaves out the networks, as it does for a container that has ended.
 */
function hasAll(value: unknown): boolean | null {
  const json = optionalObject(value)
  const message = optionalText(json.message)
  if (message !== '') return tellsOfMissing(message) ? false : null
  return Object.keys(optionalObject(json.networks)).length > 0
}

/** Only the engine's words tell it from another failure. */
function tellsOfMissing(message: string): boolean {
  return /failed to retrieve the statistics for \S+ in netns .*Link not found/i.test(message.slice(0, LONGEST_SENTENCE))
}
