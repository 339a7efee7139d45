// The disk and the journal in memory: what was written, in order, and a switch that makes each of them refuse.

import type { Entry } from '../../src/core/entry.ts'
import { NethealError } from '../../src/core/errors.ts'
import { type Intent, withIntent } from '../../src/core/intent.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { ActionLog, HeartbeatFile, Journal, PauseFile, StateStore } from '../../src/heal/ports.ts'
import { type Counts, NO_COUNTS } from '../../src/metrics/rules/counts.ts'
import { NO_NOTICES, type Notices } from '../../src/notify/rules/notices.ts'
import { openSlice, type Slice } from '../../src/record/slice.ts'

export class LogInMemory implements ActionLog {
  readonly entries: Entry[] = []
  readonly #waiting: Entry[] = []
  /** What the disk says; null: it takes everything. */
  fault: string | null = null

  async open(): Promise<void> {
    if (this.fault !== null) throw new NethealError('record', this.fault)
  }

  async write(entries: readonly Entry[]): Promise<void> {
    this.#waiting.push(...entries)
    if (this.fault !== null) throw new NethealError('record', this.fault)
    this.entries.push(...this.#waiting.splice(0))
  }

  /** `fixing`, `action`, `success`, ... of one container, in order. */
  kinds(container?: string): readonly Entry['kind'][] {
    return this.entries.filter(e => container === undefined || e.container === container).map(e => e.kind)
  }

  of<K extends Entry['kind']>(kind: K): readonly Extract<Entry, { kind: K }>[] {
    return this.entries.filter((e): e is Extract<Entry, { kind: K }> => e.kind === kind)
  }
}

export class StateInMemory implements StateStore {
  /** What others keep is saved along with the healer's. */
  readonly #notices: Slice<Notices>
  readonly #counts: Slice<Counts>
  saves = 0
  saved: State = EMPTY_STATE
  /** As saved last with a flush: what a power cut is sure to leave. */
  flushed: State = EMPTY_STATE
  savedNotices: Notices = NO_NOTICES
  savedCounts: Counts = NO_COUNTS
  fault: string | null = null

  constructor(notices: Slice<Notices> = openSlice(NO_NOTICES), counts: Slice<Counts> = openSlice(NO_COUNTS)) {
    this.#notices = notices
    this.#counts = counts
  }

  async save(state: State, durable: boolean): Promise<void> {
    if (this.fault !== null) throw new NethealError('record', this.fault)
    this.saves += 1
    // As a file would keep it.
    this.saved = JSON.parse(JSON.stringify(state))
    if (durable) this.flushed = this.saved
    this.savedNotices = JSON.parse(JSON.stringify(this.#notices.value))
    this.savedCounts = JSON.parse(JSON.stringify(this.#counts.value))
  }

  async writeIntent(intent: Intent): Promise<void> {
    if (this.fault !== null) throw new NethealError('record', this.fault)
    this.saved = JSON.parse(JSON.stringify(withIntent(this.saved, intent)))
  }
}

export class HeartbeatInMemory implements HeartbeatFile {
  readonly beats: { readonly at: number; readonly well: boolean; readonly text: string }[] = []
  fault: string | null = null
  readonly #days = new Set<string>()

  async beat(now: number, verdict: { readonly well: boolean; readonly text: string }): Promise<boolean> {
    if (this.fault !== null) throw new NethealError('record', this.fault)
    const day = new Date(now).toISOString().slice(0, 10)
    if (this.#days.has(day)) return false
    this.#days.add(day)
    this.beats.push({ at: now, ...verdict })
    return true
  }
}

export class PauseInMemory implements PauseFile {
  end: number | null = null
  /** Each pass asks once, at its beginning. */
  asked = 0

  async until(now: number): Promise<number | null> {
    this.asked += 1
    return this.end !== null && this.end > now ? this.end : null
  }
}

export interface JournalLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly keys: Record<string, unknown>
}

export class JournalInMemory implements Journal {
  readonly lines: JournalLine[] = []

  info(keys: Record<string, unknown>, message: string): void {
    this.lines.push({ level: 'info', message, keys })
  }

  warn(keys: Record<string, unknown>, message: string): void {
    this.lines.push({ level: 'warn', message, keys })
  }

  error(keys: Record<string, unknown>, message: string): void {
    this.lines.push({ level: 'error', message, keys })
  }

  count(message: string): number {
    return this.lines.filter(l => l.message === message).length
  }
}
