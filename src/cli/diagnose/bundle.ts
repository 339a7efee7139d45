// `netheal diagnose --bundle FILE.tar.gz`: texts in one archive, for a bug report. Every text is masked on its way in.
import { createWriteStream, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { NethealError } from '../../core/errors.ts'
import { masked, maskedValue } from '../../core/masked.ts'
import { asOwner } from '../../record/as-owner.ts'
import { openNew } from '../../record/safe-open.ts'
import { jsonText } from '../json.ts'

/** One file of the archive, by its path in it: a text, or a value that is written as JSON. */
export type Packed =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly value: unknown }

/**
 * Writes the archive, readable by its owner only. Never overwrites a file.
 * @param secrets values that are masked wherever they stand, beside what looks like a secret
 * @param at the time of all files in it, milliseconds since the epoch
 * @throws NethealError `usage` if the file exists or its directory does not, `record` when it cannot be written
 */
export async function writeBundle(
  file: string,
  packed: readonly Packed[],
  secrets: readonly string[],
  at: number,
): Promise<void> {
  const { default: tar } = await import('tar-stream')
  const pack = tar.pack()
  for (const item of packed) pack.entry({ name: item.name, mode: 0o600, mtime: new Date(at) }, textOf(item, secrets))
  pack.finalize()
  let isMade = false
  try {
    const fd = openNew(file, 0o600)
    isMade = true
    await pipeline(pack, createGzip(), createWriteStream(file, { fd }))
  } catch (error) {
    // A half-written file helps nobody.
    if (isMade) asOwner(dirname(file), () => rmSync(file, { force: true }))
    throw refusalOf(file, error)
  }
}

/** A value is masked before it becomes JSON: masked JSON text might not be JSON any more. */
function textOf(item: Packed, secrets: readonly string[]): string {
  return 'text' in item ? masked(item.text, secrets) : jsonText(maskedValue(item.value, secrets))
}

function refusalOf(file: string, error: unknown): NethealError {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') {
    return new NethealError('usage', `--bundle ${file}: the file exists, and was not overwritten`, {
      hint: 'name another file',
      cause: error,
    })
  }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') {
    return new NethealError('usage', `--bundle ${file}: the directory does not exist`, {
      hint: 'for example --bundle /tmp/netheal.tar.gz',
      cause: error,
    })
  }
  return new NethealError('record', `cannot write ${file}: ${message}`, {
    hint: 'write it elsewhere, for example --bundle /tmp/netheal.tar.gz',
    cause: error,
  })
}
