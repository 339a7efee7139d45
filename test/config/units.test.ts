// Durations and sizes: read, written, and guessed at.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { durationAdvice, durationText, parseDuration } from '../../src/config/duration.ts'
import { nearest } from '../../src/config/near.ts'
import { quoted } from '../../src/config/shown.ts'
import { parseSize, sizeAdvice, sizeText } from '../../src/config/size.ts'

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', '15', 'm', '-5m', '1.5h', '1h30m', '15 m', '15M', ' 15m', '15m\n', `${'9'.repeat(30)}d`])(
    'not %j',
    text => {
      expect(parseDuration(text)).toBeNull()
    },
  )

  test('what is written is read again', () => {
    fc.assert(
      fc.property(fc.nat(), ms => {
        expect(parseDuration(durationText(ms))).toBe(ms)
      }),
    )
  })

  test.each([
    ['15 min', 'Write "15m".'],
    ['1h30m', 'Write "90m".'],
    ['1.5 hours', 'Write "90m".'],
    ['15M', 'Write "15m".'],
    ['1d', null],
    ['soon', null],
    [-5, null],
    [true, null],
  ])('advice for %j', (got, advice) => {
    expect(durationAdvice(got)).toBe(advice)
  })
})

describe('sizes', () => {
  test.each([
    ['512k', 524_288],
    ['10m', 10_485_760],
    ['1g', 1_073_741_824],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
    expect(sizeText(bytes)).toBe(text)
  })

  test.each([
    ['10MB', 'Write "10m".'],
    ['10 MiB', 'Write "10m".'],
    ['10', 'A number needs a unit: write "10k" or "10m".'],
    ['10m', null],
    ['big', null],
  ])('advice for %j', (got, advice) => {
    expect(sizeAdvice(got)).toBe(advice)
  })
})

test('near is really near', () => {
  const known = ['within', 'detaches', 'clearAfter']
  expect(nearest('whitin', known)).toBe('within')
  expect(nearest('CLEARAFTER', known)).toBe('clearAfter')
  expect(nearest('frobnicate', known)).toBeNull()
  expect(nearest('x'.repeat(100_000), known)).toBeNull()
})

test('a password is not shown', () => {
  expect(quoted('ssh://root:secret@host')).toBe('"ssh://root:***@host"')
})
