// Follows the engine's event stream for ever: opens it, says when it is open, and opens it again however it ends.
import { backoffDelay } from '../core/backoff.ts'
import { NethealError } from '../core/errors.ts'
import type { Clock, Engine, EngineEvent, Journal } from './ports.ts'

export interface EventFollower {
  /** The stream missed something that it should have told, or may have: drop it and open another. `why` in words. */
  suspect(why: string): void
  /** The engine answered something else: it need not be asked after for a while. */
  heard(): void
  /** Settles when `signal` aborts. */
  readonly done: Promise<void>
}

export interface EventFollowerOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly journal: Journal
  readonly random: () => number
  readonly onEvent: (event: EngineEvent) => void
  /** The stream is open: whatever happened before must be looked for now. */
  readonly onOpen: () => void
}

const FIRST_WAIT = 100
const LONGEST_WAIT = 2_000
/** A stream that lived for so long was a good one. */
const STEADY = 10_000
/**
 * An engine that has been silent for so long is asked after: frozen, or with a half-open connection, it looks idle. The
 * default schedule asks it more often than this, so that an idle daemon sends no ping at all: thirty seconds were more than
 * half of its CPU.
 */
const PING_AFTER = 150_000

export function openEventFollower(options: EventFollowerOptions, signal: AbortSignal): EventFollower {
  let current: AbortController | null = null
  let doubt: string | null = null
  let last = options.clock.monotonic()
  const heard = (): void => {
    last = options.clock.monotonic()
  }
  return {
    suspect(why) {
      doubt = why
      current?.abort()
    },
    heard,
    done: run(),
  }

  async function run(): Promise<void> {
    const { clock, random, journal } = options
    let failures = 0
    /** Streams in a row that ended soon after they were open: a proxy that cuts each of them must not make us hurry. */
    let shortLived = 0
    while (!signal.aborted) {
      current = new AbortController()
      doubt = null
      const end = (): void => current?.abort()
      signal.addEventListener('abort', end, { once: true })
      let openSince: number | null = null
      const problem = await once(current, () => {
        if (shortLived <= 1) journal.info({ again: failures > 0 }, 'event stream open')
        openSince = clock.monotonic()
        failures = 0
      })
      signal.removeEventListener('abort', end)
      if (signal.aborted) return
      options.engine.forget()
      failures += 1
      shortLived = openSince !== null && clock.monotonic() - openSince < STEADY ? shortLived + 1 : 0
      // An outage is said once, not at each try.
      if (failures === 1 && shortLived <= 1)
        journal.warn(
          { reason: problem?.message ?? doubt ?? 'the engine ended it' },
          'event stream lost, opening it again',
        )
      const wait = backoffDelay(Math.max(failures, shortLived), random(), FIRST_WAIT, LONGEST_WAIT)
      await clock.sleep(wait, signal)
    }
  }

  /** One stream, from its opening to its end. Resolves with what ended it. */
  async function once(stream: AbortController, opened: () => void): Promise<NethealError | null> {
    const { engine, clock, onEvent, onOpen } = options
    try {
      const tell = (event: EngineEvent): void => {
        heard()
        onEvent(event)
      }
      const { ended } = await engine.events(clock.now(), tell, stream.signal)
      heard()
      opened()
      onOpen()
      const over = new AbortController()
      const watch = watchSilence(stream, over.signal)
      const problem = await ended
      over.abort()
      return (await watch) ?? problem
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      return error
    }
  }

  async function watchSilence(stream: AbortController, over: AbortSignal): Promise<NethealError | null> {
    const { engine, clock } = options
    while (!over.aborted) {
      await clock.sleep(last + PING_AFTER - clock.monotonic(), over)
      if (over.aborted || clock.monotonic() - last < PING_AFTER) continue
      try {
        await engine.ping(over)
        heard()
      } catch (error) {
        if (!(error instanceof NethealError)) throw error
        if (over.aborted) return null
        stream.abort()
        return error
      }
    }
    return null
  }
}
