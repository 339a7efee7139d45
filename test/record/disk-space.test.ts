import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskSpaceProblem } from '../../src/record/disk-space.ts'
import { asNobody, breakingDisk, canMount, canMountLoop, freshFolder, smallDisk } from './folder.ts'

test('a folder that is there, one that is not, and one that is for somebody else: no problem that could be told', async () => {
  await using folder = freshFolder()
  expect(await diskSpaceProblem({ directory: folder.path })).toBe(null)
  expect(await diskSpaceProblem({ directory: join(folder.path, 'none') })).toBe(null)
  expect(await asNobody(() => diskSpaceProblem({ directory: folder.path }))).toBe(null)
})

describe.runIf(canMount)('a disk of its own', () => {
  test('a disk for the records with no room for a second state beside the first', async () => {
    await using disk = smallDisk(64)
    const directory = disk.path
    writeFileSync(join(directory, 'state.json'), Buffer.alloc(20_000))
    expect(await diskSpaceProblem({ directory })).toBe(null)
    writeFileSync(join(directory, 'filler'), Buffer.alloc(24_000))
    expect(await diskSpaceProblem({ directory })).toMatch(
      /^no space left on the disk of .*: what status says may be old$/,
    )
  })

  test('a disk for the records that is read-only, also to those who may not write there', async () => {
    await using disk = smallDisk(64)
    disk.remount('ro')
    const told = `the disk of ${disk.path} is read-only: what status says may be old`
    expect(await diskSpaceProblem({ directory: disk.path })).toBe(told)
    expect(await asNobody(() => diskSpaceProblem({ directory: disk.path }))).toMatch(/read-only|^null$/)
  })
})

test.runIf(canMountLoop)('a disk for the records that an error turned read-only', async () => {
  await using disk = breakingDisk(1)
  expect(await diskSpaceProblem({ directory: disk.path })).toBe(null)
  disk.turnReadOnly()
  expect(await diskSpaceProblem({ directory: disk.path })).toBe(
    `the disk of ${disk.path} is read-only: what status says may be old`,
  )
  disk.mend()
  expect(await diskSpaceProblem({ directory: disk.path })).toBe(null)
})
