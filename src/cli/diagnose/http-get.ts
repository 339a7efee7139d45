// One GET over node's own http and https: no redirect is followed, no connection kept, no proxy of the environment asked.
// The certificate is checked. Whatever happens is an answer (diagnose/http-port).
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { FetchOptions, Http, HttpAnswer, HttpFailure, HttpPhase } from '../../diagnose/http-port.ts'

const HEADERS = { Accept: 'application/json', 'Accept-Encoding': 'identity', 'User-Agent': 'netheal' }

export const http: Http = { fetchText }

function fetchText(url: string, options: FetchOptions, signal: AbortSignal): Promise<HttpAnswer> {
  const target = new URL(url)
  const secure = target.protocol === 'https:'
  const { promise, resolve } = Promise.withResolvers<HttpAnswer>()
  const over = AbortSignal.timeout(options.timeout)
  let phase: HttpPhase = 'connect'
  const request = (secure ? httpsRequest : httpRequest)(target, { agent: false, headers: HEADERS })
  const settle = (answer: HttpAnswer): void => {
    signal.removeEventListener('abort', giveUp)
    over.removeEventListener('abort', giveUp)
    resolve(answer)
    request.destroy()
  }
  const fail = (failure: HttpFailure, message: string): void => settle({ kind: 'failed', failure, phase, message })
  const giveUp = (): void => fail('timeout', signal.aborted ? 'netheal is stopping' : `within ${options.timeout} ms`)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  over.addEventListener('abort', giveUp, { once: true })
  request.on('error', error => fail(failureOf(error), messageOf(error)))
  request.once('socket', (socket: Socket) => {
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      phase = 'answer'
    })
  })
  request.once('response', response => {
    phase = 'body'
    readBody(response, options.limit, settle, error => fail('reset', messageOf(error)))
  })
  request.end()
  return promise
}

function readBody(
  response: IncomingMessage,
  limit: number,
  settle: (answer: HttpAnswer) => void,
  broken: (error: Error) => void,
): void {
  const chunks: Buffer[] = []
  let size = 0
  const end = (): void => {
    const { location, server } = response.headers
    settle({
      kind: 'answered',
      status: response.statusCode ?? 0,
      location: location ?? null,
      server: server === undefined ? null : String(server),
      body: Buffer.concat(chunks).subarray(0, limit).toString('utf8'),
      cut: size > limit,
    })
  }
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) end()
  })
  response.once('end', end)
  response.once('error', broken)
}

/** With several addresses tried, Node throws one error that contains the others and has no message itself. */
function messageOf(error: Error): string {
  const told = error instanceof AggregateError ? error.errors.map(e => String((e as Error).message)).join('; ') : ''
  return told !== '' ? told : error.message
}

function failureOf(error: Error): HttpFailure {
  const code = 'code' in error ? String(error.code) : ''
  if (/^(ENOTFOUND|EAI_)/.test(code)) return 'dns'
  if (code === 'ECONNREFUSED') return 'refused'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset'
  if (/^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL|EACCES|EPERM)$/.test(code)) return 'unreachable'
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|HOSTNAME_|EPROTO|CRL_|INVALID_CA)/.test(code)) return 'tls'
  return 'other'
}
