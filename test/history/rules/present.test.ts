// Nothing that is attached now is called not healed, and what was lost or reported gets its end in the story.
import { expect, test } from 'vitest'
import type { AttachmentState } from '../../../src/core/state.ts'
import { storyOf } from '../../../src/history/rules/chronicle.ts'
import type { Logged } from '../../../src/history/rules/entry-text.ts'
import { withPresent } from '../../../src/history/rules/present.ts'
import { MINUTE, NOW, observed, remembered, SUPABASE } from '../../core/builders.ts'
import { APP, connecting, fixing, healed, lost, notConnected } from '../../core/logged.ts'

const LATER = NOW + 24 * 60 * MINUTE
const returned = (after: number, reason: string | null = null): Logged => ({
  ...{ kind: 'returned', at: NOW + after, container: APP, network: SUPABASE, reason, after },
})
const now = (over: Partial<AttachmentState> = {}) => remembered([observed()], { since: NOW + MINUTE, ...over })
const outcomes = (entries: readonly Logged[], ...attachments: readonly AttachmentState[]) =>
  withPresent(storyOf(entries, LATER), attachments).losses.map(l => l.outcome)

test('what came back by another hand is over in the log', () => {
  const { losses } = storyOf([lost(0, 'explicit', 'netheal is paused'), returned(12 * MINUTE)], LATER)
  expect(losses).toMatchObject([{ outcome: 'returned', healedAt: NOW + 12 * MINUTE, milliseconds: 12 * MINUTE }])
})

test('what is attached now is not called unhealed, whatever the log lacks', () => {
  const tries = [fixing(0, 'explicit'), connecting(0), notConnected(5_000, 'no address')]
  expect(outcomes(tries)).toEqual(['failed'])
  expect(outcomes(tries, now())).toEqual(['returned'])
  expect(outcomes(tries, now({ state: 'unreachable' }))).toEqual(['returned'])
  expect(outcomes(tries, now({ state: 'detached' }))).toEqual(['failed'])
  expect(outcomes(tries, now({ wanted: false }))).toEqual(['failed'])
  expect(outcomes(tries, now({ container: 'another' }))).toEqual(['failed'])
  // A state from before the loss says nothing of it.
  expect(outcomes(tries, now({ since: NOW - MINUTE }))).toEqual(['failed'])
})

test('what was lost once more had been there before', () => {
  const tries = [lost(0, 'explicit', 'netheal is paused'), ...healed(10 * MINUTE, 'replaced')]
  expect(outcomes(tries)).toEqual(['returned', 'healed'])
})

test('a warning that lasts has its end: by a proof, or by the line that says so', () => {
  const warned = (code: string): Logged => ({
    ...{ kind: 'warning', at: NOW, container: APP, network: SUPABASE, code, message: code, hint: null },
  })
  const proved = (container: string): Logged => ({
    ...{
      kind: 'success',
      at: NOW + MINUTE,
      container,
      network: null,
      verb: 'prove',
      milliseconds: null,
      notes: ['db'],
    },
  })
  const over = (...entries: readonly Logged[]) => storyOf(entries, LATER).warnings.map(w => w.over)
  expect(over(warned('unreachable'), proved(APP))).toEqual([NOW + MINUTE])
  expect(over(warned('unreachable'), proved('another'))).toEqual([null])
  expect(over(warned('route-moves'), proved(APP))).toEqual([null])
  expect(over(warned('bridge-missing'), returned(MINUTE, 'bridge-missing'))).toEqual([NOW + MINUTE])
  expect(over(warned('bridge-missing'), returned(MINUTE))).toEqual([null])
})
