/**
 * Holds the picture of ARCHITECTURE.md: which part may import which, that core is pure, and who alone may touch the
 * process, the time and Docker's own words. The rules are in support/source-rules.ts; here they also meet what breaks them.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { importCircles } from './support/import-circles.ts'
import { problemsOf } from './support/source-rules.ts'
import { globalsOf, importsOf } from './support/source-tree.ts'

const root = fileURLToPath(new URL('../src/', import.meta.url))
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => ({ path: path.replaceAll(sep, '/'), text: readFileSync(root + path, 'utf8') }))

test('every file of src keeps to the rules', () => {
  expect(sources.length).toBeGreaterThan(0)
  expect(sources.flatMap(problemsOf)).toEqual([])
})

test('no files of src import each other in a circle, types included', () => {
  expect(importCircles(sources)).toEqual([])
})

test('a circle is found through other files, import(), re-exports and types', () => {
  const files = [
    { path: 'core/a.ts', text: "import type { B } from './b.ts'" },
    { path: 'core/b.ts', text: "export { c } from '../cli/c.ts'" },
    { path: 'cli/c.ts', text: "const a = await import('../core/a.ts')" },
    { path: 'cli/d.ts', text: "import './c.ts'" },
    { path: 'cli/e.ts', text: "import './e.ts'; import 'node:fs'" },
    { path: 'heal/f.ts', text: "type G = import('./g.ts').G" },
    { path: 'heal/g.ts', text: "import './f.ts'" },
  ]
  expect(importCircles(files)).toEqual([
    ['cli/c.ts', 'core/a.ts', 'core/b.ts'],
    ['heal/f.ts', 'heal/g.ts'],
  ])
})

describe('the rules bite', () => {
  test.for([
    ['core/a.ts', "import { b } from '../heal/ports.ts'", 'imports heal/ports.ts'],
    ['core/a.ts', "import type { b } from '../config/schema.ts'", 'imports config/schema.ts'],
    ['core/a.ts', "import { readFile } from 'node:fs'", 'core is pure'],
    ['core/a.ts', "import { z } from 'zod'", 'core is pure'],
    ['core/a.ts', "type Z = import('zod').ZodType", 'core is pure'],
    ['core/a.ts', "export { z } from 'zod'", 'core is pure'],
    ['core/a.ts', "const z = await import('zod')", 'core is pure'],
    ['core/a.ts', 'const now = Date.now()', 'Date.now'],
    ['core/a.ts', 'const now = Date["now"]()', 'Date.now'],
    ['core/a.ts', 'const { now } = { now: () => new Date() }', 'new Date()'],
    ['core/a.ts', 'const text = Date()', 'new Date()'],
    ['core/a.ts', 'const luck = Math.random()', 'Math.random'],
    ['core/a.ts', 'const luck = globalThis.Math.random()', 'Math.random'],
    ['core/a.ts', 'const at = performance.now()', 'performance'],
    ['core/a.ts', 'setTimeout(() => undefined, 1)', 'setTimeout'],
    ['core/a.ts', 'export const home = process.env.HOME', 'process'],
    ['core/a.ts', 'console.log(1)', 'console'],
    ['core/a.ts', 'function f(process: number) { return process }\nf(process.pid)', 'process'],
    ['notify/rules/a.ts', 'const now = Date.now()', 'Date.now'],
    ['diagnose/rules/a.ts', "import { readFile } from 'node:fs'", 'diagnose/rules is pure'],
    ['history/rules/a.ts', "import { b } from '../log-reader.ts'", 'imports history/log-reader.ts'],
    ['history/rules/a.ts', 'export const home = process.env.HOME', 'process'],
    ['core/a.ts', "import { b } from '../diagnose/rules/finding.ts'", 'imports diagnose/rules/finding.ts'],
    ['heal/a.ts', "import { b } from '../docker/engine.ts'", 'imports docker/engine.ts'],
    ['heal/a.ts', "import { b } from '../record/state.ts'", 'imports record/state.ts'],
    ['docker/a.ts', "import { b } from '../heal/pass.ts'", 'imports heal/pass.ts'],
    ['docker/a.ts', "import { b } from '../record/lock.ts'", 'imports record/lock.ts'],
    ['record/a.ts', "import { b } from '../config/schema.ts'", 'imports config/schema.ts'],
    ['config/a.ts', "import { b } from '../heal/ports.ts'", 'imports heal/ports.ts'],
    ['simulator/a.ts', "import { b } from '../core/world.ts'", 'imports core/world.ts'],
    ['simulator/a.ts', 'process.exit(1)', 'only main.ts'],
    ['cli/a.ts', "import { b } from '../main.ts'", 'imports main.ts'],
    ['cli/a.ts', "import { b } from '../../test/support/until.ts'", 'outside of src'],
    ['cli/a.ts', "import process from 'node:process'", 'only main.ts'],
    ['cli/a.ts', 'export const argv = process.argv', 'only main.ts'],
    ['cli/a.ts', 'export const argv = globalThis.process.argv', 'only main.ts'],
    ['cli/a.ts', "import Docker from 'dockerode'", "Docker's words"],
    ['cli/a.ts', "import type Modem from 'docker-modem'", "Docker's words"],
    ['cli/a.ts', "import cron from 'node-cron'", 'owns the time'],
    ['heal/a.ts', "import { setTimeout } from 'node:timers/promises'", 'owns the time'],
    ['heal/a.ts', 'const timer = setInterval(() => undefined, 1)', 'setInterval'],
    ['cli/a.ts', 'const name = "x"; await import(name)', 'not a plain string'],
    ['main.ts', "import { b } from './elsewhere/b.ts'", 'imports elsewhere/b.ts'],
    ['elsewhere/a.ts', '', 'no part of the house'],
    ['heal/a.ts', "if (error.message.includes('HTTP 403')) f()", 'looks into error.message'],
    ['core/a.ts', 'const isOld = /too old/.test(attempt.error?.message ?? "")', 'looks into attempt.error.message'],
    ['cli/a.ts', "const { message } = error\nif (message.toLowerCase().startsWith('no')) f()", 'looks into message'],
    ['cli/a.ts', "if (outcome.error === 'no') f()", 'looks into outcome.error'],
    ['heal/utils.ts', '', 'says nothing'],
    ['cli/helpers/a.ts', '', 'says nothing'],
    ['cli/a.ts', 'f()\n'.repeat(301), '301 lines'],
  ] as const)('%s: %s', ([path, text, problem]) => {
    expect(problemsOf({ path, text }).join('\n')).toContain(problem)
  })
})

describe('the rules let pass', () => {
  test.for([
    ['core/a.ts', "import { b } from './b.ts'\nexport const at = new Date(b).toISOString()"],
    ['core/a.ts', "// process.env, import 'zod'\nexport const text = `Date.now() import('zod')`"],
    ['core/a.ts', 'export const f = (process: { pid: number }, console: number[]) => [process.pid, ...console]'],
    [
      'core/a.ts',
      'export interface A { process: number; setTimeout(): void }\nexport const a = { process: 1, console: 2 }',
    ],
    [
      'core/a.ts',
      'for (const process of [1]) f(process)\ntry { f() } catch (console) { f(console) }\nfunction f(..._: unknown[]) {}',
    ],
    ['docker/a.ts', "import Docker from 'dockerode'\nimport type { Engine } from '../heal/ports.ts'"],
    ['heal/a.ts', 'export const deadline = AbortSignal.timeout(1000)'],
    ['simulator/a.ts', 'setTimeout(() => undefined, Date.now())'],
    ['cli/clock.ts', "import cron from 'node-cron'\nexport const now = () => Date.now()"],
    ['docker/a.ts', "if (error.message.includes('HTTP 403')) f()"],
    ['heal/a.ts', "if (error.code === 'denied' || error === null || seen.message !== error.message) f(error.message)"],
    ['main.ts', "import { run } from './cli/run.ts'\nprocess.exitCode = await run(process.argv)"],
  ] as const)('%s: %s', ([path, text]) => {
    expect(problemsOf({ path, text })).toEqual([])
  })
})

test('imports are read from the syntax, not from the text', () => {
  const text = `
    import './a.ts' // import './no.ts'
    import type { B } from './b.ts'
    export * from './c.ts'
    const d = await import('./d.ts'), no = "import './no.ts'", template = \`\${await import('./e.ts')}\`
    type F = import('./f.ts').F
    const g = require('./g.ts')
    import h = require('./h.ts')`
  expect(importsOf(text).sort()).toEqual([...'abcdefgh'].map(letter => `./${letter}.ts`))
})

test('globals are told from local names', () => {
  const text = `
    import { fetch } from './fetch.ts'
    class performance { static console = 1; setTimeout() { return this.process } }
    fetch(performance.console, Math.max(1, 2))
    export { fetch as crypto }`
  expect([...globalsOf(text)].sort()).toEqual(['Math', 'Math.max'])
})
