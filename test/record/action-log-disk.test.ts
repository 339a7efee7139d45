// The action log on a disk that fails: full, read-only, forbidden, unmounted. It rejects, keeps the lines, and resumes.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KEPT_LINES, openActionLog } from '../../src/record/action-log.ts'
import { warning } from './entries.ts'
import { asNobody, canMount, freshFolder, smallDisk } from './folder.ts'

const settings = { format: 'text', maxSize: 1_000_000, keep: 5 } as const

function textIn(directory: string): string {
  return readdirSync(directory)
    .filter(name => /^actions\.\d+\.log$/.test(name))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
    .map(name => readFileSync(join(directory, name), 'utf8'))
    .join('')
}

const numbersIn = (directory: string): number[] =>
  [...textIn(directory).matchAll(/^\[[^\]]+\] WARNING: line (\d+)\.\.*$/gm)].map(found => Number(found[1]))

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

test.skipIf(!canMount)('a full disk: nothing is torn, nothing twice, and all is there when it has room', async () => {
  await using disk = smallDisk(64)
  const directory = join(disk.path, 'log')
  const log = openActionLog({ ...settings, directory, maxSize: 20_000 })
  const ballast = join(disk.path, 'ballast')
  writeFileSync(ballast, Buffer.alloc(40 * 1024))
  let refused = 0
  for (const n of upTo(200)) {
    // Long lines of uneven lengths, so that pages fill up in the middle of one.
    await log.write([warning(n, '.'.repeat(100 + n))]).catch(error => {
      expect(error).toMatchObject({ code: 'record', hint: expect.stringMatching(/free some space/) })
      expect(error.message).toMatch(/^cannot write the action log in .*log.*: no space left on the disk \(ENOSPC\)$/)
      refused += 1
    })
  }
  expect(refused).toBeGreaterThan(10)
  expect(textIn(directory)).toMatch(/\.\n$/)
  rmSync(ballast)
  // Room for all of it, and for the older files as well.
  await log.write([]).catch(() => {})
  const numbers = numbersIn(directory)
  expect(textIn(directory).split('\n').slice(0, -1)).toHaveLength(numbers.length)
  expect(numbers).toEqual(upTo(numbers.length))
  await log.close()
})

test.skipIf(!canMount)('a disk that turns read-only and back', async () => {
  await using disk = smallDisk(256)
  const log = openActionLog({ ...settings, directory: disk.path })
  await log.write([warning(0)])
  await log.close()
  disk.remount('ro')
  await expect(log.write([warning(1)])).rejects.toMatchObject({
    code: 'record',
    message: expect.stringMatching(/read-only/),
  })
  await expect(log.write([warning(2), warning(3)])).rejects.toMatchObject({ code: 'record' })
  disk.remount('rw')
  await log.write([warning(4)])
  expect(numbersIn(disk.path)).toEqual(upTo(5))
  await log.close()
})

test.skipIf(!canMount)('a disk that is unmounted while the file is open', async () => {
  await using disk = smallDisk(256)
  const log = openActionLog({ ...settings, directory: disk.path })
  await log.write([warning(0)])
  disk.unmount()
  await log.write([warning(1)])
  expect(numbersIn(disk.path)).toEqual([1])
  await log.close()
})

test('more lines than are kept: the oldest are given up, and the log says how many', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'log')
  writeFileSync(directory, 'a file in the way')
  const log = openActionLog({ ...settings, directory })
  for (const n of upTo(3)) {
    const batch = upTo(500).map(i => warning(n * 500 + i))
    await expect(log.write(batch)).rejects.toMatchObject({
      code: 'record',
      hint: expect.stringMatching(/out of the way/),
    })
  }
  rmSync(directory)
  await log.write([warning(1500)])
  expect(numbersIn(directory)).toEqual(upTo(1501).slice(1500 - KEPT_LINES))
  expect(textIn(directory).split('\n')[0]).toMatch(
    / WARNING: 500 lines could not be written to this log and are lost; /,
  )
  await log.write([warning(1501)])
  expect(textIn(directory).match(/are lost/g)).toHaveLength(1)
  await log.close()
})

test('a directory that we may not make', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'log')
  chmodSync(folder.path, 0o555)
  const log = openActionLog({ ...settings, directory })
  await asNobody(() =>
    expect(log.write([warning(0)])).rejects.toMatchObject({
      code: 'record',
      message: expect.stringContaining(`${directory}: permission denied (EACCES)`),
      hint: expect.stringContaining('NETHEAL_LOG_DIRECTORY'),
    }),
  )
  chmodSync(folder.path, 0o755)
  expect(existsSync(directory)).toBe(false)
  await log.write([warning(1)])
  expect(numbersIn(directory)).toEqual([0, 1])
  await log.close()
})

test('a directory in which we may write, but make nothing new: lines are written, and it is said', async () => {
  await using folder = freshFolder()
  const directory = join(folder.path, 'log')
  mkdirSync(directory)
  chmodSync(folder.path, 0o755)
  writeFileSync(join(directory, 'actions.1.log'), '')
  chmodSync(join(directory, 'actions.1.log'), 0o666)
  chmodSync(directory, 0o555)
  const log = openActionLog({ ...settings, directory, maxSize: 100 })
  await asNobody(async () => {
    for (const n of upTo(4)) await expect(log.write([warning(n)])).rejects.toMatchObject({ code: 'record' })
  })
  expect(numbersIn(directory)).toEqual(upTo(4))
  chmodSync(directory, 0o755)
  await log.write([warning(4)])
  expect(numbersIn(directory)).toEqual(upTo(5))
  await log.close()
})
