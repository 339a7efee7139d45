// The machine's clock: a sleep ends by its time or by its signal, and no length makes it end at once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/cli/clock.ts'

const LONGEST_TIMER = 2 ** 31 - 1

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([2 ** 31, Number.POSITIVE_INFINITY])(
  'a sleep of %d ms lasts as long as a timer of Node may',
  async length => {
    let awake = false
    const sleep = systemClock()
      .sleep(length, new AbortController().signal)
      .then(() => {
        awake = true
      })
    await vi.advanceTimersByTimeAsync(LONGEST_TIMER - 1)
    expect(awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleep
  },
)

test('a sleep ends when its signal aborts, and leaves no timer', async () => {
  const stop = new AbortController()
  const sleep = systemClock().sleep(LONGEST_TIMER, stop.signal)
  stop.abort()
  await sleep
  expect(vi.getTimerCount()).toBe(0)
  await systemClock().sleep(LONGEST_TIMER, stop.signal)
})
