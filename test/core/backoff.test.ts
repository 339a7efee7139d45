import { expect, test } from 'vitest'
import { backoffDelay, MAX_BACKOFF, MIN_BACKOFF } from '../../src/core/backoff.ts'

const MOST = 1 - Number.EPSILON

test.each([
  [1, 1_000],
  [2, 2_000],
  [3, 4_000],
  [9, 256_000],
  [10, 300_000],
  [1_000, 300_000],
])('after failure %i: at most %i ms, at least half of it', (attempts, full) => {
  expect(backoffDelay(attempts, MOST)).toBe(full)
  expect(backoffDelay(attempts, 0)).toBe(full / 2)
  expect(backoffDelay(attempts, 0.5)).toBe(full * 0.75)
})

test('the bounds are 1 s and 5 min, or the caller’s', () => {
  expect([MIN_BACKOFF, MAX_BACKOFF]).toEqual([1_000, 300_000])
  expect(backoffDelay(1, MOST, 250, 10_000)).toBe(250)
  expect(backoffDelay(20, MOST, 250, 10_000)).toBe(10_000)
})
