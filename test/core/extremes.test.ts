// The greatest and the least, of lists of any length.
import { expect, test } from 'vitest'
import { greatest, least } from '../../src/core/extremes.ts'

test('the greatest and the least of a list, of an empty one, and of a long one', () => {
  expect([greatest([2, 3, 1], 0), greatest([], 7), greatest([1], 7)]).toEqual([3, 7, 7])
  expect([least([2, 1, 3]), least([])]).toEqual([1, null])
  const many = Array.from({ length: 500_000 }, (_, i) => i)
  expect([greatest(many, 0), least(many)]).toEqual([499_999, 0])
})
