// The real records on a real disk that fills up, turns read-only, or goes away: healing goes on, and the records resume.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pass } from '../../src/heal/pass.ts'
import type { PassDeps } from '../../src/heal/pass-deps.ts'
import { openRecorder } from '../../src/heal/recorder.ts'
import { openActionLog } from '../../src/record/action-log.ts'
import { openHeartbeat } from '../../src/record/heartbeat.ts'
import { canMount, freshFolder, smallDisk } from '../record/folder.ts'
import { openHealerStore } from '../record/healer-store.ts'
import { APP, examineAfter, NETWORK, Rig } from './rig.ts'

const { signal } = new AbortController()

/** Passes of the rig with records in that directory; each `heal` takes the attachment away and looks. */
function onDisk(rig: Rig, directory: string) {
  const log = openActionLog({ directory, format: 'text', maxSize: 10_000_000, keep: 3 })
  const state = openHealerStore({ directory })
  const recorder = openRecorder(log, state, rig.notebook, rig.journal)
  const deps: PassDeps = { ...rig.deps, recorder, heartbeat: openHeartbeat({ directory, at: '00:00' }) }
  return {
    recorder,
    async heal() {
      if (rig.isAttached()) await rig.simulator.disconnect(NETWORK, APP)
      const result = await pass(deps, rig.settings, { kind: 'full' }, signal)
      expect(result).toMatchObject({ kind: 'passed', outcomes: [{ kind: 'verified' }] })
      if (result.kind === 'passed') await examineAfter(deps, result, signal)
    },
    successes: () => readFileSync(join(directory, 'current.log'), 'utf8').match(/SUCCESS: Connected/g)?.length ?? 0,
    state: () => JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')).state,
    async [Symbol.asyncDispose]() {
      await log.close()
    },
  }
}

test('a directory of records that vanishes comes back by itself', async () => {
  await using rig = await Rig.open()
  await using folder = freshFolder()
  await using disk = onDisk(rig, join(folder.path, 'netheal'))
  await disk.heal()
  rmSync(join(folder.path, 'netheal'), { recursive: true })
  await disk.heal()
  expect(disk.recorder.problems).toEqual([])
  expect(disk.successes()).toBe(1)
})

test('a file where the directory would be is said, and nothing is lost when it is gone', async () => {
  await using rig = await Rig.open()
  await using folder = freshFolder()
  const directory = join(folder.path, 'netheal')
  writeFileSync(directory, 'in the way')
  await using disk = onDisk(rig, directory)
  await disk.heal()
  await disk.heal()
  expect(disk.recorder.problems.length).toBeGreaterThanOrEqual(2)
  expect(rig.journal.count('records cannot be written; healing goes on')).toBe(3)
  rmSync(directory)
  await disk.heal()
  expect(disk.recorder.problems).toEqual([])
  expect(disk.successes()).toBe(3)
  expect(disk.state().problems).toEqual([])
  expect(readFileSync(join(directory, 'heartbeat.log'), 'utf8').trimEnd().split('\n')).toHaveLength(1)
})

describe.runIf(canMount)('a disk of its own', () => {
  test('a disk for the records that is full', async () => {
    await using rig = await Rig.open()
    await using small = smallDisk(64)
    await using disk = onDisk(rig, join(small.path, 'netheal'))
    await disk.heal()
    const filler = join(small.path, 'filler')
    fill(filler)
    await disk.heal()
    await disk.heal()
    expect(disk.recorder.problems.join('\n')).toContain('ENOSPC')
    rmSync(filler)
    await disk.heal()
    expect(disk.recorder.problems).toEqual([])
    expect(disk.successes()).toBe(4)
  })

  test('a disk for the records that turns read-only', async () => {
    await using rig = await Rig.open()
    await using small = smallDisk(256)
    await using disk = onDisk(rig, join(small.path, 'netheal'))
    await disk.heal()
    // A file that is open for writing would keep the disk from turning.
    await disk[Symbol.asyncDispose]()
    small.remount('ro')
    await disk.heal()
    expect(disk.recorder.problems.join('\n')).toContain('EROFS')
    small.remount('rw')
    await disk.heal()
    expect(disk.recorder.problems).toEqual([])
    expect(disk.successes()).toBe(3)
  })
})

/** Until not one byte fits any more. */
function fill(path: string): void {
  for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch {
      // So much does not fit: less may.
    }
  }
}
