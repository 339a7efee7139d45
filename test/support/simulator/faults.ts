// What can go wrong with calls, switched on and off while the engine runs: hanging, failing, slow, frozen, and hooks that
// change the world before or after a call. Faults of the event stream are in streams.ts; those of the socket in simulator.ts.
import { Refusal } from '../../../src/simulator/refusal.ts'
import type { Answer, Call } from '../../../src/simulator/route-table.ts'
import type { Front } from '../../../src/simulator/server.ts'

export interface FaultScope {
  /**
   * Which calls: a route's name (`POST /networks/{id}/connect`), or an expression tried on `METHOD /path` without the
   * version (`/^POST .*connect$/`). All calls when it is not given.
   */
  readonly route?: string | RegExp
  /** How often; for ever when it is not given. */
  readonly times?: number
}

export interface FailScope extends FaultScope {
  /** 500 when it is not given. */
  readonly status?: number
  readonly message?: string
  /** True: the engine does what was asked, and then answers the error all the same. */
  readonly afterwards?: boolean
}

type Hook = (call: Call) => void | Promise<void>

type FaultKind =
  | { readonly kind: 'hang' }
  | { readonly kind: 'fail'; readonly status: number; readonly message: string; readonly afterwards: boolean }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'before'; readonly hook: Hook }
  | { readonly kind: 'after'; readonly hook: Hook }

/** A fault that is switched on. `hits` says how many calls it met. */
export interface Fault {
  readonly hits: number
  clear(): void
}

interface ActiveFault {
  readonly kind: FaultKind
  readonly scope: FaultScope
  left: number
  hits: number
}

export class Faults implements Front {
  readonly #active = new Set<ActiveFault>()
  #thawed: Promise<void> | null = null
  #thaw: (() => void) | null = null

  /** The call is accepted and never answered, also after `clear`. */
  hang(scope: FaultScope = {}): Fault {
    return this.#add({ kind: 'hang' }, scope)
  }

  fail(scope: FailScope = {}): Fault {
    const { status = 500, message = 'simulated failure', afterwards = false } = scope
    return this.#add({ kind: 'fail', status, message, afterwards }, scope)
  }

  /** Each call waits that long before it is worked on. */
  slow(milliseconds: number, scope: FaultScope = {}): Fault {
    return this.#add({ kind: 'slow', milliseconds }, scope)
  }

  /** Called before the engine works on the call: a container removed between a list and an inspect, say. */
  before(route: string | RegExp, hook: Hook, times?: number): Fault {
    return this.#add({ kind: 'before', hook }, times === undefined ? { route } : { route, times })
  }

  /** Called after the engine worked on it, before the answer is sent. */
  after(route: string | RegExp, hook: Hook, times?: number): Fault {
    return this.#add({ kind: 'after', hook }, times === undefined ? { route } : { route, times })
  }

  /** All faults of calls are over. */
  clear(): void {
    this.#active.clear()
  }

  /** Takes calls and answers none until `thaw`: a process that was sent SIGSTOP. */
  freeze(): void {
    this.#thawed ??= new Promise(resolve => {
      this.#thaw = resolve
    })
  }

  thaw(): void {
    this.#thaw?.()
    this.#thaw = null
    this.#thawed = null
  }

  async admit(): Promise<void> {
    await this.#thawed
  }

  async serve(call: Call, answer: (call: Call) => Promise<Answer>): Promise<Answer> {
    const faults = this.#meeting(call)
    // A stream that nobody ever begins.
    if (faults.some(fault => fault.kind === 'hang')) return { kind: 'streamed' }
    for (const fault of faults) {
      if (fault.kind === 'slow') await call.engine.elapse(fault.milliseconds)
      if (fault.kind === 'before') await fault.hook(call)
    }
    const failures = faults.filter(fault => fault.kind === 'fail')
    const early = failures.find(fault => !fault.afterwards)
    if (early !== undefined) throw new Refusal(early.status, early.message)
    const answered = await answer(call)
    for (const fault of faults) if (fault.kind === 'after') await fault.hook(call)
    const [late] = failures
    if (late !== undefined) throw new Refusal(late.status, late.message)
    return answered
  }

  /** What meets this call, each counted as a hit. */
  #meeting(call: Call): readonly FaultKind[] {
    const met: FaultKind[] = []
    for (const fault of this.#active) {
      if (!applies(fault.scope.route, call)) continue
      fault.hits += 1
      fault.left -= 1
      if (fault.left <= 0) this.#active.delete(fault)
      met.push(fault.kind)
    }
    return met
  }

  #add(kind: FaultKind, scope: FaultScope): Fault {
    const fault: ActiveFault = { kind, scope, left: scope.times ?? Number.POSITIVE_INFINITY, hits: 0 }
    this.#active.add(fault)
    return {
      get hits() {
        return fault.hits
      },
      clear: () => this.#active.delete(fault),
    }
  }
}

function applies(route: string | RegExp | undefined, call: Call): boolean {
  if (route === undefined) return true
  return typeof route === 'string' ? route === call.route : route.test(`${call.method} ${call.path}`)
}
