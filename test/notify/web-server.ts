// A real receiver on the loopback: keeps what it is sent, and answers as a test says; also not at all.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { until } from '../support/until.ts'

export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** `hang`: the connection is taken, and nothing ever comes. `cut`: it is closed without an answer. */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'hang'
  | 'cut'

export class WebServer implements AsyncDisposable {
  readonly received: Received[] = []
  /** What the next calls get, in order; then `fallback`. */
  readonly replies: Reply[] = []
  fallback: Reply | ((received: Received) => Reply) = { status: 200, body: 'ok' }
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(): Promise<WebServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request
        const received = { method, path, headers, body: Buffer.concat(chunks).toString() }
        const fallback = typeof web.fallback === 'function' ? web.fallback(received) : web.fallback
        const reply = web.replies.shift() ?? fallback
        web.received.push(received)
        if (reply === 'hang') return
        if (reply === 'cut') request.socket.destroy()
        else response.writeHead(reply.status, reply.headers).end(reply.body ?? '')
      })
    })
    const web = new WebServer(server)
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', resolve)
    await promise
    return web
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The bodies as JSON. */
  get messages(): readonly Record<string, unknown>[] {
    return this.received.map(r => JSON.parse(r.body) as Record<string, unknown>)
  }

  /** The first so many, once they are there. */
  got(count: number): Promise<readonly Received[]> {
    return until(() => (this.received.length >= count ? this.received : null), {
      what: `${count} messages; it got ${this.received.length}`,
      deadline: 40_000,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    await promise
  }
}
