// A file for node_exporter's textfile collector: replaced whole, and readable for its user, who is another one.
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { recordFault } from './fault.ts'
import { clearLeftovers, replaceFile } from './replace.ts'

/** Nothing in it is secret: names of containers and networks, and counts. */
const MODE = 0o644

export interface Textfile {
  /** Throws NethealError `record` when the disk does not take it; the old file stays whole. */
  write(text: string): Promise<void>
}

/** Opens nothing yet. The directory must be there: one that we made would be closed to the one who reads it. */
export function openTextfile(path: string): Textfile {
  let isClear = false
  return {
    async write(text) {
      try {
        await access(dirname(path))
        if (!isClear) await clearLeftovers(path)
        isClear = true
        // Not flushed: after a power cut the next pass writes it anew.
        await replaceFile(path, text, false, MODE)
      } catch (error) {
        throw recordFault('write', path, 'metrics', error)
      }
    },
  }
}
