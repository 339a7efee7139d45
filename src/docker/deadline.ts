// A deadline for one call, together with the root signal. Listeners are taken off again: the root signal lives as long as
// the daemon, and AbortSignal.any would pile up on it.
import { NethealError } from '../core/errors.ts'

/** Throws NethealError `engine-timeout` after `milliseconds`; rethrows what `ask` throws otherwise. */
export async function withDeadline<T>(
  what: string,
  milliseconds: number,
  signal: AbortSignal,
  ask: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const call = new AbortController()
  const deadline = AbortSignal.timeout(milliseconds)
  const give = (): void => call.abort()
  if (signal.aborted) call.abort()
  signal.addEventListener('abort', give, { once: true })
  deadline.addEventListener('abort', give, { once: true })
  try {
    // Not every part of dockerode looks at the signal: the race does.
    return await Promise.race([ask(call.signal), rejectionOf(call.signal)])
  } catch (error) {
    if (signal.aborted)
      throw new NethealError('engine-timeout', `${what}: given up, netheal is stopping`, { cause: error })
    if (deadline.aborted) {
      throw new NethealError('engine-timeout', `${what}: no answer within ${milliseconds / 1000} s`, {
        hint: 'the engine hangs, or is very slow; docker.timeout in the config is the deadline',
        cause: error,
      })
    }
    throw error
  } finally {
    signal.removeEventListener('abort', give)
    deadline.removeEventListener('abort', give)
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new Error('aborted'))
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
