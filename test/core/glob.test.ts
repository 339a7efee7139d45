// A pattern with `*` costs what the name is long, whoever chose the name.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GlobText, globMatcher, LONGEST_NAME } from '../../src/core/glob.ts'

/** A name that counts how many of its characters are looked at: all that a search passes, and what it then compares. */
function counted(name: string): { readonly text: GlobText; steps(): number } {
  let steps = 0
  return {
    text: {
      length: name.length,
      startsWith(part: string): boolean {
        steps += part.length
        return name.startsWith(part)
      },
      endsWith(part: string): boolean {
        steps += part.length
        return name.endsWith(part)
      },
      indexOf(part: string, from: number): number {
        const at = name.indexOf(part, from)
        steps += (at < 0 ? name.length : at + part.length) - from
        return at
      },
    },
    steps: () => steps,
  }
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 40 })
const pattern = fc
  .array(fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 3 }), { minLength: 1, maxLength: 6 })
  .map(parts => parts.join('*'))

test('a pattern looks at no character of a name more than once, and no more than that', () => {
  const late = counted(`${'-'.repeat(900)}xyz`)
  expect(globMatcher('*x*y*z*')(late.text)).toBe(true)
  expect(late.steps()).toBeLessThanOrEqual(903 + 2 * 7)
  fc.assert(
    fc.property(pattern, letters, (glob, name) => {
      const { text, steps } = counted(name)
      globMatcher(glob)(text)
      expect(steps()).toBeLessThanOrEqual(name.length + 2 * glob.length)
    }),
    { numRuns: 5_000 },
  )
})

test('a pattern with many stars, and a name that was made for it: the steps are those of its length', () => {
  const { text, steps } = counted('pms-'.concat('-'.repeat(900)))
  expect(globMatcher('pms-*-*-*-*-*-*-*-v2')(text)).toBe(false)
  expect(steps()).toBeLessThan(1_000)
})

test('a pattern means what the regular expression of its parts means', () => {
  fc.assert(
    fc.property(pattern, letters, (glob, name) => {
      expect(globMatcher(glob)(name)).toBe(new RegExp(`^${glob.split('*').join('.*')}$`).test(name))
    }),
    { numRuns: 5_000 },
  )
})

test('a name that is longer than any that resolves matches no pattern, and is not looked at', () => {
  const { text, steps } = counted('a'.repeat(60_000))
  expect(globMatcher('*')(text)).toBe(false)
  expect(globMatcher('*a*a*a*b')(text)).toBe(false)
  expect(steps()).toBe(0)
  expect(globMatcher('*')('a'.repeat(LONGEST_NAME))).toBe(true)
})
