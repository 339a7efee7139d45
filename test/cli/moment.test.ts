// Moments as people write them, and what they are told when that makes no sense.
import { expect, test } from 'vitest'
import { momentOf } from '../../src/cli/history/moment.ts'
import { NethealError } from '../../src/core/errors.ts'

const NOW = Date.UTC(2025, 11, 29, 14, 32, 1)
const HOUR = 3_600_000

test.for([
  ['7d', NOW - 7 * 24 * HOUR],
  ['24h', NOW - 24 * HOUR],
  ['90m', NOW - 1.5 * HOUR],
  ['2025-12-28', Date.UTC(2025, 11, 28)],
  ['2025-12-28 14:32', Date.UTC(2025, 11, 28, 14, 32)],
  ['2025-12-28 14:32:05', Date.UTC(2025, 11, 28, 14, 32, 5)],
  ['2025-12-28 14:32:05 UTC', Date.UTC(2025, 11, 28, 14, 32, 5)],
  ['2025-12-28T14:32:05Z', Date.UTC(2025, 11, 28, 14, 32, 5)],
  ['2025-12-28T14:32:05.250Z', Date.UTC(2025, 11, 28, 14, 32, 5, 250)],
  ['2025-12-28T14:32+02:00', Date.UTC(2025, 11, 28, 12, 32)],
] as const)('%s is a moment', ([text, at]) => {
  expect(momentOf('--since', text, NOW)).toBe(at)
  if (text.includes(':')) expect(momentOf('--until', text, NOW, true)).toBe(at)
})

test('a day without a time ends with its last moment', () => {
  expect(momentOf('--until', '2025-12-28', NOW, true)).toBe(Date.UTC(2025, 11, 29) - 1)
})

test.for([
  ['yesterday', 'for example: --since 7d, --since 2025-12-29, or --since "2025-12-29 14:32" (UTC)'],
  ['7', 'A number needs a unit: write "7s" for seconds or "7m" for minutes.'],
  ['7 days', 'Write "7d".'],
  ['2025-02-31', 'write for example'],
  ['2025-13-01', 'write for example'],
  ['2025-12-29 25:00', 'write for example'],
  ['29.12.2025', 'write for example'],
  ['', 'write for example'],
] as const)('"%s" is refused', ([text, hint]) => {
  try {
    momentOf('--since', text, NOW)
    expect.unreachable()
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    expect(error.code).toBe('usage')
    expect(error.message).toBe(`--since ${text}: neither a duration nor a date`)
    expect(error.hint).toContain(hint)
  }
})
