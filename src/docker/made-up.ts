// An engine that is not there: the connections of node:http end in this process, and a function says what it answers. What
// netheal does to speak with an engine can be walked through with it, and no call is made.
import { Agent } from 'node:http'
import type { Connection } from './connection.ts'
import { HttpDuplex } from './http-duplex.ts'

export interface MadeUpEngine {
  readonly connection: Connection
  /** An event, to whoever follows them. */
  tell(event: unknown): void
}

/** `answer`: the JSON of a call, by its method and its path without the version; undefined for 404. */
export function madeUpEngine(answer: (method: string, path: string) => unknown): MadeUpEngine {
  const agent = new Agent({ keepAlive: true })
  const followers = new Set<MadeUpSocket>()
  agent.createConnection = () => {
    const socket: MadeUpSocket = new MadeUpSocket((method, path) => {
      if (!path.startsWith('/events')) return replyOf(answer(method, path))
      followers.add(socket)
      return EVENTS
    })
    return socket
  }
  return {
    connection: { agent, target: { host: 'made-up', port: 80 } },
    tell(event) {
      const line = `${JSON.stringify(event)}\n`
      for (const socket of followers) socket.push(`${Buffer.byteLength(line).toString(16)}\r\n${line}\r\n`)
    },
  }
}

class MadeUpSocket extends HttpDuplex {
  readonly #reply: (method: string, path: string) => string

  constructor(reply: (method: string, path: string) => string) {
    super()
    this.#reply = reply
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const [, method, path] = /^(\S+) (?:\/v[\d.]+)?(\S+) HTTP\/1\.1\r\n/.exec(chunk.toString()) ?? []
    // The rest of a call, which says nothing that matters here.
    if (method !== undefined && path !== undefined) this.push(this.#reply(method, path))
    done()
  }
}

/** The head of a stream without end. */
const EVENTS = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'

function replyOf(answer: unknown): string {
  const body = JSON.stringify(answer ?? { message: 'not here' })
  const head = `HTTP/1.1 ${answer === undefined ? '404 Not Found' : '200 OK'}\r\nContent-Type: application/json`
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
