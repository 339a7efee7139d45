// Root's one-shot writes into the directories of a daemon that runs as another user: whatever file it makes there is that user's.
import { chownSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openActionLog } from '../../src/record/action-log.ts'
import { openHeartbeat } from '../../src/record/heartbeat.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { openPause } from '../../src/record/pause.ts'
import { openState } from '../../src/record/state.ts'
import { EMPTY } from '../../src/record/state-shape.ts'
import { AT, warning } from './entries.ts'
import { freshFolder, isRoot } from './folder.ts'

const USER = 65534

/** Each makes its file, and names those that it must have made. */
const writers: readonly (readonly [string, (directory: string) => Promise<readonly string[]>])[] = [
  [
    'the state file',
    async directory => {
      await openState({ directory }).save(EMPTY, true)
      return ['state.json', 'state.ahead']
    },
  ],
  [
    'the write-ahead log',
    async directory => {
      await openState({ directory }).writeIntent({ passes: 0, attachments: {}, detaches: [] }, EMPTY)
      return ['state.ahead']
    },
  ],
  [
    'the action log, the first file and the next',
    async directory => {
      const log = openActionLog({ directory, format: 'text', maxSize: 10, keep: 5 })
      await log.write([warning(1)])
      await log.close()
      return ['actions.1.log', 'actions.2.log']
    },
  ],
  [
    'the heartbeat log',
    async directory => {
      await openHeartbeat({ directory, at: '00:00' }).beat(AT, { well: true, text: 'all is well' })
      return ['heartbeat.log']
    },
  ],
  [
    'the pause file',
    async directory => {
      await openPause({ directory }).set(AT + 1000)
      return ['pause.json']
    },
  ],
  [
    'the lock',
    async directory => {
      const lock = await acquireLock({ directory, mode: 'once', pid: process.pid, now: AT })
      if (lock.kind === 'held') await lock[Symbol.asyncDispose]()
      return ['netheal.lock']
    },
  ],
]

test.skipIf(!isRoot).each(writers)('%s that root makes belongs to the owner of its directory', async (_, write) => {
  await using folder = freshFolder()
  chownSync(folder.path, USER, USER)
  const made = await write(folder.path)
  expect(readdirSync(folder.path)).toEqual(expect.arrayContaining([...made]))
  expect(made.filter(name => lstatSync(join(folder.path, name)).uid !== USER)).toEqual([])
})
