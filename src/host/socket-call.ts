// Calls on the engine's socket by hand: curl, by what it sends where; netcat and its kind, of which nobody can tell.
import { holesOf, known, shownValue, type Value } from '../shell/value.ts'
import { ADDRESS6, DEEDS, type DockerCall, type Part, PLAIN, partOf, unknownPart } from './call.ts'

/** Null: another program. */
export function socketCalls(program: string, words: readonly Value[], line: number): readonly DockerCall[] | null {
  if (program === 'curl') return curlCalls(words, line)
  if (!/^(nc|ncat|netcat|socat|wget|http)$/.test(program)) return null
  return words.some(w => shownValue(w).includes('docker.sock')) ? [{ ...PLAIN, command: 'engine-call' }] : []
}

/** `curl --unix-socket /var/run/docker.sock -X POST http://localhost/containers/pms-backend/restart` */
function curlCalls(words: readonly Value[], line: number): readonly DockerCall[] {
  const texts = words.map(w => known(w) ?? '')
  const socket = texts[texts.indexOf('--unix-socket') + 1] ?? ''
  const isEngine = texts.includes('--unix-socket')
    ? socket === '' || socket.includes('docker.sock')
    : texts.some(t => t.includes('docker.sock')) ||
      words.some(w => /^(https?:\/\/)?(127\.0\.0\.1|localhost):237[56]\//.test(shownValue(w)))
  if (!isEngine) return []
  const at = texts.findIndex(t => t === '-X' || t === '--request')
  const glued = texts.map(t => /^(?:-X|--request=)([A-Z]+)$/.exec(t)?.[1]).find(t => t !== undefined)
  const sends = texts.some(t => t === '-d' || t === '--json' || t.startsWith('--data'))
  const method = glued ?? (at === -1 ? (sends ? 'POST' : 'GET') : texts[at + 1])
  if (method === 'GET' || method === 'HEAD') return []
  const url = words.find(w => /^https?:\/\/|^(localhost|docker)\//.test(shownValue(w))) ?? []
  const [, what, name = '', action = ''] = /\/(containers|networks)\/([^/?]+)(?:\/(\w+))?/.exec(shownValue(url)) ?? []
  const named = nameIn(name, url, line)
  if (what === 'networks' && (action === 'connect' || action === 'disconnect')) {
    return [{ ...PLAIN, command: action, network: named, ...sentIn(words, line) }]
  }
  if (what === 'containers') {
    const command = method === 'DELETE' ? 'remove' : Object.hasOwn(DEEDS, action) ? DEEDS[action] : undefined
    if (command !== undefined) return [{ ...PLAIN, command, container: named }]
  }
  return [{ ...PLAIN, command: 'engine-call' }]
}

/** What stands in the body of a connect, and what of it no rule has a word for. */
function sentIn(words: readonly Value[], line: number): Partial<DockerCall> {
  const text = words.map(known).find(t => t?.includes('"Container"'))
  const body = jsonOf(text ?? '')
  const { Container: who, EndpointConfig: endpoint = {}, ...more } = body ?? {}
  const { Aliases: aliases, IPAMConfig: address, ...others } = objectOf(endpoint)
  const { IPv4Address: ipv4, IPv6Address: ipv6, ...rest } = objectOf(address)
  if (typeof who !== 'string') return { container: unknownPart('the body that is sent', line) }
  const part = (value: unknown, form?: RegExp): Part | null =>
    value === undefined || value === '' ? null : partOf([String(value)], line, form)
  return {
    container: partOf([who], line),
    aliases: Array.isArray(aliases) ? aliases.map(a => partOf([String(a)], line)) : [],
    address: part(ipv4),
    address6: part(ipv6, ADDRESS6),
    options: Object.keys({ ...more, ...others, ...rest }),
  }
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function nameIn(name: string, url: Value, line: number): Part {
  const hole = holesOf(url).find(h => name.includes(h.text))
  return hole === undefined ? partOf([name], line) : unknownPart(name, hole.line)
}
