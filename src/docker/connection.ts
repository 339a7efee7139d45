// How to reach an engine: `unix://`, `tcp://` (with TLS) or `ssh://` into dockerode's options, every one of them explicit:
// what is left out, docker-modem takes from DOCKER_HOST, which the config has already weighed.
import { Agent } from 'node:http'
import { inspect } from 'node:util'
import type { DockerOptions } from 'dockerode'
import { NethealError } from '../core/errors.ts'
import { bareHost, sshAgent } from './ssh.ts'
import { checkTls, secureAgent } from './tls.ts'

/** What the PEM files hold. */
export interface Tls {
  readonly ca: Buffer | null
  readonly cert: Buffer | null
  readonly key: Buffer | null
}

export interface Connection {
  readonly options: DockerOptions
  /** Ends the kept-alive connections. */
  close(): void
}

/** Throws NethealError `config` for a host that is none, and for TLS files that cannot be used. */
export function connectionTo(host: string, tls: Tls | null): Connection {
  const plain = {
    host: undefined,
    port: undefined,
    protocol: 'http',
    timeout: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  }
  if (host.startsWith('unix://')) {
    // `servername` is for TLS; without one, Node works it out at each request, and its pattern of an IPv6 address takes 4 ms
    // to be compiled.
    const agent = new Agent(Object.assign({ keepAlive: true }, { servername: '' }))
    return connection({ ...plain, socketPath: host.slice('unix://'.length), agent }, agent)
  }
  const url = parseUrl(host)
  if (url.protocol === 'ssh:') {
    const agent = sshAgent(url)
    return connection({ ...plain, host: 'docker', port: 80, agent }, agent)
  }
  const port = url.port === '' ? (tls === null ? 2375 : 2376) : Number(url.port)
  if (tls === null) {
    const agent = new Agent({ keepAlive: true })
    return connection({ ...plain, host: bareHost(url), port, agent }, agent)
  }
  checkTls(tls)
  const identity = { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined }
  const agent = secureAgent(identity)
  return connection({ ...plain, host: bareHost(url), port, protocol: 'https', ...identity, agent }, agent)
}

/** The cast is the one place where dockerode's types do not know `undefined` and `agent`. */
function connection(options: Record<string, unknown>, agent: { destroy(): void }): Connection {
  // docker-modem 5.0.7 prints its options at every call, for a debug log that nobody reads, and to any depth: an agent with
  // its sockets and its queue costs some 80 ms of CPU a call, and the more the more calls wait.
  Object.defineProperty(agent, inspect.custom, { value: () => 'agent' })
  return { options: options as unknown as DockerOptions, close: () => agent.destroy() }
}

function parseUrl(host: string): URL {
  const url = URL.canParse(host) ? new URL(host) : null
  if (url === null || !['tcp:', 'ssh:', 'http:', 'https:'].includes(url.protocol)) {
    throw new NethealError('config', `docker.host: ${host} is no engine's address`, {
      hint: 'write unix:///var/run/docker.sock, tcp://HOST:2376 or ssh://USER@HOST',
    })
  }
  return url
}
