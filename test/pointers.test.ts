/**
 * Follows every pointer in comments and documents: to a file, a section, a name in the code. Fails on a dead one with its
 * file and line. The rules are in support/pointers.ts and support/pointer-targets.ts; here they also meet dead pointers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { deadPointers, type Repository } from './support/pointer-targets.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const folders = ['.ci', 'bench', 'docs', 'packaging', 'scripts', 'soak', 'src', 'systemd', 'test']
/** Has comments or prose, or words that these may speak of. What was recorded elsewhere points elsewhere. */
const isRead = (path: string): boolean =>
  /\.(?:[cm]?[jt]s|md|sh|service|timer|cfg|yml|conf|cron)$|^packaging\/[^.]+$|^config\.schema\.json$|^\.ci\//.test(
    path,
  ) && !path.startsWith('test/fixtures/')

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(root + folder, { recursive: folder !== '', withFileTypes: true })
  return entries.flatMap(entry =>
    entry.isFile() ? [`${entry.parentPath}${sep}${entry.name}`.slice(root.length).replaceAll(sep, '/')] : [],
  )
}

test('whatever a comment or a document points at is there', { timeout: 120_000 }, () => {
  const paths = ['', ...folders].flatMap(filesIn).map(path => path.replace(/^\/+/, ''))
  const repository = new Map(paths.map(path => [path, isRead(path) ? readFileSync(root + path, 'utf8') : null]))
  expect(repository.size).toBeGreaterThan(500)
  expect(deadPointers(repository)).toEqual([])
})

/** A small repository, and one more file. */
function small(path: string, text: string): Repository {
  return new Map([
    ['src/core/plan.ts', "// why() says it.\nexport function plan() {\n  return 'why' // `plan()` says it.\n}\n"],
    ['src/core/restraint.ts', 'export const heldBack = 1\n'],
    ['src/docker-compose.ts', 'export {}\n'],
    ['systemd/netheal.service', '[Unit]\n'],
    ['test/core/plan.test.ts', 'plan()\n'],
    ['docs/design.md', '# Design: what, and why\n\n## The loops\n\n### Two\n'],
    [path, text],
  ])
}

describe('dead:', () => {
  test.for([
    ['a file', 'src/core/a.ts', '// As plan.ts says.\n// See core/paln.ts.', ':2: there is no core/paln.ts'],
    ['a file of another folder by its bare name', 'src/heal/a.ts', '// See plan.ts.', ':1: there is no plan.ts'],
    ['a folder', 'test/a.ts', '/** As in src/docker/. */', ':1: there is no src/docker'],
    ['a file that is no script', 'README.md', 'See `docs/picture.svg`.', ':1: there is no docs/picture.svg'],
    ['a pattern', 'README.md', 'In `core/q*.ts`.', ':1: there is no core/q*.ts'],
    ['a link', 'README.md', 'One\n\n[two](docs/two.md)', ':3: there is no docs/two.md'],
    ['an anchor', 'README.md', '[one](docs/design.md#one)', ':1: docs/design.md has no section "one"'],
    ['an anchor of its own page', 'README.md', '# One\n\n[two](#two)', ':3: README.md has no section "two"'],
    ['a section', 'src/a.ts', '// Why: docs/design.md, "Loop".', ':1: docs/design.md has no section "Loop"'],
    [
      'the second of two sections, in a comment of several lines',
      ...['src/a.ts', 'f()\n/**\n * Why: docs/design.md, "Two" and\n * "Three".\n */'],
      ':3: docs/design.md has no section "Three"',
    ],
    ['a name in a file', 'src/a.ts', '// See `plam` in core/plan.ts.', ':1: src/core/plan.ts has no plam'],
    [
      'a name that only a comment and a text have',
      'src/a.ts',
      '// `why` in core/plan.ts',
      ':1: src/core/plan.ts has no why',
    ],
    ['a name after its file', 'README.md', '`core/plan.ts` `paint()`', ':1: src/core/plan.ts has no paint'],
    [
      'a function that is nowhere',
      'src/a.ts',
      '// What lookAway() does.',
      ':1: nothing in the code is called lookAway',
    ],
    ['a name in the code', 'src/a.ts', '// Kept in `madeUp`.', ':1: nothing in the code is called madeUp'],
    ['a reference', 'src/a.ts', '/** @see exits */', ':1: nothing in the code is called exits'],
    [
      'a paper by its number',
      'src/a.ts',
      '// It stays (DESIGN 4).',
      ':1: DESIGN 4 is in no document of this repository',
    ],
    ['a comment of a unit', 'systemd/a.service', '[Unit]\n# See core/b.ts.', ':2: there is no core/b.ts'],
    ['a row of a table', 'docs/a.md', '| a | b |\n|---|---|\n| c | `core/b.ts` |', ':3: there is no core/b.ts'],
    ['a picture', 'docs/a.md', '```\ncore/plan --> core/act\n```', ':2: there is no core/act'],
  ] as const)('%s', ([, path, text, problem]) => {
    expect(deadPointers(small(path, text))).toContain(path + problem)
  })
})

describe('alive, or no pointer:', () => {
  test.for([
    [
      'a file from src/, the root, test/ and its own folder',
      'src/core/a.ts',
      '// core/plan.ts, src/core/plan.ts, core/plan.test.ts, ./plan.ts',
    ],
    ['a neighbour of the file before it', 'ARCHITECTURE.md', '`core/plan.ts`, `restraint.ts`; `core/`: `plan.ts`'],
    ['a file of src/ that the folder mirrors', 'test/core/a.test.ts', '// See plan.ts.'],
    ['a folder, a pattern, a placeholder', 'ARCHITECTURE.md', '`core/`, `core/*.ts`, `docs/NAME.md`, src/'],
    [
      'a section, an anchor, a heading of two parts',
      'src/a.ts',
      '// docs/design.md, "The loops" and "Two", "Design: what, and why"',
    ],
    ['an anchor', 'README.md', '[a](docs/design.md#the-loops), [b](#c), https://a.b/c.md#d\n\n## C'],
    ['a name', 'src/a.ts', '// `plan` in core/plan.ts, plan() in core/plan.ts, `heldBack`, heldBack()'],
    ['a name after its file', 'README.md', '`core/plan.ts` `plan()`'],
    ['text and code', 'src/a.ts', "f('// core/b.ts', `// core/b.ts`, /\\/\\/ b.ts/)"],
    ['commands', 'README.md', '```sh\ncat core/b.ts\n```'],
    ['places on a host', 'src/a.ts', '// /etc/netheal/a.md, ~/b.ts, state.json, dist/netheal.mjs, and/or'],
  ] as const)('%s', ([, path, text]) => {
    expect(deadPointers(small(path, text))).toEqual([])
  })
})
