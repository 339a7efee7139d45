// The heartbeat file read back: one line a day, well or not.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KEPT_DAYS, readHeartbeatDays } from '../../src/history/heartbeat-days.ts'
import { openHeartbeat } from '../../src/record/heartbeat.ts'
import { freshFolder } from '../record/folder.ts'

const DAY = 86_400_000
const FIRST = Date.UTC(2025, 11, 29, 0, 0, 1)

test('heartbeats are read as the healer wrote them, well and not', async () => {
  await using folder = freshFolder()
  const file = openHeartbeat({ directory: folder.path, at: '00:00' })
  await file.beat(FIRST, { well: true, text: 'pms-backend healthy' })
  await file.beat(FIRST + DAY, { well: false, text: 'pms-backend is not attached to bccg' })
  expect(await readHeartbeatDays(folder.path)).toEqual([
    { day: '2025-12-29', at: FIRST, well: true, text: 'pms-backend healthy' },
    { day: '2025-12-30', at: FIRST + DAY, well: false, text: 'pms-backend is not attached to bccg' },
  ])
})

test('no heartbeat file has no days', async () => {
  await using folder = freshFolder()
  expect(await readHeartbeatDays(folder.path)).toEqual([])
})

test('torn lines, garbage and second lines of a day are no heartbeats', async () => {
  await using folder = freshFolder()
  const path = join(folder.path, 'heartbeat.log')
  writeFileSync(path, '[2025-12-29 00:00:01 UTC] OK: Daily heartbeat - first\r\n')
  appendFileSync(path, Buffer.from([0, 255, 10]))
  appendFileSync(path, '[2025-99-99 00:00:01 UTC] OK: Daily heartbeat - never\n')
  appendFileSync(path, '[2025-12-29 09:00:00 UTC] DEGRADED: Daily heartbeat - later\n')
  appendFileSync(path, '[2025-12-30 00:00:01 UTC] OK: Daily heart')
  expect(await readHeartbeatDays(folder.path)).toEqual([
    { day: '2025-12-29', at: Date.UTC(2025, 11, 29, 9), well: false, text: 'later' },
  ])
})

test('of many years of heartbeats the newest are read', async () => {
  await using folder = freshFolder()
  const stamp = (n: number): string => new Date(FIRST + n * DAY).toISOString().slice(0, 10)
  const lines = Array.from(
    { length: 30_000 },
    (_, n) => `[${stamp(n)} 00:00:01 UTC] OK: Daily heartbeat - all healthy\n`,
  )
  writeFileSync(join(folder.path, 'heartbeat.log'), lines.join(''))
  const days = await readHeartbeatDays(folder.path)
  expect(days).toHaveLength(KEPT_DAYS)
  expect(days.at(-1)?.day).toBe(stamp(29_999))
})

test('something else in the place of the heartbeat file is told', async () => {
  await using folder = freshFolder()
  mkdirSync(join(folder.path, 'heartbeat.log'))
  await expect(readHeartbeatDays(folder.path)).rejects.toMatchObject({ code: 'record' })
})
