// Reads a regular file, and nothing else: it never waits, whatever stands in its place.
// Synchronous: the thread pool, and loading node:fs/promises, would cost more than reading the file.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

export type NotAFile = 'directory' | 'fifo' | 'socket' | 'device'

/** At most `limit` bytes of it; for anything else what it is, unread. Throws what the file system says. */
export function readRegular(path: string, limit: number): Uint8Array | NotAFile {
  // Without O_NONBLOCK, opening a FIFO waits for a writer.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stats = fstatSync(file)
    if (stats.isDirectory()) return 'directory'
    if (stats.isFIFO()) return 'fifo'
    if (!stats.isFile()) return stats.isSocket() ? 'socket' : 'device'
    const bytes = new Uint8Array(limit)
    let length = 0
    for (let got = -1; got !== 0 && length < limit; length += got) {
      got = readSync(file, bytes, length, limit - length, null)
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}
