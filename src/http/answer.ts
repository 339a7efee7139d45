// One request, one answer: who may ask, for what, and the headers of everything that is sent.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Journal } from '../heal/ports.ts'
import { hostNameOf, mayAskFor } from './host-name.ts'

export interface Reply {
  readonly status: number
  /** The content type. */
  readonly type: string
  readonly body: string | Uint8Array
  /** Content-Security-Policy beside what every answer has; null: it may load nothing at all. */
  readonly policy: string | null
}

/** By path: `/`, `/status`. What it throws is a fault of ours: it is logged, and answered with 500. */
export type Routes = ReadonlyMap<string, () => Promise<Reply>>

const METHODS = 'GET, HEAD'

/** For everything: read-only, for nobody else's pages, never kept by anyone. */
const HEADERS: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

export function plain(status: number, text: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n`, policy: null }
}

export interface AnswerOptions {
  readonly routes: Routes
  /** Names besides the loopback's and the address's own. */
  readonly names: readonly string[]
  readonly journal: Journal
  /** Whether there is no room to answer this one. */
  readonly isCrowded: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Never throws, and never rejects. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: AnswerOptions,
): Promise<void> {
  // Nobody reads a body here: whoever sends one is answered, and the connection ends.
  if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined)
    response.shouldKeepAlive = false
  const isCrowded = options.isCrowded(request, response)
  const reply = isCrowded ? plain(503, 'Too many are asking at once.') : await replyTo(request, options)
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body
  if (response.destroyed) return
  response.writeHead(reply.status, {
    ...HEADERS,
    'Content-Security-Policy': `${reply.policy ?? "default-src 'none'"}; frame-ancestors 'none'`,
    'Content-Type': reply.type,
    'Content-Length': body.length,
    ...(reply.status === 405 ? { Allow: METHODS } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function replyTo(request: IncomingMessage, { routes, names, journal }: AnswerOptions): Promise<Reply> {
  const name = hostNameOf(request.headers.host)
  if (name === null) return plain(400, 'Bad request: it has no usable Host header.')
  if (!mayAskFor(name, request.socket.localAddress, names))
    return plain(421, 'netheal does not answer to this name. If it should, add it to http.hosts in its config.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Everything here is read-only.')
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const route = routes.get(path)
  if (route === undefined) return plain(404, `There is nothing here. There is: ${[...routes.keys()].join(', ')}`)
  try {
    return await route()
  } catch (error) {
    journal.error(
      { path, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'a request failed',
    )
    return plain(500, 'netheal could not answer this; its journal says why.')
  }
}
