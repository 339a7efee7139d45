// HTTP in front of the simulated engine: versions, routes, faults, the call log, and the answers' form. It listens on a
// unix socket and holds every connection, so that it can drop them all at once.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { CallLog } from './call-log.ts'
import { containerRoutes } from './container-routes.ts'
import type { Engine } from './engine.ts'
import type { EventStreams } from './event-stream.ts'
import { Execs } from './exec.ts'
import { execRoutes } from './exec-routes.ts'
import type { Faults } from './faults.ts'
import { Fields } from './fields.ts'
import { isOlder } from './generation.ts'
import { parseJson, readAll, readUpgraded } from './incoming.ts'
import { logRoutes } from './log-routes.ts'
import { networkRoutes } from './network-routes.ts'
import { type Port, portOf, upgradedPort } from './port.ts'
import { Refusal } from './refusal.ts'
import { type Answer, RouteTable } from './route-table.ts'
import { systemRoutes } from './system-routes.ts'

const routes = new RouteTable({ ...systemRoutes, ...containerRoutes, ...networkRoutes, ...execRoutes, ...logRoutes })

export interface ServerParts {
  readonly engine: Engine
  readonly faults: Faults
  readonly calls: CallLog
  readonly streams: EventStreams
  /** Told whenever a call came or was answered. */
  readonly changed: () => void
}

export class ApiServer {
  readonly #parts: ServerParts
  readonly #execs: Execs
  readonly #sockets = new Set<Duplex>()
  #server: Server | null = null
  #thawed: Promise<void> | null = null
  #thaw: (() => void) | null = null
  /** True: every connection is dropped as soon as it is made. */
  refusing = false

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#execs = new Execs(parts.engine)
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets.size
  }

  async listen(socketPath: string): Promise<void> {
    const server = createServer((request, response) => {
      void this.#serve(request, portOf(response, this.#headers), readAll(request))
    })
    server.keepAliveTimeout = 0
    server.on('connection', socket => this.#hold(socket))
    server.on('upgrade', (request, socket, head) => {
      void this.#serve(request, upgradedPort(socket), readUpgraded(request, socket, head))
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(socketPath, resolve)
    })
    this.#server = server
  }

  /** Drops the listener and every connection at once, as a killed process does. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    this.thaw()
    if (server === null) return
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** Takes calls and answers none until `thaw`: a process that was sent SIGSTOP. */
  freeze(): void {
    this.#thawed ??= new Promise(resolve => {
      this.#thaw = resolve
    })
  }

  thaw(): void {
    this.#thaw?.()
    this.#thaw = null
    this.#thawed = null
  }

  #hold(socket: Socket): void {
    if (this.refusing) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    this.#parts.changed()
    socket.on('close', () => this.#sockets.delete(socket))
    // A client that goes away in the middle is no event for anybody.
    socket.on('error', () => undefined)
  }

  get #headers(): Readonly<Record<string, string>> {
    const { traits } = this.#parts.engine
    return {
      'Api-Version': traits.apiVersion,
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      Server: `Docker/${traits.version} (linux)`,
    }
  }

  async #serve(request: IncomingMessage, port: Port, incoming: Promise<string>): Promise<void> {
    const text = await incoming
    if (this.#thawed !== null) await this.#thawed
    if (this.#server === null) return
    const { api, path, query } = this.#parse(request.url ?? '/')
    const method = request.method ?? 'GET'
    const route = routes.find(method, path)
    const body = parseJson(text)
    const full = query.size === 0 ? path : `${path}?${query}`
    const name = route?.name ?? `${method} unknown`
    const write = this.#parts.calls.note(method, full, name, body)
    this.#parts.changed()
    const old = isOlder(api, '1.24')
    const say = (answer: Answer) => {
      if (write !== null && answer.kind !== 'streamed') write.status = answer.status
      port.answer(answer, old)
      this.#parts.changed()
    }
    try {
      const faults = this.#parts.faults.meeting({ route: name, method, path: full })
      this.#parts.changed()
      if (faults.some(fault => fault.kind === 'hang')) return
      for (const fault of faults) {
        if (fault.kind === 'slow') await this.#parts.engine.elapse(fault.milliseconds)
        if (fault.kind === 'before') await fault.hook({ route: name, method, path: full })
      }
      for (const fault of faults) {
        if (fault.kind === 'fail' && !fault.afterwards) throw new Refusal(fault.status, fault.message)
      }
      this.#refuseVersion(api)
      if (route === null) throw new Refusal(404, 'page not found')
      const late = faults.find(fault => fault.kind === 'fail')
      const answer = await route.handle({
        engine: this.#parts.engine,
        execs: this.#execs,
        streams: this.#parts.streams,
        id: route.id,
        query,
        body: new Fields(body),
        api,
        open: (status, contentType) => {
          if (write !== null) write.status = status
          return port.open(status, contentType)
        },
      })
      for (const fault of faults) if (fault.kind === 'after') await fault.hook({ route: name, method, path: full })
      if (late?.kind === 'fail') throw new Refusal(late.status, late.message)
      say(answer)
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, `simulator bug: ${String(error)}`)
      if (refusal.status === 304) say({ kind: 'empty', status: 304 })
      else say({ kind: 'json', status: refusal.status, value: { message: refusal.message } })
    }
  }

  #parse(url: string): { api: string; path: string; query: URLSearchParams } {
    const [before = '/', query = ''] = url.split('?')
    const versioned = /^\/v(\d+\.\d+)(\/.*)$/.exec(before)
    return {
      api: versioned?.[1] ?? this.#parts.engine.traits.apiVersion,
      path: versioned?.[2] ?? before,
      query: new URLSearchParams(query),
    }
  }

  #refuseVersion(api: string): void {
    const { apiVersion, minApiVersion } = this.#parts.engine.traits
    if (isOlder(apiVersion, api)) {
      throw new Refusal(400, `client version ${api} is too new. Maximum supported API version is ${apiVersion}`)
    }
    if (isOlder(api, minApiVersion)) {
      const message = `client version ${api} is too old. Minimum supported API version is ${minApiVersion}, please upgrade your client to a newer version`
      throw new Refusal(400, message)
    }
  }
}
