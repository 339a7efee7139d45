// How a diagnosis asks a URL: one GET, bounded in time and size, and every way in which it can end.

export interface FetchOptions {
  /** Milliseconds for all of it: name, connection, answer and body. */
  readonly timeout: number
  /** Bytes of the body that are read; the rest is left. */
  readonly limit: number
}

/** `dns`: the name has no address. `reset`: the connection ended before the answer did. `tls`: no trusted connection. */
export type HttpFailure = 'dns' | 'refused' | 'reset' | 'unreachable' | 'tls' | 'timeout' | 'other'

/** How far it came. */
export type HttpPhase = 'connect' | 'answer' | 'body'

export type HttpAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** The header `Location`; a redirect is reported, never followed. */
      readonly location: string | null
      /** The header `Server`. */
      readonly server: string | null
      readonly body: string
      /** The body was longer than the limit. */
      readonly cut: boolean
    }
  | {
      readonly kind: 'failed'
      readonly failure: HttpFailure
      readonly phase: HttpPhase
      /** What the system says, one line: `connect ECONNREFUSED 127.0.0.1:443`. */
      readonly message: string
    }

export interface Http {
  /** Never rejects for what a server or a network does. */
  fetchText(url: string, options: FetchOptions, signal: AbortSignal): Promise<HttpAnswer>
}
