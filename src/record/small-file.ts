// Reads a small file whole, or says in a word why not. Never waits (a FIFO), never reads without bound.
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { codeOf } from './fault.ts'

export type SmallFile =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  /** It is there, and it is nothing that we wrote. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The file system will not say. */
  | { readonly kind: 'unreadable'; readonly error: unknown }

/** At most `limit` bytes: more is `broken`. Never throws. */
export async function readSmallFile(path: string, limit: number): Promise<SmallFile> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { size } = await file.stat().then(stat => {
      if (!stat.isFile()) throw new NoFile()
      return stat
    })
    if (size > limit) return { kind: 'broken', why: `it is ${size} bytes long` }
    // One byte more than allowed: it may be growing.
    const buffer = Buffer.alloc(Math.min(size, limit) + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return { kind: 'read', bytes: buffer.subarray(0, bytesRead) }
  } catch (error) {
    if (error instanceof NoFile || codeOf(error) === 'EISDIR') return { kind: 'broken', why: 'it is no file' }
    // A socket answers ENXIO, a link that leads to itself ELOOP.
    if (codeOf(error) === 'ENXIO' || codeOf(error) === 'ELOOP') return { kind: 'broken', why: 'it is no file' }
    return codeOf(error) === 'ENOENT' ? { kind: 'missing' } : { kind: 'unreadable', error }
  }
}

class NoFile extends Error {}
