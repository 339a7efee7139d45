// Replaces a small file so that a reader, or a process killed at any point, finds the old one or the new one, whole.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FILE_MODE, handToOwner, makeDirectory } from './directory.ts'
import { ownPid, seesAllProcesses, startTimeOf } from './procfs.ts'

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
  makeDirectory(directory)
  const pid = ownPid()
  // In the same directory: a rename is atomic within one file system only. The name says whose it is: see clearLeftovers.
  const draft = join(directory, `.${basename(path)}.${pid}-${startTimeOf(pid)}-${randomBytes(4).toString('hex')}.tmp`)
  try {
    await using file = await open(draft, 'wx', FILE_MODE)
    if (mode !== null) await file.chmod(mode)
    handToOwner(file.fd, directory)
    await file.writeFile(text)
    // Without a flush a power cut may leave the old file, but on the usual file systems never a torn one.
    if (durable) await file.datasync()
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
  if (durable) await flushDirectory(directory)
}

/** Removes what processes that died in the middle of a replacement left behind. Never throws. */
export async function clearLeftovers(path: string): Promise<void> {
  const directory = dirname(path)
  const start = `.${basename(path)}.`
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter(n => n.startsWith(start) && n.endsWith('.tmp'))) {
    const [pid, started] = name.slice(start.length).split('-')
    const alive = !seesAllProcesses() || startTimeOf(Number(pid)) === started
    if (!alive) await rm(join(directory, name), { force: true }).catch(() => {})
  }
}

async function flushDirectory(directory: string): Promise<void> {
  let handle: FileHandle | null = null
  try {
    handle = await open(directory, 'r')
    await handle.sync()
  } catch {
    // Some file systems (FUSE, SMB) flush no directory; the file itself is there.
  } finally {
    await handle?.close()
  }
}
