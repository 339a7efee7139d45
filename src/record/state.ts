// The state file: what netheal remembers from pass to pass and from process to process, in `state.json`. Never the reason
// that healing stops: what cannot be read is set aside, and remembering begins anew.
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { EMPTY_MEMORY, type Memory } from '../core/memory.ts'
import type { StateStore } from '../heal/ports.ts'
import { recordFault } from './fault.ts'
import { clearLeftovers, replaceFile } from './replace.ts'
import { readSmallFile } from './small-file.ts'
import { readMemory } from './state-shape.ts'

/** A thousand attachments with five containers each and all detaches are below 4 MiB. */
const LONGEST = 32 * 1024 * 1024

/** Unreadable files kept for whoever wants to know what happened. */
const KEPT_ASIDE = 3

/**
 * `load` never throws: a missing file is an empty memory without a note; one that is torn, no JSON, of another shape or
 * version, or too large is set aside as `state.json.unreadable-N`; where the file system will not let it be read the memory
 * is empty, the file stays, and the note says why. `save` throws NethealError `record`, and leaves the old file whole.
 */
export function openState(options: { readonly directory: string }): StateStore {
  const { directory } = options
  const path = join(directory, 'state.json')
  let turn: Promise<void> = Promise.resolve()
  return {
    async load() {
      await clearLeftovers(path)
      const file = await readSmallFile(path, LONGEST)
      switch (file.kind) {
        case 'missing':
          return { memory: EMPTY_MEMORY, note: null }
        case 'unreadable':
          return { memory: EMPTY_MEMORY, note: recordFault('read', path, 'state', file.error).message }
        case 'broken':
          return { memory: EMPTY_MEMORY, note: await setAside(directory, file.why) }
        case 'read': {
          const read = readMemory(file.bytes.toString())
          if (read.kind === 'memory') return { memory: read.memory, note: null }
          return { memory: EMPTY_MEMORY, note: await setAside(directory, read.why) }
        }
      }
    },
    save(memory: Memory, durable: boolean) {
      // One after another: of two saves at once the older must not win.
      const mine = turn.then(() =>
        replaceFile(path, `${JSON.stringify(memory)}\n`, durable).catch(error => {
          throw recordFault('write', path, 'state', error)
        }),
      )
      turn = mine.catch(() => {})
      return mine
    },
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
