// Following the event stream: opened again for ever however it ends, never in a rush, and each outage said once.
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { type EventFollower, openEventFollower } from '../../src/heal/event-follower.ts'
import type { Engine, EventStream } from '../../src/heal/ports.ts'
import { ManualClock } from './manual-clock.ts'
import { JournalInMemory } from './records.ts'

interface Stage {
  readonly clock: ManualClock
  readonly journal: JournalInMemory
  readonly follower: EventFollower
  readonly stop: AbortController
  opened: number
  tries: number
  pings: number
  /** How often the engine was told to agree on its version anew. */
  forgotten: number
}

/** Follows an engine that has nothing but a stream and a ping. */
function stage(
  events: (signal: AbortSignal) => Promise<EventStream>,
  ping: () => Promise<void> = async () => undefined,
): Stage {
  const clock = new ManualClock(0)
  const journal = new JournalInMemory()
  const stop = new AbortController()
  const counts = { opened: 0, tries: 0, pings: 0, forgotten: 0 }
  const engine: Partial<Engine> = {
    forget: () => {
      counts.forgotten += 1
    },
    events: (_now, _onEvent, signal) => {
      counts.tries += 1
      return events(signal)
    },
    ping: () => {
      counts.pings += 1
      return ping()
    },
  }
  const follower = openEventFollower(
    {
      engine: engine as Engine,
      clock,
      journal,
      random: () => 0.5,
      onEvent: () => undefined,
      onOpen: () => {
        counts.opened += 1
      },
    },
    stop.signal,
  )
  return Object.assign(counts, { clock, journal, follower, stop })
}

/** Time goes by, and whatever is due runs to its next wait. */
async function during(clock: ManualClock, milliseconds: number): Promise<void> {
  for (let gone = 0; gone < milliseconds; gone += 50) {
    clock.advance(50)
    await new Promise(resolve => setImmediate(resolve))
  }
}

function openUntil(signal: AbortSignal): EventStream {
  return { ended: new Promise(resolve => signal.addEventListener('abort', () => resolve(null))) }
}

const refused = () => Promise.reject(new NethealError('engine-unreachable', 'no engine'))

describe('an engine that is away', () => {
  test('is asked again with growing waits, two seconds at most, and said once', async () => {
    const scene = stage(refused)
    await during(scene.clock, 60_000)
    expect(scene.tries).toBeGreaterThan(30)
    expect(scene.tries).toBeLessThan(60)
    expect(scene.journal.lines.map(l => l.message)).toEqual(['event stream lost, opening it again'])
    scene.stop.abort()
    await scene.follower.done
  })

  test('and comes back is said, and looked at', async () => {
    let away = true
    const scene = stage(signal => (away ? refused() : Promise.resolve(openUntil(signal))))
    await during(scene.clock, 10_000)
    away = false
    await during(scene.clock, 5_000)
    expect(scene.opened).toBe(1)
    expect(scene.journal.lines.map(l => l.message)).toEqual([
      'event stream lost, opening it again',
      'event stream open',
    ])
    scene.stop.abort()
    await scene.follower.done
  })
})

test('a stream that ends as soon as it is open is not opened in a rush, nor said each time', async () => {
  const scene = stage(async () => ({ ended: Promise.resolve(null) }))
  await during(scene.clock, 60_000)
  expect(scene.opened).toBeGreaterThan(30)
  expect(scene.opened).toBeLessThan(60)
  expect(scene.journal.count('event stream lost, opening it again')).toBe(1)
  expect(scene.journal.lines.length).toBeLessThan(5)
  scene.stop.abort()
  await scene.follower.done
})

test('a stream that lived for a while is opened again at once, and each of its ends is said', async () => {
  const streams: (() => void)[] = []
  const scene = stage(async () => ({ ended: new Promise(resolve => streams.push(() => resolve(null))) }))
  for (let n = 1; n <= 3; n += 1) {
    await during(scene.clock, 25_000)
    streams.at(-1)?.()
    await during(scene.clock, 200)
    expect(scene.opened).toBe(n + 1)
  }
  expect(scene.journal.count('event stream lost, opening it again')).toBe(3)
  scene.stop.abort()
  streams.at(-1)?.()
  await scene.follower.done
})

describe('a silent stream', () => {
  test('is asked after, and stays when the engine answers', async () => {
    const scene = stage(async signal => openUntil(signal))
    await during(scene.clock, 149_000)
    expect(scene.pings).toBe(0)
    await during(scene.clock, 2_000)
    expect(scene.pings).toBe(1)
    await during(scene.clock, 148_000)
    expect(scene.pings).toBe(1)
    await during(scene.clock, 3_000)
    expect(scene.pings).toBe(2)
    expect(scene.opened).toBe(1)
    scene.stop.abort()
    await scene.follower.done
  })

  test('is not asked after while passes hear of the engine', async () => {
    const scene = stage(async signal => openUntil(signal))
    for (let n = 0; n < 5; n += 1) {
      await during(scene.clock, 120_000)
      scene.follower.heard()
    }
    expect(scene.pings).toBe(0)
    await during(scene.clock, 151_000)
    expect(scene.pings).toBe(1)
    scene.stop.abort()
    await scene.follower.done
  })

  test('of an engine that does not answer is dropped', async () => {
    let deaf = true
    const scene = stage(
      async signal => openUntil(signal),
      () =>
        deaf
          ? Promise.reject(new NethealError('engine-timeout', 'GET /_ping: no answer within 10 s'))
          : Promise.resolve(),
    )
    await during(scene.clock, 151_000)
    deaf = false
    await during(scene.clock, 1_000)
    expect(scene.opened).toBeGreaterThanOrEqual(2)
    expect(scene.journal.lines.at(1)?.keys).toEqual({ reason: 'GET /_ping: no answer within 10 s' })
    scene.stop.abort()
    await scene.follower.done
  })
})

test('a suspected stream is dropped and opened again', async () => {
  const scene = stage(async signal => openUntil(signal))
  await during(scene.clock, 20_000)
  scene.follower.suspect('it did not tell of a detach')
  await during(scene.clock, 1_000)
  expect(scene.opened).toBe(2)
  expect(scene.journal.lines.at(1)?.keys).toEqual({ reason: 'it did not tell of a detach' })
  scene.stop.abort()
  await scene.follower.done
})

test('after each lost stream the version is agreed on anew: the engine may have been upgraded', async () => {
  const streams: (() => void)[] = []
  const scene = stage(async () => ({ ended: new Promise(resolve => streams.push(() => resolve(null))) }))
  await during(scene.clock, 25_000)
  expect(scene.forgotten).toBe(0)
  for (const lost of [1, 2]) {
    streams.at(-1)?.()
    await during(scene.clock, 25_000)
    expect(scene).toMatchObject({ forgotten: lost, opened: lost + 1 })
  }
  scene.stop.abort()
  streams.at(-1)?.()
  await scene.follower.done
  expect(scene.forgotten).toBe(2)
})

test('what is no error of the engine is a bug, and is not swallowed', async () => {
  const scene = stage(() => Promise.reject(new TypeError('a bug')))
  await expect(scene.follower.done).rejects.toThrow('a bug')
})
