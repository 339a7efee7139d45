// A deadline for one call, together with the root signal. Listeners are taken off again: the root signal lives as long as
// the daemon, and AbortSignal.any would pile up on it. A timer that is cleared, and no AbortSignal.timeout: that one goes off
// long after the answer, and an idle daemon would be woken once more after each poll.
import { NethealError } from '../core/errors.ts'

/** Throws NethealError `engine-timeout` after `milliseconds`; rethrows what `ask` throws otherwise. */
export async function withDeadline<T>(
  what: string,
  milliseconds: number,
  signal: AbortSignal,
  ask: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const call = new AbortController()
  const given = Promise.withResolvers<never>()
  // Where it was given up before it was asked, and the asking throws.
  given.promise.catch(() => undefined)
  const give = (): void => {
    call.abort()
    given.reject(new Error('aborted'))
  }
  let isLate = false
  const deadline = setTimeout(() => {
    isLate = true
    give()
  }, milliseconds)
  if (signal.aborted) give()
  else signal.addEventListener('abort', give, { once: true })
  try {
    // Not every part of a call looks at the signal: the race does.
    return await Promise.race([ask(call.signal), given.promise])
  } catch (error) {
    if (signal.aborted)
      throw new NethealError('engine-timeout', `${what}: cancelled, netheal is stopping`, { cause: error })
    if (isLate) {
      throw new NethealError('engine-timeout', `${what}: no answer within ${milliseconds / 1000} s`, {
        hint: 'the engine hangs or is very slow; to wait longer: docker.timeout in the config',
        cause: error,
      })
    }
    throw error
  } finally {
    signal.removeEventListener('abort', give)
    clearTimeout(deadline)
  }
}
