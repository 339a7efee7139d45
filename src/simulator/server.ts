// HTTP in front of the simulated engine: versions, routes, the call log, and the answers' form. It listens on a unix socket
// and holds every connection, so that it can drop them all at once.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { CallLog } from './call-log.ts'
import { containerRoutes } from './container-routes.ts'
import type { Engine } from './engine.ts'
import type { EventStreams } from './event-stream.ts'
import { Execs } from './exec.ts'
import { execRoutes } from './exec-routes.ts'
import { Fields } from './fields.ts'
import { isOlder } from './generation.ts'
import { parseJson, readAll } from './incoming.ts'
import { networkRoutes } from './network-routes.ts'
import { type Port, portOf } from './port.ts'
import { Refusal } from './refusal.ts'
import { type Answer, type Call, type Handler, RouteTable } from './route-table.ts'
import { systemRoutes } from './system-routes.ts'

const ROUTES = { ...systemRoutes, ...containerRoutes, ...networkRoutes, ...execRoutes }

/** What stands between the calls and the engine: a test's faults. */
export interface Front {
  /** A call has come whole; it is not noted before this resolves. */
  admit(): Promise<void>
  /** What is answered; `answer` lets the engine do it. */
  serve(call: Call, answer: (call: Call) => Promise<Answer>): Promise<Answer>
}

const NOTHING: Front = { admit: async () => undefined, serve: (call, answer) => answer(call) }

export interface ServerParts {
  readonly engine: Engine
  readonly calls: CallLog
  readonly streams: EventStreams
  readonly front?: Front | undefined
  /** Beside those that netheal calls; one of the same name takes its place. */
  readonly routes?: Readonly<Record<string, Handler>> | undefined
  /** Told whenever a call came or was answered. */
  readonly changed: () => void
}

export class ApiServer {
  readonly #parts: ServerParts
  readonly #execs: Execs
  readonly #routes: RouteTable
  readonly #front: Front
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null

  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#execs = new Execs(parts.engine)
    this.#routes = new RouteTable({ ...ROUTES, ...parts.routes })
    this.#front = parts.front ?? NOTHING
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
    if (server === null) return
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #hold(socket: Socket): void {
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
    await this.#front.admit()
    if (this.#server === null) return
    const { api, path, query } = this.#parse(request.url ?? '/')
    const method = request.method ?? 'GET'
    const found = this.#routes.find(method, path)
    const body = parseJson(text)
    const full = query.size === 0 ? path : `${path}?${query}`
    const route = found?.name ?? `${method} unknown`
    const write = this.#parts.calls.note(method, full, route, body)
    this.#parts.changed()
    const say = (answer: Answer) => {
      if (write !== null && answer.kind !== 'streamed') write.status = answer.status
      port.answer(answer)
      this.#parts.changed()
    }
    const call: Call = {
      engine: this.#parts.engine,
      execs: this.#execs,
      streams: this.#parts.streams,
      route,
      method,
      path: full,
      id: found?.id ?? '',
      query,
      body: new Fields(body),
      api,
      open: (status, contentType) => {
        if (write !== null) write.status = status
        return port.open(status, contentType)
      },
    }
    try {
      const answer = await this.#front.serve(call, async asked => {
        this.#refuseVersion(api)
        if (found === null) throw new Refusal(404, 'page not found')
        return await found.handle(asked)
      })
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
