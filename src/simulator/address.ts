// Addresses of a network: its subnet, its gateway, and which host numbers are taken. Hands out the lowest free one, as
// the bridge driver's IPAM does. Pure bookkeeping, IPv4 only.

export class AddressPool {
  readonly subnet: string
  readonly prefix: number
  readonly gateway: string
  /** A switch for tests: no address is left, whatever is taken. */
  exhausted = false
  readonly #base: number
  readonly #size: number
  readonly #taken = new Set<number>()
  #hint = 2

  constructor(subnet: string) {
    const [address = '', prefix = '16'] = subnet.split('/')
    this.subnet = subnet
    this.prefix = Number(prefix)
    this.#size = 2 ** (32 - this.prefix)
    this.#base = toNumber(address)
    this.gateway = toText(this.#base + 1)
  }

  /** The wanted address, else the lowest free one; null when there is none. */
  take(wanted: string | null): string | null {
    if (this.exhausted) return null
    if (wanted !== null) {
      const offset = toNumber(wanted) - this.#base
      if (offset < 1 || offset >= this.#size || this.#taken.has(offset)) return null
      this.#taken.add(offset)
      return wanted
    }
    for (let offset = this.#hint; offset < this.#size - 1; offset += 1) {
      if (this.#taken.has(offset)) continue
      this.#taken.add(offset)
      this.#hint = offset + 1
      return toText(this.#base + offset)
    }
    return null
  }

  release(address: string): void {
    const offset = toNumber(address) - this.#base
    if (this.#taken.delete(offset)) this.#hint = Math.min(this.#hint, Math.max(2, offset))
  }
}

/** The n-th subnet that the engine picks by itself: 172.17 to 172.31 as /16 as Docker does, then 10/8 in /24 for scale. */
export function defaultSubnet(n: number): string {
  if (n < 15) return `172.${17 + n}.0.0/16`
  const rest = n - 15
  return `10.${Math.floor(rest / 256) % 256}.${rest % 256}.0/24`
}

/** The MAC address that the bridge driver derives from an IPv4 address (before 28; later ones are random). */
export function macOf(address: string): string {
  const hex = address.split('.').map(part => Number(part).toString(16).padStart(2, '0'))
  return ['02', '42', ...hex].join(':')
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function toText(address: number): string {
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
}
