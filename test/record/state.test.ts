// The state file: replaced whole or not at all, and never a reason to stop.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_STATE } from '../../src/core/state.ts'
import { openState, readState } from '../../src/record/state.ts'
import { asNobody, canMount, freshFolder, smallDisk } from './folder.ts'
import { FULL } from './states.ts'

const fileIn = (directory: string): string => join(directory, 'state.json')

test('a state that was saved is loaded', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'new', 'state')
  const store = openState({ directory })
  expect(await store.load()).toEqual({ state: EMPTY_STATE, note: null })
  for (const durable of [false, true]) {
    await store.save(FULL, durable)
    expect(await openState({ directory }).load()).toEqual({ state: FULL, note: null })
  }
  expect(readdirSync(directory)).toEqual(['state.json'])
  expect(statSync(fileIn(directory)).mode & 0o777).toBe(0o640)
})

test('of many saves of the state at once the last one stays', async () => {
  await using folder = freshFolder()
  const store = openState({ directory: folder.path })
  const days = Array.from({ length: 30 }, (_, n) => `day ${n}`)
  await Promise.all(days.map(heartbeatDay => store.save({ ...FULL, heartbeatDay }, false)))
  expect((await store.load()).state.heartbeatDay).toBe('day 29')
})

test('a torn state file, at whatever byte, is set aside and said', async () => {
  await using folder = freshFolder()
  const whole = JSON.stringify(FULL)
  const store = openState({ directory: folder.path })
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(fileIn(folder.path), whole.slice(0, length))
    const { state, note } = await store.load()
    expect(state).toBe(EMPTY_STATE)
    expect(note).toMatch(
      /state\.json could not be used \(it is (empty|not JSON, or torn)\): it is now .*\.unreadable-\d+/,
    )
  }
  expect(existsSync(fileIn(folder.path))).toBe(false)
  expect(readdirSync(folder.path)).toHaveLength(3)
})

test.each([
  ['another version', { ...FULL, version: 2 }, /of version 2/],
  ['no version', { ...FULL, version: undefined }, /"version"/],
  ['a field of another kind', { ...FULL, detaches: {} }, /"detaches"/],
  ['a wrong word deep inside', { ...FULL, loops: [{ ...FULL.loops[0], kind: 'x' }] }, /"loops"/],
  ['a field that is missing', { ...FULL, restarts: undefined }, /"restarts"/],
  ['no object', [1], /something else|"/],
  ['null', null, /something else/],
])('a state with %s is set aside', async (_, value, why) => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), JSON.stringify(value))
  const { state, note } = await openState({ directory: folder.path }).load()
  expect(state).toBe(EMPTY_STATE)
  expect(note).toMatch(why)
  expect(JSON.parse(readFileSync(`${fileIn(folder.path)}.unreadable-1`, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(value)),
  )
})

test('readState only looks: a torn file stays where it is, and so do drafts', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '{"version":1,')
  const draft = join(folder.path, `.state.json.${process.pid}-1-00000000.tmp`)
  writeFileSync(draft, '')
  const { state, note } = await readState({ directory: folder.path })
  expect(state).toBe(EMPTY_STATE)
  expect(note).toMatch(/state\.json cannot be used \(it is not JSON, or torn\)/)
  expect(readdirSync(folder.path).sort()).toEqual([`.state.json.${process.pid}-1-00000000.tmp`, 'state.json'].sort())
  writeFileSync(fileIn(folder.path), JSON.stringify(FULL))
  expect(await readState({ directory: folder.path })).toEqual({ state: FULL, note: null })
  expect(await readState({ directory: join(folder.path, 'none') })).toEqual({ state: EMPTY_STATE, note: null })
})

test('any bytes at all as a state: load never throws, and save works afterwards', async () => {
  await using folder = freshFolder()
  const store = openState({ directory: folder.path })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map(text => Buffer.from(text)),
    fc
      .dictionary(fc.constantFrom(...Object.keys(FULL), '__proto__'), fc.jsonValue())
      .map(o => Buffer.from(JSON.stringify({ ...FULL, ...o }))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async content => {
      writeFileSync(fileIn(folder.path), content)
      const { state, note } = await store.load()
      if (note !== null) expect(state).toBe(EMPTY_STATE)
      await store.save(FULL, false)
      expect(await store.load()).toEqual({ state: FULL, note: null })
    }),
    { numRuns: 200 },
  )
})

test('a state file of 100 MB is not read', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '{')
  truncateSync(fileIn(folder.path), 100_000_000)
  const { state, note } = await openState({ directory: folder.path }).load()
  expect(state).toBe(EMPTY_STATE)
  expect(note).toMatch(/100000000 bytes/)
})

test.each<[string, (path: string) => void]>([
  ['a directory', path => mkdirSync(path)],
  ['a FIFO', path => void execFileSync('mkfifo', [path])],
])('%s in the place of the state is set aside', async (_, make) => {
  await using folder = freshFolder()
  make(fileIn(folder.path))
  const store = openState({ directory: folder.path })
  expect((await store.load()).note).toMatch(/it is no file/)
  await store.save(FULL, true)
  expect((await store.load()).state).toEqual(FULL)
})

test('drafts of the state of dead processes are removed, those of living ones are not', async () => {
  await using folder = freshFolder()
  const started = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[19]
  const living = `.state.json.${process.pid}-${started}-00000000.tmp`
  for (const name of [
    living,
    `.state.json.${process.pid}-1-00000000.tmp`,
    '.state.json.4194304-5-00000000.tmp',
    '.state.json.x.tmp',
  ]) {
    writeFileSync(join(folder.path, name), '')
  }
  await openState({ directory: folder.path }).load()
  expect(readdirSync(folder.path)).toEqual([living])
})

test('a state file that may not be read stays, and the note says why', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), JSON.stringify(FULL), { mode: 0 })
  chmodSync(folder.path, 0o555)
  const store = openState({ directory: folder.path })
  await asNobody(async () => {
    expect(await store.load()).toEqual({
      state: EMPTY_STATE,
      note: expect.stringContaining('permission denied (EACCES)'),
    })
    await expect(store.save(FULL, false)).rejects.toMatchObject({
      code: 'record',
      hint: expect.stringContaining('NETHEAL_STATE_DIRECTORY'),
    })
  })
  chmodSync(folder.path, 0o755)
  expect(existsSync(fileIn(folder.path))).toBe(true)
})

test('a torn state file in a directory that takes no change', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '{', { mode: 0o644 })
  chmodSync(folder.path, 0o555)
  const { state, note } = await asNobody(() => openState({ directory: folder.path }).load())
  expect(state).toBe(EMPTY_STATE)
  expect(note).toMatch(/not JSON.*cannot set aside.*EACCES/)
  chmodSync(folder.path, 0o755)
})

test.skipIf(!canMount)('a full disk leaves the old state whole, and no draft', async () => {
  await using disk = smallDisk(64)
  const store = openState({ directory: disk.path })
  await store.save(FULL, true)
  const ballast = join(disk.path, 'ballast')
  expect(() => writeFileSync(ballast, Buffer.alloc(100 * 1024))).toThrow(/ENOSPC/)
  const large = { ...FULL, problems: ['x'.repeat(30_000)] }
  await expect(store.save(large, false)).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/ENOSPC/),
  })
  expect(await store.load()).toEqual({ state: FULL, note: null })
  expect(readdirSync(disk.path).sort()).toEqual(['ballast', 'state.json'])
  rmSync(ballast)
  await store.save(large, false)
  expect((await store.load()).state).toEqual(large)
})

test.skipIf(!canMount)('a state on a read-only disk can be loaded, not saved', async () => {
  await using disk = smallDisk(64)
  const store = openState({ directory: disk.path })
  await store.save(FULL, true)
  disk.remount('ro')
  await expect(store.save(EMPTY_STATE, true)).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/EROFS/),
  })
  expect((await store.load()).state).toEqual(FULL)
})
