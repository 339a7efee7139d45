// The config that a diagnosis finds: there, not there, bad, or closed to who asks.
import { expect, test } from 'vitest'
import { foundBy } from '../../src/cli/diagnose/config-found.ts'
import { DEFAULT_FILE, loadConfig } from '../../src/config/load.ts'
import { NethealError } from '../../src/core/errors.ts'

/** How the default file is found where the disk answers with that. */
async function found(answer: string | { readonly code: string }) {
  const read = async (): Promise<Uint8Array> => {
    if (typeof answer === 'string') return new TextEncoder().encode(answer)
    throw Object.assign(new Error('no'), answer)
  }
  try {
    await loadConfig({ flags: {}, env: {}, disk: { read, owner: async () => ({ uid: 0, gid: 0, mode: 0o640 }) } })
  } catch (error) {
    if (error instanceof NethealError) return foundBy(error, DEFAULT_FILE)
    throw error
  }
  throw new Error('it is valid')
}

test.for([
  [{ code: 'ENOENT' }, 'none'],
  [{ code: 'EACCES' }, 'closed'],
  [{ code: 'EISDIR' }, 'bad'],
  ['{"attachments": [', 'bad'],
  ['{"attachments": []}', 'bad'],
] as const)('a disk that answers %j: %s', async ([answer, kind]) => {
  expect(await found(answer)).toMatchObject({ kind, file: DEFAULT_FILE })
})
