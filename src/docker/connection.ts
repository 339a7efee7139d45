// How to reach an engine: `unix://`, `tcp://` (with TLS) or `ssh://` as an agent of node:http, which keeps the connections open
// between calls, and where it listens.
import { Agent } from 'node:http'
import { NethealError } from '../core/errors.ts'
import type { Target } from './modem.ts'
import { bareHost, sshAgent } from './ssh.ts'
import { checkTls, secureAgent, type Tls } from './tls.ts'

export interface Connection {
  readonly agent: Agent
  readonly target: Target
}

/** Throws NethealError `config` for a host that is none, and for TLS files that cannot be used. Connects to nothing yet. */
export function connectionTo(host: string, tls: Tls | null): Connection {
  if (host.startsWith('unix://')) {
    // Without a name Node works one out for TLS at each request; the pattern for that takes 4 ms to be compiled.
    const target = { socketPath: host.slice('unix://'.length), servername: '' as const }
    return { agent: new Agent({ keepAlive: true }), target }
  }
  const url = parseUrl(host)
  // The agent knows where to; the names are for the request's head.
  if (url.protocol === 'ssh:') return { agent: sshAgent(url), target: { host: 'docker', port: 80 } }
  const port = url.port === '' ? (tls === null ? 2375 : 2376) : Number(url.port)
  const target = { host: bareHost(url), port }
  if (tls === null) return { agent: new Agent({ keepAlive: true }), target }
  checkTls(tls)
  return { agent: secureAgent(tls), target }
}

function parseUrl(host: string): URL {
  const url = URL.canParse(host) ? new URL(host) : null
  if (url === null || !['tcp:', 'ssh:', 'http:', 'https:'].includes(url.protocol)) {
    throw new NethealError('config', `docker.host: ${host} is not the address of an engine`, {
      hint: 'write unix:///var/run/docker.sock, tcp://HOST:2376 or ssh://USER@HOST',
    })
  }
  return url
}
