// What the engine remembers of events: 256 at most, of all kinds, and none from before its own start
// (docs/engine-facts.md, "The event stream").
import type { Readable } from 'node:stream'
import { NethealError } from '../core/errors.ts'
import type { PastEvent } from '../heal/ports.ts'
import type { Client } from './client.ts'
import { EVENT_FILTERS, parseEvent } from './events.ts'
import { object } from './json.ts'
import { lineSplitter } from './lines.ts'
import { eventOf } from './translate.ts'

/** As healing's, and `kill`: which signal, and whether somebody asked for it, is evidence. */
const FILTERS = { ...EVENT_FILTERS, event: [...EVENT_FILTERS.event, 'kill'] }

/** Whoever sends more is no engine. */
const MOST = 10_000

/** `since`, `until`: milliseconds since the epoch, by the engine's clock. A raw failure is the caller's to word. */
export async function pastEvents(
  client: Client,
  since: number,
  until: number,
  abortSignal: AbortSignal,
): Promise<readonly PastEvent[]> {
  const stream = (await client.docker().getEvents({
    since: since / 1000,
    until: until / 1000,
    filters: JSON.stringify(FILTERS),
    abortSignal,
  })) as Readable
  const found: PastEvent[] = []
  const feed = lineSplitter(line => {
    const json = parseEvent(line, client.host)
    const event = eventOf(json)
    if (found.length >= MOST)
      throw new NethealError('engine-unreachable', `${client.host} sends past events without an end`)
    if (event !== null) found.push({ at: timeOf(line, json), event })
  })
  const end = (): void => void stream.destroy()
  abortSignal.addEventListener('abort', end, { once: true })
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) feed(chunk)
  } finally {
    abortSignal.removeEventListener('abort', end)
    stream.destroy()
  }
  return found
}

/**
 * `timeNano` is beyond what a number holds exactly: its digits are read from the line, not from what JSON.parse made of
 * them.
 */
function timeOf(line: string, json: unknown): number {
  const digits = /"timeNano":\s*(\d{10,20})/.exec(line)?.[1]
  if (digits !== undefined) {
    const nano = BigInt(digits)
    return Number(nano / 1_000_000n) + Number(nano % 1_000_000n) / 1e6
  }
  const { time } = object(json, 'event')
  return typeof time === 'number' ? time * 1000 : 0
}
