// One GET: no redirect is followed, no connection kept, no proxy of the environment asked. The certificate is checked.
// Whatever happens is an answer (diagnose/http-port).
import type { FetchOptions, Http, HttpAnswer, HttpFailure } from '../../diagnose/http-port.ts'
import { call } from '../../notify/http.ts'

const HEADERS = { accept: 'application/json', 'accept-encoding': 'identity' }

export const http: Http = { fetchText }

async function fetchText(text: string, { timeout, limit }: FetchOptions, signal: AbortSignal): Promise<HttpAnswer> {
  const over = AbortSignal.timeout(timeout)
  const url = new URL(text)
  const asked = { method: 'GET', url, headers: HEADERS, body: '', limit } as const
  const reply = await call(asked, AbortSignal.any([signal, over]))
  if (reply.kind === 'answered' && reply.broken === null) {
    const { status, headers, text: body, cut } = reply
    const server = headers.server === undefined ? null : String(headers.server)
    return { kind: 'answered', status, location: headers.location ?? null, server, body, cut }
  }
  const [phase, failure, error] =
    reply.kind === 'answered'
      ? (['body', 'reset', reply.broken] as const)
      : ([reply.phase, failureOf(reply.error), reply.error] as const)
  const fail = (why: HttpFailure, message: string): HttpAnswer => ({ kind: 'failed', failure: why, phase, message })
  if (signal.aborted) return fail('timeout', 'netheal is stopping')
  if (over.aborted) return fail('timeout', `within ${timeout} ms`)
  return fail(failure, error === null ? '' : messageOf(error))
}

/** With several addresses tried, Node throws one error that contains the others and has no message itself. */
function messageOf(error: Error): string {
  const told = error instanceof AggregateError ? error.errors.map(e => String((e as Error).message)).join('; ') : ''
  return withoutAdvice(told !== '' ? told : error.message)
}

/** Node adds a hint about its own command line, which nobody who reads this can use. */
function withoutAdvice(message: string): string {
  return message.replace(/; if the root CA is installed locally.*$/s, '')
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
