// One healer per host: a lock that dies with its process, however it dies. Node has no flock(2), but a lock belongs to the
// open file and not to the process: flock(1) gets our open file as its descriptor 3, locks it and exits, and the lock stays
// with us until the kernel closes the file. Other children never get it: Node opens with O_CLOEXEC.

import { spawn } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { NethealError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import { makeDirectory } from './directory.ts'
import { codeOf, recordFault } from './fault.ts'
import { holderText, LOCK_FILE, type LockHolder, readLock } from './lock-holder.ts'
import { openToChange } from './safe-open.ts'

export interface LockRequest {
  readonly directory: string
  readonly mode: 'daemon' | 'once'
  readonly pid: number
  /** Milliseconds since the epoch, for the holder's `since`. */
  readonly now: number
  /** The flock(1) to run; default `flock`, looked up in PATH. util-linux and BusyBox have one. */
  readonly command?: string
}

/** `by`: null when the holder has not said yet, or may not be seen. */
export type LockAnswer =
  | ({ readonly kind: 'held' } & AsyncDisposable)
  | { readonly kind: 'taken'; readonly by: LockHolder | null }

/** Somebody who removes the file again and again is not worth waiting for. */
const TRIES = 5

/**
 * Takes the lock, or says at once who has it. It costs a child process, 4 ms of which this thread is busy
 * for 2.5: await it beside other work.
 * Disposing it gives it back; the file stays. Throws NethealError `record`: no such directory and it may not be made, no
 * permission, no flock(1).
 */
export async function acquireLock(request: LockRequest): Promise<LockAnswer> {
  const path = join(request.directory, LOCK_FILE)
  for (let tries = 0; tries < TRIES; tries += 1) {
    const fd = openLock(request.directory, path)
    let kept = false
    try {
      if (!(await lock(fd, request.command ?? 'flock', path))) return { kind: 'taken', by: holder(request.directory) }
      // Removed meanwhile (systemd removes /run/netheal when the service stops): the next healer would lock another file.
      if (!leadsTo(path, fd)) continue
      write(fd, holderText({ pid: request.pid, mode: request.mode, since: request.now }))
      kept = true
      return held(fd)
    } finally {
      if (!kept) closeSync(fd)
    }
  }
  throw new NethealError('record', `cannot lock ${path}: it is removed again and again`, {
    hint: 'find out what removes it, or set lock.directory (or NETHEAL_LOCK_DIRECTORY) to another directory',
  })
}

function openLock(directory: string, path: string): number {
  try {
    makeDirectory(directory)
    // Not for everybody to read: whoever can open the file can lock it, and would keep every healer away.
    return openToChange(path)
  } catch (error) {
    throw recordFault('open the lock', path, 'lock', error)
  }
}

/** False when another process has it. */
async function lock(fd: number, command: string, path: string): Promise<boolean> {
  try {
    // Without a pipe first: that costs another 1.5 ms, and in the usual case there is nothing to hear.
    if ((await run(command, fd, 'ignore')).code === 0) return true
    const { code, said } = await run(command, fd, 'pipe')
    if (code === 0) return true
    // Silent and 1: taken. BusyBox answers 1 for its errors as well, but says which.
    if (code === 1 && said === '') return false
    throw new Error(said === '' ? `${command} ended with ${code}` : said)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw recordFault('lock', path, 'lock', error)
    throw new NethealError('record', `cannot lock ${path}: there is no ${command} command`, {
      hint: 'install util-linux (BusyBox has a flock as well), and make sure that it is in PATH',
      cause: error,
    })
  }
}

interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null
  /** What it said on stderr. */
  readonly said: string
}

function run(command: string, fd: number, stderr: 'ignore' | 'pipe'): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // The short flags are those that BusyBox knows.
    const child = spawn(command, ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', stderr, fd] })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said = printable(`${said}${chunk}`.trim()).slice(0, 500)
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, said }))
  })
}

function leadsTo(path: string, fd: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false })
  const open = fstatSync(fd)
  return there !== undefined && there.ino === open.ino && there.dev === open.dev
}

/** Over the old text first and cut then, so that no reader finds the file empty. A full disk costs the text, not the lock. */
function write(fd: number, text: string): void {
  try {
    writeSync(fd, text, 0)
    ftruncateSync(fd, Buffer.byteLength(text))
  } catch {
    // `status` then says that it does not know the holder.
  }
}

function held(fd: number): LockAnswer {
  let open = true
  return {
    kind: 'held',
    async [Symbol.asyncDispose]() {
      if (!open) return
      open = false
      try {
        ftruncateSync(fd, 0)
      } catch {
        // The text names a process that will not live: readers see that.
      }
      // The file stays: removing it would give two healers a file each.
      closeSync(fd)
    },
  }
}

function holder(directory: string): LockHolder | null {
  const state = readLock({ directory })
  return state.kind === 'held' ? state.by : null
}
