// Writes a file that must not be there yet, with its directory: never over anything, and never half.
import { link, mkdir, open, rm, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { NethealError } from '../core/errors.ts'

/** Resolves with the file's name. Throws NethealError: `config` when there is one already, `record` when it cannot write. */
export async function writeNew(file: string, text: string): Promise<string> {
  const draft = `${file}.new`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o755 })
    // Whole first and then by its name: a disk that is full leaves nothing that a second try would stumble over.
    await rm(draft, { force: true })
    const handle = await open(draft, 'wx', 0o644)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Unlike a rename, a link does not replace what is there.
    await link(draft, file)
  } catch (error) {
    throw refusalOf(file, error)
  } finally {
    await unlink(draft).catch(() => undefined)
  }
  return file
}

function refusalOf(file: string, error: unknown): NethealError {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  // A mkdir says so of a file where the directory would be.
  if (code === 'EEXIST' && syscall !== 'mkdir') {
    return new NethealError('config', `${file} exists, and was not overwritten`, {
      hint: 'compare it with the config above, or write another file: --config FILE',
      cause: error,
    })
  }
  return new NethealError('record', `cannot write ${file}: ${message}`, {
    hint:
      code === 'EACCES' || code === 'EPERM'
        ? 'use sudo, or write another file: --config FILE'
        : 'write another file: --config FILE',
    cause: error,
  })
}
