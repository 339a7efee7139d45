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
  ['a detach at p50: the connect and 10 ms', explicitDetach(50, 45, 35), explicitDetach(50, 45.1, 35)],
  ['a detach at p99: the connect and 25 ms', explicitDetach(99, 75, 50), explicitDetach(99, 75.1, 50)],
  ["Coolify's redeploys: 16 of 20", beforeFirstProcess('Coolify', 80), beforeFirstProcess('Coolify', 79.9)],
  ['recreated in place: every one', beforeFirstProcess('in place', 100), beforeFirstProcess('in place', 95)],
  ['after the start: the connect and 15 ms', afterStart(75, 60), afterStart(75.1, 60)],
  ['once at 2: 1.3 times the script', healthyCheck(2, 1.3), healthyCheck(2, 1.31)],
  ['once at 10: 0.3 times', healthyCheck(10, 0.3), healthyCheck(10, 0.31)],
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
  expect(healthyCheck(200, 9)).toEqual({ kind: 'no budget' })
  expect(fullPassTime(1_000, 9_999)).toEqual({ kind: 'no budget' })
})

test('a budget says what it comes to in this run', () => {
  expect(explicitDetach(50, 45, 35.25)).toEqual({
    kind: 'met',
    budget: "at most the engine's connect + 10 ms: 45.3 ms",
  })
})
