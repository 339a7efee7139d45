// A plain call: one request, one JSON answer. docker-modem 5.0.7 does as much, but prints the request to any depth each time,
// for a debug log that nobody reads, and makes both sides of it abortable; of a call in a cold process that is a fifth, and
// the race against the start of a new container is lost by less. So plain calls go this way, and all else goes dockerode's.
import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import type Docker from 'dockerode'

/** What `Modem.buildRequest` is given; the parts that are used here. */
interface Context {
  readonly isStream?: boolean
  readonly hijack?: boolean
  readonly openStdin?: boolean
  readonly statusCodes: Readonly<Record<string, unknown>>
}

type Callback = (error: unknown, answer: unknown) => void

interface Modem {
  readonly protocol: string
  buildRequest(
    options: RequestOptions & { signal?: AbortSignal },
    context: Context,
    data: unknown,
    callback: Callback,
  ): void
  buildPayload(
    error: unknown,
    isStream: boolean,
    statusCodes: Context['statusCodes'],
    openStdin: boolean,
    request: unknown,
    response: unknown,
    json: unknown,
    callback: Callback,
  ): void
}

/** The same engine, whose plain calls over `http` take the short way. What they answer, and throw, is as before. */
export function withPlainCalls(docker: Docker): Docker {
  const modem = docker.modem as unknown as Modem
  const long = modem.buildRequest.bind(modem)
  modem.buildRequest = (options, context, data, callback) => {
    const isPlain = !context.isStream && !context.hijack && !context.openStdin && isText(data)
    if (isPlain && modem.protocol === 'http') ask(modem, options, context.statusCodes, data, callback)
    else long(options, context, data, callback)
  }
  return docker
}

function ask(
  modem: Modem,
  { signal, ...options }: RequestOptions & { signal?: AbortSignal },
  statusCodes: Context['statusCodes'],
  data: string | undefined,
  callback: Callback,
): void {
  const asked = request(options)
  const giveUp = (): void => void asked.destroy(new Error('aborted'))
  let isOver = false
  const over = (error: unknown, response: unknown, json: unknown): void => {
    if (isOver) return
    isOver = true
    signal?.removeEventListener('abort', giveUp)
    modem.buildPayload(error, false, statusCodes, false, asked, response, json, callback)
  }
  asked.on('error', error => over(error, {}, null))
  asked.on('response', (response: IncomingMessage) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', error => over(error, {}, null))
    response.on('end', () => over(null, response, parsed(Buffer.concat(chunks))))
  })
  if (signal?.aborted) giveUp()
  else signal?.addEventListener('abort', giveUp)
  asked.end(data)
}

/** What is no JSON stays bytes, as failure.ts knows a proxy's words. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) || bytes
  } catch {
    return bytes
  }
}

function isText(data: unknown): data is string | undefined {
  return data === undefined || typeof data === 'string'
}
