// A bare HTTP client on a unix socket, for tests that must see what is really sent.
import { type ClientRequest, type IncomingMessage, request } from 'node:http'

export interface Reply {
  readonly status: number
  readonly json: unknown
}

/** One call, one answer. Rejects as node does: ENOENT, ECONNREFUSED, ECONNRESET, or the signal's reason. */
export async function call(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Reply> {
  const { response } = await open(socketPath, method, path, body, signal)
  const text = await textOf(response)
  return { status: response.statusCode ?? 0, json: text.trim() === '' ? null : JSON.parse(text) }
}

/** A call whose answer goes on: resolves at its head. */
export function open(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<{ readonly response: IncomingMessage; readonly sent: ClientRequest }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const options = { socketPath, method, path, headers, agent: false, ...(signal === undefined ? {} : { signal }) }
    const sent = request(options, response => resolve({ response, sent }))
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** An open event stream: its chunks as they came, and how it ended. */
export class Listening implements Disposable {
  readonly chunks: Buffer[] = []
  ended: 'open' | 'eof' | 'broken' = 'open'
  /** Line ends so far: counted as they come, for floods. */
  lines = 0
  readonly #sent: ClientRequest
  readonly #waiting = new Set<{ readonly holds: () => boolean; readonly resolve: () => void }>()

  private constructor(response: IncomingMessage, sent: ClientRequest) {
    this.#sent = sent
    response.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      for (const byte of chunk) if (byte === 10) this.lines += 1
      this.#check()
    })
    response.on('end', () => this.#end('eof'))
    response.on('error', () => this.#end('broken'))
    response.on('aborted', () => this.#end('broken'))
    sent.on('error', () => undefined)
  }

  static async open(socketPath: string, query = ''): Promise<Listening> {
    const { response, sent } = await open(socketPath, 'GET', `/events${query}`)
    return new Listening(response, sent)
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString()
  }

  /** The Action of each whole line that is JSON. */
  get actions(): readonly string[] {
    return this.text
      .split('\n')
      .filter(line => line.startsWith('{') && line.endsWith('}'))
      .flatMap(line => /"Action":"([^"]*)"/.exec(line)?.[1] ?? [])
  }

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise(resolve => this.#waiting.add({ holds, resolve }))
  }

  #end(how: 'eof' | 'broken'): void {
    if (this.ended !== 'open') return
    this.ended = how
    this.#check()
  }

  #check(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.holds()) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }

  [Symbol.dispose](): void {
    this.#sent.destroy()
  }
}
