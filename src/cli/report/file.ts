// Writes the report page: completely or not at all, and only over a regular file. Never through a link: in a directory that
// everybody may write to, somebody may have planted one.
import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { NethealError } from '../../core/errors.ts'
import { asOwner } from '../../record/as-owner.ts'
import { openNew } from '../../record/safe-open.ts'

/** Readable for whoever serves it. */
const MODE = 0o644

/** Resolves with the whole path. Throws NethealError: `usage` for what is no place for a file, `record` when it cannot write. */
export async function writeReport(file: string, text: string): Promise<string> {
  const path = resolve(file)
  await refuseOthers(path, file)
  // An unpredictable name, created by us or not at all, in the same directory, so that the rename is atomic.
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`)
  let isMade = false
  try {
    const fd = openNew(draft, MODE)
    isMade = true
    try {
      writeFileSync(fd, text)
      fdatasyncSync(fd)
    } finally {
      closeSync(fd)
    }
    // Replaces whatever has that name; a link is not followed.
    asOwner(dirname(path), () => renameSync(draft, path))
  } catch (error) {
    if (isMade) asOwner(dirname(path), () => rmSync(draft, { force: true }))
    const { code, message } = error as NodeJS.ErrnoException
    throw new NethealError('record', `cannot write ${path}: ${message}`, { hint: hintFor(code, path), cause: error })
  }
  return path
}

async function refuseOthers(path: string, file: string): Promise<void> {
  const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new NethealError('record', `cannot write ${path}: ${error.message}`, {
      hint: hintFor(error.code, path),
      cause: error,
    })
  })
  if (there === null && !file.endsWith('/')) return
  if (there?.isFile() === true) return
  const what =
    there === null || there.isDirectory() ? 'a directory' : there.isSymbolicLink() ? 'a link' : 'not a regular file'
  const hint =
    what === 'a directory'
      ? `for example: netheal report --html ${join(path, 'netheal.html')}`
      : 'name the file itself, or - for standard output'
  throw new NethealError('usage', `${path} is ${what}, and was not overwritten`, { hint })
}

function hintFor(code: string | undefined, path: string): string {
  switch (code) {
    case 'ENOENT':
      return `create ${dirname(path)} first, or choose another place`
    case 'EACCES':
    case 'EPERM':
      return 'use sudo, or choose another place'
    case 'ENOSPC':
    case 'EDQUOT':
      return `free some space (df -h ${dirname(path)}), or choose another place`
    default:
      return 'choose another place'
  }
}
