// The one error class of netheal. Anything else that is thrown is a bug of ours and is shown with its stack. What went
// wrong is in the code, and whoever decides something looks at that; a message is for people, and its words may change.

/**
 * Each code with the exit code that it stands for (docs/design.md, "Exit codes"): 2 usage or config, 3 something is not
 * as it should be, 4 the engine cannot be reached. The codes of the engine's refusals are made in docker/error-code.ts.
 */
const EXIT_CODES = {
  /** A flag, an argument or a command that does not exist. */
  usage: 2,
  /** The config is missing, unreadable or wrong. */
  config: 2,
  /** No socket, connection refused, reset, or not an engine. */
  'engine-unreachable': 4,
  /** The socket is there, but not for us. */
  'engine-forbidden': 4,
  /** A call passed its deadline. */
  'engine-timeout': 4,
  /** The engine's newest API is older than ours. */
  'engine-too-old': 4,
  /** A proxy, or an authorization plugin of the engine, does not allow the call. */
  denied: 3,
  /** The container has no such network to be taken off. */
  'not-connected': 3,
  /** The network has an endpoint of that name already. */
  'endpoint-exists': 3,
  /** Another container has the fixed address. */
  'address-in-use': 3,
  'unknown-network': 3,
  'unknown-container': 3,
  /** A swarm network that takes services only. */
  'not-attachable': 3,
  /** 404 for anything else: an exec that has ended, the sandbox of a container in crash back-off. */
  'not-found': 3,
  /** The engine answered with any other error status. */
  'engine-refused': 3,
  /** Another healer runs on this host. */
  locked: 3,
  /** A log, state or lock file cannot be read or written. */
  record: 3,
  /** A container's log driver keeps nothing that could be read. */
  'log-unreadable': 3,
  /** A notification, or a ping, did not arrive. */
  undelivered: 3,
} as const

export type ErrorCode = keyof typeof EXIT_CODES

/**
 * What went wrong with what (message), and what the operator does next (hint).
 */
export class NethealError extends Error {
  readonly code: ErrorCode
  readonly hint: string | null

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'NethealError'
    this.code = code
    this.hint = options.hint ?? null
  }
}

/** True where the container or the network of a call no longer exists: nothing is left to be done for it. */
export function isGone(code: ErrorCode): boolean {
  return code === 'unknown-container' || code === 'unknown-network' || code === 'not-found'
}

/** True for an error that says "the engine could not be asked", as opposed to "the engine said no". */
export function isEngineAbsent(error: unknown): boolean {
  return (
    error instanceof NethealError &&
    (error.code === 'engine-unreachable' || error.code === 'engine-forbidden' || error.code === 'engine-timeout')
  )
}

/** docs/design.md, "Exit codes": 1 a bug, otherwise what the code stands for. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 | 4 {
  return error instanceof NethealError ? EXIT_CODES[error.code] : 1
}

/** Closes a switch over a tagged union: the compiler proves it is never reached. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
