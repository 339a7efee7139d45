// The migration files of the application, as they are on this host: names and checksums, bounded in number and size. Only
// plain files are opened, through symbolic links as the migration runner itself does; nothing is run.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MigrationFile, MigrationFiles, MigrationFolder } from '../diagnose/ports.ts'

const MOST_FILES = 2_000
/** Bytes: a migration is text that somebody wrote; a dump of a database is none. */
const LARGEST = 16 * 1024 * 1024
const MOST_BYTES = 256 * 1024 * 1024

export const migrationFiles: MigrationFiles = { read }

async function read(folder: string, signal: AbortSignal): Promise<MigrationFolder> {
  let names: readonly string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { kind: 'missing' } : { kind: 'unseen', why: reason(error) }
  }
  // What `*.sql` is in a shell: no hidden ones.
  const wanted = names.filter(name => name.endsWith('.sql') && !name.startsWith('.')).sort()
  const files: MigrationFile[] = []
  const unread: { readonly name: string; readonly why: string }[] = []
  let bytes = 0
  for (const name of wanted) {
    signal.throwIfAborted()
    if (files.length >= MOST_FILES || bytes >= MOST_BYTES) {
      const left = wanted.length - files.length - unread.length
      unread.push({ name, why: `this and the ${left - 1} after it were skipped: too many to read at once` })
      break
    }
    try {
      const seen = await checksum(join(folder, name))
      files.push({ name, sha256: seen.sha256 })
      bytes += seen.bytes
    } catch (error) {
      unread.push({ name, why: reason(error) })
    }
  }
  return { kind: 'read', files, unread }
}

async function checksum(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  // Without O_NONBLOCK the opening of a fifo never ends.
  await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const status = await handle.stat()
  if (!status.isFile()) throw new Error('is not a regular file')
  if (status.size > LARGEST) throw new Error(`is larger than ${LARGEST / 1024 / 1024} MiB`)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of handle.createReadStream({ autoClose: false, end: LARGEST })) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'no permission (root may read it)'
    case 'ENOENT':
      return 'a broken link, or removed meanwhile'
    case 'ENOTDIR':
      return 'is not a directory'
    case 'ELOOP':
      return 'symbolic links that form a loop'
    default:
      return code ?? message
  }
}
