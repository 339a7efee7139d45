import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableJson } from '../../src/core/printable.ts'

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const anyText = fc.string({ unit: 'binary', maxLength: 200 })
const nastyText = fc
  .array(
    fc.constantFrom(
      'a',
      '\n',
      '\r',
      '\u001b[2J',
      '\u007f',
      '\u009b',
      '\u2028',
      '\u202e',
      '\ud800',
      '\u{e0001}',
      'ü',
      '😀',
    ),
  )
  .map(parts => parts.join(''))

test.each([
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u001b[31mred', '\\u001b[31mred'],
  ['del\u007f c1\u009b', 'del\\u007f c1\\u009b'],
  ['\u2028\u2029\u202e\u2066', '\\u2028\\u2029\\u202e\\u2066'],
  ['\ud800', '\\ud800'],
  ['\u{e0001}', '\\u{e0001}'],
  ['größer 😀 \\ "x"', 'größer 😀 \\ "x"'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('nothing unseen is left, nothing seen is changed, and twice is once', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, nastyText), text => {
      const shown = printable(text)
      expect(UNSEEN.test(shown)).toBe(false)
      expect(printable(shown)).toBe(shown)
      if (!UNSEEN.test(text)) expect(shown).toBe(text)
    }),
  )
})

test('JSON means the same, and is printable', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, nastyText), text => {
      const shown = printableJson(JSON.stringify({ text }))
      expect(UNSEEN.test(shown)).toBe(false)
      expect(JSON.parse(shown)).toEqual({ text })
    }),
  )
})
