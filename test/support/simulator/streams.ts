// Event streams with all that can be wrong with one: half open, garbage, in pieces, held back.
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { EventStreams } from '../../../src/simulator/event-stream.ts'
import type { Filters } from '../../../src/simulator/filters.ts'
import type { Instant } from '../../../src/simulator/instant.ts'

export type Garbage = 'binary' | 'half-line' | 'long-line' | 'not-json' | 'empty-lines'

/** What stands between a stream and its client. */
class Faulty {
  readonly out: Writable
  /** Stays open and says nothing any more. */
  silent: boolean
  readonly #write: (data: Buffer) => void

  constructor(streams: FaultyStreams, out: Writable, silent: boolean) {
    this.out = out
    this.silent = silent
    const write = out.write.bind(out)
    this.#write = data => {
      if (out.destroyed || out.writableEnded) return
      const step = streams.pieces <= 0 ? data.length : streams.pieces
      for (let at = 0; at < data.length; at += step) write(data.subarray(at, at + step))
    }
    out.write = (data: Buffer) => {
      if (!this.silent) streams.whenReleased(() => this.#write(data))
      return true
    }
  }

  /** Past the silence, after what was announced before. */
  raw(data: Buffer): void {
    queueMicrotask(() => this.#write(data))
  }
}

export class FaultyStreams extends EventStreams {
  /** Bytes; 0: all that there is at once. */
  pieces = 0
  readonly #clients = new Set<Faulty>()
  #silenceNew = false
  #held: (() => void)[] | null = null

  override serve(out: Writable, filters: Filters, since: Instant | null, until: Instant | null, follow: boolean): void {
    const client = new Faulty(this, out, this.#silenceNew)
    this.#clients.add(client)
    out.on('close', () => this.#clients.delete(client))
    super.serve(out, filters, since, until, follow)
  }

  /** Every open stream stays open and says nothing any more; with `new`, those opened later as well. */
  halfOpen(options: { readonly new?: boolean } = {}): void {
    for (const client of this.#clients) client.silent = true
    this.#silenceNew = options.new ?? false
  }

  /** From now on everything is written in pieces of so many bytes, through lines and characters; 0 ends it. */
  fragment(bytes: number): void {
    this.pieces = bytes
  }

  /** Writes what is no event. What is published after a `half-line` follows it on the same line. */
  garbage(kind: Garbage): void {
    for (const client of this.#clients) client.raw(garbageOf(kind))
  }

  /** The engine is frozen: events wait. */
  hold(): void {
    this.#held ??= []
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const write of held) write()
  }

  whenReleased(write: () => void): void {
    if (this.#held === null) write()
    else this.#held.push(write)
  }

  /** Ends every open stream cleanly and resolves when the last byte is with the system. */
  async finish(): Promise<void> {
    const outs = [...this.#clients].map(client => client.out)
    this.cut('eof')
    await Promise.all(outs.map(out => finished(out).catch(() => undefined)))
  }

  /** All faults are over. */
  clear(): void {
    this.release()
    this.#silenceNew = false
    this.pieces = 0
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
