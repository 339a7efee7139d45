// The lock, with real processes: one holder, gone with its process, blind to what strangers do to its file.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLock, type LockAnswer, type LockRequest } from '../../src/record/lock.ts'
import { readLock } from '../../src/record/lock-holder.ts'
import { startChild } from './children.ts'
import { asNobody, freshFolder } from './folder.ts'

const take = (directory: string, rest: Partial<LockRequest> = {}): Promise<LockAnswer> =>
  acquireLock({ directory, mode: 'once', pid: process.pid, now: 2000, ...rest })

async function giveBack(lock: LockAnswer): Promise<void> {
  expect(lock.kind).toBe('held')
  if (lock.kind === 'held') await lock[Symbol.asyncDispose]()
}

test('the lock is taken, shown, and given back', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'run', 'netheal')
  expect(readLock({ directory })).toEqual({ kind: 'free' })
  expect(existsSync(directory)).toBe(false)
  const lock = await take(directory)
  expect(readLock({ directory })).toEqual({ kind: 'held', by: { pid: process.pid, mode: 'once', since: 2000 } })
  // Another open file, in the same process or another, is another holder.
  expect(await take(directory)).toEqual({ kind: 'taken', by: { pid: process.pid, mode: 'once', since: 2000 } })
  await giveBack(lock)
  expect(readLock({ directory })).toEqual({ kind: 'free' })
  await giveBack(await take(directory))
  await giveBack(lock)
  expect(statSync(join(directory, 'netheal.lock')).mode & 0o777).toBe(0o640)
})

test('of many at once exactly one gets the lock', async () => {
  await using folder = freshFolder()
  const all = await Promise.all(Array.from({ length: 12 }, () => take(folder.path)))
  const held = all.filter(lock => lock.kind === 'held')
  expect(held).toHaveLength(1)
  for (const lock of held) await giveBack(lock)
})

test('the lock dies with its process, also by SIGKILL', async () => {
  await using folder = freshFolder()
  await using child = startChild('hold-lock.ts', folder.path)
  expect(JSON.parse(await child.line())).toMatchObject({ kind: 'held' })
  const by = { pid: child.pid, mode: 'daemon', since: 1000 }
  expect(await take(folder.path)).toEqual({ kind: 'taken', by })
  expect(readLock({ directory: folder.path })).toEqual({ kind: 'held', by })
  await child.kill('SIGKILL')
  expect(readLock({ directory: folder.path })).toEqual({ kind: 'free' })
  await giveBack(await take(folder.path))
})

test('a child of the holder does not inherit the lock', async () => {
  await using folder = freshFolder()
  await using child = startChild('hold-lock.ts', folder.path, 'child')
  const { heir } = JSON.parse(await child.line())
  await child.kill('SIGKILL')
  try {
    expect(process.kill(heir, 0)).toBe(true)
    await giveBack(await take(folder.path))
  } finally {
    process.kill(heir, 'SIGKILL')
  }
})

test('the lock stays held when something else of its pid has gone', async () => {
  await using folder = freshFolder()
  const file = join(folder.path, 'netheal.lock')
  writeFileSync(file, `${JSON.stringify({ pid: process.pid, started: '1', mode: 'daemon', since: 1 })}\n`)
  expect(readLock({ directory: folder.path })).toEqual({ kind: 'free' })
  await giveBack(await take(folder.path))
})

test.each(['', 'x', '{}', '{"pid":-1}', '{"pid":1', '\u0000'.repeat(50), `${'y'.repeat(5000)}\n`])(
  'whatever is in the lock file (%#), the lock can be taken',
  async text => {
    await using folder = freshFolder()
    writeFileSync(join(folder.path, 'netheal.lock'), text)
    expect(readLock({ directory: folder.path })).toEqual({ kind: 'free' })
    const lock = await take(folder.path)
    expect(readFileSync(join(folder.path, 'netheal.lock'), 'utf8')).toMatch(/^\{"pid":.*\}\n$/)
    await giveBack(lock)
  },
)

test.each([
  ['removed', ''],
  ['replaced by another', ': >"$file"'],
])('a file that is %s while it is being locked is not the lock', async (_, then) => {
  await using folder = freshFolder()
  const file = join(folder.path, 'netheal.lock')
  // A flock that removes the file the first time, as systemd does with /run/netheal when a service stops.
  const command = join(folder.path, 'flock')
  const once = join(folder.path, 'once')
  const script = `#!/bin/sh\nfile=${file}\nif mkdir ${once} 2>/dev/null; then rm "$file"; ${then}\nfi\nexec flock "$@"\n`
  writeFileSync(command, script, { mode: 0o755 })
  const lock = await take(folder.path, { command })
  expect(existsSync(once)).toBe(true)
  expect(await take(folder.path)).toMatchObject({ kind: 'taken' })
  await giveBack(lock)
})

test('a lock that comes free between two looks at it is taken', async () => {
  await using folder = freshFolder()
  const command = join(folder.path, 'flock')
  const script = `#!/bin/sh\nif mkdir ${join(folder.path, 'once')} 2>/dev/null; then exit 1; fi\nexec flock "$@"\n`
  writeFileSync(command, script, { mode: 0o755 })
  await giveBack(await take(folder.path, { command }))
})

test('who does not get the lock keeps no file open', async () => {
  await using folder = freshFolder()
  const lock = await take(folder.path)
  expect(await take(folder.path)).toMatchObject({ kind: 'taken' })
  const open = readdirSync('/proc/self/fd').map(fd => readLink(join('/proc/self/fd', fd)))
  expect(open.filter(path => path === join(folder.path, 'netheal.lock'))).toHaveLength(1)
  await giveBack(lock)
})

/** Null: closed meanwhile. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

test('a lock file that is always removed is an error', async () => {
  await using folder = freshFolder()
  const command = join(folder.path, 'flock')
  writeFileSync(command, `#!/bin/sh\nrm ${join(folder.path, 'netheal.lock')}\nexec flock "$@"\n`, { mode: 0o755 })
  await expect(take(folder.path, { command })).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/again and again/),
  })
})

test('a host without flock is told', async () => {
  await using folder = freshFolder()
  await expect(take(folder.path, { command: join(folder.path, 'none') })).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/there is no .*none command/),
    hint: expect.stringContaining('util-linux'),
  })
})

test.each([
  ['says what is wrong and ends with 1, as BusyBox does', 'echo "flock: bad fd" >&2; exit 1', /flock: bad fd/],
  ['ends otherwise', 'exit 66', /ended with 66/],
])('a flock that %s is told', async (_, script, message) => {
  await using folder = freshFolder()
  const command = join(folder.path, 'flock')
  writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  await expect(take(folder.path, { command })).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(message),
  })
})

test('a lock directory that may not be made, or is none, or a link in the place of the file is told', async () => {
  await using folder = freshFolder()
  chmodSync(folder.path, 0o555)
  await asNobody(() =>
    expect(take(join(folder.path, 'run'))).rejects.toMatchObject({
      code: 'record',
      message: expect.stringContaining('permission denied (EACCES)'),
      hint: expect.stringMatching(/lock\.directory.*NETHEAL_LOCK_DIRECTORY/),
    }),
  )
  chmodSync(folder.path, 0o755)
  writeFileSync(join(folder.path, 'file'), '')
  await expect(take(join(folder.path, 'file'))).rejects.toMatchObject({ code: 'record' })
  mkdirSync(join(folder.path, 'run'))
  symlinkSync('/dev/null', join(folder.path, 'run', 'netheal.lock'))
  await expect(take(join(folder.path, 'run'))).rejects.toMatchObject({ code: 'record' })
})

test('a lock whose file is renamed is still one for those who have it, and status says free', async () => {
  await using folder = freshFolder()
  const lock = await take(folder.path)
  renameSync(join(folder.path, 'netheal.lock'), join(folder.path, 'gone'))
  expect(readLock({ directory: folder.path })).toEqual({ kind: 'free' })
  rmSync(join(folder.path, 'gone'))
  await giveBack(lock)
})

test('a lock file that may not be read is unknown, not free', async () => {
  await using folder = freshFolder()
  writeFileSync(join(folder.path, 'netheal.lock'), '', { mode: 0 })
  chmodSync(folder.path, 0o755)
  await asNobody(async () => expect(readLock({ directory: folder.path })).toMatchObject({ kind: 'unknown' }))
})
