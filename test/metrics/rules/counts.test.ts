// What is counted: losses by cause, heals with their time, failures; nothing twice, and nothing of what was forgotten.
import { expect, test } from 'vitest'
import type { FinishedPass, Outcome } from '../../../src/core/outcome.ts'
import type { Detach, State } from '../../../src/core/state.ts'
import { type Counts, HEAL_BUCKETS, NO_COUNTS, withFailedPass, withPass } from '../../../src/metrics/rules/counts.ts'
import { FULL } from '../../record/states.ts'

const KEY = 'id|net'
const NOW = 1_767_000_000_000
const BEFORE: State = { ...FULL, detaches: [] }

const detach = (at: number, cause: Detach['cause'] = 'explicit'): Detach => {
  const [known] = FULL.detaches
  if (known === undefined) throw new Error('FULL has one')
  return { ...known, key: KEY, at, cause }
}

function outcome(change: Partial<Outcome> = {}): Outcome {
  const { containerId } = detach(0).evidence
  const action = { key: KEY, containerId, container: 'pms-backend', network: 'supabase' } as Outcome['action']
  return { kind: 'verified', action, cause: 'explicit', milliseconds: 36, beforeStart: null, ...change } as Outcome
}

const count = (state: State, change: Partial<FinishedPass> = {}, before: Counts = NO_COUNTS): Counts =>
  withPass(before, { startedAt: NOW, endedAt: NOW + 50, detaches: [], outcomes: [], ...change }, state)
const of = (counts: Counts) => counts.attachments[KEY]

test('every wanted attachment begins at zero', () => {
  expect(of(count(BEFORE))).toEqual({
    container: 'pms-backend',
    network: 'net',
    detaches: { explicit: 0, replaced: 0, 'network-recreated': 0, 'network-removed': 0, 'start-failed': 0 },
    heals: 0,
    failures: 0,
    buckets: [...HEAL_BUCKETS.map(() => 0), 0],
    seconds: 0,
    outage: { min: 0, max: 0 },
  })
  expect(count(BEFORE, {}, count(BEFORE)).passes).toBe(2)
})

test('the outage is counted beside the heal: at least and at most, until it was attached', () => {
  const loss = detach(NOW)
  const lastAttachedAt = NOW - 46_000
  const lost = { ...BEFORE, detaches: [{ ...loss, evidence: { ...loss.evidence, lastAttachedAt, lostAt: null } }] }
  const counts = of(count(lost, { detaches: lost.detaches, outcomes: [outcome()] }))
  expect(counts).toMatchObject({ seconds: 0.036, outage: { min: 0.05, max: 46.05 } })
})

test("a heal in the pass that noticed the loss took as long as the engine's call", () => {
  const lost = { ...BEFORE, detaches: [detach(NOW)] }
  const counts = of(count(lost, { detaches: [detach(NOW)], outcomes: [outcome()] }))
  expect(counts).toMatchObject({ heals: 1, failures: 0, seconds: 0.036, detaches: { explicit: 1, replaced: 0 } })
  expect(counts?.buckets.indexOf(1)).toBe(HEAL_BUCKETS.indexOf(0.05))
})

test('a heal in a later pass took the time since the loss was noticed', () => {
  const lost = { ...BEFORE, detaches: [detach(NOW - 2_000_000), detach(NOW - 90_000)] }
  const counts = of(count(lost, { outcomes: [outcome()] }))
  expect(counts?.seconds).toBeCloseTo(90.05)
  expect(counts?.buckets.indexOf(1)).toBe(HEAL_BUCKETS.indexOf(120))
})

test('a heal longer than the longest bucket, and one after a clock that went back, are counted', () => {
  const late = of(count({ ...BEFORE, detaches: [detach(NOW - 90_000_000)] }, { outcomes: [outcome()] }))
  expect(late?.buckets.at(-1)).toBe(1)
  const back = of(count({ ...BEFORE, detaches: [detach(NOW - 10)] }, { endedAt: NOW - 5_000, outcomes: [outcome()] }))
  expect(back?.seconds).toBe(0)
})

test('the first attach of all is counted as no heal', () => {
  expect(of(count(BEFORE, { outcomes: [outcome({ cause: null })] }))).toMatchObject({ heals: 0, failures: 0 })
})

test.each([
  ['failed', { kind: 'failed' }, 1],
  ['unverified', { kind: 'unverified' }, 1],
  ['waiting for its start', { kind: 'waiting' }, 0],
  ['gone meanwhile', { kind: 'gone' }, 0],
  ['detached again', { kind: 'detached-again' }, 0],
] as const)('the outcome is counted: %s', (_, change, failures) => {
  expect(of(count(BEFORE, { outcomes: [outcome(change)] }))).toMatchObject({ heals: 0, failures })
})

test('what is forgotten is counted no longer, and a name that changes begins no new series', () => {
  const counted = count(BEFORE, { detaches: [detach(NOW)] })
  expect(count({ ...BEFORE, attachments: {} }, {}, counted).attachments).toEqual({})
  const [remembered] = Object.values(BEFORE.attachments)
  const renamed = { ...BEFORE, attachments: { [KEY]: { ...remembered, container: 'pms-backend-2' } } } as State
  expect(of(count(renamed, { detaches: [detach(NOW)] }, counted))).toMatchObject({
    container: 'pms-backend',
    detaches: { explicit: 2 },
  })
})

test('a pass that could not see counts as that, and as nothing else', () => {
  const counted = count(BEFORE)
  expect(withFailedPass(counted)).toEqual({ ...counted, failedPasses: 1 })
})
