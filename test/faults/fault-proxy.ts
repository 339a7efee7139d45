/**
 * A proxy of the test's own between netheal and a real engine, that can do to it what a bad one does: cut event streams,
 * leave them half open, put bytes into them, answer everything with 500, and hold a call until something else has happened.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../support/until.ts'

/** A call that is held before it reaches the engine. */
export interface Held {
  /** Resolves when there is such a call. */
  readonly arrived: Promise<void>
  /** Lets it through, and all like it from now on. */
  release(): void
}

interface Hold {
  readonly call: RegExp
  readonly arrive: () => void
  readonly released: Promise<void>
}

interface Amend {
  readonly call: RegExp
  readonly change: (body: Readonly<Record<string, unknown>>) => unknown
}

export class FaultProxy implements AsyncDisposable {
  readonly socketPath: string
  /** Everything is answered with 500, and no event stream is opened. */
  failing = false
  /** Calls that were answered with 500. */
  failed = 0
  /** Event streams that were opened. */
  opened = 0
  readonly #folder: string
  readonly #engine: string
  readonly #server: Server
  readonly #streams = new Set<ServerResponse>()
  readonly #silent = new WeakSet<ServerResponse>()
  #hold: Hold | null = null
  #amend: Amend | null = null

  constructor(folder: string, engine: string) {
    this.#folder = folder
    this.#engine = engine
    this.socketPath = join(folder, 'docker.sock')
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer))
    this.#server.listen(this.socketPath)
  }

  async listening(): Promise<void> {
    if (!this.#server.listening) await once(this.#server, 'listening')
  }

  /** Waits until so many streams have been opened, and one of them is open. */
  async following(opened: number): Promise<void> {
    const open = (): boolean => this.opened >= opened && this.#streams.size > 0
    await until(open, { what: `event stream number ${opened}`, deadline: 40_000 })
  }

  /** Writes these bytes to every open stream, whatever they are. */
  inject(bytes: string | Buffer): void {
    for (const stream of this.#streams) stream.write(bytes)
  }

  /** Breaks every open stream, in the middle of what it was saying. */
  cut(): void {
    for (const stream of this.#streams) stream.socket?.destroy()
  }

  /** Every stream that is open now stays open, and says nothing any more. */
  halfOpen(): void {
    for (const stream of this.#streams) this.#silent.add(stream)
  }

  /** Holds the next calls whose `METHOD /path` matches. */
  hold(call: RegExp): Held {
    const arrival = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    this.#hold = { call, arrive: arrival.resolve, released: release.promise }
    return {
      arrived: arrival.promise,
      release: () => {
        this.#hold = null
        release.resolve()
      },
    }
  }

  /** Changes the JSON of calls whose `METHOD /path` matches, before the engine gets them; null: no longer. */
  amend(call: RegExp | null, change: Amend['change'] = body => body): void {
    this.#amend = call === null ? null : { call, change }
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming
    answer.on('error', () => undefined)
    const hold = this.#hold
    if (hold?.call.test(`${method} ${url}`)) {
      hold.arrive()
      await hold.released
    }
    if (this.failing) {
      this.failed += 1
      incoming.resume()
      answer.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"something is on fire"}\n')
      return
    }
    const amend = this.#amend?.call.test(`${method} ${url}`) ? await this.#amended(incoming, this.#amend) : undefined
    const length = amend === undefined ? {} : { 'content-length': Buffer.byteLength(amend) }
    const onward = request({ socketPath: this.#engine, method, path: url, headers: { ...headers, ...length } })
    onward.on('error', () => answer.destroy())
    onward.on('response', reply => {
      const { connection: _, 'transfer-encoding': __, ...rest } = reply.headers
      answer.writeHead(reply.statusCode ?? 502, rest)
      if (/^(\/v[\d.]+)?\/events/.test(url) && reply.statusCode === 200)
        this.#follow(reply, answer, () => onward.destroy())
      else reply.pipe(answer)
    })
    if (amend === undefined) incoming.pipe(onward)
    else onward.end(amend)
  }

  async #amended(incoming: IncomingMessage, { change }: Amend): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
    return JSON.stringify(change(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>))
  }

  #follow(reply: IncomingMessage, answer: ServerResponse, end: () => void): void {
    answer.flushHeaders()
    this.#streams.add(answer)
    this.opened += 1
    reply.on('data', (chunk: Buffer) => {
      if (!this.#silent.has(answer)) answer.write(chunk)
    })
    reply.on('error', () => answer.destroy())
    reply.on('end', () => answer.end())
    answer.on('close', () => {
      this.#streams.delete(answer)
      end()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Starts one before this engine. */
export async function startFaultProxy(engine: { readonly socketPath: string }): Promise<FaultProxy> {
  const proxy = new FaultProxy(await mkdtemp(join(tmpdir(), 'netheal-proxy-')), engine.socketPath)
  await proxy.listening()
  return proxy
}
