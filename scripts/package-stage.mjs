// Puts the files of a package into a folder, each with the mode and the time that are wanted, whatever this machine's
// umask and clock say: the same entries give the same tree.
import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @typedef {{ path: string, mode: number, data: Buffer | string }} Entry a file, by its path in the package */

/**
 * @param {string} folder which must not exist
 * @param {readonly Entry[]} entries
 * @param {number} epoch the time of every file and folder, in seconds
 */
export function stage(folder, entries, epoch) {
  mkdirSync(folder)
  for (const { path, mode, data } of entries) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, data, { flag: 'wx' })
    chmodSync(file, mode)
  }
  settle(folder, epoch)
}

/** Folders after what is in them: writing into a folder moves its time. */
function settle(folder, epoch) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) settle(path, epoch)
    else utimesSync(path, epoch, epoch)
  }
  chmodSync(folder, 0o755)
  utimesSync(folder, epoch, epoch)
}
