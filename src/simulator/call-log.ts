// What was asked of the engine: how often each route, and every writing call in full. For tests that count.

export interface WritingCall {
  readonly method: string
  /** Without the version, with the query. */
  readonly path: string
  readonly route: string
  readonly body: unknown
  /** The answer's status; null while it is not answered. */
  status: number | null
}

export class CallLog {
  readonly #counts = new Map<string, number>()
  readonly #writes: WritingCall[] = []
  #total = 0

  /** Counts a call, and keeps it in full when it may change something. */
  note(method: string, path: string, route: string, body: unknown): WritingCall | null {
    this.#total += 1
    this.#counts.set(route, (this.#counts.get(route) ?? 0) + 1)
    if (method === 'GET' || method === 'HEAD') return null
    const call: WritingCall = { method, path, route, body, status: null }
    this.#writes.push(call)
    return call
  }

  get total(): number {
    return this.#total
  }

  /** Calls of a route by its name, e.g. `GET /containers/{id}/json`. */
  count(route: string): number {
    return this.#counts.get(route) ?? 0
  }

  get byRoute(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  /** All calls but GET and HEAD, oldest first. */
  get writes(): readonly WritingCall[] {
    return this.#writes
  }

  /** The writing calls of one route, e.g. `POST /networks/{id}/connect`. */
  writesTo(route: string): readonly WritingCall[] {
    return this.#writes.filter(call => call.route === route)
  }

  /** Forgets all, to count from here. */
  reset(): void {
    this.#total = 0
    this.#counts.clear()
    this.#writes.length = 0
  }
}
