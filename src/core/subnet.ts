// Addresses and subnets, compared as numbers: IPv6 has many spellings for one address.
import { BlockList, isIP } from 'node:net'

/** `172.18.0.5` in `172.18.0.0/16`. False where either is no address. */
export function isInSubnet(address: string, subnet: string): boolean {
  const [base = '', length = ''] = subnet.split('/')
  const [own, its] = [isIP(address), isIP(base)]
  if (own === 0 || own !== its || !/^\d{1,3}$/.test(length) || Number(length) > (its === 6 ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(base, Number(length), its === 6 ? 'ipv6' : 'ipv4')
  return list.check(address, own === 6 ? 'ipv6' : 'ipv4')
}
