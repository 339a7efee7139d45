// A deadline for one try, by the clock that is given. Ends at once when the whole ends.
import type { Clock } from '../heal/ports.ts'

/** Runs `work` with a signal that aborts after `milliseconds`, or with `signal`. `late()`: it was the deadline. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, late: () => boolean) => Promise<T>,
): Promise<T> {
  const call = new AbortController()
  const done = new AbortController()
  let isLate = false
  const give = (): void => call.abort()
  if (signal.aborted) give()
  signal.addEventListener('abort', give, { once: true })
  void clock.sleep(milliseconds, done.signal).then(() => {
    if (done.signal.aborted) return
    isLate = true
    give()
  })
  try {
    return await work(call.signal, () => isLate)
  } finally {
    done.abort()
    signal.removeEventListener('abort', give)
  }
}
