// The notices as a value: nothing in it lies in the future, so that no reminder and no delivery waits for as long as a clock was
// set back.
import { expect, test } from 'vitest'
import { LONGEST_DELAY } from '../../../src/notify/rules/incident.ts'
import { clampedNotices, NO_NOTICES } from '../../../src/notify/rules/notices.ts'
import { FULL_NOTICES } from '../../record/states.ts'

test('notices stay the very same with the clock as it was, or later', () => {
  expect(clampedNotices(FULL_NOTICES, 10)).toBe(FULL_NOTICES)
  expect(clampedNotices(NO_NOTICES, -1)).toBe(NO_NOTICES)
})

test('nothing in the notices lies in the future when the clock was set back', () => {
  const clamped = clampedNotices(FULL_NOTICES, 0)
  expect(clamped.incidents).toMatchObject([{ since: 0, seenAt: 0, toldAt: null, over: 0 }])
  expect(clamped.outbox).toMatchObject([{ notice: { at: 0, since: 0 }, due: 9 }])
  expect(clamped.targets).toMatchObject({ 'slack-1': { recent: [0] } })
  expect(clampedNotices(clamped, 0)).toBe(clamped)
})

test('no delivery waits for longer than the longest delay when the clock was set back', () => {
  const outbox = FULL_NOTICES.outbox.map(delivery => ({ ...delivery, due: 1_767_000_000_000 }))
  expect(clampedNotices({ ...FULL_NOTICES, outbox }, 20).outbox.map(d => d.due)).toEqual([20 + LONGEST_DELAY])
})
