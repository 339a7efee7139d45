// How netheal opens what it writes: a file of its own, in a directory whose owner it has looked at, and nothing that stands in
// its place. Every file that it makes, appends to or changes goes through here.
import { closeSync, constants, fstatSync, ftruncateSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { asOwner, isRoot } from './as-owner.ts'
import { codeOf } from './fault.ts'

/** Readable for the owner's group (adm, say), for nobody else: names and errors of containers are in it. */
export const FILE_MODE = 0o640

const { O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants
/** Follows no link, waits at no FIFO, and takes no terminal for its own. */
const SAFE = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY

/** To append to; made if it is not there. Throws what the file system says, and `EEXIST` for what is no file. */
export function openToAppend(path: string): number {
  return openOwn(path, O_WRONLY | O_APPEND)
}

/** To read and write, from its start; made if it is not there. Throws as `openToAppend`. */
export function openToChange(path: string): number {
  return openOwn(path, O_RDWR)
}

/** A new file. Throws `EEXIST` for anything that has the name, a link too. */
export function openNew(path: string, mode: number): number {
  return asOwner(dirname(path), () => openSync(path, O_WRONLY | O_CREAT | O_EXCL | SAFE, mode))
}

/** Empties a file that is there. Throws as `openToAppend`, and `ENOENT`. */
export function emptyFile(path: string): void {
  const fd = asOwner(dirname(path), () => openThere(path, O_WRONLY))
  try {
    ftruncateSync(fd)
  } finally {
    closeSync(fd)
  }
}

function openOwn(path: string, how: number): number {
  return asOwner(dirname(path), () => {
    try {
      return openThere(path, how)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    try {
      return openSync(path, how | O_CREAT | O_EXCL | SAFE, FILE_MODE)
    } catch (error) {
      // Another process was quicker.
      if (codeOf(error) === 'EEXIST') return openThere(path, how)
      throw error
    }
  })
}

function openThere(path: string, how: number): number {
  const fd = openSync(path, how | SAFE)
  if (isOwnFile(fd, path)) return fd
  closeSync(fd)
  throw Object.assign(new Error('it is not a file of its own'), { code: 'EEXIST' })
}

/** A second name is what others may give a file of root's, where they may write in the directory; elsewhere a backup did. */
function isOwnFile(fd: number, path: string): boolean {
  const { nlink, ...stat } = fstatSync(fd)
  if ((stat.mode & constants.S_IFMT) !== constants.S_IFREG) return false
  return nlink <= 1 || !isRoot() || (statSync(dirname(path)).mode & 0o022) === 0
}
