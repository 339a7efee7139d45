// One HTTP call, once: no redirect is followed, no proxy is used, nothing is retried. What went wrong is said in words of
// ours, because Node's errors hold the address.
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'

export interface HttpCall {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type HttpReply =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** As it stands in the header, null for none. */
      readonly retryAfter: string | null
      /** The first few kilobytes. */
      readonly text: string
    }
  | { readonly kind: 'unanswered'; readonly why: string }

const LONGEST_ANSWER = 4_096

/** Resolves with whatever came; ends when `signal` aborts. Never rejects. */
export function call({ method, url, headers, body }: HttpCall, signal: AbortSignal): Promise<HttpReply> {
  return new Promise(resolve => {
    const failed = (error: unknown): void => resolve({ kind: 'unanswered', why: reasonOf(error) })
    const make = url.protocol === 'https:' ? overHttps : overHttp
    const bytes = Buffer.from(body)
    const length = method === 'POST' ? { 'content-length': String(bytes.length) } : {}
    try {
      // No agent: a connection that is kept open would be one more thing to end.
      const request = make(url, {
        method,
        agent: false,
        signal,
        headers: { 'user-agent': 'netheal', ...headers, ...length },
      })
      request.once('error', failed)
      request.once('response', response => {
        const { statusCode = 0 } = response
        const retryAfter = response.headers['retry-after'] ?? null
        const chunks: Buffer[] = []
        let size = 0
        const done = (): void => {
          const text = Buffer.concat(chunks).toString().slice(0, LONGEST_ANSWER)
          resolve({ kind: 'answered', status: statusCode, retryAfter, text })
        }
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
          if (size < LONGEST_ANSWER) return
          done()
          request.destroy()
        })
        response.once('end', done)
        // Its status has come, and only the rest of its words has not.
        response.once('error', done)
      })
      request.end(method === 'POST' ? bytes : undefined)
    } catch (error) {
      failed(error)
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
