// Text broken to the width of a terminal: every word is there, in its order, and no line is too wide.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SCREEN_WIDTH, wrapped } from '../../src/cli/wrap.ts'

test('lines are wrapped between words, and go on further in', () => {
  const text = `${'word '.repeat(20)}end`
  expect(wrapped(text, 2, 5)).toEqual([`  ${'word '.repeat(15)}word`.slice(0, 76), `     ${'word '.repeat(5)}end`])
})

test('any text can be wrapped', () => {
  const text = fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 200 }), { maxLength: 20 })
  fc.assert(
    fc.property(text, fc.nat(20), fc.nat(20), (words, indent, hang) => {
      const lines = wrapped(words.join(' '), indent, hang)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(SCREEN_WIDTH)
      expect(lines.join('').replaceAll(' ', '')).toBe(words.join('').replaceAll(' ', ''))
    }),
  )
})
