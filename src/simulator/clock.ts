// The simulated engine's time. Tests that must not wait pass a ManualClock; nothing else in the simulator knows Date or
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

/** A clock that moves only when it is told to. */
export class ManualClock implements SimClock {
  #now: number
  #timers: { readonly at: number; readonly run: () => void }[] = []

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.#now + milliseconds, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(t => t !== timer)
    }
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** Moves on by that many milliseconds and runs what is due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const due = this.#timers.filter(t => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter(t => t !== due)
      this.#now = Math.max(this.#now, due.at)
      due.run()
    }
    this.#now = end
  }
}
