// Wakes: the reasons to make a pass. They coalesce: however many come during a pass, one pass follows.
import type { Scope } from './observe.ts'

export interface Wake {
  readonly scope: Scope
  /** Why, each once: `schedule`, `start`, `event stream open`, `container start`, ... */
  readonly reasons: ReadonlySet<string>
}

export interface Wakes {
  full(reason: string): void
  container(id: string, reason: string): void
  /** The wake that is waiting; null for none. */
  take(): Wake | null
  /** The next wake, at once if one is waiting; null when `signal` aborts first. */
  next(signal: AbortSignal): Promise<Wake | null>
}

/** More than this many containers at once are looked at by a full pass: two calls instead of one each. */
const MOST_IDS = 32

export function openWakes(): Wakes {
  let full = false
  let ids = new Set<string>()
  let reasons = new Set<string>()
  let ring: (() => void) | null = null

  function queued(reason: string): void {
    reasons.add(reason)
    ring?.()
  }

  function take(): Wake | null {
    if (!full && ids.size === 0) return null
    const scope: Scope = full || ids.size > MOST_IDS ? { kind: 'full' } : { kind: 'containers', ids }
    const wake = { scope, reasons }
    full = false
    ids = new Set()
    reasons = new Set()
    return wake
  }

  return {
    take,
    full(reason) {
      full = true
      queued(reason)
    },
    container(id, reason) {
      ids.add(id)
      queued(reason)
    },
    async next(signal) {
      while (!signal.aborted) {
        const wake = take()
        if (wake !== null) return wake
        const { promise, resolve } = Promise.withResolvers<void>()
        const wakeUp = (): void => resolve()
        ring = wakeUp
        signal.addEventListener('abort', wakeUp, { once: true })
        await promise
        ring = null
        signal.removeEventListener('abort', wakeUp)
      }
      return null
    },
  }
}
