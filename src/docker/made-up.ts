// An engine that is not there: the connections of node:http end in this process, and a function says what it answers. What
// netheal does to speak with an engine can be walked through with it, and no call is made.
import { Agent } from 'node:http'
import type { Connection } from './connection.ts'
import { HttpDuplex } from './http-duplex.ts'

/** `answer`: the JSON of a call, by its method and its path without the version; undefined for 404. */
export function madeUpConnection(answer: (method: string, path: string) => unknown): Connection {
  const agent = new Agent({ keepAlive: true })
  agent.createConnection = () => new MadeUpSocket(answer)
  return { agent, target: { host: 'made-up', port: 80 } }
}

class MadeUpSocket extends HttpDuplex {
  readonly #answer: (method: string, path: string) => unknown

  constructor(answer: (method: string, path: string) => unknown) {
    super()
    this.#answer = answer
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const [, method, path] = /^(\S+) (?:\/v[\d.]+)?(\S+) HTTP\/1\.1\r\n/.exec(chunk.toString()) ?? []
    // The rest of a call, which says nothing that matters here.
    if (method !== undefined && path !== undefined) this.push(replyOf(this.#answer(method, path)))
    done()
  }
}

function replyOf(answer: unknown): string {
  const body = JSON.stringify(answer ?? { message: 'not here' })
  const head = `HTTP/1.1 ${answer === undefined ? '404 Not Found' : '200 OK'}\r\nContent-Type: application/json`
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
