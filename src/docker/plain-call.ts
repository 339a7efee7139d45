// A plain call: one request, one JSON answer. docker-modem 5.0.7 does as much, but prints the request to any depth each time,
// for a debug log that nobody reads, and makes both sides of it abortable; node:http below it takes its time, too. Of a call
// in a cold process that is more than half, and the race against the start of a new container is lost by less. So plain
// calls to a local engine go this way, and all else goes dockerode's.
import type { Agent } from 'node:http'
import type Docker from 'dockerode'
import type { Local } from './connection.ts'
import type { Wires } from './wires.ts'

/** What `Modem.buildRequest` is given; the parts that are used here. */
interface Request {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly signal?: AbortSignal
  readonly agent?: Agent
}

interface Context {
  readonly isStream?: boolean
  readonly hijack?: boolean
  readonly openStdin?: boolean
  readonly statusCodes: Readonly<Record<string, unknown>>
}

export type Callback = (error: unknown, answer: unknown) => void

/** The two of docker-modem's methods that are replaced. */
export interface Modem {
  buildRequest(request: Request, context: Context, data: unknown, callback: Callback): void
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

/** The same engine, whose plain calls take the short way, if there is one. What they answer, and throw, is as before. */
export function withPlainCalls(docker: Docker, local: Local | null): Docker {
  if (local === null) return docker
  const modem = docker.modem as unknown as Modem
  const long = modem.buildRequest.bind(modem)
  modem.buildRequest = (request, context, data, callback) => {
    const isPlain = !context.isStream && !context.hijack && !context.openStdin && isText(data)
    if (isPlain) ask(modem, local.wires, request, context.statusCodes, data, callback)
    else long({ ...request, agent: local.agent() }, context, data, callback)
  }
  return docker
}

function ask(
  modem: Modem,
  wires: Wires,
  { method, path, headers, signal }: Request,
  statusCodes: Context['statusCodes'],
  body: string | undefined,
  callback: Callback,
): void {
  const over = (error: unknown, response: unknown, json: unknown): void =>
    modem.buildPayload(error, false, statusCodes, false, {}, response, json, callback)
  // node:http looks at the path, too: a container's id is the engine's word.
  const refused = signal?.aborted
    ? new Error('aborted')
    : /[^\x21-\x7e]/.test(path)
      ? new TypeError('Request path contains unescaped characters')
      : null
  if (refused !== null) {
    over(refused, {}, null)
    return
  }
  const giveUp = (): void => give(new Error('aborted'))
  const give = wires.ask({ method, path, headers, body }, (error, reply) => {
    signal?.removeEventListener('abort', giveUp)
    if (reply === null) over(error, {}, null)
    else over(null, reply, parsed(reply.body))
  })
  signal?.addEventListener('abort', giveUp)
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
