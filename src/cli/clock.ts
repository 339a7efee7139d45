// Time: the one file that owns Date, timers and node-cron. Everything else is given a clock.
import type { Clock } from '../heal/ports.ts'

/** Node's longest timer: 2^31 - 1 milliseconds. */
const LONGEST_TIMER = 2_147_483_647

/** The machine's own. node-cron is loaded by the first `schedule`, so that a one-shot does not pay for it. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep(milliseconds, signal) {
      if (signal.aborted) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, Math.min(Math.max(0, milliseconds), LONGEST_TIMER))
      const end = (): void => resolve()
      signal.addEventListener('abort', end, { once: true })
      return promise.finally(() => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
      })
    },
    schedule(cron, tick, signal) {
      void follow(cron, tick, signal)
    },
  }
}

/**
 * node-cron goes by the wall clock: after that was set back it would wait until its next time comes around again. Timers go
 * by the monotonic clock, so a slow timer ticks where node-cron is overdue.
 */
async function follow(cron: string, tick: () => void, signal: AbortSignal): Promise<void> {
  const { schedule } = await import('node-cron')
  const longest = await longestInterval(cron)
  if (signal.aborted) return
  let last = performance.now()
  const run = (): void => {
    last = performance.now()
    tick()
  }
  const begin = () => schedule(cron, run, { timezone: 'UTC', suppressMissedWarning: true })
  let task = begin()
  const guard = setInterval(
    () => {
      if (performance.now() - last <= longest * 1.5) return
      // Start again from the clock as it is now; otherwise only the guard would tick until the old time is reached.
      void task.destroy()
      task = begin()
      run()
    },
    Math.min(longest, LONGEST_TIMER),
  )
  const end = (): void => {
    clearInterval(guard)
    void task.destroy()
  }
  signal.addEventListener('abort', end, { once: true })
}

/** The longest time between two runs of a cron expression, in milliseconds, looking a few runs ahead. */
export async function longestInterval(cron: string): Promise<number> {
  const { createTask } = await import('node-cron')
  const task = createTask(cron, () => undefined, { timezone: 'UTC' })
  const runs = task.getNextRuns(10).map(date => date.getTime())
  await task.destroy()
  return Math.max(60_000, ...runs.slice(1).map((at, i) => at - (runs[i] ?? at)))
}
