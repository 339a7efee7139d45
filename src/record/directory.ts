// The directories that records live in. What root makes there is handed to the directory's owner: an operator's
// `sudo netheal pause` must not leave a file that the daemon, which runs without root, cannot read or replace.
import { fchownSync, fstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Readable for the owner's group (adm, say), for nobody else: names and errors of containers are in it. */
export const FILE_MODE = 0o640
const DIRECTORY_MODE = 0o750

/**
 * Makes the directory and those above it. Throws what the file system says.
 * One at a time: Node's own recursive way tries for ever where a file system says of a child that it is not there, and lets
 * nobody make it (/proc; Node 24.21).
 */
export function makeDirectory(path: string): void {
  if (isDirectory(path)) return
  const parent = dirname(path)
  if (parent !== path) makeDirectory(parent)
  try {
    mkdirSync(path, { mode: DIRECTORY_MODE })
  } catch (error) {
    // Somebody else was quicker.
    if (!isDirectory(path)) throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Gives a file that was just made the owner of its directory. Silent where it may not: then it is ours, and right. */
export function handToOwner(fd: number, directory: string): void {
  try {
    const { uid, gid } = statSync(directory)
    if (fstatSync(fd).uid !== uid) fchownSync(fd, uid, gid)
  } catch {
    // Not root.
  }
}
