// Which names a request may ask for. A page of somebody else's can point its own name at this address (DNS rebinding), and
// would then read what is served here as if it were its own: so only names that nobody else can own are answered.

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * The name in a Host header: lower case, without port, brackets, and a dot at its end. Null for what is none.
 * `localhost:8790`, `[::1]:8790`, `192.0.2.7`.
 */
export function hostNameOf(header: string | undefined): string | null {
  const [, v6, plain] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(header ?? '') ?? []
  const name = (v6 ?? plain ?? '').toLowerCase().replace(/\.$/, '')
  return name === '' ? null : name
}

/**
 * Whatever the port: it may come through a tunnel. `own`: the address at which the request arrived; an address in the Host
 * header is no name that could be rebound. `names`: those of the config.
 */
export function mayAskFor(name: string, own: string | undefined, names: readonly string[]): boolean {
  return (
    LOOPBACK.includes(name) ||
    (own !== undefined && name === own.toLowerCase().replace(/^::ffff:/, '')) ||
    names.some(n => n.toLowerCase().replace(/^\[(.*)\]$/, '$1') === name)
  )
}
