// What became of each action of a one-shot, over all of its passes.
import { expect, test } from 'vitest'
import { type FinalOutcome, finalError, isWellInTheEnd, outcomesOf } from '../../src/cli/once-outcomes.ts'
import type { Action } from '../../src/core/action.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { FollowUpResult } from '../../src/heal/follow-up.ts'
import type { Passed } from '../../src/heal/pass.ts'

const action = (network: string): Action =>
  ({ kind: 'repair', key: `backend ${network}`, containerId: 'c1', container: 'pms-backend', network }) as Action
const told = { cause: null, milliseconds: 3 }
const waiting = (about: Action): Outcome => ({ action: about, ...told, kind: 'waiting' })
const verified = (about: Action): Outcome => ({ action: about, ...told, kind: 'verified', beforeStart: null })
const failed = (about: Action): Outcome => ({
  action: about,
  ...told,
  kind: 'failed',
  code: 'engine-refused',
  error: 'no address',
  hint: null,
})
const passed = (outcomes: readonly Outcome[], satisfied: readonly Action[] = []): Passed =>
  ({ kind: 'passed', outcomes, plan: { actions: [], blocked: [], skipped: [], satisfied } }) as unknown as Passed
const followUp = (change: Partial<FollowUpResult> = {}): FollowUpResult => ({
  ...{ restarted: false, started: false, error: null, resolutions: [], answering: [], isHung: false },
  ...change,
})

const FIRST = action('supabase')
const SECOND = action('reports')

test('what the pass after a start did is told as well, and counts', () => {
  const outcomes = outcomesOf(
    [passed([waiting(FIRST)]), passed([failed(SECOND)], [FIRST])],
    new Map([[FIRST, followUp({ started: true })]]),
  )
  expect(outcomes.map(o => [o.outcome.action.network, o.outcome.kind])).toEqual([
    ['supabase', 'verified'],
    ['reports', 'failed'],
  ])
  expect(outcomes.map(isWellInTheEnd)).toEqual([true, false])
})

test('a container that was started and is not attached after that is unverified', () => {
  const [outcome] = outcomesOf([passed([waiting(FIRST)]), passed([])], new Map([[FIRST, followUp({ started: true })]]))
  expect(outcome?.outcome).toMatchObject({ kind: 'unverified', error: expect.stringContaining('was started') })
})

test('a container that waits for its own start goes on waiting', () => {
  const outcomes = outcomesOf([passed([waiting(FIRST)])], new Map([[FIRST, followUp()]]))
  expect(outcomes).toMatchObject([{ outcome: { kind: 'waiting' }, followUp: { started: false } }])
  expect(outcomes.every(isWellInTheEnd)).toBe(true)
})

test('of two passes over the same attachment the last word counts', () => {
  const outcomes = outcomesOf([passed([failed(FIRST)]), passed([verified(FIRST)], [FIRST])], new Map())
  expect(outcomes.map(o => o.outcome.kind)).toEqual(['verified'])
})

test.each<[string, Partial<FollowUpResult>, boolean, string | null]>([
  ['a restart that failed', { error: 'no restart' }, false, 'no restart'],
  [
    'a name that does not resolve',
    { resolutions: [{ name: 'db', result: 'unresolved', detail: '', denied: false, hung: false, addresses: [] }] },
    false,
    null,
  ],
  [
    'a name that nobody could ask for',
    { resolutions: [{ name: 'db', result: 'unproven', detail: '', denied: false, hung: false, addresses: [] }] },
    true,
    null,
  ],
  [
    'a name that resolves',
    { resolutions: [{ name: 'db', result: 'resolved', detail: '', denied: false, hung: false, addresses: [] }] },
    true,
    null,
  ],
])('after an attach that worked: %s', (_, change, isWell, error) => {
  const final: FinalOutcome = { outcome: verified(FIRST), followUp: followUp(change) }
  expect(isWellInTheEnd(final)).toBe(isWell)
  expect(finalError(final)).toBe(error)
})
