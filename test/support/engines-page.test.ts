// docs/engines.md says which test holds what on which engine: each is there, under that name, and `npm run test:engines`
// runs it.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generations } from './engine-generations.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/engines.md`, 'utf8')
const named = [...page.matchAll(/\| `(test\/[^`]+\.ts)`: (.+?) \|/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))
const suite = new Set(globSync(['test/contract/facts-*.ts', 'test/engine/*.test.ts'], { cwd: root }))

test('docs/engines.md names tests, and every generation', () => {
  expect(named.length).toBeGreaterThan(20)
  for (const { name, suite } of generations)
    expect(page).toMatch(new RegExp(`\\| Docker ${name}\\S* \\|.*\\| ${suite} \\|`))
})

test.for(named)('docs/engines.md names a test that is there, $file: $name', ({ file, name }) => {
  expect(readFileSync(`${root}${file}`, 'utf8').replaceAll("\\'", "'")).toContain(`'${name}'`)
  expect(suite).toContain(file)
})
