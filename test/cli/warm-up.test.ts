/** The rehearsal before the first heal walks all of the way: a made-up container is replaced, planned, attached, verified. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { warmUp } from '../../src/cli/warm-up.ts'
import { ManualClock } from '../heal/manual-clock.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warm-up-test-'))
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('every made-up container that the warm-up replaces is attached and verified, and nothing is left', async () => {
  expect(await warmUp(new ManualClock(), 'text')).toBe(20)
  expect(readdirSync(folder)).toEqual([])
})

test('a daemon whose temporary folder is missing starts cold', async () => {
  vi.stubEnv('TMPDIR', join(folder, 'missing'))
  expect(await warmUp(new ManualClock(), 'json')).toBe(0)
})
