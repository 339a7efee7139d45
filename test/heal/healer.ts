// A daemon that runs in this process until it is disposed of, and what it has done so far.
import type { Passed } from '../../src/heal/pass.ts'
import { type ReconcileHooks, reconcile, type Watch } from '../../src/heal/reconcile.ts'
import type { Rig } from './rig.ts'

export class Healer implements AsyncDisposable {
  readonly passes: Passed[] = []
  /** Settles with the daemon: it must never reject. */
  readonly ended: Promise<void>
  /** Another reason to look. */
  wake: (reason: string) => void = () => undefined
  hasEnded = false
  readonly #stop = new AbortController()
  readonly #abort = new AbortController()

  constructor(rig: Rig, watch: Watch = { events: true, poll: '*/2 * * * *' }, hooks: ReconcileHooks = {}) {
    const signals = { stop: this.#stop.signal, abort: this.#abort.signal }
    this.ended = reconcile(rig.deps, rig.settings, watch, signals, {
      ...hooks,
      onPass: result => {
        this.passes.push(result)
        hooks.onPass?.(result)
      },
      onStart: wake => {
        this.wake = wake
      },
    }).finally(() => {
      this.hasEnded = true
    })
    // Whoever awaits it gets it; nobody else is to be told.
    this.ended.catch(() => undefined)
  }

  get stopSignal(): AbortSignal {
    return this.#stop.signal
  }

  get abortSignal(): AbortSignal {
    return this.#abort.signal
  }

  /** SIGTERM. */
  stop(): void {
    this.#stop.abort()
  }

  /** The second one. */
  abort(): void {
    this.#stop.abort()
    this.#abort.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort()
    await this.ended
  }
}

/** Starts it and waits until it follows the events and has looked once; the host is healed then. */
export async function startHealer(rig: Rig, watch?: Watch, hooks?: ReconcileHooks): Promise<Healer> {
  const healer = new Healer(rig, watch, hooks)
  await rig.eventually(
    () => healer.passes.length > 0 || healer.hasEnded,
    'the first pass',
    watch?.events === false ? 0 : 1,
  )
  if (healer.hasEnded) await healer.ended
  return healer
}
