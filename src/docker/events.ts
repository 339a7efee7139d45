// The event stream: opens it, reads it at once as it comes, and says when and why it ended. Never acts on an event.
import type { Readable } from 'node:stream'
import { NethealError } from '../core/errors.ts'
import type { EngineEvent, EventStream } from '../heal/ports.ts'
import { lineSplitter } from './lines.ts'
import { eventOf } from './translate.ts'

/** Filtered by the engine: health checks alone flood an unfiltered stream (docs/engine-facts.md, "The event stream"). */
export const EVENT_FILTERS = {
  type: ['container', 'network'],
  event: [
    ...['create', 'start', 'die', 'stop', 'destroy', 'rename', 'restart', 'oom', 'connect', 'disconnect'],
    ...['pause', 'unpause'],
    // Podman filters by its own words, and then says `die` and `remove`.
    ...['died', 'remove'],
  ],
}

/** Reads `stream` until it ends. Everything that is no event breaks it: the caller opens another and looks again. */
export function readEvents(stream: Readable, onEvent: (event: EngineEvent) => void, host: string): EventStream {
  const ended = new Promise<NethealError | null>(resolve => {
    const feed = lineSplitter(line => {
      const event = eventOf(parseEvent(line, host))
      if (event !== null) onEvent(event)
    })
    const broken = (error: unknown): void => {
      resolve(
        error instanceof NethealError
          ? error
          : new NethealError(
              'engine-unreachable',
              `the event stream of ${host} broke: ${String((error as Error)?.message ?? error)}`,
              { cause: error },
            ),
      )
      stream.destroy()
    }
    stream.on('data', (chunk: Buffer) => {
      try {
        feed(chunk)
      } catch (error) {
        broken(error)
      }
    })
    stream.on('error', broken)
    stream.on('end', () => resolve(null))
    stream.on('close', () => resolve(null))
  })
  return { ended }
}

/** One line of an event stream. Throws NethealError for what is no JSON. */
export function parseEvent(line: string, host: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new NethealError(
      'engine-unreachable',
      `the event stream of ${host} contains something that is not an event`,
      { cause: error },
    )
  }
}
