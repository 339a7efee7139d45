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
import { describe, expect, test } from 'vitest'
import { mapValues, type State } from '../../src/core/state.ts'
import type { Notices } from '../../src/notify/rules/notices.ts'
import { openState, readState } from '../../src/record/state.ts'
import { EMPTY, VERSION } from '../../src/record/state-shape.ts'
import { asNobody, canMount, freshFolder, smallDisk } from './folder.ts'
import { FULL, FULL_COUNTS, FULL_NOTICES, FULL_STORED } from './states.ts'

/** As it is in the file. */
const FILE = { version: VERSION, ...FULL_STORED }

const fileIn = (directory: string): string => join(directory, 'state.json')

test('a state that was saved is loaded', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'new', 'state')
  const store = openState({ directory })
  expect(await store.load()).toEqual({ ...EMPTY, note: null })
  for (const durable of [false, true]) {
    await store.save(FULL_STORED, durable)
    expect(await openState({ directory }).load()).toEqual({ ...FULL_STORED, note: null })
  }
  expect(readdirSync(directory).sort()).toEqual(['state.ahead', 'state.json'])
  expect(statSync(fileIn(directory)).mode & 0o777).toBe(0o640)
})

test('of many saves of the state at once the last one stays', async () => {
  await using folder = freshFolder()
  const store = openState({ directory: folder.path })
  const days = Array.from({ length: 30 }, (_, n) => `day ${n}`)
  await Promise.all(days.map(heartbeatDay => store.save({ ...FULL_STORED, state: { ...FULL, heartbeatDay } }, false)))
  expect((await store.load()).state.heartbeatDay).toBe('day 29')
})

test('a torn state file, at whatever byte, is set aside and said', async () => {
  await using folder = freshFolder()
  const whole = JSON.stringify(FILE)
  const store = openState({ directory: folder.path })
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(fileIn(folder.path), whole.slice(0, length))
    const { note, ...loaded } = await store.load()
    expect(loaded).toEqual(EMPTY)
    expect(note?.text).toMatch(
      /state\.json could not be used \(it is (empty|not JSON, or damaged)\): it is now .*\.unreadable-\d+/,
    )
  }
  expect(existsSync(fileIn(folder.path))).toBe(false)
  expect(readdirSync(folder.path)).toHaveLength(3)
})

const OLD = JSON.parse(readFileSync(new URL('../fixtures/states/version-1.json', import.meta.url), 'utf8'))
const FULL_OLD = { ...FULL, passes: undefined, version: 1, ...FULL_NOTICES, tally: FULL_COUNTS }

describe('a state file of version 1', () => {
  test('that a netheal of before has left is read, and nothing of it is lost', async () => {
    await using folder = freshFolder()
    writeFileSync(fileIn(folder.path), JSON.stringify(OLD))
    const { state, notices, counts, note } = await openState({ directory: folder.path }).load()
    expect(note).toBeNull()
    const { version, tally, incidents, outbox, targets, ...healing } = OLD
    expect([version, outbox.length, incidents.length]).toEqual([1, 2, 2])
    // What it knew nothing of is unknown.
    const attachments = mapValues(healing.attachments as State['attachments'], a => ({
      ...a,
      seen: mapValues(a.seen, c => ({
        ...c,
        settings: null,
        proof: null,
        unreachable: null,
        asked: null,
        reattached: null,
        takenOff: null,
      })),
    }))
    const detaches = (healing.detaches as State['detaches']).map(d => ({
      ...d,
      evidence: { ...d.evidence, lostAt: null },
      excused: null,
    }))
    const unknown = { engineStarts: [], host: null, matched: [], unmatched: [], connected: [] }
    expect(state).toEqual({ ...healing, attachments, detaches, ...unknown, passes: tally.passes })
    expect(notices).toEqual({
      incidents,
      outbox: (outbox as Notices['outbox']).map(d => ({
        ...d,
        notice: { ...d.notice, severity: 'warning', target: null, thread: '' },
        refused: false,
      })),
      targets: mapValues(targets as Notices['targets'], t => ({ ...t, failing: null })),
    })
    expect(counts).toMatchObject(tally)
  })

  test('is of the version of today after the next save', async () => {
    await using folder = freshFolder()
    writeFileSync(fileIn(folder.path), JSON.stringify(FULL_OLD))
    const file = openState({ directory: folder.path })
    const { note, ...loaded } = await file.load()
    expect([loaded, note]).toEqual([FULL_STORED, null])
    await file.save(loaded, true)
    expect(JSON.parse(readFileSync(fileIn(folder.path), 'utf8'))).toEqual(FILE)
  })

  test('from before there were counts and notices is read', async () => {
    await using folder = freshFolder()
    const { tally: _, incidents: _i, outbox: _o, targets: _t, daemon: _d, ...first } = FULL_OLD
    writeFileSync(fileIn(folder.path), JSON.stringify(first))
    const loaded = await openState({ directory: folder.path }).load()
    expect(loaded).toEqual({ ...EMPTY, state: { ...FULL, passes: 0, daemon: null }, note: null })
  })

  test('is continued by what was written ahead of its end', async () => {
    await using folder = freshFolder()
    writeFileSync(fileIn(folder.path), JSON.stringify(FULL_OLD))
    const intent = (passes: number) => `${JSON.stringify({ passes, attachments: {}, detaches: [loss(passes)] })}\n`
    writeFileSync(join(folder.path, 'state.ahead'), intent(FULL.passes - 1) + intent(FULL.passes))
    const { state } = await openState({ directory: folder.path }).load()
    expect(state.detaches).toEqual([...FULL.detaches, loss(FULL.passes)])
  })
})

const loss = (at: number) => ({ ...FULL.detaches[0], at })

test.each([
  ['another version', { ...FILE, version: 3 }, /of version 3/],
  ['no version', { ...FILE, version: undefined }, /"version"/],
  ['a field of another kind', { ...FILE, state: { ...FULL, detaches: {} } }, /"state\.detaches"/],
  [
    'a wrong word deep inside',
    { ...FILE, state: { ...FULL, loops: [{ ...FULL.loops[0], kind: 'x' }] } },
    /"state\.loops"/,
  ],
  ['a field that is missing', { ...FILE, notices: { ...FULL_NOTICES, outbox: undefined } }, /"notices\.outbox"/],
  ['a slice that is missing', { ...FILE, counts: undefined }, /"counts"/],
  ['a field of another kind in an old one', { ...FULL_OLD, detaches: {} }, /"detaches"/],
  ['no object', [1], /something else|"/],
  ['null', null, /something else/],
])('a state with %s is set aside', async (_, value, why) => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), JSON.stringify(value))
  const { note, ...loaded } = await openState({ directory: folder.path }).load()
  expect(loaded).toEqual(EMPTY)
  expect(note?.text).toMatch(why)
  expect(JSON.parse(readFileSync(`${fileIn(folder.path)}.unreadable-1`, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(value)),
  )
})

test('readState only looks: a torn file stays where it is, and so do drafts', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '{"version":1,')
  const draft = join(folder.path, `.state.json.${process.pid}-1-00000000.tmp`)
  writeFileSync(draft, '')
  const { note, ...loaded } = await readState({ directory: folder.path })
  expect(loaded).toEqual(EMPTY)
  expect(note?.text).toMatch(/state\.json cannot be used \(it is not JSON, or damaged\)/)
  expect(readdirSync(folder.path).sort()).toEqual([`.state.json.${process.pid}-1-00000000.tmp`, 'state.json'].sort())
  writeFileSync(fileIn(folder.path), JSON.stringify(FILE))
  expect(await readState({ directory: folder.path })).toEqual({ ...FULL_STORED, note: null })
  expect(await readState({ directory: join(folder.path, 'none') })).toEqual({ ...EMPTY, note: null })
})

test('any bytes at all as a state: load never throws, and save works afterwards', async () => {
  await using folder = freshFolder()
  const store = openState({ directory: folder.path })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map(text => Buffer.from(text)),
    fc
      .dictionary(fc.constantFrom(...Object.keys(FILE), '__proto__'), fc.jsonValue())
      .map(o => Buffer.from(JSON.stringify({ ...FILE, ...o }))),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async content => {
      writeFileSync(fileIn(folder.path), content)
      const { note, ...loaded } = await store.load()
      if (note !== null) expect(loaded).toEqual(EMPTY)
      await store.save(FULL_STORED, false)
      expect(await store.load()).toEqual({ ...FULL_STORED, note: null })
    }),
    { numRuns: 200 },
  )
})

test('a state file of 100 MB is not read', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '{')
  truncateSync(fileIn(folder.path), 100_000_000)
  const { note, ...loaded } = await openState({ directory: folder.path }).load()
  expect(loaded).toEqual(EMPTY)
  expect(note?.text).toMatch(/100000000 bytes/)
})

test.each<[string, (path: string) => void]>([
  ['a directory', path => mkdirSync(path)],
  ['a FIFO', path => void execFileSync('mkfifo', [path])],
])('%s in the place of the state is set aside', async (_, make) => {
  await using folder = freshFolder()
  make(fileIn(folder.path))
  const store = openState({ directory: folder.path })
  expect((await store.load()).note).toEqual({ text: expect.stringMatching(/it is not a file/), closed: false })
  await store.save(FULL_STORED, true)
  expect(await store.load()).toEqual({ ...FULL_STORED, note: null })
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
  writeFileSync(fileIn(folder.path), JSON.stringify(FILE), { mode: 0 })
  chmodSync(folder.path, 0o555)
  const store = openState({ directory: folder.path })
  await asNobody(async () => {
    expect(await store.load()).toEqual({
      ...EMPTY,
      note: { text: expect.stringContaining('permission denied (EACCES)'), closed: true },
    })
    await expect(store.save(FULL_STORED, false)).rejects.toMatchObject({
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
  const { note, ...loaded } = await asNobody(() => openState({ directory: folder.path }).load())
  expect(loaded).toEqual(EMPTY)
  expect(note?.text).toMatch(/not JSON.*cannot set aside.*EACCES/)
  chmodSync(folder.path, 0o755)
})

test.skipIf(!canMount)('a full disk leaves the old state whole, and no draft', async () => {
  await using disk = smallDisk(64)
  const store = openState({ directory: disk.path })
  await store.save(FULL_STORED, true)
  const ballast = join(disk.path, 'ballast')
  expect(() => writeFileSync(ballast, Buffer.alloc(100 * 1024))).toThrow(/ENOSPC/)
  const large = { ...FULL_STORED, state: { ...FULL, problems: ['x'.repeat(30_000)] } }
  await expect(store.save(large, false)).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/ENOSPC/),
  })
  expect(await store.load()).toEqual({ ...FULL_STORED, note: null })
  expect(readdirSync(disk.path).sort()).toEqual(['ballast', 'state.ahead', 'state.json'])
  rmSync(ballast)
  await store.save(large, false)
  expect(await store.load()).toEqual({ ...large, note: null })
})

test.skipIf(!canMount)('a state on a read-only disk can be loaded, not saved', async () => {
  await using disk = smallDisk(64)
  const store = openState({ directory: disk.path })
  await store.save(FULL_STORED, true)
  disk.remount('ro')
  await expect(store.save(EMPTY, true)).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/EROFS/),
  })
  expect(await store.load()).toEqual({ ...FULL_STORED, note: null })
})
