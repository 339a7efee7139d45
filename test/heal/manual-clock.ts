// A clock that moves only when a test moves it: the wall clock and the monotonic one together, or the wall clock alone.
import type { Clock } from '../../src/heal/ports.ts'

interface Sleeper {
  readonly at: number
  readonly milliseconds: number
  readonly wake: () => void
}

export class ManualClock implements Clock {
  #now: number
  #elapsed = 0
  readonly #sleepers = new Set<Sleeper>()
  readonly #ticks = new Map<() => void, string>()

  constructor(now: number = Date.now()) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#elapsed
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { at: this.#elapsed + milliseconds, milliseconds, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', wake)
    })
  }

  schedule(cron: string, tick: () => void, signal: AbortSignal): void {
    this.#ticks.set(tick, cron)
    signal.addEventListener('abort', () => this.#ticks.delete(tick), { once: true })
  }

  /** Time goes by: whoever is due on the way wakes, in order. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds
    for (;;) {
      const due = [...this.#sleepers].filter(s => s.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#pass(Math.max(0, due.at - this.#elapsed))
      due.wake()
    }
    this.#pass(end - this.#elapsed)
  }

  /** Somebody sets the wall clock: nobody wakes. */
  jump(milliseconds: number): void {
    this.#now += milliseconds
  }

  /** A time of the schedule has come. */
  tick(): void {
    for (const tick of [...this.#ticks.keys()]) tick()
  }

  /** The cron expressions that are followed now. */
  get schedules(): readonly string[] {
    return [...this.#ticks.values()]
  }

  /** How long each that sleeps now wanted to sleep. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers].map(s => s.milliseconds)
  }

  #pass(milliseconds: number): void {
    this.#elapsed += milliseconds
    this.#now += milliseconds
  }
}
