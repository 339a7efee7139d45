import { expect, test } from 'vitest'
import { dayOf, isoOf, stampOf } from '../../src/core/stamp.ts'

test('a moment is written in UTC', () => {
  const at = Date.UTC(2025, 11, 29, 14, 32, 1, 7)
  expect(isoOf(at)).toBe('2025-12-29T14:32:01.007Z')
  expect(stampOf(at)).toBe('2025-12-29 14:32:01 UTC')
  expect(dayOf(at)).toBe('2025-12-29')
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e20])('%d, which is no moment, costs no line', at => {
  expect(stampOf(at)).toBe('1970-01-01 00:00:00 UTC')
})
