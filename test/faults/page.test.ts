// docs/faults.md says which test holds what: each is there, under that name, and `npm run test:faults` runs it.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import faults from '../../vitest.faults.config.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/faults.md`, 'utf8')

/** `file`: name, in the column of tests; the name ends with its cell. */
const named = [...page.matchAll(/\| `(test\/[^`]+\.test\.ts)`: (.+?) \|/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))
const config = faults as { readonly test: { readonly include: readonly string[] } }
const suite = new Set(config.test.include.flatMap(pattern => globSync(pattern, { cwd: root })))

test('docs/faults.md names tests', () => {
  expect(named.length).toBeGreaterThan(40)
})

test.for(named)('docs/faults.md names a test that is there, $file: $name', ({ file, name }) => {
  const text = readFileSync(`${root}${file}`, 'utf8').replaceAll("\\'", "'")
  expect(text).toContain(`'${name}'`)
  expect(suite).toContain(file)
})

describe('the list of npm run test:faults', () => {
  test.for(config.test.include)('the list of npm run test:faults: %s is there', pattern => {
    expect(globSync(pattern, { cwd: root })).not.toEqual([])
  })
})
