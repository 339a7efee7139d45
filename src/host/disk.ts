// Reads files and folders of this host, all below one root, bounded, and only what is a plain file: a fifo or a device
// would never end. What cannot be read is kept by name, because it may hold anything. Never writes, never runs.
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import type { Unread } from '../diagnose/rules/automation.ts'

/** Nobody writes such a script by hand; beyond it stands a program. */
const LARGEST = 64 * 1024
const MOST_ENTRIES = 2_000
const MOST_LINKS = 8

/** Paths are the host's, absolute; the root is put before them here and nowhere else. */
export interface HostDisk {
  /** The names in a folder, sorted; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** Null where there is none, where it is no plain text file, or where it cannot be read (then it is in `unread`). */
  read(file: string): Promise<string | null>
  /** The plain file behind a path, through symbolic links; null for none. */
  target(file: string): Promise<string | null>
  /**
   * The same for what the owner of that file wrote: what is read for it is what that user may read, whoever asks. A crontab with
   * `docker restart $(cat /root/key)` would show the key in root's report otherwise.
   */
  as(file: string): Promise<HostDisk>
  /** Names a file that was read, and not understood to its end. */
  leave(file: string, why: string): void
  unread(): readonly Unread[]
}

/** `root`: `/`, or the top of a tree that stands for a host. */
export function hostDisk(root: string): HostDisk {
  const unread = new Map<string, Unread>()
  const real = (path: string): string => (root === '/' ? path : join(root, path))
  const refuse = (file: string, error: unknown): null => {
    const { code, message } = error as NodeJS.ErrnoException
    // Gone, or never there: there is nothing that could not be read.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const closed = code === 'EACCES' || code === 'EPERM'
    unread.set(file, { file, closed, why: closed ? 'no permission (root may read it)' : (code ?? message) })
    return null
  }

  /** Links are followed below the root: one of a test's tree never leaves it. */
  async function target(file: string): Promise<string | null> {
    let at = normalize(file)
    for (let links = 0; links <= MOST_LINKS; links++) {
      const status = await lstat(real(at))
      if (!status.isSymbolicLink()) return status.isFile() ? at : null
      const to = await readlink(real(at))
      at = normalize(to.startsWith('/') ? to : join(dirname(at), to))
    }
    return null
  }

  /** By the owner and everybody's bits alone, of the file that is open and of each folder above it. */
  async function mayRead(handle: FileHandle, uid: number): Promise<boolean> {
    const top = await realpath(root)
    // Where it lies in truth: a link may have been turned meanwhile.
    let at = await readlink(`/proc/self/fd/${handle.fd}`)
    for (let wanted = 0o004; at !== top; wanted = 0o001) {
      const { mode, uid: owner } = await stat(at)
      if (owner === uid ? (mode & (wanted << 6)) === 0 : (mode & wanted) === 0) return false
      if (at === dirname(at)) break
      at = dirname(at)
    }
    return true
  }

  async function read(file: string, uid: number): Promise<string | null> {
    try {
      const path = await target(file)
      if (path === null) return null
      await using handle = await open(real(path), constants.O_RDONLY | constants.O_NONBLOCK)
      const status = await handle.stat()
      if (!status.isFile()) return null
      if (uid !== 0 && !(await mayRead(handle, uid))) {
        unread.set(file, { file, closed: false, why: `not read: a job of user ${uid} reads it, who may not` })
        return null
      }
      const buffer = Buffer.alloc(Math.min(status.size, LARGEST))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
      const bytes = buffer.subarray(0, bytesRead)
      // A program, not a script.
      if (bytes.subarray(0, 4096).includes(0)) return null
      if (status.size > LARGEST)
        unread.set(file, { file, closed: false, why: `only its first ${LARGEST / 1024} KiB were read` })
      return bytes.toString('utf8')
    } catch (error) {
      return refuse(file, error)
    }
  }

  const disks = new Map<number, HostDisk>()
  const disk: HostDisk = {
    async as(file) {
      // One that is gone has nothing read for it.
      const uid = await lstat(real(file)).then(
        it => it.uid,
        () => 0,
      )
      const theirs = disks.get(uid) ?? { ...disk, read: path => read(path, uid) }
      disks.set(uid, theirs)
      return theirs
    },

    async list(folder) {
      try {
        const names = await readdir(real(folder))
        if (names.length > MOST_ENTRIES)
          unread.set(folder, {
            file: folder,
            closed: false,
            why: `only ${MOST_ENTRIES} of its ${names.length} entries were read`,
          })
        return names.sort().slice(0, MOST_ENTRIES)
      } catch (error) {
        refuse(folder, error)
        return []
      }
    },

    async target(file) {
      try {
        return await target(file)
      } catch (error) {
        return refuse(file, error)
      }
    },

    read: file => read(file, 0),

    leave(file, why) {
      unread.set(file, { file, closed: false, why })
    },

    unread: () => [...unread.values()],
  }
  return disk
}
