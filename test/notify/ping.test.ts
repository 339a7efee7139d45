// The pings of healthchecks.io, against a real server: when, where, and with what.
import { describe, expect, test } from 'vitest'
import { openPinger, PING_INTERVAL } from '../../src/notify/ping.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { JournalInMemory } from '../heal/records.ts'
import { until } from '../support/until.ts'
import { WebServer } from './web-server.ts'

const WELL = { well: true, text: 'all healthy' }
const ILL = { well: false, text: 'pms-backend is\nnot attached to bccg' }
const NOTIFY_AFTER = 30_000

async function stage(notifyAfter = NOTIFY_AFTER) {
  const web = await WebServer.open()
  const clock = new ManualClock()
  const journal = new JournalInMemory()
  const url = async (): Promise<string> => `${web.origin}/ping/PlantedUuidPlanted?x=1`
  const pinger = openPinger({ url, clock, journal, notifyAfter })
  return {
    web,
    clock,
    journal,
    pinger,
    /** What arrived, once it is so many. */
    async paths(count: number) {
      return (await web.got(count)).map(r => `${r.method} ${r.path}${r.body === '' ? '' : ` ${r.body}`}`)
    },
    [Symbol.asyncDispose]: async () => {
      const stopped = pinger.stop(0)
      clock.advance(0)
      await stopped
      await web[Symbol.asyncDispose]()
    },
  }
}

const BASE = '/ping/PlantedUuidPlanted'

test('a ping tells the start, and that all is well once a minute; what is wrong once it lasts, and that it is over at once', async () => {
  await using it = await stage()
  const { pinger, clock } = it
  pinger.start()
  await it.paths(1)
  pinger.report(WELL)
  await it.paths(2)
  clock.advance(PING_INTERVAL - 1)
  pinger.report(WELL)
  clock.advance(1)
  pinger.report(WELL)
  await it.paths(3)
  pinger.report(ILL)
  clock.advance(NOTIFY_AFTER - 1)
  pinger.report(ILL)
  // No pass comes now: it looks by itself.
  clock.advance(1)
  await it.paths(4)
  pinger.report(WELL)
  expect(await it.paths(5)).toEqual([
    `GET ${BASE}/start?x=1`,
    `GET ${BASE}?x=1`,
    `GET ${BASE}?x=1`,
    `POST ${BASE}/fail?x=1 pms-backend is not attached to bccg`,
    `GET ${BASE}?x=1`,
  ])
})

test('what is wrong for seconds only makes no ping', async () => {
  await using it = await stage()
  it.pinger.report(WELL)
  await it.paths(1)
  it.pinger.report(ILL)
  it.clock.advance(10_000)
  it.pinger.report(WELL)
  it.clock.advance(NOTIFY_AFTER)
  it.clock.advance(PING_INTERVAL)
  it.pinger.report(WELL)
  expect(await it.paths(2)).toEqual([`GET ${BASE}?x=1`, `GET ${BASE}?x=1`])
})

test('a one-shot pings what is wrong at once', async () => {
  await using it = await stage(0)
  it.pinger.report(ILL)
  expect(await it.paths(1)).toEqual([`POST ${BASE}/fail?x=1 pms-backend is not attached to bccg`])
})

describe('a watcher that does not answer', () => {
  test('a watcher that does not answer is told once, and once that it does again, without its address', async () => {
    await using it = await stage()
    it.web.fallback = ({ path }) => ({ status: 404, body: `not found: ${path}` })
    for (let i = 1; i <= 3; i++) {
      it.pinger.report(WELL)
      await it.paths(i)
      await until(() => it.journal.lines.length === 1 && it.clock.sleeping.length === 0)
      it.clock.advance(PING_INTERVAL)
    }
    it.web.fallback = { status: 200 }
    it.pinger.report(WELL)
    await until(() => it.journal.count('pings arrive again') === 1)
    expect(it.journal.lines).toHaveLength(2)
    expect(JSON.stringify(it.journal.lines)).not.toContain('Planted')
  })

  test('a watcher that does not answer holds nobody up: of what comes meanwhile the newest is sent', async () => {
    await using it = await stage(0)
    it.web.replies.push('hang')
    it.pinger.start()
    await it.paths(1)
    it.pinger.report(ILL)
    it.pinger.report(WELL)
    it.clock.advance(10_000)
    expect(await it.paths(2)).toEqual([`GET ${BASE}/start?x=1`, `GET ${BASE}?x=1`])
  })

  test('a watcher that does not answer is left within the grace at the end', async () => {
    await using it = await stage()
    it.web.fallback = 'hang'
    it.pinger.report(WELL)
    await it.paths(1)
    const stopped = it.pinger.stop(2_000)
    it.clock.advance(2_000)
    await stopped
    it.pinger.report(ILL)
    expect(it.web.received).toHaveLength(1)
    expect(it.journal.lines).toEqual([])
  })
})
