// The textfile: whole or not at all, readable for others, and never in a directory that is not there.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTextfile } from '../../src/record/textfile.ts'
import { asNobody, canMount, freshFolder, smallDisk } from './folder.ts'

test('is replaced whole, readable for whoever collects it', async () => {
  await using folder = freshFolder()
  const path = join(folder.path, 'netheal.prom')
  const umask = process.umask(0o077)
  try {
    await openTextfile(path).write('a 1\n')
    await openTextfile(path).write('a 2\n')
  } finally {
    process.umask(umask)
  }
  expect(readFileSync(path, 'utf8')).toBe('a 2\n')
  expect(statSync(path).mode & 0o777).toBe(0o644)
  expect(readdirSync(folder.path)).toEqual(['netheal.prom'])
})

test('drafts of a process that died are removed', async () => {
  await using folder = freshFolder()
  writeFileSync(join(folder.path, '.netheal.prom.4194304-5-00000000.tmp'), 'half')
  await openTextfile(join(folder.path, 'netheal.prom')).write('a 1\n')
  expect(readdirSync(folder.path)).toEqual(['netheal.prom'])
})

test('a directory that is not there is not made', async () => {
  await using folder = freshFolder()
  const path = join(folder.path, 'none', 'netheal.prom')
  await expect(openTextfile(path).write('a 1\n')).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/cannot write .*netheal\.prom: no such file or directory/) as unknown,
    hint: expect.stringContaining('metrics.textfile') as unknown,
  })
  expect(readdirSync(folder.path)).toEqual([])
})

test('one that may not be written in is said, with what to do', async () => {
  await using folder = freshFolder()
  const closed = join(folder.path, 'closed')
  mkdirSync(closed, { mode: 0o755 })
  await asNobody(async () => {
    const written = openTextfile(join(closed, 'netheal.prom')).write('a 1\n')
    await expect(written).rejects.toMatchObject({
      code: 'record',
      hint: expect.stringContaining('let the user') as unknown,
    })
  })
})

test.skipIf(!canMount)('a full disk keeps the old one whole', async () => {
  await using disk = smallDisk(16)
  const path = join(disk.path, 'netheal.prom')
  await openTextfile(path).write('old 1\n')
  await expect(openTextfile(path).write('x'.repeat(100_000))).rejects.toMatchObject({ code: 'record' })
  expect(readFileSync(path, 'utf8')).toBe('old 1\n')
})
