// The write-ahead log beside the state file, `state.ahead`: what a pass is about to act upon, in one short append. To put a
// whole state in place takes ten times as long (ext4 sends a file on its way to the disk when it takes another's name), and
// the race against the start of a new container is lost by less.
import { closeSync, lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Intent } from '../core/intent.ts'
import { makeDirectory } from './directory.ts'
import { emptyFile, openToAppend } from './safe-open.ts'
import { readSmallFile } from './small-file.ts'
import { readIntent } from './state-shape.ts'

/** Of a pass that acts upon a thousand attachments: 2 MiB. */
const LONGEST = 32 * 1024 * 1024

/** Appends it, whole, or throws what the file system says. No file stays open: an operator may unmount its disk. */
export function writeIntent(directory: string, intent: Intent): void {
  const fd = opened(directory)
  try {
    // On a line of its own, also after one that a full disk has cut.
    writeFileSync(fd, `\n${JSON.stringify(intent)}\n`)
  } finally {
    closeSync(fd)
  }
}

/**
 * A whole state is in place, and says it all. Makes the file where there is none: the first heal has no time for that (0.3 ms).
 * Never throws: what stays is older than that, and is known by it.
 */
export function clearIntent(directory: string): void {
  try {
    const size = lstatSync(pathIn(directory), { throwIfNoEntry: false })?.size
    if (size === undefined) closeSync(opened(directory))
    else if (size > 0) emptyFile(pathIn(directory))
  } catch {
    // It stays.
  }
}

function opened(directory: string): number {
  try {
    return openToAppend(pathIn(directory))
  } catch {
    makeDirectory(directory)
    return openToAppend(pathIn(directory))
  }
}

/**
 * What was written ahead since the last whole state, in its order, also by a process that is gone. What is torn or strange
 * is left out. Never throws.
 */
export async function readIntentIn(directory: string): Promise<readonly Intent[]> {
  const file = await readSmallFile(pathIn(directory), LONGEST)
  if (file.kind !== 'read') return []
  return file.bytes
    .toString()
    .split('\n')
    .flatMap(line => readIntent(line) ?? [])
}

function pathIn(directory: string): string {
  return join(directory, 'state.ahead')
}
