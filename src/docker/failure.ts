// What went wrong between us and the engine, in netheal's words: what modem.ts throws is bare.
import { type ErrorCode, NethealError } from '../core/errors.ts'
import { allowanceOf } from './allowance.ts'
import { ANSWER_TOO_LONG } from './answer-limit.ts'
import { codeOfRefusal } from './error-code.ts'
import { socketAccess } from './socket-access.ts'
import { type SshFailure, sshHint } from './ssh.ts'
import { HOW_TO_USE_TLS, tlsFaultOf, WANTS_TLS } from './tls.ts'

interface RawFailure {
  readonly code?: unknown
  readonly statusCode?: unknown
  readonly json?: unknown
  readonly message?: unknown
  /** Which certificate was shown to the engine (tls.ts). */
  readonly shown?: unknown
  /** Of an engine at ssh://. */
  readonly ssh?: SshFailure
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
  if (typeof raw.statusCode === 'number') return refusal(raw, raw.statusCode, what, host, error)
  if (raw.code === 'EACCES' || raw.code === 'EPERM') {
    const { why, hint } = host.startsWith('unix://')
      ? socketAccess(host.slice('unix://'.length))
      : { why: '', hint: 'this host forbids the connection: check its firewall and its security policies' }
    return new NethealError('engine-forbidden', `no permission on ${host}${why}`, { hint, cause: error })
  }
  if (
    (typeof raw.code === 'string' && (ABSENT.has(raw.code) || raw.code.startsWith('HPE_'))) ||
    isBrokenConnection(error)
  ) {
    const why = raw.code === 'ENOENT' ? 'there is no such socket' : oneLine(String(raw.message ?? raw.code))
    const hint = unreachableHint(host, raw.ssh ?? { ran: true, exitCode: null, said: why })
    return new NethealError('engine-unreachable', `no engine at ${host}: ${why}`, { hint, cause: error })
  }
  const shown = typeof raw.shown === 'string' ? raw.shown : null
  const fault = typeof raw.code === 'string' ? tlsFaultOf(raw.code, String(raw.message), shown) : null
  if (fault !== null) {
    const message = `no trusted connection to ${host}: ${oneLine(fault.why)}`
    return new NethealError('engine-unreachable', message, { hint: fault.hint, cause: error })
  }
  const hint = raw.code === ANSWER_TOO_LONG ? { hint: NO_ENGINE } : {}
  return new NethealError('engine-unreachable', `${what}: ${String(raw.message ?? error)}`, { ...hint, cause: error })
}

const NO_ENGINE = 'check whether something else listens there, or a proxy is in between'

function unreachableHint(host: string, ssh: SshFailure): string {
  if (host.startsWith('ssh://')) return sshHint(host, ssh)
  if (host.startsWith('tcp://')) {
    return 'check that dockerd is running there, listens on that port, and that no firewall is in the way'
  }
  return 'check that Docker is running: systemctl status docker; for another engine: docker.host in the config, or DOCKER_HOST'
}

function refusal(raw: RawFailure, status: number, what: string, host: string, cause: unknown): NethealError {
  const message = messageOf(raw)
  if ((status === 403 || status === 405) && isProxyWord(raw)) return denial(status, what, host, cause)
  if ((status === 502 || status === 503 || status === 504) && isProxyWord(raw)) {
    return new NethealError('engine-unreachable', `no engine behind the proxy at ${host} (HTTP ${status})`, {
      hint: 'the proxy answers, Docker does not: check that Docker is running (systemctl status docker), and that the proxy may use its socket',
      cause,
    })
  }
  if (status === 400 && WANTS_TLS.test(message)) {
    const unsaid = `no engine at ${host}: it requires TLS, and docker.tls is not set`
    return new NethealError('engine-unreachable', unsaid, { hint: HOW_TO_USE_TLS, cause })
  }
  const code = codeOfRefusal(status, message)
  const isPlain = status === 404 || code === 'engine-too-old'
  const hint = HINTS[code]
  const text = `${what}: ${message}${isPlain ? '' : ` (HTTP ${status})`}`
  return new NethealError(code, text, { ...(hint === undefined ? {} : { hint }), cause })
}

const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  'address-in-use':
    'docker network inspect NETWORK shows which container has that address; or remove "ipv4" from the rule',
  'not-attachable': 'only services can join it: create it again with docker network create --attachable',
}

/** An engine says no in JSON, with a message. A proxy in front of it says it in HTML or in a bare word. */
function isProxyWord({ json }: RawFailure): boolean {
  return json instanceof Uint8Array
}

/** All of it in the message: what becomes of it is often a log line, which has no room for a hint. */
function denial(status: number, what: string, host: string, cause: unknown): NethealError {
  const allowance = allowanceOf(what)
  const calls = allowance === null ? what : allowance.calls.join(', ')
  const line = allowance === null ? '' : ` (the line "${allowance.line}" of its allow-list)`
  const without = allowance?.without === undefined || allowance.without === null ? '' : `, or ${allowance.without}`
  return new NethealError(
    'denied',
    `${what}: denied by the proxy at ${host} (HTTP ${status}), which must allow ${calls}${line}`,
    { hint: `allow it there (docs/allow-list)${without}`, cause },
  )
}

function messageOf({ json }: RawFailure): string {
  if (json instanceof Uint8Array) return oneLine(new TextDecoder().decode(json.subarray(0, 200))) || 'no reason given'
  const said = typeof json === 'object' && json !== null && 'message' in json ? json.message : json
  return typeof said === 'string' || typeof said === 'number' ? oneLine(String(said).slice(0, 300)) : 'no reason given'
}

/** What others say stays one line of our messages, and moves no cursor: control and format characters become blanks. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}
