// GET /events as it is written to each client, and all that can be wrong with it: cut, half open, garbage, in pieces.
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { EventBus, SimEvent, Subscription } from './event-bus.ts'
import type { Filters } from './filters.ts'
import type { Instant } from './instant.ts'

export type Garbage = 'binary' | 'half-line' | 'long-line' | 'not-json' | 'empty-lines'

/** A client that has not taken so many bytes loses events silently, as in Docker. */
const longestBacklog = 8 * 1024 * 1024

class EventStream {
  readonly out: Writable
  /** Stays open and says nothing any more. */
  silent = false
  /** Written in pieces of so many bytes, across lines and characters; 0: whole. */
  pieces = 0
  subscription: Subscription | null = null
  #pending: string[] = []

  constructor(out: Writable) {
    this.out = out
  }

  /** False when the event was lost on a slow reader. */
  send(line: string): boolean {
    if (this.silent) return true
    if (this.out.writableLength > longestBacklog) return false
    if (this.#pending.length === 0) queueMicrotask(() => this.flush())
    this.#pending.push(line)
    return true
  }

  flush(): void {
    if (this.#pending.length === 0) return
    const text = this.#pending.join('')
    this.#pending = []
    this.write(Buffer.from(text))
  }

  write(data: Buffer): void {
    if (this.out.destroyed || this.out.writableEnded) return
    if (this.pieces <= 0) {
      this.out.write(data)
      return
    }
    for (let at = 0; at < data.length; at += this.pieces) this.out.write(data.subarray(at, at + this.pieces))
  }
}

/** The streams that are open, and the switches for their faults. */
export class EventStreams {
  readonly #bus: EventBus
  readonly #open = new Set<EventStream>()
  readonly #changed: () => void
  #silenceNew = false
  #pieces = 0
  #opened = 0
  #lost = 0
  #held: (() => void)[] | null = null

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

  /** Subscribes a client and writes until it goes, or until `until`; `ended` says when the latter has come. */
  serve(out: Writable, filters: Filters, since: Instant | null, until: Instant | null, follow: boolean): () => void {
    const stream = new EventStream(out)
    stream.silent = this.#silenceNew
    stream.pieces = this.#pieces
    const send = (event: SimEvent) => {
      const line = this.#bus.line(event)
      if (this.#held === null) {
        if (!stream.send(line)) this.#lost += 1
      } else this.#held.push(() => stream.send(line))
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
      return end
    }
    this.#open.add(stream)
    this.#opened += 1
    out.on('close', end)
    this.#changed()
    return end
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

  /** Ends every open stream cleanly and resolves when the last byte is with the system. */
  async finish(): Promise<void> {
    const outs = [...this.#open].map(stream => stream.out)
    this.cut('eof')
    await Promise.all(outs.map(out => finished(out).catch(() => undefined)))
  }

  /** Every open stream stays open and says nothing any more; with `new`, those opened later as well. */
  halfOpen(options: { readonly new?: boolean } = {}): void {
    for (const stream of this.#open) stream.silent = true
    this.#silenceNew = options.new ?? false
  }

  /** From now on everything is written in pieces of so many bytes, through lines and characters; 0 ends it. */
  fragment(bytes: number): void {
    this.#pieces = bytes
    for (const stream of this.#open) stream.pieces = bytes
  }

  /** Writes what is no event. What is published after a `half-line` follows it on the same line. */
  garbage(kind: Garbage): void {
    this.raw(garbageOf(kind))
  }

  /** Writes these bytes to every open stream. */
  raw(data: Buffer | string): void {
    for (const stream of this.#open) {
      stream.flush()
      stream.write(Buffer.from(data))
    }
  }

  /** The engine is frozen: events wait. */
  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const send of held) send()
  }

  /** All are over, and the faults with them: the engine is gone. */
  reset(): void {
    this.release()
    this.cut('abrupt')
    this.#silenceNew = false
    this.#pieces = 0
  }
}

function garbageOf(kind: Garbage): Buffer {
  switch (kind) {
    case 'binary':
      return Buffer.from([0x00, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0x1b, 0x5b, 0x0a, 0xf0, 0x9f, 0x0a])
    case 'half-line':
      return Buffer.from('{"Type":"network","Action":"disc')
    case 'long-line':
      return Buffer.from(`{"Type":"container","Action":"${'x'.repeat(4 * 1024 * 1024)}"}\n`)
    case 'not-json':
      return Buffer.from('<html><body>502 Bad Gateway</body></html>\n')
    case 'empty-lines':
      return Buffer.from('\n\n\r\n\n')
  }
}
