// Our check of cron expressions against node-cron, which runs them.
import fc from 'fast-check'
import { validate } from 'node-cron'
import { describe, expect, test } from 'vitest'
import { cronFault } from '../../src/config/cron.ts'

describe('good ones', () => {
  test.each([
    '*/2 * * * *',
    '*/30 * * * * *',
    '0 0 * * 7',
    '0 0 1 jan mon',
    '0 0 * * MON-FRI',
    '1-5,7 * * * *',
    '10-20/3 * * * *',
    '05 00 01 01 07',
    '0 0 29 2 *',
    '0 0 31 4-6 *',
    '0 0 31 9-12/3 *',
    '  */2   *  * * *  ',
  ])('a good cron expression: %s', text => {
    expect(cronFault(text)).toBeNull()
    expect(validate(text)).toBe(true)
  })
})

describe('bad ones', () => {
  test.each([
    [
      '* * * *',
      'It has 4 fields; a cron expression has five: minute, hour, day, month, weekday. For example: "*/2 * * * *".',
    ],
    ['60 * * * *', 'The minute has "60": it must be from 0 to 59.'],
    ['*/0 * * * *', 'The minute has "*/0": the step must be from 1 to 59.'],
    ['5/2 * * * *', 'The minute has "5/2": a step needs a range, as in "*/2" or "0-30/2".'],
    ['5-1 * * * *', 'The minute has "5-1": the range is backwards.'],
    ['*-5 * * * *', 'The minute has "*-5": write "*", or a range of two numbers.'],
    ['1,,2 * * * *', 'The minute has "": write a number, "*", "*/2" or "1-5".'],
    ['* * 0 * *', 'The day of the month has "0": it must be from 1 to 31.'],
    ['* * * foo *', 'The month has "foo": it must be from 1 to 12, or jan to dec.'],
    ['* * * * 8', 'The day of the week has "8": it must be from 0 to 7, or sun to sat.'],
    ['* * L * *', 'The day of the month has "L": it must be from 1 to 31.'],
    ['61 * * * * *', 'The second has "61": it must be from 0 to 59.'],
    ['0 0 31 4,6 *', 'There is no day 31 in the given months: this would never run.'],
    ['0 0 31 9-10/2 *', 'There is no day 31 in the given months: this would never run.'],
    ['@daily', 'Write "0 0 * * *".'],
  ])('a bad cron expression: %s', (text, fault) => {
    expect(cronFault(text)).toBe(fault)
  })
})

test('nothing that we let through is refused by node-cron', () => {
  const fieldOf = (from: number, to: number, ...names: readonly string[]) => {
    const number = fc.integer({ min: from, max: to })
    const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`)
    const step = fc
      .tuple(fc.oneof(fc.constant('*'), range), fc.integer({ min: 1, max: to }))
      .map(parts => parts.join('/'))
    const item = fc.oneof(fc.constantFrom('*', ...names), number.map(String), range, step)
    return fc.array(item, { minLength: 1, maxLength: 3 }).map(items => items.join(','))
  }
  const five = [
    fieldOf(0, 59),
    fieldOf(0, 23),
    fieldOf(1, 31),
    fieldOf(1, 12, 'jan', 'FEB'),
    fieldOf(0, 7, 'sun', 'Sat'),
  ]
  const text = fc.oneof(fc.tuple(...five), fc.tuple(fieldOf(0, 59), ...five)).map(fields => fields.join(' '))
  fc.assert(
    fc.property(text, expression => {
      fc.pre(cronFault(expression) === null)
      expect(validate(expression)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
