// One at a time: Docker holds a container's lock through a start, a connect and the end of its process, and an inspect
// waits for it. A plain queue; it never times out.

export class Lock {
  #tail: Promise<unknown> = Promise.resolve()

  /** Runs `work` after everything that came before; a failure of one does not stop the next. */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#tail.then(work)
    this.#tail = turn.catch(() => undefined)
    return turn
  }
}
