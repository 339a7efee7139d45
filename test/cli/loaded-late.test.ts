// A healer that nobody asked to tell anything loads nothing for it: what `once` and `run` import at once, and what that
// imports in turn, has no notification, page, server or metrics in it.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** Every file of ours, and every package, that is loaded with this one: `import type` and `import()` load nothing. */
function loadedWith(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  for (const [, what = '', from = ''] of text.matchAll(/^(?:import|export) ([^'";]*?)from '([^']+)'/gm)) {
    if (what.startsWith('type ')) continue
    if (from.startsWith('.')) loadedWith(join(dirname(file), from), seen)
    else seen.add(from)
  }
  // `once` loads it in any case, beside something else.
  if (text.includes("import('./wire.ts')")) loadedWith(join(dirname(file), 'wire.ts'), seen)
  return seen
}

test.each(['cli/once.ts', 'cli/run.ts'])('%s', name => {
  const loaded = [...loadedWith(join(SRC, name))].map(f => (existsSync(f) ? relative(SRC, f) : f))
  // The walk is one: these are always needed.
  expect(loaded).toEqual(expect.arrayContaining(['heal/pass.ts', 'docker/engine.ts', 'cli/observers/observers.ts']))
  // The state file has slices of two topics, so that their rules, and the check of what was read, are loaded.
  const late =
    /^(?:notify|http|page|metrics|host|shell|cli\/report|cli\/history)\/(?!rules\/|[a-z]+-shape\.ts$)|^prom-client|^unbash/
  expect(loaded.filter(f => late.test(f))).toEqual([])
})

test('the metrics load one part of prom-client, and not its front door', () => {
  const text = readFileSync(join(SRC, 'metrics/exposition.ts'), 'utf8')
  expect([...text.matchAll(/import\('([^']+)'\)/g)].map(m => m[1])).toEqual(['prom-client/lib/registry.js'])
})
