// Whatever stands in the place of a file that netheal writes (a link, a hard link, a FIFO, a device), nothing is written through
// it, nothing waits at it, and root gets no further in a directory of another user than that user would.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeBundle } from '../../src/cli/diagnose/bundle.ts'
import { writeReport } from '../../src/cli/report/file.ts'
import { openActionLog } from '../../src/record/action-log.ts'
import { asOwner } from '../../src/record/as-owner.ts'
import { openHeartbeat } from '../../src/record/heartbeat.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { writeNew } from '../../src/record/new-file.ts'
import { openPause } from '../../src/record/pause.ts'
import { openState } from '../../src/record/state.ts'
import { EMPTY } from '../../src/record/state-shape.ts'
import { openTextfile } from '../../src/record/textfile.ts'
import { AT, warning } from './entries.ts'
import { type Folder, freshFolder, isRoot } from './folder.ts'

const USER = 65534

/** Each file that netheal writes, by its name, and how. */
const writers: Readonly<Record<string, (directory: string) => Promise<unknown>>> = {
  'state.json': directory => openState({ directory }).save(EMPTY, true),
  'state.ahead': directory => openState({ directory }).writeIntent({ passes: 0, attachments: {}, detaches: [] }, EMPTY),
  'actions.1.log': async directory => {
    const log = openActionLog({ directory, format: 'text', maxSize: 1_000, keep: 5 })
    await log.write([warning(1)]).finally(() => log.close())
  },
  'actions.2.log': async directory => {
    const log = openActionLog({ directory, format: 'text', maxSize: 10, keep: 5 })
    await log.write([warning(1)]).finally(() => log.close())
  },
  'current.log': async directory => {
    const log = openActionLog({ directory, format: 'text', maxSize: 1_000, keep: 5 })
    await log.write([warning(1)]).finally(() => log.close())
  },
  'heartbeat.log': directory => openHeartbeat({ directory, at: '00:00' }).beat(AT, { well: true, text: 'well' }),
  'pause.json': async directory => {
    await openPause({ directory }).set(AT + 1000)
    await openPause({ directory }).clear()
  },
  'netheal.lock': async directory => {
    const lock = await acquireLock({ directory, mode: 'once', pid: process.pid, now: AT })
    if (lock.kind === 'held') await lock[Symbol.asyncDispose]()
  },
  'netheal.prom': directory => openTextfile(join(directory, 'netheal.prom')).write('a 1\n'),
  'report.html': directory => writeReport(join(directory, 'report.html'), '<html></html>'),
  'bundle.tar.gz': directory => writeBundle(join(directory, 'bundle.tar.gz'), [{ name: 'a', text: 'b' }], [], AT),
  'config.json': directory => writeNew(join(directory, 'config.json'), '{}\n'),
  // Written before it has its name.
  'config.json.new': directory => writeNew(join(directory, 'config.json'), '{}\n'),
}

/** How a trap is set; `outside` belongs to root, and holds `theirs`. */
const traps: Readonly<Record<string, (path: string, outside: string) => void>> = {
  'a link to a file': (path, outside) => symlinkSync(join(outside, 'theirs'), path),
  'a link to nowhere': (path, outside) => symlinkSync(join(outside, 'new'), path),
  'a hard link': (path, outside) => linkSync(join(outside, 'theirs'), path),
  'a FIFO': path => void execFileSync('mkfifo', [path]),
  ...(isRoot ? { 'a device': (path: string) => void execFileSync('mknod', [path, 'c', '1', '3']) } : {}),
}

const CASES = Object.keys(writers).flatMap(file => Object.keys(traps).map(trap => [file, trap] as const))

/** A directory with a trap in it, beside one that nothing may get to. */
function withTrap(folder: Folder, file: string, trap: string): { readonly inside: string; readonly outside: string } {
  const [inside, outside] = [join(folder.path, 'inside'), join(folder.path, 'outside')]
  mkdirSync(inside)
  mkdirSync(outside)
  writeFileSync(join(outside, 'theirs'), 'theirs')
  chmodSync(join(outside, 'theirs'), 0o600)
  traps[trap]?.(join(inside, file), outside)
  return { inside, outside }
}

function untouched(outside: string): void {
  expect(readdirSync(outside)).toEqual(['theirs'])
  expect(readFileSync(join(outside, 'theirs'), 'utf8')).toBe('theirs')
  const { uid, gid, mode } = statSync(join(outside, 'theirs'))
  expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: process.geteuid?.(), gid: process.getegid?.(), mode: 0o600 })
}

/** A file, or a refusal that says why: never a program that ends. */
const refusal = (error: unknown): void =>
  expect(error).toMatchObject({ code: expect.stringMatching(/^(record|usage|config)$/) as unknown })

describe('in a directory of another user', () => {
  test.skipIf(!isRoot).each(CASES)(
    'root writes %s where its user has put %s: nothing outside changes',
    async (file, trap) => {
      await using folder = freshFolder()
      chmodSync(folder.path, 0o755)
      const { inside, outside } = withTrap(folder, file, trap)
      chownSync(inside, USER, USER)
      await writers[file]?.(inside).catch(refusal)
      untouched(outside)
      // What is there is the user's own, or the trap itself.
      for (const name of readdirSync(inside).filter(name => name !== file && name !== `${file}.old`))
        expect(lstatSync(join(inside, name)).uid, name).toBe(USER)
      expect(process.geteuid?.()).toBe(0)
      expect(process.getegid?.()).toBe(0)
    },
  )

  test.skipIf(!isRoot).each(Object.keys(writers))('root writes %s where the directory leads elsewhere', async file => {
    await using folder = freshFolder()
    chmodSync(folder.path, 0o755)
    const { outside } = withTrap(folder, 'x', 'a link to nowhere')
    const home = join(folder.path, 'home')
    mkdirSync(home)
    symlinkSync(outside, join(home, 'logs'))
    chownSync(home, USER, USER)
    await writers[file]?.(join(home, 'logs')).catch(refusal)
    untouched(outside)
  })

  test.skipIf(!isRoot)('root makes no directory where a user has put a link', async () => {
    await using folder = freshFolder()
    chmodSync(folder.path, 0o755)
    const { inside, outside } = withTrap(folder, 'x', 'a link to nowhere')
    symlinkSync(outside, join(inside, 'down'))
    chownSync(inside, USER, USER)
    await writers['heartbeat.log']?.(join(inside, 'down', 'below')).catch(refusal)
    untouched(outside)
  })

  test.skipIf(!isRoot)('root has its own rights again, whatever happened', async () => {
    await using folder = freshFolder()
    chownSync(folder.path, USER, USER)
    const groups = process.getgroups?.()
    expect(asOwner(folder.path, () => [process.geteuid?.(), process.getegid?.(), process.getgroups?.()])).toEqual([
      ...[USER, USER, [USER]],
    ])
    expect(() =>
      asOwner(folder.path, () => {
        throw new Error('in the middle')
      }),
    ).toThrow('in the middle')
    expect([process.geteuid?.(), process.getegid?.(), process.getgroups?.()]).toEqual([0, 0, groups])
  })
})

describe('in a directory of its own', () => {
  const linked = CASES.filter(([, trap]) => trap !== 'a hard link')
  test.each(linked)('%s is not written through %s', async (file, trap) => {
    await using folder = freshFolder()
    const { inside, outside } = withTrap(folder, file, trap)
    await writers[file]?.(inside).catch(refusal)
    untouched(outside)
  })

  test.skipIf(!isRoot).each(Object.keys(writers))(
    '%s is not written through a hard link where everybody may write',
    async file => {
      await using folder = freshFolder()
      const { inside, outside } = withTrap(folder, file, 'a hard link')
      chmodSync(inside, 0o1777)
      await writers[file]?.(inside).catch(refusal)
      untouched(outside)
    },
  )

  test('a backup of hard links stops no log', async () => {
    await using folder = freshFolder()
    const [inside, backup] = [join(folder.path, 'inside'), join(folder.path, 'backup')]
    for (const path of [inside, backup]) mkdirSync(path, { mode: 0o750 })
    await writers['actions.1.log']?.(inside)
    linkSync(join(inside, 'actions.1.log'), join(backup, 'actions.1.log'))
    await writers['actions.1.log']?.(inside)
    expect(readFileSync(join(inside, 'actions.1.log'), 'utf8').trim().split('\n')).toHaveLength(2)
  })
})

test('nothing is in the way: each file is written', async () => {
  for (const [file, write] of Object.entries(writers)) {
    await using folder = freshFolder()
    await write(folder.path)
    const gone = ['pause.json', 'config.json.new'].includes(file)
    expect(existsSync(join(folder.path, file)), file).toBe(!gone)
    rmSync(join(folder.path, file), { force: true })
  }
})
