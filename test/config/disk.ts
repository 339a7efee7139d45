// A disk with one file on it, for the tests of the config; and the error that a promise must end with.
import type { Disk } from '../../src/config/file.ts'
import { NethealError } from '../../src/core/errors.ts'

/** Whatever the path, the content is this. */
export function diskWith(content: string | Uint8Array | object): Disk {
  const bytes =
    content instanceof Uint8Array
      ? content
      : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
  return {
    read: async (_, limit) => bytes.subarray(0, limit),
    owner: async () => ({ uid: 0, gid: 0, mode: 0o100600 }),
  }
}

/** A disk that refuses to open the file, with Node's `code`. */
export function refusingDisk(code: string): Disk {
  return {
    read: async path => {
      throw Object.assign(new Error(`${code}: open '${path}'`), { code })
    },
    owner: async () => ({ uid: 0, gid: 42, mode: 0o100600 }),
  }
}

/** The NethealError that the promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<NethealError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof NethealError) return error
    throw error
  }
  throw new Error('it must have failed')
}
