import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockRatios, mean, median, pairDifferences, pairRatios, percentile, spreadOf } from '../../bench/statistics.ts'

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

test.each([
  ['the 50th of 200', 200, 0.5, 100],
  ['the 95th of 200', 200, 0.95, 190],
  ['the 99th of 200', 200, 0.99, 198],
  ['the 99th of 20, which is the largest', 20, 0.99, 20],
  ['the 100th', 7, 1, 7],
  ['the 0th', 7, 0, 1],
  ['of one', 1, 0.5, 1],
])('a percentile is a value that was measured: %s', (_, count, q, value) => {
  expect(percentile(upTo(count), q)).toBe(value)
  expect(percentile(upTo(count).reverse(), q)).toBe(value)
})

test('a percentile is one of the values, and at least that share of them is no larger', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const value = percentile(values, q)
        expect(values).toContain(value)
        expect(values.filter(it => it <= value).length).toBeGreaterThanOrEqual(Math.ceil(q * values.length))
      },
    ),
  )
})

test('values stay in their order, and none is an error', () => {
  const values = [3, 1, 2]
  expect(median(values)).toBe(2)
  expect(values).toEqual([3, 1, 2])
  expect(mean(values)).toBe(2)
  expect(() => percentile([], 0.5)).toThrow(RangeError)
  expect(() => spreadOf([])).toThrow(RangeError)
  expect(() => mean([])).toThrow(RangeError)
})

test('pairs are compared with their partner, not with the crowd', () => {
  expect(pairRatios([2, 30, 8], [1, 10, 8])).toEqual({ min: 1, median: 2, max: 3 })
  expect(pairDifferences([2, 30, 8], [1, 10, 8])).toEqual([1, 20, 0])
  expect(() => pairRatios([1, 2], [1])).toThrow('no pairs')
  expect(() => pairDifferences([1], [1, 2])).toThrow('no pairs')
})

test('the ratio of a percentile is taken in each block of the run', () => {
  // The first half is twice as slow as the other side, the second half three times.
  const measured = [2, 4, 3, 9]
  const against = [1, 2, 1, 3]
  expect(blockRatios(measured, against, 1, 2)).toEqual({ min: 2, median: 2, max: 3 })
  expect(blockRatios(measured, against, 1, 1)).toEqual({ min: 3, median: 3, max: 3 })
  // More blocks than values: each is one.
  expect(blockRatios(measured, against, 0.99, 10)).toEqual(pairRatios(measured, against))
})
