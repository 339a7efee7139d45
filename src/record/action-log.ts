// The action log: what was done, found or flagged, a line each, in `actions.N.log` with `current.log` leading to the newest.
// A line only when there is something to write; the file is there from the first pass on, for `tail`. A disk that fails costs no
// line that fits.
import { serialQueue } from '../concurrency/serial-queue.ts'
import type { Entry } from '../core/entry.ts'
import type { ActionLog } from '../heal/ports.ts'
import { recordFault } from './fault.ts'
import { type LineFormat, lineMaker } from './line.ts'
import { RollingFile, type RollingOptions } from './rolling-file.ts'

export interface ActionLogOptions extends RollingOptions {
  readonly format: LineFormat
}

export interface OpenActionLog extends ActionLog {
  /** Makes the file where there is none, without what writing needs: cheaper than `open`. Throws NethealError `record`. */
  begin(): Promise<void>
  /** Closes the file. What could not be written by now is gone; the next write would open it again. */
  close(): Promise<void>
}

/** Entries kept while the disk takes none. */
export const KEPT_LINES = 1000

/** Of one write: a heal waits for its lines, and has two for each network. */
const LINES_AT_ONCE = 20

/**
 * Opens nothing yet. Each `write` first writes what earlier ones could not, in order: with an empty list that is all it
 * does. It throws NethealError `record` when the disk does not take all of it, or takes it but cannot roll or be linked.
 */
export function openActionLog(options: ActionLogOptions): OpenActionLog {
  const log = new BackedUpLog(options)
  const inTurn = serialQueue()
  return {
    begin: () => inTurn(async () => log.begin()),
    open: () => inTurn(() => log.open()),
    write: entries => inTurn(() => log.write(entries)),
    close: () => inTurn(() => log.close()),
  }
}

class BackedUpLog {
  readonly #directory: string
  readonly #format: LineFormat
  readonly #file: RollingFile
  #toLine: ((entry: Entry) => string) | null = null
  readonly #waiting: Entry[] = []
  /** Of the entries that did not fit into `#waiting`. */
  #lost = { count: 0, lastAt: 0 }

  constructor(options: ActionLogOptions) {
    this.#directory = options.directory
    this.#format = options.format
    this.#file = new RollingFile(options)
  }

  async write(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) this.#waiting.push(entry)
    if (this.#waiting.length === 0) return
    this.#toLine ??= await lineMaker(this.#format)
    let late: unknown = null
    try {
      if (this.#lost.count > 0) {
        late = await this.#file.write(this.#toLine(this.#notice()))
        this.#lost.count = 0
      }
      while (this.#waiting.length > 0) {
        const some = this.#waiting.slice(0, LINES_AT_ONCE)
        late = (await this.#file.write(some.map(this.#toLine).join(''))) ?? late
        this.#waiting.splice(0, some.length)
      }
    } catch (error) {
      this.#forgetTheOldest()
      throw recordFault('write the action log in', this.#file.path, 'log', error)
    }
    if (late !== null) throw recordFault('roll the action log in', this.#directory, 'log', late)
  }

  begin(): void {
    try {
      this.#file.begin()
    } catch (error) {
      throw recordFault('write the action log in', this.#file.path, 'log', error)
    }
  }

  async open(): Promise<void> {
    this.#toLine ??= await lineMaker(this.#format)
    try {
      await this.#file.open()
    } catch (error) {
      throw recordFault('write the action log in', this.#file.path, 'log', error)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Only once the disk has refused: on a good disk a pass may say more than that. */
  #forgetTheOldest(): void {
    for (const { at } of this.#waiting.splice(0, Math.max(0, this.#waiting.length - KEPT_LINES))) {
      this.#lost = { count: this.#lost.count + 1, lastAt: at }
    }
  }

  #notice(): Entry {
    const { count, lastAt } = this.#lost
    return {
      kind: 'warning',
      at: lastAt,
      container: null,
      network: null,
      code: 'lines-lost',
      message: `${count} ${count === 1 ? 'line' : 'lines'} could not be written to this log and ${count === 1 ? 'is' : 'are'} lost`,
      hint: 'the journal has what was done in the meantime',
    }
  }
}
