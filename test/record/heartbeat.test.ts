// The heartbeat file: exactly one line a UTC day, through restarts, clocks that jump, torn lines and full disks.

import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openHeartbeat } from '../../src/record/heartbeat.ts'
import { asNobody, canMount, freshFolder, smallDisk } from './folder.ts'

const DAY = 86_400_000
const MIDNIGHT = Date.UTC(2025, 11, 29)
const WELL = { well: true, text: 'pms-backend and pms-worker-v2 healthy' }
const LINE = '[2025-12-29 00:00:01 UTC] OK: Daily heartbeat - pms-backend and pms-worker-v2 healthy\n'

const fileIn = (directory: string): string => join(directory, 'heartbeat.log')
const textIn = (directory: string): string => readFileSync(fileIn(directory), 'utf8')

test('the line is the one of the old script', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'new', 'log')
  const heartbeat = openHeartbeat({ directory, at: '00:00' })
  expect(await heartbeat.beat(MIDNIGHT + 1000, WELL)).toBe(true)
  expect(await heartbeat.beat(MIDNIGHT + 2000, WELL)).toBe(false)
  expect(await openHeartbeat({ directory, at: '00:00' }).beat(MIDNIGHT + 3000, WELL)).toBe(false)
  expect(textIn(directory)).toBe(LINE)
})

test('a bad day says DEGRADED, and no OK', async () => {
  await using folder = freshFolder()
  const heartbeat = openHeartbeat({ directory: folder.path, at: '00:00' })
  await heartbeat.beat(MIDNIGHT + 1000, {
    well: false,
    text: 'pms-backend detached\n[2025-12-29 00:00:01 UTC] OK\u001b[2J',
  })
  expect(textIn(folder.path)).toBe(
    '[2025-12-29 00:00:01 UTC] DEGRADED: Daily heartbeat - pms-backend detached\\n[2025-12-29 00:00:01 UTC] OK\\u001b[2J\n',
  )
})

test('before the time of the day nothing is written, not even a file', async () => {
  await using folder = freshFolder()
  const heartbeat = openHeartbeat({ directory: folder.path, at: '07:30' })
  expect(await heartbeat.beat(MIDNIGHT + 7.5 * 3_600_000 - 1, WELL)).toBe(false)
  expect(existsSync(fileIn(folder.path))).toBe(false)
  expect(await heartbeat.beat(MIDNIGHT + 7.5 * 3_600_000, WELL)).toBe(true)
})

test('any sequence of times and restarts writes one line for each day that it should have, and no more', async () => {
  const moments = fc.array(
    fc.record({
      day: fc.integer({ min: -30, max: 30 }),
      of: fc.integer({ min: 0, max: DAY - 1 }),
      restart: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  const at = fc.constantFrom('00:00', '06:30', '12:00', '23:59')
  await fc.assert(
    fc.asyncProperty(moments, at, async (all, time) => {
      await using folder = freshFolder()
      const from = Number(time.slice(0, 2)) * 3_600_000 + Number(time.slice(3)) * 60_000
      let heartbeat = openHeartbeat({ directory: folder.path, at: time })
      const due = new Set<string>()
      for (const { day, of, restart } of all) {
        if (restart) heartbeat = openHeartbeat({ directory: folder.path, at: time })
        const now = MIDNIGHT + day * DAY + of
        const date = new Date(now).toISOString().slice(0, 10)
        expect(await heartbeat.beat(now, WELL)).toBe(of >= from && !due.has(date))
        if (of >= from) due.add(date)
      }
      const days = existsSync(fileIn(folder.path))
        ? textIn(folder.path)
            .trimEnd()
            .split('\n')
            .map(line => line.slice(1, 11))
        : []
      expect(days.toSorted()).toEqual([...due].toSorted())
    }),
    { numRuns: 60 },
  )
})

test('a torn line of today, at whatever byte, is written anew and not counted', async () => {
  await using folder = freshFolder()
  const before = '[2025-12-28 00:00:01 UTC] OK: Daily heartbeat - all\n'
  for (let length = 12; length < LINE.length; length += 1) {
    writeFileSync(fileIn(folder.path), before + LINE.slice(0, length))
    expect(await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + 1000, WELL)).toBe(true)
    expect(textIn(folder.path)).toBe(before + LINE)
  }
})

test.each([
  ['of another day', '[2025-12-28 00:00:01 UTC] OK: Daily heart'],
  ['too short to tell', '[2025-'],
  ['of somebody else', 'hello'],
])('a torn line %s is ended and left', async (_, torn) => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), torn)
  await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + 1000, WELL)
  expect(textIn(folder.path)).toBe(`${torn}\n${LINE}`)
})

test('an empty file, and one of 100 MB', async () => {
  await using folder = freshFolder()
  writeFileSync(fileIn(folder.path), '')
  await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + 1000, WELL)
  expect(textIn(folder.path)).toBe(LINE)
  truncateSync(fileIn(folder.path), 100_000_000)
  appendFileSync(fileIn(folder.path), `\n${LINE}`)
  expect(await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + 2000, WELL)).toBe(false)
  expect(await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + DAY, WELL)).toBe(true)
})

test('a text without end still leaves room for many days in the tail', async () => {
  await using folder = freshFolder()
  const text = '\u001bü😀'.repeat(10_000)
  for (let day = 0; day < 100; day += 1) {
    await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + day * DAY, { well: false, text })
  }
  expect(await openHeartbeat({ directory: folder.path, at: '00:00' }).beat(MIDNIGHT + 70 * DAY, WELL)).toBe(false)
  expect(textIn(folder.path).trimEnd().split('\n')).toHaveLength(100)
})

test('a removed file gets no second line of the day by the same process', async () => {
  await using folder = freshFolder()
  const heartbeat = openHeartbeat({ directory: folder.path, at: '00:00' })
  await heartbeat.beat(MIDNIGHT, WELL)
  rmSync(fileIn(folder.path))
  expect(await heartbeat.beat(MIDNIGHT + 1, WELL)).toBe(false)
  expect(await heartbeat.beat(MIDNIGHT + DAY, WELL)).toBe(true)
})

test.skipIf(!canMount)('a full disk: an error, nothing torn, and the line of the day when there is room', async () => {
  await using disk = smallDisk(16)
  const ballast = join(disk.path, 'ballast')
  const heartbeat = openHeartbeat({ directory: disk.path, at: '00:00' })
  await heartbeat.beat(MIDNIGHT - DAY, { well: true, text: 'x'.repeat(1900) })
  await heartbeat.beat(MIDNIGHT - DAY, WELL)
  expect(() => writeFileSync(ballast, Buffer.alloc(64 * 1024))).toThrow(/ENOSPC/)
  const long = { well: true, text: 'y'.repeat(1900) }
  // The first still fits into the last page of the file, the third does not fit into it whole.
  await heartbeat.beat(MIDNIGHT, long)
  const before = textIn(disk.path)
  await expect(heartbeat.beat(MIDNIGHT + DAY, long)).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/ENOSPC/),
  })
  expect(textIn(disk.path)).toBe(before)
  rmSync(ballast)
  expect(await heartbeat.beat(MIDNIGHT + DAY, long)).toBe(true)
  expect(textIn(disk.path).startsWith(before)).toBe(true)
})

test('a FIFO in its place is an error, and waits for nobody', async () => {
  await using folder = freshFolder()
  execFileSync('mkfifo', [fileIn(folder.path)])
  const heartbeat = openHeartbeat({ directory: folder.path, at: '00:00' })
  await expect(heartbeat.beat(MIDNIGHT, WELL)).rejects.toMatchObject({ code: 'record' })
})

test('a directory that we may not write in', async () => {
  await using folder = freshFolder()
  mkdirSync(join(folder.path, 'log'), { mode: 0o555 })
  const heartbeat = openHeartbeat({ directory: join(folder.path, 'log'), at: '00:00' })
  await asNobody(() =>
    expect(heartbeat.beat(MIDNIGHT, WELL)).rejects.toMatchObject({
      code: 'record',
      hint: expect.stringContaining('NETHEAL_LOG_DIRECTORY'),
    }),
  )
})
