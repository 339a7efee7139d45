// What went wrong between us and the engine, in netheal's words: dockerode throws bare Errors (ENGINE.md).
import { NethealError } from '../core/errors.ts'

interface RawFailure {
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly json?: unknown
  readonly message?: unknown
}

const ABSENT = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTSOCK',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'HPE_INVALID_CONSTANT',
])

/** True for a connection that broke under a call: a kept-alive socket whose engine went away looks like this. */
export function isBrokenConnection(error: unknown): boolean {
  const { code, message } = error as RawFailure
  return code === 'ECONNRESET' || code === 'EPIPE' || message === 'socket hang up'
}

/** Any error of a call, as a NethealError. `what` names the call (`connect pms-backend`), `host` the engine. */
export function failureOf(error: unknown, what: string, host: string): NethealError {
  if (error instanceof NethealError) return error
  const raw = error as RawFailure
  if (typeof raw.statusCode === 'number') return refusal(raw, raw.statusCode, what, error)
  if (raw.code === 'EACCES' || raw.code === 'EPERM') {
    return new NethealError('engine-forbidden', `no permission on ${host}`, {
      hint: 'run as a member of the group that owns the socket (ls -l shows it; usually: usermod -aG docker USER), or as root',
      cause: error,
    })
  }
  if (
    (typeof raw.code === 'string' && (ABSENT.has(raw.code) || raw.code.startsWith('HPE_'))) ||
    isBrokenConnection(error)
  ) {
    const why = raw.code === 'ENOENT' ? 'there is no such socket' : String(raw.message ?? raw.code)
    return new NethealError('engine-unreachable', `no engine at ${host}: ${why}`, {
      hint: 'is Docker running (systemctl status docker)? Another engine: docker.host in the config, or DOCKER_HOST',
      cause: error,
    })
  }
  if (typeof raw.code === 'string' && /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(raw.code)) {
    return new NethealError('engine-unreachable', `no trusted connection to ${host}: ${String(raw.message)}`, {
      hint: 'check docker.tls in the config, or DOCKER_CERT_PATH',
      cause: error,
    })
  }
  return new NethealError('engine-unreachable', `${what}: ${String(raw.message ?? error)}`, { cause: error })
}

function refusal(raw: RawFailure, status: number, what: string, cause: unknown): NethealError {
  const message = messageOf(raw)
  if (status === 404) return new NethealError('not-found', `${what}: ${message}`, { cause })
  if (status === 400 && /client version .* is too (new|old)/.test(message)) {
    return new NethealError('engine-too-old', `${what}: ${message}`, { cause })
  }
  return new NethealError('engine-refused', `${what}: ${message} (HTTP ${status})`, { cause })
}

function messageOf(raw: RawFailure): string {
  const { json } = raw
  if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string')
    return json.message.trim()
  if (json instanceof Uint8Array) return new TextDecoder().decode(json.subarray(0, 200)).trim() || 'no reason given'
  return String(raw.message ?? 'no reason given').slice(0, 300)
}
