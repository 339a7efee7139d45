// How to reach an engine: `unix://`, `tcp://` (with TLS) or `ssh://` into dockerode's options, every one of them explicit:
// what is left out, docker-modem takes from DOCKER_HOST, which the config has already weighed.
import { Agent } from 'node:http'
import { inspect } from 'node:util'
import type { DockerOptions } from 'dockerode'
import { NethealError } from '../core/errors.ts'
import { bareHost, sshAgent } from './ssh.ts'
import { checkTls, secureAgent } from './tls.ts'
import { openWires, type Wires } from './wires.ts'

/** What the PEM files hold. */
export interface Tls {
  readonly ca: Buffer | null
  readonly cert: Buffer | null
  readonly key: Buffer | null
}

export interface Connection {
  readonly options: DockerOptions
  /** Null for an engine that is not behind a socket of this host. */
  readonly local: Local | null
  /** Ends the kept-alive connections. */
  close(): void
}

/** The two ways to a socket of this host. */
export interface Local {
  /** For plain calls. */
  readonly wires: Wires
  /** For what goes dockerode's way; made then. A one-shot of a quiet host has no such call, and never loads node:http. */
  agent(): Agent
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
  if (host.startsWith('unix://')) return localConnection(plain, host.slice('unix://'.length))
  const url = parseUrl(host)
  if (url.protocol === 'ssh:') return connection({ ...plain, host: 'docker', port: 80 }, sshAgent(url))
  const port = url.port === '' ? (tls === null ? 2375 : 2376) : Number(url.port)
  if (tls === null) return connection({ ...plain, host: bareHost(url), port }, new Agent({ keepAlive: true }))
  checkTls(tls)
  const identity = { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined }
  return connection({ ...plain, host: bareHost(url), port, protocol: 'https', ...identity }, secureAgent(identity))
}

function connection(options: Record<string, unknown>, agent: Agent): Connection {
  return { options: optionsFor({ ...options, agent: unprinted(agent) }), local: null, close: () => agent.destroy() }
}

function localConnection(options: Record<string, unknown>, socketPath: string): Connection {
  const wires = openWires(socketPath)
  let made: Agent | null = null
  return {
    options: optionsFor({ ...options, socketPath }),
    local: {
      wires,
      agent() {
        // `servername` is for TLS; without one, Node works it out at each request, and its pattern of an IPv6 address takes
        // 4 ms to be compiled.
        made ??= unprinted(new Agent(Object.assign({ keepAlive: true }, { servername: '' })))
        return made
      },
    },
    close() {
      wires.close()
      made?.destroy()
    },
  }
}

/** The cast is the one place where dockerode's types do not know `undefined` and `agent`. */
function optionsFor(options: Record<string, unknown>): DockerOptions {
  return options as unknown as DockerOptions
}

/**
 * docker-modem 5.0.7 prints its options at every call, for a debug log that nobody reads, and to any depth: an agent with
 * its sockets and its queue costs some 80 ms of CPU a call, and the more the more calls wait.
 */
function unprinted(agent: Agent): Agent {
  return Object.defineProperty(agent, inspect.custom, { value: () => 'agent' })
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
