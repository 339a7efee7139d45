// Replaces a small file so that a reader, or a process killed at any point, finds the old one or the new one, whole.
// Only the flush is awaited: a state is saved in the middle of a heal, where each trip through the thread pool costs more than
// the writing (1.1 ms instead of 0.2, and the race against the start of a new container is lost by such).
import {
  closeSync,
  fchmodSync,
  fdatasync,
  fsync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { asOwner } from './as-owner.ts'
import { makeDirectory } from './directory.ts'
import { ownPid, seesAllProcesses, startTimeOf } from './procfs.ts'
import { FILE_MODE, openNew } from './safe-open.ts'

const flush = promisify(fdatasync)
const flushAll = promisify(fsync)

/**
 * Makes the directory if it must. `durable`: flushed to the disk, and the new name too. `mode`: whatever the umask is.
 * Throws what the file system says.
 */
export async function replaceFile(
  path: string,
  text: string,
  durable: boolean,
  mode: number | null = null,
): Promise<void> {
  const directory = dirname(path)
  // In the same directory: a rename is atomic within one file system only.
  const draft = join(directory, `.${basename(path)}.${draftMark()}.tmp`)
  try {
    const fd = openedIn(directory, draft)
    try {
      if (mode !== null) fchmodSync(fd, mode)
      writeFileSync(fd, text)
      // Without a flush a power cut may leave the old file, but on the usual file systems never a torn one.
      if (durable) await flush(fd)
    } finally {
      closeSync(fd)
    }
    asOwner(directory, () => renameSync(draft, path))
  } catch (error) {
    removeQuietly(draft)
    throw error
  }
  if (durable) await flushDirectory(directory)
}

/** The directory is there as a rule: it is not looked for first. */
function openedIn(directory: string, draft: string): number {
  try {
    return openNew(draft, FILE_MODE)
  } catch {
    makeDirectory(directory)
    return openNew(draft, FILE_MODE)
  }
}

let owner: string | null = null
let drafts = 0

/** Says whose a draft is (see clearLeftovers), and is no other's: a pid with its start time is one process's alone. */
function draftMark(): string {
  if (owner === null) {
    const pid = ownPid()
    owner = `${pid}-${startTimeOf(pid)}`
  }
  drafts += 1
  return `${owner}-${drafts}`
}

function removeQuietly(path: string): void {
  try {
    asOwner(dirname(path), () => rmSync(path, { force: true }))
  } catch {
    // The error that led here says more.
  }
}

/** Removes what processes that died in the middle of a replacement left behind. Never throws. */
export async function clearLeftovers(path: string): Promise<void> {
  const directory = dirname(path)
  const start = `.${basename(path)}.`
  for (const name of namesIn(directory).filter(n => n.startsWith(start) && n.endsWith('.tmp'))) {
    const [pid, started] = name.slice(start.length).split('-')
    const alive = !seesAllProcesses() || startTimeOf(Number(pid)) === started
    if (!alive) removeQuietly(join(directory, name))
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

async function flushDirectory(directory: string): Promise<void> {
  try {
    const fd = openSync(directory, 'r')
    try {
      await flushAll(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Some file systems (FUSE, SMB) flush no directory; the file itself is there.
  }
}
