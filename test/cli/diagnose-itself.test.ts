// What netheal finds out about itself on a real disk: running, stopped, never installed; as root and as somebody else.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { itselfOf } from '../../src/cli/diagnose/itself.ts'
import { loadConfig } from '../../src/config/load.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { Itself } from '../../src/diagnose/itself-port.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { openPause } from '../../src/record/pause.ts'
import { openState, readState } from '../../src/record/state.ts'
import { EMPTY } from '../../src/record/state-shape.ts'
import { asNobody, canMount, freshFolder, isRoot, smallDisk } from '../record/folder.ts'

const NOW = Date.UTC(2025, 11, 29, 14, 32, 1)
const clock = { now: () => NOW, monotonic: () => 0, sleep: async () => undefined, schedule: () => undefined }
const ran: State = {
  ...EMPTY_STATE,
  lastPass: { at: NOW - 5_000, ok: true, error: null, mode: 'daemon', pid: 1 },
}

interface Places {
  readonly log?: string
  readonly state?: string
  readonly root?: string
}

async function configIn(folder: string, { log, state }: Places = {}) {
  const file = join(folder, 'config.json')
  const places = {
    log: { directory: log ?? join(folder, 'log') },
    state: { directory: state ?? join(folder, 'state') },
    lock: { directory: join(folder, 'lock') },
  }
  writeFileSync(file, JSON.stringify({ attachments: [{ containers: ['a'], network: 'n' }], ...places }))
  const { config } = await loadConfig({ flags: { config: file }, env: {} })
  return { config, found: { kind: 'valid', file } as const }
}

async function gathered(folder: string, places: Places = {}): Promise<Itself> {
  const { config, found } = await configIn(folder, places)
  const { state, note } = await readState(config.state)
  return await itselfOf({ config, found, state, note, clock, root: places.root ?? folder })()
}

function placeOf({ places }: Itself, what: string) {
  return places.find(p => p.what === what)?.found
}

test('netheal never ran here: nothing is there, and that is all that is said', async () => {
  await using folder = freshFolder()
  const own = await gathered(folder.path)
  expect(own).toMatchObject({
    state: { note: null, closed: false },
    healer: { alive: false, mode: null, lastPassAt: null },
    lock: { kind: 'free' },
    heartbeat: { kind: 'none' },
    units: [],
  })
  expect(own.places.map(p => p.found.kind)).toEqual(['missing', 'missing', 'missing'])
})

test('a daemon that runs: its lock, its last pass, its user, its disk, its heartbeat, its pause', async () => {
  await using folder = freshFolder()
  const { config } = await configIn(folder.path)
  mkdirSync(config.log.directory)
  writeFileSync(
    join(config.log.directory, 'heartbeat.log'),
    '[2025-12-28 00:00:01 UTC] OK: Daily heartbeat - a healthy\n[2025-12-29 00:00:01 UTC] DEGRADED: Daily heartbeat - a detached\n',
  )
  await openState(config.state).save({ ...EMPTY, state: ran }, false)
  await openPause(config.state).set(NOW + 60_000, 'migration')
  const lock = await acquireLock({
    directory: config.lock.directory,
    mode: 'daemon',
    pid: process.pid,
    now: NOW - 9_000,
  })
  if (lock.kind !== 'held') throw new Error('the lock is taken')
  await using _held = lock
  const own = await gathered(folder.path)
  expect(own).toMatchObject({
    healer: {
      alive: true,
      mode: 'daemon',
      pid: process.pid,
      lastPassAt: NOW - 5_000,
      lastPassOk: true,
      oldest: 600_000,
    },
    lock: { kind: 'held', pid: process.pid, mode: 'daemon', since: NOW - 9_000 },
    pause: { until: NOW + 60_000, reason: 'migration' },
    heartbeat: {
      kind: 'line',
      at: Date.UTC(2025, 11, 29, 0, 0, 1),
      well: false,
      text: 'a detached',
      due: Date.UTC(2025, 11, 29),
    },
  })
  const log = placeOf(own, 'log')
  expect(log).toMatchObject({ kind: 'directory', writable: true, readOnly: false })
  if (log?.kind === 'directory') {
    expect(log.by).toContain(`(pid ${process.pid})`)
    expect(log.free).toBeGreaterThan(0)
  }
})

test('netheal itself is asked once', async () => {
  await using folder = freshFolder()
  const { config, found } = await configIn(folder.path)
  const ask = itselfOf({ config, found, state: EMPTY_STATE, note: null, clock, root: folder.path })
  expect(await ask()).toBe(await ask())
})

describe('a directory', () => {
  test('a directory of netheal that is a file', async () => {
    await using folder = freshFolder()
    writeFileSync(join(folder.path, 'log'), '')
    expect(placeOf(await gathered(folder.path), 'log')).toEqual({ kind: 'unseen', why: 'it is not a directory' })
  })

  test.skipIf(!canMount)('a directory of netheal on a read-only disk, and on a full one', async () => {
    await using folder = freshFolder()
    await using disk = smallDisk(64)
    const read = async () => placeOf(await gathered(folder.path, { log: disk.path }), 'log')
    expect(await read()).toMatchObject({ readOnly: false, writable: true, free: 64 * 1024 })
    expect(() => writeFileSync(join(disk.path, 'much'), Buffer.alloc(128 * 1024))).toThrow('ENOSPC')
    expect(await read()).toMatchObject({ readOnly: false, free: 0 })
    disk.remount('ro')
    expect(await read()).toMatchObject({ readOnly: true, writable: false })
  })

  test.skipIf(!isRoot)('a directory of netheal that who wrote the state may not write, though we may', async () => {
    await using folder = freshFolder()
    const { config } = await configIn(folder.path)
    await openState(config.state).save({ ...EMPTY, state: ran }, false)
    mkdirSync(config.log.directory, { mode: 0o750 })
    chownSync(join(config.state.directory, 'state.json'), 12_345, 12_345)
    expect(placeOf(await gathered(folder.path), 'log')).toMatchObject({
      writable: false,
      by: 'user 12345, who owns the state',
    })
    chownSync(config.log.directory, 0, 12_345)
    chmodSync(config.log.directory, 0o770)
    expect(placeOf(await gathered(folder.path), 'log')).toMatchObject({ writable: true })
  })

  test('a directory of netheal closed to us: said, and the state is closed, not broken', async () => {
    await using folder = freshFolder()
    const { config } = await configIn(folder.path)
    await openState(config.state).save({ ...EMPTY, state: ran }, false)
    mkdirSync(config.log.directory)
    writeFileSync(join(config.log.directory, 'heartbeat.log'), '')
    chmodSync(folder.path, 0o755)
    for (const path of [config.state.directory, config.log.directory]) chmodSync(path, 0)
    try {
      const own = await asNobody(() => gatheredWith(config, folder.path))
      expect(own.state).toMatchObject({ closed: true })
      expect(own.heartbeat).toMatchObject({ kind: 'unreadable' })
      // Whose state it is may write there, whatever we may: root in this test, or ourselves.
      expect(placeOf(own, 'log')).toMatchObject({ kind: 'directory', writable: isRoot })
    } finally {
      for (const path of [config.state.directory, config.log.directory]) chmodSync(path, 0o750)
    }
  })
})

/** Without writing a config, which somebody else could not. */
async function gatheredWith(config: Awaited<ReturnType<typeof configIn>>['config'], root: string): Promise<Itself> {
  const { state, note } = await readState(config.state)
  const found = { kind: 'valid', file: join(root, 'config.json') } as const
  return await itselfOf({ config, found, state, note, clock, root })()
}
