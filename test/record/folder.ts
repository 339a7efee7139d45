// Fresh folders for tests on the real file system, removed again by `await using`; small disks of their own where the
// machine lets us mount one (root with CAP_SYS_ADMIN); and the eyes of a user who may not write.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends AsyncDisposable {
  readonly path: string
}

export function freshFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'netheal-record-'))
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) }
}

export interface Disk extends Folder {
  remount(how: 'ro' | 'rw'): void
  unmount(): void
}

/** A tmpfs of so many KiB. */
export function smallDisk(kibibytes: number): Disk {
  const path = mkdtempSync(join(tmpdir(), 'netheal-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', path])
  const unmount = (): void => {
    execFileSync('umount', ['-l', path])
  }
  let mounted = true
  return {
    path,
    remount: how => void execFileSync('mount', ['-o', `remount,${how}`, path]),
    unmount: () => {
      mounted = false
      unmount()
    },
    [Symbol.asyncDispose]: async () => {
      if (mounted) unmount()
      rmSync(path, { recursive: true, force: true })
    },
  }
}

export interface BreakingDisk extends Folder {
  /** As on an error of the device: whatever is open stays open, and not a byte is taken any more. */
  turnReadOnly(): void
  /** Mounted anew; throws while somebody holds a file of it open. */
  mend(): void
}

/** An ext4 of so many MiB in a file. The one kind of disk here that turns read-only under the files that are open. */
export function breakingDisk(mebibytes: number): BreakingDisk {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-disk-'))
  const [image, path] = [join(folder, 'image'), join(folder, 'disk')]
  mkdirSync(path)
  writeFileSync(image, '')
  truncateSync(image, mebibytes * 1024 * 1024)
  execFileSync('mkfs.ext4', ['-q', '-F', image])
  const mount = (): void => void execFileSync('mount', ['-o', 'loop', image, path], { stdio: 'pipe' })
  try {
    mount()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return {
    path,
    turnReadOnly() {
      // What was not on the device yet would be gone with the memory.
      execFileSync('sync', ['--file-system', path])
      execFileSync('mount', ['-o', 'remount,abort', path])
    },
    mend() {
      execFileSync('umount', [path], { stdio: 'pipe' })
      mount()
    },
    [Symbol.asyncDispose]: async () => {
      execFileSync('umount', ['-l', path])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Whether this machine lets us mount. */
export const canMount: boolean = (() => {
  try {
    const disk = smallDisk(16)
    disk.unmount()
    rmSync(disk.path, { recursive: true, force: true })
    return true
  } catch {
    return false
  }
})()

/** Whether it has loop devices and can make an ext4. */
export const canMountLoop: boolean = await (async () => {
  try {
    await using _ = breakingDisk(1)
    return true
  } catch {
    return false
  }
})()

export const isRoot: boolean = process.geteuid?.() === 0

/** Runs it as a user who owns nothing, where we are root; else as we are. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return await work()
  process.setegid?.(65534)
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
    process.setegid?.(0)
  }
}
