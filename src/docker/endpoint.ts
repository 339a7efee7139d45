// Endpoints in Docker's JSON: a container's entries as the engine tells them, and what a connect asks for.
import { type EndpointSettings, NO_SETTINGS } from '../core/endpoint-settings.ts'
import type { Endpoint } from '../core/world.ts'
import type { ConnectOptions } from '../heal/ports.ts'
import { isText, type Json, labelsOf, optionalObject, optionalText } from './json.ts'

/** `NetworkSettings` of a list or an inspect. `id` null: from a list, which does not tell aliases. Engines before 26 put the short id among them. */
export function endpointsOf(settings: unknown, id: string | null): readonly Endpoint[] {
  const networks = optionalObject(optionalObject(settings).Networks)
  return Object.entries(networks).map(([network, value]) => {
    const json = optionalObject(value)
    const aliases = textsOf(json.Aliases)
    return {
      network,
      networkId: optionalText(json.NetworkID),
      endpointId: optionalText(json.EndpointID) || unnamedEndpoint(json),
      aliases: id === null ? null : aliases.filter(alias => alias !== id.slice(0, 12)),
      ipv4: optionalText(json.IPAddress),
      ipv6: optionalText(json.GlobalIPv6Address),
      settings: id === null ? null : settingsOf(json),
    }
  })
}

/** Podman's endpoints have no id, but a MAC address that is new at each start. Docker shows no address without an id. */
function unnamedEndpoint(json: Json): string {
  const hasAddress = optionalText(json.IPAddress) !== '' || optionalText(json.GlobalIPv6Address) !== ''
  return hasAddress ? optionalText(json.MacAddress) : ''
}

function settingsOf(json: Json): EndpointSettings {
  const ipam = optionalObject(json.IPAMConfig)
  const priority = json.GwPriority
  return {
    ipv4: optionalText(ipam.IPv4Address) || null,
    ipv6: optionalText(ipam.IPv6Address) || null,
    linkLocal: textsOf(ipam.LinkLocalIPs),
    driverOptions: labelsOf(json.DriverOpts),
    gatewayPriority: typeof priority === 'number' ? priority : NO_SETTINGS.gatewayPriority,
  }
}

/** `EndpointConfig` of a connect: only what is asked for. A MAC address would be ignored there (measured on 20.10, 26.1 and 28.5). */
export function endpointJson(options: ConnectOptions): Json {
  const { aliases, ipv4, ipv6, linkLocal, driverOptions, gatewayPriority } = options
  const ipam = {
    ...(ipv4 === null ? {} : { IPv4Address: ipv4 }),
    ...(ipv6 === null ? {} : { IPv6Address: ipv6 }),
    ...(linkLocal.length === 0 ? {} : { LinkLocalIPs: [...linkLocal] }),
  }
  return {
    ...(aliases.length === 0 ? {} : { Aliases: [...aliases] }),
    ...(Object.keys(ipam).length === 0 ? {} : { IPAMConfig: ipam }),
    ...(Object.keys(driverOptions).length === 0 ? {} : { DriverOpts: { ...driverOptions } }),
    ...(gatewayPriority === null ? {} : { GwPriority: gatewayPriority }),
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(isText) : []
}
