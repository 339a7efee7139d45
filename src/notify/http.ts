// One HTTP call, once: no redirect is followed, no proxy is used, nothing is retried. What went wrong is said in words of
// ours, because Node's errors hold the address.
import { type IncomingHttpHeaders, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { getCACertificates } from 'node:tls'

export interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Bytes of the answer that are read; the first few kilobytes where it is not given. */
  readonly limit?: number
}

/** How far it came: to the connection, to the answer, to its body. */
type Phase = 'connect' | 'answer' | 'body'

export type HttpReply =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly text: string
      /** There was more than the limit. */
      readonly cut: boolean
      /** Its status has come, and only the rest of its words has not; null: all is here. */
      readonly broken: Error | null
    }
  | { readonly kind: 'unanswered'; readonly why: string; readonly error: Error; readonly phase: Phase }

const LONGEST_ANSWER = 4_096

/** Resolves with whatever came; ends when `signal` aborts. Never rejects. */
export function call(asked: HttpCall, signal: AbortSignal): Promise<HttpReply> {
  const { method, url, headers, body, limit = LONGEST_ANSWER } = asked
  return new Promise(resolve => {
    let phase: Phase = 'connect'
    const failed = (error: Error): void => resolve({ kind: 'unanswered', why: reasonOf(error), error, phase })
    const secure = url.protocol === 'https:'
    const bytes = Buffer.from(body)
    const length = method === 'POST' ? { 'content-length': String(bytes.length) } : {}
    try {
      // No agent: a connection that is kept open would be one more thing to end.
      const request = (secure ? overHttps : overHttp)(url, {
        method,
        agent: false,
        signal,
        headers: { 'user-agent': 'netheal', ...headers, ...length },
        ...(secure ? authorities() : {}),
      })
      request.once('error', failed)
      request.once('socket', socket => {
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          phase = 'answer'
        })
      })
      request.once('response', response => {
        phase = 'body'
        const { statusCode: status = 0, headers: told } = response
        const chunks: Buffer[] = []
        let size = 0
        const done = (broken: Error | null): void => {
          const text = Buffer.concat(chunks).subarray(0, limit).toString()
          resolve({ kind: 'answered', status, headers: told, text, cut: size > limit, broken })
        }
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
          if (size <= limit) return
          done(null)
          request.destroy()
        })
        response.once('end', () => done(null))
        response.once('error', done)
      })
      request.end(method === 'POST' ? bytes : undefined)
    } catch (error) {
      failed(error as Error)
    }
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'its host name does not exist',
  EAI_AGAIN: 'its host name cannot be resolved right now',
  ENETUNREACH: 'its network cannot be reached',
  EHOSTUNREACH: 'its host cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  EPERM: 'not allowed: the unit or a firewall forbids it',
  EACCES: 'not allowed: the unit or a firewall forbids it',
  EAFNOSUPPORT: 'this process may not use the network (RestrictAddressFamilies of the unit)',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that this host does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that this host does not know',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_INVALID_CHAR: 'a header would contain a forbidden character: is there a line feed in the token?',
  ABORT_ERR: 'given up',
}

function reasonOf(error: unknown): string {
  const code = codeOf(error) ?? (error instanceof AggregateError ? error.errors.map(codeOf).find(Boolean) : undefined)
  if (code === undefined) return 'it cannot be reached'
  const reason = REASONS[code]
  return reason === undefined ? code : `${reason} (${code})`
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : undefined
}

/** Those that this host trusts count beside Node's own: a company's, or that of a proxy. Node before 22.15 cannot say them. */
function authorities(): { readonly ca?: string[] } {
  return typeof getCACertificates === 'function'
    ? { ca: [...getCACertificates('default'), ...getCACertificates('system')] }
    : {}
}
