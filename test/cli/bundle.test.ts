// The archive for a bug report: what is in it, what is masked, and what it never overwrites.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeBundle } from '../../src/cli/diagnose/bundle.ts'
import { asNobody, canMount, smallDisk } from '../record/folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const AT = Date.UTC(2026, 0, 2, 3, 4, 5)

test('tar reads it; texts are whole, secrets are not in it', async () => {
  const file = join(folder, 'b.tar.gz')
  const long = `${'x'.repeat(200_000)}\n`
  await writeBundle(
    file,
    [
      { name: 'netheal/a.txt', text: 'PGPASSWORD=planted-one psql\nthe planted-two here\n' },
      { name: 'netheal/long.txt', text: long },
    ],
    ['planted-two'],
    AT,
  )
  execFileSync('tar', ['xzf', file, '-C', folder])
  expect(readFileSync(join(folder, 'netheal/a.txt'), 'utf8')).toBe('PGPASSWORD=*** psql\nthe *** here\n')
  expect(readFileSync(join(folder, 'netheal/long.txt'), 'utf8')).toBe(long)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'netheal/a.txt')).mtimeMs).toBe(AT)
})

test('a file that is there stays as it is', async () => {
  const file = join(folder, 'b.tar.gz')
  writeFileSync(file, 'mine')
  await expect(writeBundle(file, [], [], AT)).rejects.toMatchObject({ code: 'usage', message: /is there already/ })
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('no such directory, and a directory of that name, are said', async () => {
  const nowhere = join(folder, 'none', 'b.tar.gz')
  await expect(writeBundle(nowhere, [], [], AT)).rejects.toMatchObject({ code: 'usage', message: /no such directory/ })
  await expect(writeBundle(folder, [], [], AT)).rejects.toMatchObject({ code: 'usage' })
})

test.skipIf(!canMount)('a disk that is full leaves nothing behind', async () => {
  await using disk = smallDisk(16)
  const file = join(disk.path, 'b.tar.gz')
  // Random bytes, which nothing makes smaller.
  const text = randomBytes(100_000).toString('base64')
  await expect(writeBundle(file, [{ name: 'a', text }], [], AT)).rejects.toMatchObject({ code: 'record' })
  expect(existsSync(file)).toBe(false)
})

test('no permission is said', async () => {
  chmodSync(folder, 0o500)
  await asNobody(async () => {
    const written = writeBundle(join(folder, 'b'), [], [], AT)
    await expect(written).rejects.toMatchObject({ code: 'record', message: /permission denied/i })
  })
})
