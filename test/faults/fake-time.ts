/** The variables under which a process lives in the time that a file says: libfaketime, from Debian's package faketime. */
import { readdir } from 'node:fs/promises'

/** `+0`, `+1d` or `-3650d` in the file is how far the wall clock is off; it may be written again at any time. Timers stay true. */
export async function fakeTimeOf(file: string): Promise<Readonly<Record<string, string>>> {
  for (const name of await readdir('/usr/lib')) {
    const folder = `/usr/lib/${name}/faketime`
    const libraries = await readdir(folder).catch((): string[] => [])
    if (!libraries.includes('libfaketimeMT.so.1')) continue
    return {
      LD_PRELOAD: `${folder}/libfaketimeMT.so.1`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }
  throw new Error('there is no libfaketimeMT.so.1 below /usr/lib')
}
