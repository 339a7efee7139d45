// `netheal pause` and `resume`, and how a pause shows elsewhere.
import { expect, test } from 'vitest'
import { APP, NETWORK } from '../heal/rig.ts'
import { Desk } from './desk.ts'

test('a pause keeps one-shots away, shows everywhere, and ends with resume', async () => {
  await using desk = await Desk.open()
  const paused = await desk.run('pause', '30m', '--reason', 'moving the database')
  expect(paused).toMatchObject({ code: 0, err: '' })
  expect(paused.out).toMatch(/^paused until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; to end it earlier: netheal resume\n$/)

  const once = await desk.run('once')
  expect(once.code).toBe(3)
  expect(once.out).toContain('netheal is paused until')
  expect(desk.simulator.calls.writes).toEqual([])
  expect((await desk.run('check')).out).toMatch(/^PAUSED +until/)
  expect((await desk.run('status')).out).toContain('(moving the database); to end it: netheal resume')
  expect(JSON.parse((await desk.run('status', '--json')).out).paused).toMatch(/^\d{4}-/)

  expect(await desk.run('resume')).toMatchObject({
    code: 0,
    out: 'resumed: a running daemon heals at once, cron at its next run\n',
  })
  expect((await desk.run('once')).code).toBe(0)
  expect(desk.simulator.isAttached(APP, NETWORK)).toBe(true)
})

test('resume without a pause says so', async () => {
  await using desk = await Desk.open({ furnished: false })
  expect(await desk.run('resume')).toMatchObject({ code: 0, out: 'netheal was not paused\n' })
})

test('pause and resume have JSON', async () => {
  await using desk = await Desk.open({ furnished: false })
  const { out } = await desk.run('pause', '1h', '--json')
  expect(JSON.parse(out)).toEqual({ version: 1, paused: expect.stringMatching(/Z$/) })
  expect(JSON.parse((await desk.run('resume', '--json')).out)).toEqual({ version: 1, paused: null })
})

test.for([
  ['0s', 'not a duration'],
  ['soon', 'not a duration'],
  ['30', 'not a duration'],
  ['8d', 'a pause lasts 7 days at most'],
] as const)('pause %s is refused: %s', async ([duration, why]) => {
  await using desk = await Desk.open({ furnished: false })
  const { code, error } = await desk.run('pause', duration)
  expect(code).toBe(2)
  expect(error?.message).toContain(why)
  expect(error?.hint).not.toBeNull()
})

test('a pause of 7d is the longest, and works', async () => {
  await using desk = await Desk.open()
  expect((await desk.run('pause', '7d')).code).toBe(0)
  expect((await desk.run('check')).out).toMatch(/^PAUSED/)
})

test('a pause that cannot be written is no pause, and says so', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({ state: { directory: desk.file } })
  const { code, out, error } = await desk.run('pause', '30m')
  expect({ code, out }).toEqual({ code: 3, out: '' })
  expect(error?.message).toContain('pause.json')
})
