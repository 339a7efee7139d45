/** Records of a real daemon on a real disk that is full, read-only or gone, and records that are torn: healing goes on. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readLine } from '../../src/history/logged-line.ts'
import { detach } from '../engine/estate.ts'
import type { Installation } from '../engine/installation.ts'
import { type BreakingDisk, breakingDisk, canMount, canMountLoop, type Folder, smallDisk } from '../record/folder.ts'
import { describeReal } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { attached, EVERY_TWO_SECONDS, endsHealed, type Scene, scene } from './scene.ts'

const REFUSED = 'records cannot be written; healing goes on'
const AGAIN = 'records are written again'

/** Log and state of the installation on that disk. */
async function onDisk(netheal: Installation, disk: Folder): Promise<void> {
  for (const name of ['log', 'state']) {
    mkdirSync(join(disk.path, name))
    await symlink(join(disk.path, name), join(netheal.folder, name))
  }
}

/** Detaches of an application, each healed, whatever the disk says. */
async function healed({ host, daemon }: Scene, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const since = daemon.lines.length
    await detach(host.stack, host.backend)
    await daemon.said('attached', { container: host.backend.name, since })
    await attached(host, host.backend)
  }
}

/** `netheal status` says it, and ends with 3. */
async function says({ netheal }: Scene, words: string): Promise<void> {
  const said = async (): Promise<boolean> => {
    const { code, stdout } = await netheal.command('status')
    if (code === 3 && stdout.includes(words)) return true
    throw new Error(`${code} ${stdout}`)
  }
  await until(said, { what: 'status to say it', deadline: 40_000, every: 500 })
}

/** All that was done while the disk took nothing is in the log afterwards. */
async function allWritten({ netheal, host }: Scene, heals: number): Promise<void> {
  await until(
    async () => {
      const lines = await netheal.logged('SUCCESS')
      return lines.filter(l => l.includes(`Connected ${host.backend.name} `)).length === heals
    },
    { what: `the lines of ${heals} heals`, deadline: 40_000 },
  )
}

describeReal('records', () => {
  describe.skipIf(!canMount)('(needs to mount)', () => {
    test('records on a full disk', { timeout: 180_000 }, async () => {
      await using disk = smallDisk(256)
      const stage = await scene({ watch: EVERY_TWO_SECONDS, prepare: netheal => onDisk(netheal, disk) })
      await using _ = stage
      fill(join(disk.path, 'filler'))
      await healed(stage, 3)
      await stage.daemon.said(REFUSED)
      await says(stage, 'no space left on the disk')
      // Killed while nothing can be written: the state of before is whole, and the next one heals as well.
      stage.daemon.signal('SIGKILL')
      await stage.daemon.ended()
      await detach(stage.host.stack, stage.host.worker)
      stage.daemon = stage.netheal.start()
      await attached(stage.host, stage.host.worker)
      expect(readdirSync(join(disk.path, 'state')).filter(n => n.includes('unreadable'))).toEqual([])

      rmSync(join(disk.path, 'filler'))
      await stage.daemon.said(AGAIN)
      await endsHealed(stage)
    })
  })

  describe.skipIf(!canMountLoop)('(needs loop devices)', () => {
    test('records on a disk that turns read-only', { timeout: 180_000 }, async () => {
      await using disk = breakingDisk(4)
      await using stage = await scene({ watch: EVERY_TWO_SECONDS, prepare: netheal => onDisk(netheal, disk) })
      disk.turnReadOnly()
      await healed(stage, 2)
      await stage.daemon.said(REFUSED)
      await says(stage, 'is read-only')
      await until(() => mended(disk), { what: 'the disk to be mounted anew' })
      await healed(stage, 1)
      await stage.daemon.said(AGAIN)
      await allWritten(stage, 4)
      await endsHealed(stage)
    })
  })

  test('records whose directories vanish, with a file in their place for a while', { timeout: 180_000 }, async () => {
    await using stage = await scene({ watch: EVERY_TWO_SECONDS })
    const { folder } = stage.netheal
    for (const name of ['log', 'state']) {
      renameSync(join(folder, name), join(folder, `${name}.gone`))
      writeFileSync(join(folder, name), 'not a directory\n')
    }
    await healed(stage, 2)
    await stage.daemon.said(REFUSED)
    for (const name of ['log', 'state']) rmSync(join(folder, name))
    await healed(stage, 1)
    await stage.daemon.said(AGAIN)
    // The first of all is in the directory that went.
    await allWritten(stage, 3)
    await endsHealed(stage)
  })

  test('records that were torn: the state is set aside, the log goes on below its torn line', {
    timeout: 180_000,
  }, async () => {
    await using stage = await scene()
    const { netheal, host } = stage
    await healed(stage, 1)
    await stage.daemon.said('attached', { container: host.backend.name, count: 2 })
    expect(await stage.daemon.stop()).toBe(0)
    const state = join(netheal.folder, 'state/state.json')
    const whole = readFileSync(state)
    writeFileSync(state, whole.subarray(0, Math.floor(whole.length / 2)))
    const log = join(
      netheal.folder,
      'log',
      readdirSync(join(netheal.folder, 'log')).find(n => n.startsWith('actions.')) ?? '',
    )
    appendFileSync(log, '[2025-12-29 14:32:01 UTC] FIXI')
    const lines = (await netheal.actionLog()).length

    await detach(host.stack, host.worker)
    stage.daemon = netheal.start()
    await stage.daemon.said('state file not usable; starting without it')
    await attached(host, host.worker)
    expect(readFileSync(join(netheal.folder, 'state/state.json.unreadable-1'))).toEqual(
      whole.subarray(0, Math.floor(whole.length / 2)),
    )
    const news = (await netheal.actionLog()).slice(lines)
    expect(news.length).toBeGreaterThanOrEqual(3)
    expect(news.filter(line => readLine(line).kind !== 'entry')).toEqual([])
    const { answer } = await netheal.status()
    expect(answer.attachments.map(a => a.state)).toEqual(['attached', 'attached'])
    expect(await stage.daemon.stop()).toBe(0)
  })
})

/** True; a disk that is busy throws. */
function mended(disk: BreakingDisk): true {
  disk.mend()
  return true
}

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
