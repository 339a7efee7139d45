// The state file: what netheal remembers from pass to pass and from process to process, in `state.json`. Never the reason
// that healing stops: what cannot be read is set aside, and remembering begins anew.
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withAhead } from '../core/ahead.ts'
import type { Detach } from '../core/detach.ts'
import { assertNever } from '../core/errors.ts'
import { EMPTY_MEMORY, type Memory } from '../core/memory.ts'
import type { StateStore } from '../heal/ports.ts'
import { recordFault } from './fault.ts'
import { clearLeftovers, replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'
import { readMemory } from './state-shape.ts'
import { clearAhead, readAheadIn, writeAhead } from './write-ahead.ts'

/** A thousand attachments with five containers each and all detaches are below 4 MiB. */
const LONGEST = 32 * 1024 * 1024

/** Unreadable files kept for whoever wants to know what happened. */
const KEPT_ASIDE = 3

/**
 * `load` never throws: a missing file is an empty memory without a note; one that is torn, no JSON, of another shape or
 * version, or too large is set aside as `state.json.unreadable-N`; where the file system will not let it be read the memory
 * is empty, the file stays, and the note says why. `save` throws NethealError `record`, and leaves the old file whole, as
 * does `ahead` where neither its line nor the whole can be written.
 */
export function openState(options: { readonly directory: string }): StateStore {
  const { directory } = options
  const path = join(directory, 'state.json')
  let turn: Promise<void> = Promise.resolve()
  // One after another: of two saves at once the older must not win.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }
  const whole = async (memory: Memory, durable: boolean): Promise<void> => {
    try {
      await replaceFile(path, textOf(memory), durable)
    } catch (error) {
      throw recordFault('write', path, 'state', error)
    }
    clearAhead(directory)
  }
  return {
    async load() {
      await clearLeftovers(path)
      const { memory, why, broken } = await read(path)
      if (why === null) return { memory: await continued(directory, memory), note: null }
      return { memory, note: broken ? await setAside(directory, why) : why }
    },
    save: (memory, durable) => inTurn(() => whole(memory, durable)),
    ahead: (ahead, memory) =>
      inTurn(async () => {
        try {
          writeAhead(directory, ahead)
        } catch {
          await whole(memory, false)
        }
      }),
  }
}

/** Most of a state is detaches of before, which never change: each is put into words once. */
function textOf({ detaches, ...rest }: Memory): string {
  const all = detaches.map(detach => {
    const known = texts.get(detach)
    if (known !== undefined) return known
    const text = JSON.stringify(detach)
    texts.set(detach, text)
    return text
  })
  return `${JSON.stringify(rest).slice(0, -1)},"detaches":[${all.join(',')}]}\n`
}

const texts = new WeakMap<Detach, string>()

/**
 * What the state file says, for those who only look: nothing is set aside, cleared away or written.
 * `note`: why it could not be used, null where it could, or where there is none.
 */
export async function readState(options: {
  readonly directory: string
}): Promise<{ readonly memory: Memory; readonly note: string | null }> {
  const { directory } = options
  const path = join(directory, 'state.json')
  const { memory, why, broken } = await read(path)
  if (why === null) return { memory: await continued(directory, memory), note: null }
  return { memory, note: broken ? `${path} cannot be used (${why})` : why }
}

/** With what was written ahead after it was saved. */
async function continued(directory: string, memory: Memory): Promise<Memory> {
  return (await readAheadIn(directory)).reduce(withAhead, memory)
}

/** `broken`: there is a file, and it holds no memory. Else `why` is a whole sentence, or null. */
async function read(
  path: string,
): Promise<{ readonly memory: Memory; readonly why: string | null; readonly broken: boolean }> {
  const file = await readSmallFile(path, LONGEST)
  switch (file.kind) {
    case 'missing':
      return { memory: EMPTY_MEMORY, why: null, broken: false }
    case 'unreadable':
      return { memory: EMPTY_MEMORY, why: recordFault('read', path, 'state', file.error).message, broken: false }
    case 'broken':
      return { memory: EMPTY_MEMORY, why: file.why, broken: true }
    case 'read': {
      const found = readMemory(file.bytes.toString())
      if (found.kind === 'memory') return { memory: found.memory, why: null, broken: false }
      return { memory: EMPTY_MEMORY, why: found.why, broken: true }
    }
    default:
      return assertNever(file)
  }
}

/** The note that says so. Numbered and not dated: a clock that jumps must not overwrite one. */
async function setAside(directory: string, why: string): Promise<string> {
  const path = join(directory, 'state.json')
  const start = 'state.json.unreadable-'
  try {
    const numbers = (await readdir(directory))
      .filter(name => name.startsWith(start) && /^\d{1,9}$/.test(name.slice(start.length)))
      .map(name => Number(name.slice(start.length)))
    const next = Math.max(0, ...numbers) + 1
    const aside = join(directory, `${start}${next}`)
    await rename(path, aside)
    for (const old of numbers.filter(n => n <= next - KEPT_ASIDE)) {
      await rm(join(directory, `${start}${old}`), { recursive: true, force: true }).catch(() => {})
    }
    return `${path} could not be used (${why}): it is now ${aside}, and netheal begins with an empty memory`
  } catch (error) {
    const stuck = recordFault('set aside', path, 'state', error).message
    return `${path} could not be used (${why}), and netheal begins with an empty memory; ${stuck}`
  }
}
