// A deadline for one try, by the clock that is given. Ends at once when the whole ends.
import type { Clock } from '../heal/ports.ts'

/** Runs `work` with a signal that aborts after `milliseconds`, or with `signal`. `late()`: it was the deadline. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, late: () => boolean) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  void clock.sleep(milliseconds, done.signal).then(() => done.signal.aborted || late.abort())
  try {
    return await work(AbortSignal.any([signal, late.signal]), () => late.signal.aborted)
  } finally {
    done.abort()
  }
}
