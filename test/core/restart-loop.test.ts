// Restart loops: the same container id whose StartedAt moves while RestartCount does not grow (the runbook's case B).
import { describe, expect, test } from 'vitest'
import { updateLoops } from '../../src/core/loop.ts'
import { withRestart } from '../../src/core/restart.ts'
import type { ContainerStatus } from '../../src/core/world.ts'
import { backend, coolify, host, MINUTE, NOW, on, rule, run, supabase, waitingOn } from './builders.ts'
import { type Watcher, watcher } from './watcher.ts'

const SETTINGS = { detaches: 3, within: 15 * MINUTE, clearAfter: 15 * MINUTE }

interface Sight {
  readonly startedAt?: number
  readonly restartCount?: number
  readonly status?: ContainerStatus
  /** Seen in a list only. */
  readonly listed?: boolean
}

function see(watch: Watcher, { startedAt = NOW, restartCount = 0, status = 'running', listed = false }: Sight): void {
  const endpoints = status === 'running' ? [on(coolify), on(supabase)] : [waitingOn(coolify), waitingOn(supabase)]
  watch.see(host([backend(status, endpoints, { run: listed ? null : run({ startedAt, restartCount }) })]))
}

function startsOf(...sights: readonly Sight[]): readonly number[] {
  const watch = watcher([rule()])
  for (const visibility of sights) see(watch, visibility)
  return Object.values(watch.state.starts).flatMap(s => s.times.map(at => at - NOW))
}

describe('counted', () => {
  test('a start from outside is counted: a restart by hand, each once however often it is seen', () => {
    const one = { startedAt: NOW + 1_000 }
    expect(startsOf({}, {}, one, one, { startedAt: NOW + 2_000 })).toEqual([1_000, 2_000])
  })

  test('a start from outside is counted: stopped, and started later', () => {
    expect(startsOf({}, { status: 'exited' }, { startedAt: NOW + 1_000 })).toEqual([1_000])
  })

  test('a restart by hand that resets the restart count is counted as a start from outside', () => {
    expect(startsOf({ restartCount: 3 }, { startedAt: NOW + 1_000, restartCount: 0 })).toEqual([1_000])
  })

  test('a start from outside is counted: out of a back-off by hand', () => {
    expect(
      startsOf({}, { restartCount: 3, status: 'restarting' }, { startedAt: NOW + 1_000, restartCount: 0 }),
    ).toEqual([1_000])
  })

  test('a start from outside is counted: seen in lists in between', () => {
    expect(startsOf({}, { listed: true }, { startedAt: NOW + 1_000 })).toEqual([1_000])
  })
})

describe('not counted', () => {
  test('no start from outside: the first sight', () => {
    expect(startsOf({ startedAt: NOW + 1_000 })).toEqual([])
    expect(startsOf({ listed: true }, { startedAt: NOW + 1_000 })).toEqual([])
  })

  test('no start from outside: restarts by the policy', () => {
    const crash = (n: number): Sight => ({ startedAt: NOW + n * 1_000, restartCount: n })
    expect(startsOf(crash(0), crash(1), crash(2), crash(5))).toEqual([])
  })

  test('no start from outside: a restart by the policy whose back-off was seen', () => {
    const run = (n: number): Sight => ({ startedAt: NOW + n * 1_000, restartCount: n })
    const backingOff = (n: number): Sight => ({
      startedAt: NOW + (n - 1) * 1_000,
      restartCount: n,
      status: 'restarting',
    })
    expect(startsOf(run(0), backingOff(1), run(1), backingOff(2), backingOff(2), run(2))).toEqual([])
    expect(startsOf(backingOff(1), run(1))).toEqual([])
    expect(startsOf(backingOff(7), run(7), backingOff(8), run(8))).toEqual([])
  })

  test('no start from outside: a stop', () => {
    expect(startsOf({}, { status: 'exited' }, { status: 'exited' })).toEqual([])
  })

  test('no start from outside: our own, up to a minute and a half after it was asked for', () => {
    const watch = watcher([rule()])
    see(watch, {})
    watch.state = withRestart(watch.state, 'name/pms-backend', NOW + MINUTE)
    see(watch, { startedAt: NOW + MINUTE + 70_000 })
    expect(watch.state.starts).toEqual({})
    see(watch, { startedAt: NOW + MINUTE + 91_000 })
    expect(Object.values(watch.state.starts)).toMatchObject([{ times: [NOW + MINUTE + 91_000] }])
  })
})

describe('the engine restarts', () => {
  /** Came up at `engine`, and had the container running at `startedAt`. */
  const seeWith = (watch: Watcher, engine: number, startedAt: number): void => {
    const entries = [on(coolify), on(supabase)]
    const seen = host([backend('running', entries, { run: run({ startedAt }) })])
    watch.see({ ...seen, engineStartedAt: engine }, startedAt + 1_000)
  }
  const timesOf = ({ state }: Watcher): readonly number[] =>
    Object.values(state.starts).flatMap(s => s.times.map(at => at - NOW))

  test('three times in a quarter of an hour: no start from outside, no loop, and the times are known', () => {
    const watch = watcher([rule()])
    for (const n of [0, 1, 2, 3]) seeWith(watch, NOW + n * 5 * MINUTE, NOW + n * 5 * MINUTE + 900)
    expect(timesOf(watch)).toEqual([])
    expect(updateLoops(watch.state, SETTINGS, NOW + 16 * MINUTE).loops).toEqual([])
    expect(watch.state.engineStarts.map(at => at - NOW)).toEqual([0, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE])
  })

  test('what is restarted again after the engine came up is restarted from outside', () => {
    const watch = watcher([rule()])
    seeWith(watch, NOW - 60 * MINUTE, NOW - 59 * MINUTE)
    seeWith(watch, NOW, NOW + 1_000)
    for (const n of [1, 2, 3]) seeWith(watch, NOW, NOW + n * 20_000)
    expect(timesOf(watch)).toEqual([20_000, 40_000, 60_000])
  })

  test('a start by hand long after the engine came up counts, the first one as well', () => {
    const watch = watcher([rule()])
    seeWith(watch, NOW - 60 * MINUTE, NOW - 59 * MINUTE)
    seeWith(watch, NOW, NOW + 6 * MINUTE)
    expect(timesOf(watch)).toEqual([6 * MINUTE])
  })

  test('its starts are forgotten after a day', () => {
    const watch = watcher([rule()])
    seeWith(watch, NOW, NOW + 1_000)
    watch.see(host([]), NOW + 24 * 60 * MINUTE)
    expect(watch.state.engineStarts).toEqual([])
  })
})

test('two rules for one container count a start once', () => {
  const watch = watcher([rule(), rule({ network: 'coolify' })])
  for (const n of [0, 1, 2]) see(watch, { startedAt: NOW + n * 1_000 })
  expect(Object.values(watch.state.starts)).toMatchObject([
    { container: 'pms-backend', times: [NOW + 1_000, NOW + 2_000] },
  ])
})

test('a restart loop is flagged, with its rhythm, its source and no network, and cleared', () => {
  const watch = watcher([rule()])
  for (const n of [0, 1, 2, 3]) see(watch, { startedAt: NOW + n * 2 * MINUTE })
  const change = updateLoops(watch.state, SETTINGS, NOW + 6 * MINUTE)
  const [loop] = change.flagged
  expect(change.loops).toHaveLength(1)
  expect(loop).toEqual({
    key: backend('running', []).id,
    kind: 'restart-loop',
    container: 'pms-backend',
    network: null,
    cause: 'restarted',
    source: 'outside-restart',
    count: 3,
    since: NOW + 2 * MINUTE,
    last: NOW + 6 * MINUTE,
    every: 2 * MINUTE,
  })
  const known = { ...watch.state, loops: change.loops }
  expect(updateLoops(known, SETTINGS, NOW + 20 * MINUTE)).toMatchObject({ flagged: [], cleared: [] })
  expect(updateLoops(known, SETTINGS, NOW + 21 * MINUTE)).toMatchObject({
    loops: [],
    cleared: [{ kind: 'restart-loop' }],
  })
})

test('starts are forgotten after a day', () => {
  const watch = watcher([rule()])
  for (const n of [0, 1]) see(watch, { startedAt: NOW + n * 1_000 })
  watch.see(host([]), NOW + 24 * 60 * MINUTE + 500)
  expect(Object.keys(watch.state.starts)).toHaveLength(1)
  watch.see(host([]), NOW + 24 * 60 * MINUTE + 1_000)
  expect(watch.state.starts).toEqual({})
})
