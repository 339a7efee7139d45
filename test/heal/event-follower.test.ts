// Following the event stream: opened again for ever however it ends, never in a rush, and each outage said once.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { type EventFollower, openEventFollower } from '../../src/heal/event-follower.ts'
import type { Engine, EngineEvent, EventStream } from '../../src/heal/ports.ts'
import { ManualClock } from './manual-clock.ts'
import { JournalInMemory } from './records.ts'

interface Stage {
  readonly clock: ManualClock
  readonly journal: JournalInMemory
  readonly follower: EventFollower
  readonly stop: AbortController
  opened: number
  /** When it was opened last, by the monotonic clock. */
  openedAt: number
  tries: number
  pings: number
  /** What was handed on. */
  readonly events: EngineEvent[]
  /** How often the engine was told to agree on its version anew. */
  forgotten: number
}

/** Follows an engine that has nothing but a stream and a ping. */
function stage(
  events: (signal: AbortSignal, onEvent: (event: EngineEvent) => void) => Promise<EventStream>,
  ping: (signal: AbortSignal) => Promise<void> = async () => undefined,
): Stage {
  const clock = new ManualClock(0)
  const journal = new JournalInMemory()
  const stop = new AbortController()
  const counts = { opened: 0, openedAt: 0, tries: 0, pings: 0, forgotten: 0, events: [] as EngineEvent[] }
  const engine: Partial<Engine> = {
    forget: () => {
      counts.forgotten += 1
    },
    events: (_now, onEvent, signal) => {
      counts.tries += 1
      return events(signal, onEvent)
    },
    ping: signal => {
      counts.pings += 1
      return ping(signal)
    },
  }
  const follower = openEventFollower(
    {
      engine: engine as Engine,
      clock,
      journal,
      random: () => 0.5,
      onEvent: event => void counts.events.push(event),
      onOpen: () => {
        counts.opened += 1
        counts.openedAt = clock.monotonic()
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
  test('an engine that is away is asked again with growing waits, two seconds at most, and said once', async () => {
    const scene = stage(refused)
    await during(scene.clock, 60_000)
    expect(scene.tries).toBeGreaterThan(30)
    expect(scene.tries).toBeLessThan(60)
    expect(scene.journal.lines.map(l => l.message)).toEqual(['event stream lost, opening it again'])
    scene.stop.abort()
    await scene.follower.done
  })

  test('an engine that was away and comes back is said, and looked at', async () => {
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
  expect(scene.journal.lines.map(l => [l.message, l.keys])).toEqual([
    ['event stream open', { again: false }],
    ['event stream lost, opening it again', { reason: 'the engine ended it' }],
    ['event stream open', { again: true }],
  ])
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

test('a stream that lived for ten seconds is a good one: its end is said, and that it is open again', async () => {
  const streams: (() => void)[] = []
  const scene = stage(async () => ({ ended: new Promise(resolve => streams.push(() => resolve(null))) }))
  await during(scene.clock, 1_000)
  for (let n = 1; n <= 3; n += 1) {
    scene.clock.advance(scene.openedAt + 10_000 - scene.clock.monotonic())
    streams.at(-1)?.()
    await during(scene.clock, 1_000)
    expect(scene.opened).toBe(n + 1)
  }
  expect(scene.journal.count('event stream lost, opening it again')).toBe(3)
  expect(scene.journal.count('event stream open')).toBe(4)
  scene.stop.abort()
  streams.at(-1)?.()
  await scene.follower.done
})

test('each stream leaves nothing behind on the signal that ends the daemon', async () => {
  const streams: (() => void)[] = []
  const scene = stage(async () => ({ ended: new Promise(resolve => streams.push(() => resolve(null))) }))
  await during(scene.clock, 20_000)
  const before = getEventListeners(scene.stop.signal, 'abort').length
  for (let n = 0; n < 3; n += 1) {
    streams.at(-1)?.()
    await during(scene.clock, 20_000)
  }
  expect(scene.opened).toBe(4)
  expect(getEventListeners(scene.stop.signal, 'abort')).toHaveLength(before)
  scene.stop.abort()
  streams.at(-1)?.()
  await scene.follower.done
})

test('each event is handed on', async () => {
  const event: EngineEvent = { kind: 'network', action: 'disconnect', id: 'n', name: 'net', containerId: 'c' }
  const scene = stage(async (signal, onEvent) => {
    onEvent(event)
    return openUntil(signal)
  })
  await during(scene.clock, 50)
  expect(scene.events).toEqual([event])
  scene.stop.abort()
  await scene.follower.done
})

describe('a silent stream', () => {
  test('a silent stream is asked after, and stays when the engine answers', async () => {
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

  test('a silent stream is waited for in one sleep, and not in a rush', async () => {
    const scene = stage(async signal => openUntil(signal))
    await during(scene.clock, 1_000)
    expect(scene.clock.sleeping).toEqual([150_000])
    scene.stop.abort()
    await scene.follower.done
  })

  test('a silent stream is not asked after while events come', async () => {
    const event: EngineEvent = { kind: 'network', action: 'connect', id: 'n', name: 'net', containerId: 'c' }
    let tell: (event: EngineEvent) => void = () => undefined
    const scene = stage(async (signal, onEvent) => {
      tell = onEvent
      return openUntil(signal)
    })
    for (let n = 0; n < 3; n += 1) {
      await during(scene.clock, 120_000)
      tell(event)
    }
    expect(scene.pings).toBe(0)
    scene.stop.abort()
    await scene.follower.done
  })

  test('a silent stream is not asked after at once when it is opened after a long outage', async () => {
    let away = true
    const scene = stage(signal => (away ? refused() : Promise.resolve(openUntil(signal))))
    await during(scene.clock, 200_000)
    away = false
    await during(scene.clock, 140_000)
    expect(scene).toMatchObject({ opened: 1, pings: 0 })
    scene.stop.abort()
    await scene.follower.done
  })

  test('a silent stream that the engine ends while it is asked after was ended by the engine, and by no missing answer', async () => {
    let end: () => void = () => undefined
    const scene = stage(
      async () => ({
        ended: new Promise(resolve => {
          end = () => resolve(null)
        }),
      }),
      signal =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new NethealError('engine-timeout', 'given up')))
        }),
    )
    await during(scene.clock, 151_000)
    expect(scene.pings).toBe(1)
    end()
    await during(scene.clock, 1_000)
    expect(scene.journal.lines.at(1)?.keys).toEqual({ reason: 'the engine ended it' })
    scene.stop.abort()
    end()
    await scene.follower.done
  })

  test('a silent stream is not asked after while passes hear of the engine', async () => {
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

  test('a silent stream of an engine that does not answer is dropped', async () => {
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

test('a suspicion explains the end of its own stream alone', async () => {
  const streams: (() => void)[] = []
  const scene = stage(async signal => ({
    ended: new Promise(resolve => {
      streams.push(() => resolve(null))
      signal.addEventListener('abort', () => resolve(null))
    }),
  }))
  await during(scene.clock, 20_000)
  scene.follower.suspect('it did not tell of a detach')
  await during(scene.clock, 20_000)
  streams.at(-1)?.()
  await during(scene.clock, 1_000)
  expect(scene.journal.lines.filter(l => l.level === 'warn').map(l => l.keys)).toEqual([
    { reason: 'it did not tell of a detach' },
    { reason: 'the engine ended it' },
  ])
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
