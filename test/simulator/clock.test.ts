// The simulated engine waits as long as it is asked to: Node's own timers end a longer wait than 2^31 - 1 ms after 1 ms.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/simulator/clock.ts'

const LONGEST_TIMER = 2 ** 31 - 1

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  ['the longest that fits into a timer', LONGEST_TIMER],
  ['one millisecond longer than a timer', LONGEST_TIMER + 1],
  ['as long as three timers', 3 * LONGEST_TIMER],
])('a wait runs once and at its end: %s', (_, milliseconds) => {
  const run = vi.fn()
  systemClock.after(milliseconds, run)
  vi.advanceTimersByTime(milliseconds - 1)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(run).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

test('a wait without an end does not end', () => {
  const run = vi.fn()
  systemClock.after(Number.POSITIVE_INFINITY, run)
  vi.advanceTimersByTime(5 * LONGEST_TIMER)
  expect(run).not.toHaveBeenCalled()
})

test.each([0, LONGEST_TIMER + 1])('a wait that is cancelled after %i ms leaves no timer', gone => {
  const run = vi.fn()
  const cancel = systemClock.after(LONGEST_TIMER + 2, run)
  vi.advanceTimersByTime(gone)
  cancel()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(LONGEST_TIMER)
  expect(run).not.toHaveBeenCalled()
})
