// `netheal status`: who heals, since when, and when to be alarmed.
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { acquireLock } from '../../src/record/lock.ts'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { Desk } from './desk.ts'

const HOUR = 3_600_000

async function daemonLock(desk: Desk, since: number): Promise<AsyncDisposable> {
  const lock = await acquireLock({ directory: `${desk.folder}/lock`, mode: 'daemon', pid: process.pid, now: since })
  if (lock.kind !== 'held') throw new Error('the lock is taken')
  return lock
}

function aged(desk: Desk, milliseconds: number): void {
  desk.remember(m => ({
    ...m,
    lastPass: m.lastPass === null ? null : { ...m.lastPass, at: m.lastPass.at - milliseconds },
  }))
}

describe('cron', () => {
  test('status with cron: a fresh pass of a one-shot is a healer that lives', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    const { code, out } = await desk.run('status')
    expect(code).toBe(0)
    expect(out).toContain('netheal runs from cron, last pass')
    expect(out).toContain(APP)
  })

  test('status with cron: an old one is a healer that is dead: 5', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    aged(desk, HOUR)
    const { code, out } = await desk.run('status')
    expect(code).toBe(5)
    expect(out).toContain('netheal is not running on this host, last pass 60 min ago')
    expect(out).toContain('PROBLEM the last pass is 60 min old; it should be at most 10 min')
  })

  test('status with cron: how old it may be follows the schedule', async () => {
    await using desk = await Desk.open()
    desk.configure({ watch: { poll: '0 */6 * * *' } })
    await desk.run('once')
    aged(desk, 12 * HOUR)
    expect((await desk.run('status')).code).toBe(0)
    aged(desk, 12 * HOUR)
    expect((await desk.run('status')).code).toBe(5)
  })
})

describe('the daemon', () => {
  test('status of a daemon that has just begun is alive before its first pass', async () => {
    await using desk = await Desk.open()
    await using _lock = await daemonLock(desk, Date.now())
    const { code, out } = await desk.run('status', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).healer).toEqual({
      alive: true,
      mode: 'daemon',
      pid: process.pid,
      lastPassAt: null,
      lastPassOk: null,
    })
  })

  test('status of a daemon that makes no pass any more hangs: 5', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    aged(desk, HOUR)
    await using _lock = await daemonLock(desk, Date.now() - 2 * HOUR)
    const { code, out } = await desk.run('status')
    expect(code).toBe(5)
    expect(out).toContain(`netheal hangs (pid ${process.pid})`)
  })

  test('status of a daemon: without a schedule has no age that is too old', async () => {
    await using desk = await Desk.open()
    desk.configure({ watch: { poll: false } })
    await desk.run('once')
    aged(desk, 100 * HOUR)
    await using _lock = await daemonLock(desk, Date.now() - 200 * HOUR)
    expect((await desk.run('status')).code).toBe(0)
  })
})

test('status exits 5 where nobody has ever healed', async () => {
  await using desk = await Desk.open()
  const { code, out } = await desk.run('status')
  expect(code).toBe(5)
  expect(out).toBe(
    'netheal is not running on this host, no pass yet\nno attachment has been checked yet; to check now: netheal check\n',
  )
})

test('status exits 3 for what is detached, or could not be seen', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  desk.simulator.exhaust(NETWORK)
  await desk.simulator.disconnect(NETWORK, APP)
  await desk.run('once')
  const { code, out } = await desk.run('status')
  expect(code).toBe(3)
  expect(out).toMatch(new RegExp(`^detached +${APP} +${NETWORK} .*last lost .*\\(explicit\\)$`, 'm'))
  desk.simulator.faults.fail()
  await desk.run('once')
  expect((await desk.run('status')).out).toMatch(/^PROBLEM the last pass failed: GET \/version: simulated failure/m)
})

test('status --live looks at the engine, and saves nothing', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  await desk.simulator.disconnect(NETWORK, WORKER)
  const before = desk.state()
  expect((await desk.run('status')).code).toBe(0)
  const { code, out } = await desk.run('status', '--live')
  expect(code).toBe(3)
  expect(out).toMatch(new RegExp(`^detached +${WORKER}`, 'm'))
  expect(desk.state()).toEqual(before)
})

test('status from the state asks no engine', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  await desk.simulator.stop()
  expect((await desk.run('status')).code).toBe(0)
  expect((await desk.run('status', '--live')).code).toBe(4)
})

test('a torn state is set aside, and status says so', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  writeFileSync(`${desk.folder}/state/state.json`, '{"version":1,"lastPa')
  const { out, err, code } = await desk.run('once')
  expect({ code, out }).toEqual({ code: 0, out: '' })
  expect(err).toContain('could not be used')
  expect((await desk.run('status')).code).toBe(0)
})
