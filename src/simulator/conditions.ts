// Waiting for something to become true, without a sleep: whoever changes the simulator calls `check`.

export class Conditions {
  readonly #waiting = new Set<{ readonly holds: () => boolean; readonly resolve: () => void }>()

  /** Resolves as soon as the condition holds; rejects with the signal's reason when it aborts before. */
  until(holds: () => boolean, signal?: AbortSignal): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiter = { holds, resolve }
      this.#waiting.add(waiter)
      signal?.addEventListener('abort', () => {
        if (this.#waiting.delete(waiter)) reject(signal.reason)
      })
    })
  }

  check(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.holds()) continue
      this.#waiting.delete(waiter)
      waiter.resolve()
    }
  }
}
