// Writes a file that must not be there yet, with its directory: never over anything, and never half.
import { closeSync, fsyncSync, linkSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { NethealError } from '../core/errors.ts'
import { asOwner } from './as-owner.ts'
import { makeDirectory } from './directory.ts'
import { openNew } from './safe-open.ts'

/** Everybody may read a config: secrets stand in files of their own, or in one that its owner has closed. */
const MODES = { file: 0o644, directory: 0o755 } as const

/** Resolves with the file's name. Throws NethealError: `config` when there is one already, `record` when it cannot write. */
export async function writeNew(file: string, text: string): Promise<string> {
  const draft = `${file}.new`
  const folder = dirname(file)
  let isMade = false
  try {
    makeDirectory(folder, MODES.directory)
    // Whole first and then by its name: a disk that is full leaves nothing that a second try would stumble over.
    asOwner(folder, () => rmSync(draft, { force: true }))
    const fd = openNew(draft, MODES.file)
    isMade = true
    try {
      writeFileSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    // Unlike a rename, a link does not replace what is there.
    asOwner(folder, () => linkSync(draft, file))
  } catch (error) {
    throw refusalOf(file, error)
  } finally {
    if (isMade) asOwner(folder, () => rmSync(draft, { force: true }))
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
