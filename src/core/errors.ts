// The one error class of netheal. Anything else that is thrown is a bug of ours and is shown with its stack.

/** Closed set: each code has one exit code (see `exitCodeOf`) and one meaning. */
export type ErrorCode =
  | 'usage' // a flag, an argument or a command that does not exist
  | 'config' // the config is missing, unreadable or wrong
  | 'engine-unreachable' // no socket, connection refused, reset, or not an engine
  | 'engine-forbidden' // the socket is there, but not for us
  | 'engine-timeout' // a call passed its deadline
  | 'engine-too-old' // the engine's newest API is older than ours
  | 'engine-refused' // the engine answered with an error status
  | 'not-found' // 404: the container or network is gone
  | 'locked' // another healer runs on this host
  | 'record' // a log, state or lock file cannot be read or written
  | 'log-unreadable' // a container's log driver keeps nothing that could be read
  | 'undelivered' // a notification, or a ping, did not arrive

/**
 * What went wrong with what (message), and what the operator does next (hint).
 * @see exitCodeOf for the exit code that each code stands for
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

/** True for an error that says "the engine could not be asked", as opposed to "the engine said no". */
export function isEngineAbsent(error: unknown): boolean {
  return (
    error instanceof NethealError &&
    (error.code === 'engine-unreachable' || error.code === 'engine-forbidden' || error.code === 'engine-timeout')
  )
}

/** DESIGN 8: 1 a bug, 2 usage or config, 3 something is not as it should be, 4 the engine cannot be reached. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 | 4 {
  if (!(error instanceof NethealError)) return 1
  switch (error.code) {
    case 'usage':
    case 'config':
      return 2
    case 'engine-unreachable':
    case 'engine-forbidden':
    case 'engine-timeout':
    case 'engine-too-old':
      return 4
    case 'engine-refused':
    case 'not-found':
    case 'locked':
    case 'record':
    case 'log-unreadable':
    case 'undelivered':
      return 3
    default:
      return assertNever(error.code)
  }
}

/** Closes a switch over a tagged union: the compiler proves it is never reached. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
