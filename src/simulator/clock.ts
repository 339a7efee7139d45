// The simulated engine's time. Tests that must not wait pass one of their own; nothing else in the simulator knows Date or
// timers.

export interface SimClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `run` once after that many milliseconds; the answer cancels it. */
  after(milliseconds: number, run: () => void): () => void
}

/** Node takes no longer timer than this: 2^31 - 1 milliseconds. It ends a longer one after 1 ms, with a warning. */
const LONGEST_TIMER = 2_147_483_647

export const systemClock: SimClock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    let timer: NodeJS.Timeout | undefined
    const wait = (left: number): void => {
      const piece = Math.min(left, LONGEST_TIMER)
      timer = setTimeout(() => (left > piece ? wait(left - piece) : run()), piece)
    }
    wait(milliseconds)
    return () => clearTimeout(timer)
  },
}
