// docs/podman.md says which test holds what: each is there, under that name, and none on a real Podman is left out.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}docs/podman.md`, 'utf8')

/** `file`: name, in the column of tests; the name ends with its cell. */
const named = [...page.matchAll(/\| `(test\/[^`]+\.test\.ts)`: (.+?) \|/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}))

test.for(named)('docs/podman.md names a test that is there, $file: $name', ({ file, name }) => {
  expect(readFileSync(`${root}${file}`, 'utf8')).toContain(`test('${name}'`)
})

test.for(['heals', 'limits'])('every test of podman/%s is in docs/podman.md', file => {
  const text = readFileSync(`${root}test/podman/${file}.test.ts`, 'utf8')
  const names = [...text.matchAll(/^ {2}test\(\s*'([^\n]+?)',/gm)]
  const here = named.filter(n => n.file === `test/podman/${file}.test.ts`).map(n => n.name)
  expect(new Set(here)).toEqual(new Set(names.map(([, name]) => name)))
})
