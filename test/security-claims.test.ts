/** SECURITY.md cannot rot: each claim names a test, and each test that it names is there, and runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

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
