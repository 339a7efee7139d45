// This host's side of the engine's networks: their bridges, and who answers on them. Linux only; elsewhere, in another network
// namespace than the engine's, and of an engine that is not on this host, nothing is known.
import { readFileSync, readlinkSync } from 'node:fs'
import { connect, isIPv4 } from 'node:net'
import { join } from 'node:path'
import type { BridgeState, SeenHost } from '../core/examination.ts'
import type { Wire } from '../heal/ports.ts'

/** Nobody listens there (tcpmux): a kernel that has the address refuses it at once, and no program is bothered. */
const UNUSED_PORT = 1
/** The engine makes it of a network's id, so it is on no other host by chance. */
const OWN_NAME = /^br-[0-9a-f]{12}$/
/** An engine that is not on this host does not come here: with the same networks it is looked for again only so often. */
const SPARED = 10

/** So many are remembered: one that is there still is enough. */
const MOST_REMEMBERED = 16

/**
 * @param known what an earlier process has seen; it proves nothing in another network namespace
 * @param proc this process's view of its network namespace
 */
export function openWire(known: SeenHost | null, proc = '/proc/self/net'): Wire {
  const namespace = namespaceAt(proc)
  const before: ReadonlySet<string> = new Set(known?.namespace === namespace ? known.bridges : [])
  let isHost = false
  /** The bridges of an engine that was not found here, and how often it was not looked for since. */
  let elsewhere = ''
  let spared = 0
  let seen: SeenHost | null = namespace !== null && before.size > 0 ? known : null

  /** Sorted, so that it changes only where something did. */
  function remember(here: readonly string[]): void {
    if (namespace === null || here.length === 0) return
    const bridges = here.toSorted().slice(0, MOST_REMEMBERED)
    if (seen === null || bridges.join() !== seen.bridges.join()) seen = { namespace, bridges }
  }

  return {
    bridges(names) {
      const all = (): ReadonlySet<string> => interfacesIn(read(`${proc}/dev`), /^\s*(\S+):/gm)
      if (!isHost) {
        const asked = names.join()
        if (asked === elsewhere && ++spared < SPARED) return new Map()
        spared = 0
        elsewhere = asked
        const there = all()
        // Once seen, it stays so: the last bridge may be the one that is gone.
        isHost = names.some(name => before.has(name) || (OWN_NAME.test(name) && there.has(name)))
        if (!isHost) return new Map()
      }
      // An interface that is down, or has no address, has no route.
      const routed = interfacesIn(read(`${proc}/route`), /^(\S+)\t/gm)
      const there = names.every(name => routed.has(name)) ? routed : all()
      remember(names.filter(name => OWN_NAME.test(name) && (routed.has(name) || there.has(name))))
      const stateOf = (name: string): BridgeState => (routed.has(name) ? 'up' : there.has(name) ? 'down' : 'gone')
      return new Map(names.map(name => [name, stateOf(name)]))
    },

    seen: () => seen,

    async probe(address, bridge, patience, signal) {
      // An engine's word: a name would be asked for elsewhere.
      if (!isIPv4(address)) return 'unknown'
      const answer = await knock(address, patience, signal)
      if (answer === 'unreachable') return hasNeighbour(read(`${proc}/arp`), address, bridge) ? 'unknown' : 'nobody'
      return answer
    },
  }
}

/** `net:[4026531840]`; null: this is no Linux. */
function namespaceAt(proc: string): string | null {
  try {
    return readlinkSync(join(proc, '../ns/net'))
  } catch {
    return null
  }
}

/** Null: there is no such file, so this is no Linux. As UTF-8, which Node reads in one go: a third cheaper, at each poll. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function interfacesIn(text: string | null, name: RegExp): ReadonlySet<string> {
  return new Set([...(text ?? '').matchAll(name)].map(([, found = '']) => found))
}

/**
 * Whether the host has, or had no need to ask for, that neighbour. A firewall's "host unreachable" looks the same to the
 * caller as nobody's answer, but then there is no entry of one that was asked for in vain: flags 0x0.
 */
function hasNeighbour(arp: string | null, address: string, bridge: string): boolean {
  const entry = (arp ?? '')
    .split('\n')
    .map(line => line.split(/\s+/))
    .find(([ip, , , , , on]) => ip === address && on === bridge)
  return entry === undefined || entry[2] !== '0x0'
}

function knock(host: string, patience: number, signal: AbortSignal): Promise<'answers' | 'unreachable' | 'unknown'> {
  return new Promise(resolve => {
    const socket = connect({ host, port: UNUSED_PORT })
    const end = (answer: 'answers' | 'unreachable' | 'unknown'): void => {
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve(answer)
    }
    const giveUp = (): void => end('unknown')
    signal.addEventListener('abort', giveUp, { once: true })
    socket.setTimeout(patience, giveUp)
    socket.on('connect', () => end('answers'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') end('answers')
      else end(error.code === 'EHOSTUNREACH' ? 'unreachable' : 'unknown')
    })
    if (signal.aborted) giveUp()
  })
}
