// Where the page and the metrics are served, as `http.listen` has it: an address and a port, or a port alone.
// A name other than localhost is refused: DNS must not decide which address is meant.
export interface Listen {
  /** An address, without brackets. */
  readonly host: string
  readonly port: number
}

const LOOPBACK = '127.0.0.1'

/** `8790` and `localhost:8790` mean the loopback address. Null for what is not an address and a port. */
export function parseListen(text: string): Listen | null {
  const [, bracketed, plain, digits] = /^(?:\[([\da-fA-F:.]+)\]:|([^[\]:]+):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535) return null
  if (bracketed !== undefined) return isIpv6(bracketed) ? { host: bracketed.toLowerCase(), port } : null
  if (plain === undefined || plain === 'localhost') return { host: LOOPBACK, port }
  return isIpv4(plain) ? { host: plain, port } : null
}

/** As the config has it: `127.0.0.1:8790`, `[::1]:8790`. */
export function listenText({ host, port }: Listen): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** What to write instead, as a sentence (empty: the example will do); null when it is good. */
export function listenFault(text: string): string | null {
  if (/^[a-z]+:\/\//i.test(text)) {
    const rest = text.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/, '')
    return parseListen(rest) === null ? 'Write an address and a port, without "://".' : `Write ${JSON.stringify(rest)}.`
  }
  const [, open] = /^\*?:(\d{1,5})$/.exec(text) ?? []
  if (open !== undefined) return `Write "${open}" for this host only, or "0.0.0.0:${open}" for everyone.`
  const [, digits] = /:?(\d+)$/.exec(text) ?? []
  if (digits !== undefined && (text === digits || text.includes(':')) && Number(digits) > 65_535 && !isIpv6(text))
    return 'A port is at most 65535.'
  if (parseListen(text) !== null) return null
  if (isIpv4(text) || text === 'localhost') return `A port is missing: write "${text}:8790".`
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIpv6(bare)) return unbracketed(bare)
  return /^[\w.-]+:\d+$/.test(text)
    ? 'Write an address, not a name: "127.0.0.1", "localhost", or one of this host.'
    : ''
}

/** `::1:8790` may be an address with a port, or a whole address: both are offered. */
function unbracketed(text: string): string {
  const [, address, port] = /^(.*:[\da-f]*):(\d{4,5})$/i.exec(text) ?? []
  const whole = `A port is missing: write "[${text}]:8790".`
  if (address === undefined) return whole
  const before = address.endsWith(':') && !address.endsWith('::') ? `${address}:` : address
  return isIpv6(before) ? `Put the address in brackets: "[${before}]:${port}".` : whole
}

/** For a number in the file, a natural thing to write. */
export function listenAdvice(got: unknown): string | null {
  return typeof got === 'number' && Number.isInteger(got) && got > 0 && got <= 65_535
    ? `Write it in quotes: "${got}".`
    : null
}

function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isIpv6(text: string): boolean {
  return /^[\da-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`)
}
