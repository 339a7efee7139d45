// Timers by name, one for each: the earlier of two.
import type { Clock } from './ports.ts'

export interface Alarms {
  /** In so many milliseconds, unless it is to ring before that. */
  set(name: string, milliseconds: number): void
  /** None rings any more. */
  end(): void
}

export function openAlarms(
  clock: Pick<Clock, 'sleep' | 'monotonic'>,
  stop: AbortSignal,
  ring: (name: string) => void,
): Alarms {
  const timed = new Map<string, { readonly at: number; readonly cancel: AbortController }>()
  return {
    set(name, milliseconds) {
      const at = clock.monotonic() + milliseconds
      const known = timed.get(name)
      if (stop.aborted || (known !== undefined && known.at <= at)) return
      known?.cancel.abort()
      const cancel = new AbortController()
      timed.set(name, { at, cancel })
      void clock.sleep(milliseconds, cancel.signal).then(() => {
        if (cancel.signal.aborted) return
        timed.delete(name)
        ring(name)
      })
    },
    end() {
      for (const { cancel } of timed.values()) cancel.abort()
    },
  }
}
