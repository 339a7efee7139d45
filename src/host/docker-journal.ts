// The log of this host's Docker Engine as journald has it, asked with journalctl. What is about other containers is left out at
// once.
import type { EngineJournal, JournalLine, JournalReading } from '../diagnose/ports.ts'
import { outputOf, type ProgramOutput } from './program-output.ts'

export interface DockerJournalOptions {
  /** `journalctl`, or where a test has another one. */
  readonly program: string
  /** The engine's unit. */
  readonly unit: string
  /** Milliseconds for one reading. */
  readonly timeout: number
}

/** Newest first, so that what does not fit is the oldest. Each may be long: bytes are bounded as well. */
const MOST_ENTRIES = 50_000
/** Characters of a line that are kept. */
const LONGEST = 1_000

export function dockerJournal({ program, unit, timeout }: DockerJournalOptions): EngineJournal {
  const ask = (args: readonly string[], signal: AbortSignal): Promise<ProgramOutput> =>
    outputOf(program, ['-u', unit, '-o', 'json', '--no-pager', ...args], timeout, signal)
  return {
    async read(containers, since, signal): Promise<JournalReading> {
      const from = `--since=@${Math.floor(since / 1000)}`
      const answer = await ask([from, '-r', '-n', String(MOST_ENTRIES), '--output-fields=MESSAGE'], signal)
      if (answer.why !== null) return { kind: 'unseen', why: answer.why }
      const entries = answer.output.split('\n').filter(line => line.startsWith('{'))
      if (entries.length === 0) {
        // Quiet, or is it nothing at all? The unit may have another name, and the journal may be none of ours to read.
        const ever = await ask(['-n', '1', '--output-fields=MESSAGE'], signal)
        if (ever.why !== null) return { kind: 'unseen', why: ever.why }
        if (!ever.output.includes('{')) return { kind: 'unseen', why: nothingSaid(unit, ever.complaint) }
        return { kind: 'read', lines: [], cut: false }
      }
      const short = containers.map(id => id.slice(0, 12))
      // Most entries are about others: they are not worth a parse. One that is no plain text is.
      const likely = entries.filter(entry => !entry.includes('"MESSAGE":"') || isAbout(entry, short))
      const lines = likely.flatMap(lineOf).filter(({ text }) => isAbout(text, short))
      return { kind: 'read', lines: lines.reverse(), cut: answer.cut || entries.length >= MOST_ENTRIES }
    },
  }
}

function nothingSaid(unit: string, complaint: string): string {
  return complaint === '' ? `the journal has nothing from ${unit}` : complaint
}

/** Its own start, and the signal that ends it. */
const ABOUT_ENGINE = ['Daemon has completed initialization', "Processing signal '"]

function isAbout(text: string, ids: readonly string[]): boolean {
  return ids.some(id => text.includes(id)) || ABOUT_ENGINE.some(words => text.includes(words))
}

/** What is no entry is left out: a line that was cut at the bound. */
function lineOf(json: string): readonly JournalLine[] {
  let entry: { readonly MESSAGE?: unknown; readonly __REALTIME_TIMESTAMP?: unknown }
  try {
    entry = JSON.parse(json)
  } catch {
    return []
  }
  const at = Number(entry.__REALTIME_TIMESTAMP) / 1000
  const text = textOf(entry.MESSAGE)
  return Number.isFinite(at) && text !== null ? [{ at, text: text.slice(0, LONGEST) }] : []
}

/** journald writes a message that is no plain UTF-8 as an array of its bytes, and one that is too long as null. */
function textOf(message: unknown): string | null {
  if (typeof message === 'string') return message
  if (!Array.isArray(message) || !message.every(b => typeof b === 'number')) return null
  return Buffer.from(message).toString('utf8')
}
