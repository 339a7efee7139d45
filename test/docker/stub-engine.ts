// A server that answers as a test says, for what no simulated engine does: connections that break, answers that are odd.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Answers a call, or breaks its connection; called with the path without its version. */
export type Answering = (path: string, request: IncomingMessage, response: ServerResponse) => void

export class StubEngine implements AsyncDisposable {
  readonly host: string
  /** Every call, `GET /networks`, in order. */
  readonly calls: string[] = []
  /** Connections that were made. */
  connections = 0
  readonly #folder: string
  readonly #server: Server

  private constructor(folder: string, answering: Answering) {
    this.#folder = folder
    this.host = `unix://${join(folder, 'stub.sock')}`
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/^\/v\d+\.\d+/, '')
      this.calls.push(`${request.method} ${path}`)
      request.resume()
      if (path === '/version') answerWith(response, { Version: '28.5.2', ApiVersion: '1.51', MinAPIVersion: '1.24' })
      else answering(path, request, response)
    })
    this.#server.on('connection', () => {
      this.connections += 1
    })
    this.#server.keepAliveTimeout = 0
  }

  static async open(answering: Answering): Promise<StubEngine> {
    const stub = new StubEngine(mkdtempSync(join(tmpdir(), 'netheal-stub-')), answering)
    await new Promise<void>(resolve => stub.#server.listen(stub.host.slice('unix://'.length), resolve))
    return stub
  }

  count(call: string): number {
    return this.calls.filter(c => c === call).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export function answerWith(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value))
}
