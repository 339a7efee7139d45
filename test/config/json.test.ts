// Our reading of JSON is JSON.parse's: the same values, the same refusals, and duplicates on top.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/config/json.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('the config reader reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const value: unknown = JSON.parse(text)
      const parsed = parseJson(JSON.stringify(value, null, indent))
      expect(parsed).toEqual({ kind: 'value', value, duplicates: [] })
    }),
  )
})

test('the config reader refuses what JSON.parse refuses, and nothing else', () => {
  const noise = fc.stringMatching(/^[[\]{}",:\\0-9eE.+\-utrfalsn \n]{0,12}$/)
  fc.assert(
    fc.property(noise, text => {
      expect(parseJson(text).kind).toBe(isJson(text) ? 'value' : 'syntax')
    }),
    { numRuns: 1000 },
  )
})

test('one character changed is never worse than a syntax error', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (text, at, character) => {
      const index = at % (text.length + 1)
      const changed = text.slice(0, index) + character + text.slice(index + 1)
      expect(parseJson(changed).kind).toBe(isJson(changed) ? 'value' : 'syntax')
    }),
    { numRuns: 1000 },
  )
})

test('the config reader tells keys that stand twice, by path and lines', () => {
  expect(parseJson('{"a": [{"b": 1,\n "b": 2}], "a": 3,\n\n"a": 4}')).toMatchObject({
    duplicates: [
      { path: ['a', 0, 'b'], lines: [1, 2] },
      { path: ['a'], lines: [1, 2] },
      { path: ['a'], lines: [1, 4] },
    ],
  })
})

test('a key named __proto__ is a key', () => {
  const parsed = parseJson('{"__proto__": {"polluted": true}}')
  expect(parsed.kind === 'value' && Object.keys(parsed.value as object)).toEqual(['__proto__'])
})
