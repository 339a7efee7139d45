// The state file: what netheal keeps from pass to pass and from process to process, in `state.json`. Never the reason
// that healing stops: what cannot be read is set aside, and netheal begins anew.

import { readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { serialQueue } from '../concurrency/serial-queue.ts'
import { assertNever } from '../core/errors.ts'
import { greatest } from '../core/extremes.ts'
import { type Intent, withIntent } from '../core/intent.ts'
import { asOwner } from './as-owner.ts'
import { type FileNote, isDenied, recordFault } from './fault.ts'
import { clearLeftovers, replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'
import { EMPTY, readStored, type Stored, VERSION } from './state-shape.ts'
import { clearIntent, readIntentIn, writeIntent } from './write-ahead-log.ts'

/** A thousand attachments with five containers each and all detaches are below 4 MiB. */
const LONGEST = 32 * 1024 * 1024

/** Unreadable files kept for whoever wants to know what happened. */
const KEPT_ASIDE = 3

/** What the file held, and why it could not be used: null where it could, or where there is none. */
export type Loaded = Stored & { readonly note: FileNote | null }

/**
 * `load` never throws: a missing file is an empty state without a note; one that is torn, no JSON, of another shape or
 * version, or too large is set aside as `state.json.unreadable-N`; where the file system will not let it be read the state
 * is empty, the file stays, and the note says why. `save` throws NethealError `record`, and leaves the old file whole, as
 * does `writeIntent` where neither its line nor the whole can be written.
 */
export interface StateFile {
  load(): Promise<Loaded>
  /** Replaces the file atomically. `durable`: also flushed to the disk. */
  save(stored: Stored, durable: boolean): Promise<void>
  /** One short line on the disk; `load` has it if no `save` came after. `stored`: for where only that can be written. */
  writeIntent(intent: Intent, stored: Stored): Promise<void>
}

/** Opens nothing yet. */
export function openState(options: { readonly directory: string }): StateFile {
  const { directory } = options
  const path = join(directory, 'state.json')
  // Of two saves at once the older must not win.
  const inTurn = serialQueue()
  const whole = async (stored: Stored, durable: boolean): Promise<void> => {
    try {
      await replaceFile(path, textOf(stored), durable)
    } catch (error) {
      throw recordFault('write', path, 'state', error)
    }
    clearIntent(directory)
  }
  return {
    async load() {
      await clearLeftovers(path)
      const { stored, note, broken } = await read(path)
      if (note === null) return { ...(await continued(directory, stored)), note }
      return { ...stored, note: broken ? { ...note, text: setAside(directory, note.text) } : note }
    },
    save: (stored, durable) => inTurn(() => whole(stored, durable)),
    writeIntent: (intent, stored) =>
      inTurn(async () => {
        try {
          writeIntent(directory, intent)
        } catch {
          await whole(stored, false)
        }
      }),
  }
}

function textOf(stored: Stored): string {
  return `${JSON.stringify({ version: VERSION, ...stored })}\n`
}

/** What the state file says, for those who only look: nothing is set aside, cleared away or written. */
export async function readState(options: { readonly directory: string }): Promise<Loaded> {
  const { directory } = options
  const path = join(directory, 'state.json')
  const { stored, note, broken } = await read(path)
  if (note === null) return { ...(await continued(directory, stored)), note }
  return { ...stored, note: broken ? { ...note, text: `${path} cannot be used (${note.text})` } : note }
}

/** With what was written ahead after it was saved. */
async function continued(directory: string, stored: Stored): Promise<Stored> {
  return { ...stored, state: (await readIntentIn(directory)).reduce(withIntent, stored.state) }
}

/** `broken`: there is a file, and it holds no state; then the note is the reason alone. */
async function read(
  path: string,
): Promise<{ readonly stored: Stored; readonly note: FileNote | null; readonly broken: boolean }> {
  const broken = (why: string) => ({ stored: EMPTY, note: { text: why, closed: false }, broken: true })
  const file = await readSmallFile(path, LONGEST)
  switch (file.kind) {
    case 'missing':
      return { stored: EMPTY, note: null, broken: false }
    case 'unreadable': {
      const { message } = recordFault('read', path, 'state', file.error)
      return { stored: EMPTY, note: { text: message, closed: isDenied(file.error) }, broken: false }
    }
    case 'broken':
      return broken(file.why)
    case 'read': {
      const found = readStored(file.bytes.toString())
      return found.kind === 'stored' ? { stored: found.stored, note: null, broken: false } : broken(found.why)
    }
    default:
      return assertNever(file)
  }
}

/** The note that says so. Numbered and not dated: a clock that jumps must not overwrite one. */
function setAside(directory: string, why: string): string {
  const path = join(directory, 'state.json')
  const start = 'state.json.unreadable-'
  try {
    const numbers = readdirSync(directory)
      .filter(name => name.startsWith(start) && /^\d{1,9}$/.test(name.slice(start.length)))
      .map(name => Number(name.slice(start.length)))
    const next = greatest(numbers, 0) + 1
    const aside = join(directory, `${start}${next}`)
    asOwner(directory, () => renameSync(path, aside))
    for (const old of numbers.filter(n => n <= next - KEPT_ASIDE)) remove(directory, `${start}${old}`)
    return `${path} could not be used (${why}): it is now ${aside}, and netheal starts with an empty state`
  } catch (error) {
    const stuck = recordFault('set aside', path, 'state', error).message
    return `${path} could not be used (${why}), and netheal starts with an empty state; ${stuck}`
  }
}

/** Whatever it is; what will not go stays. */
function remove(directory: string, name: string): void {
  try {
    asOwner(directory, () => rmSync(join(directory, name), { recursive: true, force: true }))
  } catch {
    // Next time.
  }
}
