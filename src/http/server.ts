// The HTTP server: opens a port and keeps it open. That it cannot is a problem to be told and tried again, never a reason
// not to heal. It outlives slow, broken and hostile clients by limits on all that they could use up.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import type { Clock, Journal } from '../heal/ports.ts'
import { type AnswerOptions, answer, type Routes } from './answer.ts'
import { type Connections, connectionsOf } from './connections.ts'

/** Milliseconds, and counts. */
export interface Limits {
  /** Until the headers of a request are there. */
  readonly headers: number
  /** Until a request is there to its end. */
  readonly request: number
  /** Without a byte in either direction. */
  readonly idle: number
  /** Between two requests of one connection. */
  readonly keepAlive: number
  readonly connections: number
}

export const USUAL_LIMITS: Limits = {
  headers: 5_000,
  request: 10_000,
  idle: 15_000,
  keepAlive: 5_000,
  connections: 64,
}

const RETRY_MIN = 1_000
const RETRY_MAX = 60_000

export interface SiteOptions {
  /** `host` is an address without brackets. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Names besides the loopback's and the address's own that a request may ask for. */
  readonly hosts: readonly string[]
  readonly routes: Routes
  readonly clock: Clock
  readonly journal: Journal
  /** Told once of each reason why the port is not open, and with null when it is. */
  readonly onProblem: (problem: string | null) => void
  readonly limits?: Limits
}

export interface Site extends AsyncDisposable {
  /** Where it listens now, null while it does not. */
  readonly address: AddressInfo | null
}

/** Returns at once. Disposing closes the port and every connection. */
export function openSite(options: SiteOptions): Site {
  const stop = new AbortController()
  const state: { server: Server | null } = { server: null }
  const ended = keepOpen(options, stop.signal, state)
  return {
    get address() {
      const address = state.server?.address()
      return typeof address === 'object' ? address : null
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await ended
    },
  }
}

async function keepOpen(options: SiteOptions, stop: AbortSignal, state: { server: Server | null }): Promise<void> {
  const { listen, clock, journal, onProblem } = options
  let said: string | null = null
  for (let failures = 0; !stop.aborted; ) {
    const server = serverFor(options)
    try {
      server.listen({ host: listen.host, port: listen.port })
      await once(server, 'listening', { signal: stop })
      state.server = server
      failures = 0
      said = null
      onProblem(null)
      const { address, port } = server.address() as AddressInfo
      journal.info({ address, port }, 'the page is served')
      if (!isLoopback(address))
        journal.warn(
          { address, port },
          'the page can be read by everybody who reaches this address: there is no password',
        )
      // Only an error that the server did not survive ends this.
      await once(server, 'close', { signal: stop })
    } catch (error) {
      if (stop.aborted) break
      const problem = problemOf(error, listen)
      if (problem !== said) journal.error({ ...listen, error: problem }, 'the page is not served; healing goes on')
      said = problem
      onProblem(problem)
    } finally {
      state.server = null
      await closed(server)
    }
    failures += 1
    await clock.sleep(Math.min(RETRY_MAX, RETRY_MIN * 2 ** Math.min(10, failures - 1)), stop)
  }
}

function serverFor({ routes, hosts, journal, limits = USUAL_LIMITS }: SiteOptions): Server {
  const room: { connections?: Connections } = {}
  const isCrowded = (request: IncomingMessage, response: ServerResponse): boolean =>
    room.connections?.admits(request, response) === false
  const about: AnswerOptions = { routes, names: hosts, journal, isCrowded }
  const server = createServer(
    {
      headersTimeout: limits.headers,
      requestTimeout: limits.request,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: Math.min(1_000, limits.headers),
      maxHeaderSize: 8 * 1024,
    },
    (request, response) => void answer(request, response, about),
  )
  // Without a listener Node would ask for the body.
  server.on('checkContinue', (request, response) => void answer(request, response, about))
  // Whoever waits for one hears of it; nobody waits while it closes, and then it must not end the daemon.
  server.on('error', () => undefined)
  room.connections = connectionsOf(server, limits.connections)
  server.maxRequestsPerSocket = 1_000
  // A client that does not read what it asked for, too.
  server.setTimeout(limits.idle)
  return server
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  if (!server.listening) return
  const end = once(server, 'close')
  server.close()
  await end
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.')
}

/** What failed on which address, and what to do. */
function problemOf(error: unknown, { host, port }: SiteOptions['listen']): string {
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EADDRINUSE':
      return `http.listen: something else listens on ${where} already; stop it, or write another port`
    case 'EACCES':
      return `http.listen: this user may not listen on ${where}; ports below 1024 are for root: use a higher one`
    case 'EADDRNOTAVAIL':
      return `http.listen: no interface of this host has the address ${host} now; write another one, or 127.0.0.1`
    case 'EAFNOSUPPORT':
      return `http.listen: this host, or its systemd unit, allows no ${isIPv6(host) ? 'IPv6' : 'IPv4'}, so ${where} cannot be listened on`
    default:
      return `http.listen: cannot listen on ${where}: ${message}`
  }
}
