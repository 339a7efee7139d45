/** SECURITY.md cannot rot: each claim names a test, and each test that it names is there, and runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MUTATIONS } from '../scripts/security-mutations-table.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const page = readFileSync(`${root}SECURITY.md`, 'utf8')
const rows = page.split('\n').filter(line => line.startsWith('| ') && line !== '| netheal | proven by |')
const NAMED = /`([\w/-]+\.test\.ts)` "([^"]+)"/g

/** Whether a file's text has a test of that title: the first argument of a call that nobody left out. */
function has(text: string, title: string): boolean {
  const escaped = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", "\\\\?'")
  return new RegExp(`(?<!^\\s*//.*)(?<!\\.(?:skip|todo|fails))\\(\\s*(['"\`])${escaped}\\1,`, 'm').test(text)
}

describe('SECURITY.md', () => {
  test('SECURITY.md names a test for each claim, and each of them is there', () => {
    expect(rows.length).toBeGreaterThan(20)
    for (const row of rows) {
      const [, claim = '', held = ''] = row.split(' | ').length === 2 ? ['', ...row.split(' | ')] : []
      const named = [...held.matchAll(NAMED)]
      expect(named.length, `${claim}: nothing holds it`).toBeGreaterThan(0)
      // Nothing else stands there: a name that is written otherwise would not be looked at.
      expect(held.replace(NAMED, '').replace(/[\s,|]/g, ''), claim).toBe('')
      for (const [, file = '', title = ''] of named) {
        const path = `${root}test/${file}`
        expect(existsSync(path), `${file} is not there`).toBe(true)
        expect(has(readFileSync(path, 'utf8'), title), `${file} has no test "${title}"`).toBe(true)
      }
    }
  })

  test('SECURITY.md makes no claim against which the code is not changed by scripts/security-mutations.ts', () => {
    const isTried = (row: string): boolean => MUTATIONS.some(m => row.includes(`\`${m.test}\` "${m.title}"`))
    expect(rows.filter(row => !isTried(row)).map(row => row.split(' | ')[0])).toEqual([])
  })

  test.each(MUTATIONS)('SECURITY.md and the change of $file to $to: it can be made', ({ file, from, test, title }) => {
    expect(readFileSync(`${root}${file}`, 'utf8').split(from).length - 1, 'how often it stands there').toBe(1)
    expect(page).toContain(`\`${test}\` "${title}"`)
  })

  test('SECURITY.md says how to report something, and makes up no address for it', () => {
    expect(page).toMatch(/private security advisory/)
    expect(page).not.toMatch(/@|\.invalid|example\.|TODO|https?:/)
  })

  test.each([
    ["  test('a b', () => {", true],
    ['test.each([\n  1,\n])("a b", x => {', true],
    ['test.skipIf(!can)(`a b`, {', true],
    ['test(\n  "a b",\n', true],
    ["  // test('a b', () => {", false],
    ["test.skip('a b', () => {", false],
    ["test.todo('a b', () => {", false],
    ["test('a b c', () => {", false],
    ["const title = 'a b'", false],
  ])('SECURITY.md and %j: a test of that title, or not', (text, there) => {
    expect(has(text, 'a b')).toBe(there)
  })
})

test('nothing of ours asks a shell', () => {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => ({ path, text: readFileSync(`${root}src/${path}`, 'utf8') }))
    .filter(({ text }) => text.includes('child_process'))
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.flatMap(shellsIn)).toEqual([])
})

test.each([
  ["import { exec } from 'node:child_process'", 'a.ts: exec'],
  ["import { spawn, execSync } from 'node:child_process'", 'a.ts: execSync'],
  ["import * as programs from 'node:child_process'", 'a.ts: child_process by another way'],
  ["const { exec } = require('child_process')", 'a.ts: child_process by another way'],
  ["import { spawn } from 'node:child_process'\nspawn(x, { shell: true })", 'a.ts: shell: true'],
  ["import { spawn } from 'node:child_process'\nspawn('sh', ['-c', x])", "a.ts: 'sh'"],
])('%j would ask a shell', (text, problem) => {
  expect(shellsIn({ path: 'a.ts', text })).toEqual([problem])
})

function shellsIn({ path, text }: { path: string; text: string }): string[] {
  const imports = [...text.matchAll(/import (?:type )?\{([^}]*)\} from 'node:child_process'/g)]
  const names = imports.flatMap(([, all = '']) => all.split(',').map(name => name.trim())).filter(name => name !== '')
  const allowed = /^(type \w+|ChildProcess|spawn|execFile)$/
  // A namespace, require or import() could not be looked at here.
  const others = text.split('child_process').length - 1 === imports.length ? [] : ['child_process by another way']
  const asked = [...text.matchAll(/\bshell: \w+|'(?:\/bin\/)?(?:ba|da)?sh'/g)].map(([it]) => it)
  return [...names.filter(name => !allowed.test(name)), ...others, ...asked].map(it => `${path}: ${it}`)
}

/** Whoever writes, names or removes files otherwise than by a file that is open: each with what it is held by. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  // test/record/traps.test.ts holds these: within asOwner, or of a file that record/safe-open.ts has opened.
  'record/directory.ts': ['mkdirSync'],
  'record/replace.ts': ['renameSync', 'rmSync', 'writeFileSync'],
  'record/new-file.ts': ['linkSync', 'rmSync', 'writeFileSync'],
  'record/pause.ts': ['rmSync'],
  'record/trial.ts': ['rmSync'],
  'record/rolling-file.ts': ['renameSync', 'rmSync', 'symlinkSync'],
  'record/state.ts': ['renameSync', 'rmSync'],
  'record/write-ahead-log.ts': ['writeFileSync'],
  'cli/report/file.ts': ['renameSync', 'rmSync', 'writeFileSync'],
  'cli/diagnose/bundle.ts': ['createWriteStream', 'rmSync'],
  // Its own name, in /proc.
  'main.ts': ['writeFileSync'],
  // In a folder that the kernel has just made, for this process alone, with a name that nobody knew.
  'cli/warm-up.ts': ['mkdtempSync', 'rm'],
  'cli/demo/stage.ts': ['mkdtemp', 'rm', 'writeFile'],
}
const WRITING =
  /^(write(File)?|append(File)?|createWriteStream|cp|copyFile|rename|rm|rmdir|unlink|link|symlink|l?chown|l?chmod|mkdir|mkdtemp(Disposable)?|truncate|utimes|lutimes|open)(Sync)?$/

function writesIn(text: string): readonly string[] {
  const imports = [...text.matchAll(/import (?:type )?([^;]*?) from 'node:fs(?:\/promises)?'/g)].map(
    ([, what = '']) => what,
  )
  const others = text.split("'node:fs").length - 1 === imports.length ? [] : ['node:fs by another way']
  const names = imports.flatMap(what =>
    what.startsWith('{')
      ? what
          .replace(/[{}]/g, '')
          .split(',')
          .map(name => name.trim().split(' ')[0] ?? '')
      : ['all of node:fs'],
  )
  return [...others, ...names.filter(name => WRITING.test(name) || name.startsWith('all'))]
}

/** `open` writes only if it is told to. */
const OPENS = /\bO_(?:WRONLY|RDWR|CREAT|APPEND|TRUNC)\b|open(?:Sync)?\([^)]*,\s*'(?!r')/

test('nothing of ours writes a file but through one helper, or as the owner of its directory', () => {
  const found = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts') && !path.startsWith('simulator/'))
    .map(path => ({ path, text: readFileSync(`${root}src/${path}`, 'utf8') }))
  const writing = found.map(({ path, text }) => {
    const names = writesIn(text).filter(name => !/^open(Sync)?$/.test(name))
    return [path, [...new Set(names)].filter(name => !/^write(Sync)?$/.test(name)).sort()] as const
  })
  expect(Object.fromEntries(writing.filter(([, names]) => names.length > 0))).toEqual(WRITES)
  const opening = found.filter(({ text }) => OPENS.test(text)).map(({ path }) => path)
  // The second opens a file without a name, to see whether the disk takes one.
  expect(opening.sort()).toEqual(['record/safe-open.ts', 'record/write-refusal.ts'])
})

test.each([
  ["import { readFileSync, writeFileSync } from 'node:fs'", ['writeFileSync']],
  ["import { chown as own } from 'node:fs/promises'", ['chown']],
  ["import * as files from 'node:fs'", ['all of node:fs']],
  ["const files = await import('node:fs')", ['node:fs by another way']],
  ["import { readFile } from 'node:fs/promises'", []],
])('%j writes by %j', (text, names) => {
  expect(writesIn(text)).toEqual(names)
})
