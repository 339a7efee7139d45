// Root writes as the owner of the directory: `sudo netheal once` in the folders of the user netheal. Whatever that user has put
// in the way (a link to /etc/ld.so.preload, a hard link, a device), root gets no further than that user would; and a file that
// is made is that user's, as the daemon needs it.
import { lstatSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Runs it with the rights of whoever may change what the path leads to: the first on the way, from the root of the file
 * system on, who is not root. It must not wait for anything: the whole process has these rights meanwhile. As we are where
 * all of the path is root's, and where we are not root. Throws what the file system says, and where root may not become
 * another user (no CAP_SETUID), that.
 */
export function asOwner<T>(directory: string, work: () => T): T {
  const { seteuid, setegid, setgroups, getegid, getgroups } = process
  // A worker thread has none of these, and writes nothing.
  if (!isRoot() || !seteuid || !setegid || !setgroups || !getegid || !getgroups) return work()
  const owner = ownerOf(directory)
  if (owner === null) return work()
  const [gid, groups] = [getegid(), getgroups()]
  try {
    setgroups([owner.gid])
    setegid(owner.gid)
    seteuid(owner.uid)
    return work()
  } finally {
    seteuid(0)
    setegid(gid)
    setgroups(groups)
  }
}

/** Whether this process has root's rights now: not within `asOwner`, where the directory is another's. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0
}

/** Null: root's, all of the way. Throws what the file system says, also where the directory is not there. */
function ownerOf(directory: string): { readonly uid: number; readonly gid: number } | null {
  const path = resolve(directory)
  for (const step of [...stepsTo(path), ...stepsTo(realpathSync(path))]) {
    const { uid, gid } = lstatSync(step)
    if (uid !== 0) return { uid, gid }
  }
  return null
}

/** `/`, `/var`, `/var/log`: of each its own entry is looked at, also of a link. */
function stepsTo(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [path] : [...stepsTo(parent), path]
}
