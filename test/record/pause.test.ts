// The pause file: what counts as a pause, and what never stops healing.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LONGEST_PAUSE, openPause } from '../../src/record/pause.ts'
import { asNobody, freshFolder, isRoot } from './folder.ts'

const NOW = Date.UTC(2025, 11, 29)

test('a pause lasts until its end, and is shown with its reason', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'state')
  const pause = openPause({ directory })
  expect(await pause.until(NOW)).toBeNull()
  await pause.clear()
  await pause.set(NOW + 1000, 'migration\u001b[2J')
  expect(await openPause({ directory }).read(NOW)).toEqual({
    until: NOW + 1000,
    reason: 'migration\\u001b[2J',
    note: null,
  })
  expect(await pause.until(NOW + 999)).toBe(NOW + 1000)
  expect(await pause.until(NOW + 1000)).toBeNull()
  await pause.set(NOW + 5000)
  expect(await pause.read(NOW)).toEqual({ until: NOW + 5000, reason: null, note: null })
  expect(readdirSync(directory)).toEqual(['pause.json'])
  await pause.clear()
  expect(await pause.until(NOW)).toBeNull()
})

test('one that ends more than a week from now does not count, and is said', async () => {
  await using folder = freshFolder()
  const pause = openPause({ directory: folder.path })
  await pause.set(NOW + LONGEST_PAUSE)
  expect(await pause.until(NOW)).toBe(NOW + LONGEST_PAUSE)
  expect(await pause.read(NOW - 1)).toEqual({
    until: null,
    reason: null,
    note: { text: expect.stringMatching(/more than 7 days/), closed: false },
  })
})

test('a pause lasts for a week at most, and its reason is 200 characters at most, as written and as read', async () => {
  await using folder = freshFolder()
  expect(LONGEST_PAUSE).toBe(7 * 24 * 60 * 60 * 1000)
  const pause = openPause({ directory: folder.path })
  const file = join(folder.path, 'pause.json')
  await pause.set(NOW + 1, 'r'.repeat(201))
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ until: NOW + 1, reason: 'r'.repeat(200) })
  writeFileSync(file, JSON.stringify({ until: NOW + 1, reason: 'x'.repeat(1_000) }))
  expect((await pause.read(NOW)).reason).toBe('x'.repeat(200))
})

test.each([
  '',
  '{',
  '[]',
  '{"until":"soon","reason":null}',
  '{"until":null,"reason":null}',
  '\u0000',
  'x'.repeat(100_000),
])('a broken file (%#) is no pause, and is said', async content => {
  await using folder = freshFolder()
  writeFileSync(join(folder.path, 'pause.json'), content)
  const pause = openPause({ directory: folder.path })
  expect(await pause.until(NOW)).toBeNull()
  expect(await pause.read(NOW)).toEqual({
    until: null,
    reason: null,
    note: { text: expect.stringContaining('does not count'), closed: false },
  })
  await pause.set(NOW + 1)
  expect(await pause.until(NOW)).toBe(NOW + 1)
})

test('a directory in its place, and one that we may not write in', async () => {
  await using folder = freshFolder()
  mkdirSync(join(folder.path, 'pause.json'))
  const pause = openPause({ directory: folder.path })
  expect((await pause.read(NOW)).note?.text).toMatch(/it is not a file/)
  await expect(pause.clear()).rejects.toMatchObject({ code: 'record' })
  chmodSync(folder.path, 0o555)
  await asNobody(() => expect(pause.set(NOW)).rejects.toMatchObject({ code: 'record' }))
  chmodSync(folder.path, 0o755)
})

test.skipIf(!isRoot)('what root sets, the owner of the directory can read', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'state')
  mkdirSync(directory)
  chmodSync(folder.path, 0o755)
  const { chownSync } = await import('node:fs')
  chownSync(directory, 65534, 65534)
  const pause = openPause({ directory })
  await pause.set(NOW + 1)
  await asNobody(async () => {
    expect(await pause.until(NOW)).toBe(NOW + 1)
    await pause.clear()
  })
})
