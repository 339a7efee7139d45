// GET /events as it is written to each client.
import type { Writable } from 'node:stream'
import type { EventBus, SimEvent, Subscription } from './event-bus.ts'
import type { Filters } from './filters.ts'
import type { Instant } from './instant.ts'

/** A client that has not taken so many bytes loses events silently, as in Docker. */
const longestBacklog = 8 * 1024 * 1024

class EventStream {
  readonly out: Writable
  subscription: Subscription | null = null
  #pending: string[] = []

  constructor(out: Writable) {
    this.out = out
  }

  /** False when the event was lost on a slow reader. */
  send(line: string): boolean {
    if (this.out.writableLength > longestBacklog) return false
    if (this.#pending.length === 0) queueMicrotask(() => this.flush())
    this.#pending.push(line)
    return true
  }

  flush(): void {
    if (this.#pending.length === 0) return
    const text = this.#pending.join('')
    this.#pending = []
    if (!this.out.destroyed && !this.out.writableEnded) this.out.write(Buffer.from(text))
  }
}

/** The streams that are open. */
export class EventStreams {
  readonly #bus: EventBus
  readonly #open = new Set<EventStream>()
  readonly #changed: () => void
  #opened = 0
  #lost = 0

  constructor(bus: EventBus, changed: () => void) {
    this.#bus = bus
    this.#changed = changed
  }

  /** How many are subscribed now. */
  get open(): number {
    return this.#open.size
  }

  /** How many there have been. */
  get opened(): number {
    return this.#opened
  }

  /** Events lost on clients that do not read. */
  get lost(): number {
    return this.#lost
  }

  /** Subscribes a client and writes until it goes, or until `until`. */
  serve(out: Writable, filters: Filters, since: Instant | null, until: Instant | null, follow: boolean): void {
    const stream = new EventStream(out)
    const send = (event: SimEvent) => {
      if (!stream.send(this.#bus.line(event))) this.#lost += 1
    }
    stream.subscription = this.#bus.subscribe(filters, since, until, send)
    for (const event of stream.subscription.replay) send(event)
    const end = () => {
      stream.subscription?.cancel()
      stream.flush()
      this.#open.delete(stream)
      this.#changed()
    }
    if (!follow) {
      end()
      return
    }
    this.#open.add(stream)
    this.#opened += 1
    out.on('close', end)
    this.#changed()
  }

  /** Ends every open stream: with an orderly EOF, or `abrupt`ly, in the middle of a chunk. */
  cut(how: 'eof' | 'abrupt' = 'eof'): void {
    for (const stream of [...this.#open]) {
      stream.subscription?.cancel()
      this.#open.delete(stream)
      if (how === 'abrupt') stream.out.destroy()
      else {
        stream.flush()
        stream.out.end()
      }
    }
    this.#changed()
  }
}
