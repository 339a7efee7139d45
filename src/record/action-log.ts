// The action log: what was done, found or flagged, a line each, in `actions.N.log` with `current.log` leading to the newest.
// Written only when there is something to write: a quiet host has no file. A disk that fails costs no line that fits.
import type { Entry } from '../core/entry.ts'
import type { ActionLog } from '../heal/ports.ts'
import { recordFault } from './fault.ts'
import { type LineFormat, lineMaker } from './line.ts'
import { RollingFile, type RollingOptions } from './rolling-file.ts'

export interface ActionLogOptions extends RollingOptions {
  readonly format: LineFormat
}

export interface OpenActionLog extends ActionLog {
  /** Closes the file. What could not be written by now is gone; the next write would open it again. */
  close(): Promise<void>
}

const LINES_AT_ONCE = 16

/** Entries kept while the disk takes none. */
export const KEPT_LINES = 1000

/**
 * Opens nothing yet. Each `write` first writes what earlier ones could not, in order: with an empty list that is all it
 * does. It throws NethealError `record` when the disk does not take all of it, or takes it but cannot roll or be linked.
 */
export function openActionLog(options: ActionLogOptions): OpenActionLog {
  const log = new BackedUpLog(options)
  let turn: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }
  return {
    write: entries => inTurn(() => log.write(entries)),
    begin: async entries => {
      await inTurn(() => log.begin(entries))
      return { finish: () => inTurn(() => log.finish()) }
    },
    close: () => inTurn(() => log.close()),
  }
}

class BackedUpLog {
  readonly #directory: string
  readonly #format: LineFormat
  readonly #maxSize: number
  readonly #file: RollingFile
  #toLine: ((entry: Entry) => string) | null = null
  readonly #waiting: Entry[] = []
  /** What is left to be done with the lines of the last `begin`. Whatever is written next does it first. */
  #unfinished: (() => Promise<void>) | null = null
  /** Of the entries that did not fit into `#waiting`. */
  #lost = { count: 0, lastAt: 0 }

  constructor(options: ActionLogOptions) {
    this.#directory = options.directory
    this.#format = options.format
    this.#maxSize = options.maxSize
    this.#file = new RollingFile(options)
  }

  async write(entries: readonly Entry[]): Promise<void> {
    try {
      await this.finish()
    } finally {
      await this.#writeAll(entries)
    }
  }

  async #writeAll(entries: readonly Entry[]): Promise<void> {
    this.#waiting.push(...entries)
    if (this.#waiting.length === 0) return
    this.#toLine ??= await lineMaker(this.#format)
    let late: unknown = null
    try {
      if (this.#lost.count > 0) {
        late = await this.#file.write(this.#toLine(this.#notice()))
        this.#lost.count = 0
      }
      while (this.#waiting.length > 0) late = (await this.#some(this.#toLine)) ?? late
    } catch (error) {
      this.#forgetTheOldest()
      throw recordFault('write the action log in', this.#file.path, 'log', error)
    }
    if (late !== null) throw recordFault('roll the action log in', this.#directory, 'log', late)
  }

  async begin(entries: readonly Entry[]): Promise<void> {
    await this.finish()
    const toLine = this.#toLine
    const begun = toLine !== null && this.#isFree(entries) ? this.#begun(entries.map(toLine).join('')) : null
    if (begun === null) return await this.#writeAll(entries)
    this.#unfinished = async () => {
      let late: unknown
      try {
        late = await begun.finish()
      } catch (error) {
        this.#waiting.unshift(...entries)
        this.#forgetTheOldest()
        throw recordFault('write the action log in', this.#file.path, 'log', error)
      }
      if (late !== null) throw recordFault('roll the action log in', this.#directory, 'log', late)
    }
  }

  async finish(): Promise<void> {
    const finish = this.#unfinished
    this.#unfinished = null
    await finish?.()
  }

  #isFree(entries: readonly Entry[]): boolean {
    return this.#waiting.length === 0 && this.#lost.count === 0 && entries.length <= LINES_AT_ONCE
  }

  /** Null where the disk refuses: the careful way says what. */
  #begun(lines: string): ReturnType<RollingFile['begin']> {
    if (lines.length > this.#maxSize / 4) return null
    try {
      return this.#file.begin(lines)
    } catch {
      return null
    }
  }

  async close(): Promise<void> {
    await this.finish().catch(() => undefined)
    await this.#file.close()
  }

  /** The next ones in one go: the lines of a heal are written while its container waits. */
  async #some(toLine: (entry: Entry) => string): Promise<unknown> {
    const lines: string[] = []
    let length = 0
    for (const entry of this.#waiting.slice(0, LINES_AT_ONCE)) {
      const line = toLine(entry)
      length += line.length
      // So that a file is hardly longer than it may be when the next one is begun.
      if (lines.length > 0 && length > this.#maxSize / 4) break
      lines.push(line)
    }
    try {
      const late = await this.#file.write(lines.join(''))
      this.#waiting.splice(0, lines.length)
      return late
    } catch (error) {
      const [first] = lines
      if (lines.length === 1 || first === undefined) throw error
      // A disk that has no room for all may have some for the first.
      const late = await this.#file.write(first)
      this.#waiting.shift()
      return late
    }
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
      hint: 'the journal has what was done meanwhile',
    }
  }
}
