/** node-cron in the bundle reckons in UTC without Intl (scripts/bundle-plugins.mjs): it finds the same times as it does with it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as original from 'node-cron'
import { afterAll, beforeAll, expect, test } from 'vitest'

const { cronInUtc }: { cronInUtc(text: string): string } = await import(
  new URL('../../scripts/bundle-plugins.mjs', import.meta.url).href
)
const place = dirname(fileURLToPath(import.meta.resolve('node-cron')))
const shared = readFileSync(join(place, '_shared.js'), 'utf8')
const front = readFileSync(join(place, 'node-cron.js'), 'utf8')

let folder = ''
let ours = original
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-cron-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const files = { '_shared.js': cronInUtc(shared).replaceAll('Intl.', 'NoIntl.'), 'node-cron.js': front }
  // Without the names of source maps, which are not copied.
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text.replace(/^\/\/# source.*/m, ''))
  ours = await import(pathToFileURL(join(folder, 'node-cron.js')).href)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function nextRuns(cron: typeof original, expression: string): Promise<readonly string[]> {
  const task = cron.createTask(expression, () => undefined, { timezone: 'UTC' })
  const runs = task.getNextRuns(40).map(date => date.toISOString())
  await task.destroy()
  return runs
}

test.each([
  '*/2 * * * *',
  '30 3 * * *',
  '0 0 1 * *',
  '0 12 * * 1-5',
  '15 10 29 2 *',
  '*/30 * * * * *',
  '0 0 L * *',
  '59 23 31 12 *',
])('%s', async expression => {
  expect(await nextRuns(ours, expression)).toEqual(await nextRuns(original, expression))
})

test('another node-cron is noticed when the bundle is made', () => {
  expect(() =>
    cronInUtc(shared.replace('function buildDateParts(date, timezone)', 'function partsOf(date, zone)')),
  ).toThrow('node-cron has no function buildDateParts')
})
