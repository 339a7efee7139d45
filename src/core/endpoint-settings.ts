// What an endpoint is asked to be, beside its aliases: addresses, driver options, gateway priority. The engine
// forgets all of it at a disconnect, so a heal gives it again (docs/design.md, "A heal gives back what was there").

/** As it was asked for, not as it came out: an address that the engine chose is none of these. */
export interface EndpointSettings {
  readonly ipv4: string | null
  readonly ipv6: string | null
  readonly linkLocal: readonly string[]
  /** With the interface's name among them (Docker 28): `com.docker.network.endpoint.ifname`. */
  readonly driverOptions: Readonly<Record<string, string>>
  /** Null: the engine cannot be told, or was not. */
  readonly gatewayPriority: number | null
}

export const NO_SETTINGS: EndpointSettings = {
  ipv4: null,
  ipv6: null,
  linkLocal: [],
  driverOptions: {},
  gatewayPriority: null,
}
