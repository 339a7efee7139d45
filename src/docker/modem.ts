// Takes dockerode's calls to the engine: one request each over node:http, on connections that stay open between them. dockerode
// takes this in place of docker-modem, whose process ends at a redirect and at a refusal of which no text can be made, which
// waits for the deadline where an answer is cut off, and which describes every request for a debug log that nobody reads.
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { answerLimit, REFUSAL_LIMIT, tooLong } from './answer-limit.ts'

/** Where an engine listens. */
export type Target =
  | { readonly socketPath: string; readonly servername: '' }
  | { readonly host: string; readonly port: number }

/** A call as dockerode describes it; the parts that netheal's calls have. */
export interface Call {
  /** Without the version; where it ends with `?`, `options` are its query. */
  readonly path: string
  readonly method: string
  /** The body of a POST, and the query. */
  readonly options?: Readonly<Record<string, unknown>> | undefined
  /** True for those that the call is done with; whatever else is a refusal. */
  readonly statusCodes: Readonly<Record<string, unknown>>
  /** The answer is wanted as it comes. */
  readonly isStream?: boolean | undefined
  readonly abortSignal?: AbortSignal | undefined
}

/** A status that the call is not done with. `json`: what the engine said, its bytes where that is no JSON. */
export interface Refusal extends Error {
  readonly statusCode: number
  readonly json: unknown
}

/** `103 Early Hints` and its like, of which an engine sends none. */
const MOST_INTERIM = 16

export class Modem {
  /** dockerode sets it. */
  Promise = Promise
  readonly #agent: Agent
  readonly #target: Target
  readonly #version: string

  /** `version`: `v1.51`, null for calls without one. */
  constructor(agent: Agent, target: Target, version: string | null) {
    this.#agent = agent
    this.#target = target
    this.#version = version === null ? '' : `/${version}`
  }

  /** Calls back once: with the JSON of the answer, its bytes where it is none, or the stream; else with an Error of node:http, or a Refusal. */
  dial(call: Call, callback: (error: unknown, answer: unknown) => void): void {
    this.#ask(call).then(
      answer => callback(null, answer),
      error => callback(error, null),
    )
  }

  async #ask(call: Call): Promise<unknown> {
    const response = await this.#send(call)
    const { statusCode = 0 } = response
    const isDone = call.statusCodes[statusCode] === true
    if (isDone && call.isStream === true) return response
    const limit = isDone ? answerLimit(call.method, call.path) : REFUSAL_LIMIT
    const json = parsed(await contentOf(response, limit))
    if (isDone) return json
    throw Object.assign(new Error(`HTTP ${statusCode}`), { statusCode, json }) satisfies Refusal
  }

  #send({ path, method, options = {}, abortSignal }: Call): Promise<IncomingMessage> {
    const { abortSignal: own, ...given } = options
    // Dockerode leaves it among the options of an inspect of a network.
    const signal = abortSignal ?? (own instanceof AbortSignal ? own : undefined)
    const body = method === 'POST' && Object.keys(given).length > 0 ? JSON.stringify(given) : ''
    const headers = body === '' ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
    return new Promise((resolve, reject) => {
      let interim = 0
      const sent = request({
        ...this.#target,
        agent: this.#agent,
        // Of https, where the agent is.
        protocol: (this.#agent as { readonly protocol?: string }).protocol ?? 'http:',
        method,
        path: `${this.#version}${withQuery(path, given)}`,
        headers,
      })
        .on('response', resolve)
        .on('error', reject)
        .on('information', () => {
          interim += 1
          if (interim > MOST_INTERIM) sent.destroy(new Error('it answers that it is going to answer, again and again'))
        })
      sent.end(body)
      if (signal !== undefined) endWith(signal, sent)
    })
  }
}

/** As the option `signal` of a request, which has each of its streams watched for its end as well: a tenth of a call's CPU. */
function endWith(signal: AbortSignal, sent: ClientRequest): void {
  const end = (): void => void sent.destroy(new Error('aborted'))
  if (signal.aborted) end()
  else {
    signal.addEventListener('abort', end, { once: true })
    sent.once('close', () => signal.removeEventListener('abort', end))
  }
}

function withQuery(path: string, options: Readonly<Record<string, unknown>>): string {
  if (!path.endsWith('?')) return path
  const query = Object.entries(options).map(([name, value]): [string, string] => [name, String(value)])
  return query.length === 0 ? path.slice(0, -1) : path + new URLSearchParams(query).toString()
}

/** Rejects where it is cut off, or goes on beyond so many bytes. node:stream/consumers would load all of the web's streams, 5 ms in a cold process. */
function contentOf(response: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response
      .on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > limit) response.destroy(tooLong(limit))
        else chunks.push(chunk)
      })
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', reject)
  })
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
}
