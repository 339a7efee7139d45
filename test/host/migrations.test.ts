/** Migration files as they lie on a disk: plain, linked, odd, and out of reach. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { migrationFiles } from '../../src/host/migrations.ts'

const { signal } = new AbortController()

async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'netheal-migrations-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

test('names, sorted, and the checksum that sha256sum has', async () => {
  await using at = await folder()
  await writeFile(join(at.path, '2_b.sql'), 'B')
  await writeFile(join(at.path, '1_a.sql'), '')
  for (const other of ['README.md', '.hidden.sql', '3_c.sql.bak', 'x.SQL']) await writeFile(join(at.path, other), '')
  const found = await migrationFiles.read(at.path, signal)
  expect(found).toEqual({
    kind: 'read',
    files: [
      { name: '1_a.sql', sha256: sha256('') },
      { name: '2_b.sql', sha256: sha256('B') },
    ],
    unread: [],
  })
  const { stdout } = await promisify(execFile)('sha256sum', [join(at.path, '2_b.sql')])
  expect(stdout).toContain(sha256('B'))
})

test('names of any kind are taken as they are', async () => {
  await using at = await folder()
  const names = ['a\nb.sql', 'c d;$(id).sql', "e'f.sql", 'g\u001b[2J.sql'].sort()
  for (const name of names) await writeFile(join(at.path, name), 'x')
  const found = await migrationFiles.read(at.path, signal)
  expect(found.kind === 'read' ? found.files.map(f => f.name) : found).toEqual(names)
})

test('what is no plain file is named, not opened: links are followed', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'real.txt'), 'content')
  await symlink('real.txt', join(at.path, '1_link.sql'))
  await symlink('nowhere', join(at.path, '2_broken.sql'))
  await symlink('3_circle.sql', join(at.path, '3_circle.sql'))
  await promisify(execFile)('mkfifo', [join(at.path, '4_fifo.sql')])
  await symlink('/dev/zero', join(at.path, '5_device.sql'))
  await mkdir(join(at.path, '6_folder.sql'))
  await writeFile(join(at.path, '7_dump.sql'), '')
  await truncate(join(at.path, '7_dump.sql'), 17 * 1024 * 1024)
  expect(await migrationFiles.read(at.path, signal)).toEqual({
    kind: 'read',
    files: [{ name: '1_link.sql', sha256: sha256('content') }],
    unread: [
      { name: '2_broken.sql', why: 'a broken link, or removed meanwhile' },
      { name: '3_circle.sql', why: 'symbolic links that form a loop' },
      { name: '4_fifo.sql', why: 'is not a regular file' },
      { name: '5_device.sql', why: 'is not a regular file' },
      { name: '6_folder.sql', why: 'is not a regular file' },
      { name: '7_dump.sql', why: 'is larger than 16 MiB' },
    ],
  })
})

test('more files than one look takes are said', async () => {
  await using at = await folder()
  for (let n = 0; n < 2_010; n += 201)
    await Promise.all(
      Array.from({ length: 201 }, (_, i) => writeFile(join(at.path, `${String(n + i).padStart(5, '0')}.sql`), '')),
    )
  const found = await migrationFiles.read(at.path, signal)
  expect(found).toMatchObject({ kind: 'read' })
  if (found.kind !== 'read') return
  expect(found.files).toHaveLength(2_000)
  expect(found.unread).toEqual([
    { name: '02000.sql', why: 'this and the 9 after it were skipped: too many to read at once' },
  ])
})

test('no folder, a file in its place, a folder that is closed', async () => {
  await using at = await folder()
  expect(await migrationFiles.read(join(at.path, 'nothing'), signal)).toEqual({ kind: 'missing' })
  await writeFile(join(at.path, 'file'), '')
  expect(await migrationFiles.read(join(at.path, 'file'), signal)).toEqual({
    kind: 'unseen',
    why: 'is not a directory',
  })
  await mkdir(join(at.path, 'closed'))
  await chmod(join(at.path, 'closed'), 0)
  // Root may read it all the same.
  const closed = await migrationFiles.read(join(at.path, 'closed'), signal)
  expect(closed).toEqual(
    process.getuid?.() === 0
      ? { kind: 'read', files: [], unread: [] }
      : { kind: 'unseen', why: 'no permission (root may read it)' },
  )
})
