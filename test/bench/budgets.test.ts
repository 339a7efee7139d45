/** The budgets of the design: what is met, and what is one step beyond it. */
import { expect, test } from 'vitest'
import {
  afterStart,
  beforeFirstProcess,
  explicitDetach,
  fullPassCalls,
  fullPassTime,
  healthyCheck,
  idleCpu,
  idleMemory,
  noGrowth,
  stormLatest,
  stormMissed,
} from '../../bench/budgets.ts'
import type { Verdict } from '../../bench/line.ts'

test.for<[string, Verdict, Verdict]>([
  ['a detach at p50: the connect and 5 ms', explicitDetach(50, 40, 35), explicitDetach(50, 40.1, 35)],
  ['a detach at p99: the connect and 15 ms', explicitDetach(99, 65, 50), explicitDetach(99, 65.1, 50)],
  ['compose: every one', beforeFirstProcess('compose', 100), beforeFirstProcess('compose', 95)],
  ['docker run: 3 of 4', beforeFirstProcess('docker run', 75), beforeFirstProcess('docker run', 74.9)],
  ['after the start: the connect and 15 ms', afterStart(75, 60), afterStart(75.1, 60)],
  ['once at 2: no slower', healthyCheck(2, 1), healthyCheck(2, 1.01)],
  ['once at 50: a tenth', healthyCheck(50, 0.1), healthyCheck(50, 0.11)],
  ['CPU: below 3 s a day', idleCpu(2.99), idleCpu(3)],
  ['memory: below 60 MiB', idleMemory(59.9), idleMemory(60)],
  ['no growth, to within a mebibyte', noGrowth(50, 50.9), noGrowth(50, 51)],
  ['two calls', fullPassCalls(2), fullPassCalls(2.1)],
  ['10,000 containers: below 300 ms', fullPassTime(10_000, 299), fullPassTime(10_000, 300)],
  ['a storm: none later than 1 s', stormLatest(1_000), stormLatest(1_001)],
  ['a storm: none missed', stormMissed(0), stormMissed(1)],
])('%s', ([, within, beyond]) => {
  expect(within.kind).toBe('met')
  expect(beyond.kind).toBe('not met')
})

test('what has no budget has none', () => {
  expect(healthyCheck(10, 9)).toEqual({ kind: 'no budget' })
  expect(healthyCheck(200, 9)).toEqual({ kind: 'no budget' })
  expect(fullPassTime(1_000, 9_999)).toEqual({ kind: 'no budget' })
})

test('a budget says what it comes to in this run', () => {
  expect(explicitDetach(50, 40, 35.25)).toEqual({
    kind: 'met',
    budget: "at most the engine's connect + 5 ms: 40.3 ms",
  })
})
