// Directories are made with those above them; what cannot be made is an error, and never a wait.
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from '../../src/record/directory.ts'
import { asNobody, freshFolder } from './folder.ts'

test('a directory is made with all of its path, closed to others, and is there the next time', async () => {
  await using folder = freshFolder()
  const path = join(folder.path, 'a', 'b', 'c')
  makeDirectory(path)
  makeDirectory(path)
  expect(statSync(path).mode & 0o777).toBe(0o750 & ~process.umask())
})

test('a link to a directory will do for a directory', async () => {
  await using folder = freshFolder()
  mkdirSync(join(folder.path, 'real'))
  symlinkSync(join(folder.path, 'real'), join(folder.path, 'link'))
  makeDirectory(join(folder.path, 'link', 'below'))
  expect(existsSync(join(folder.path, 'real', 'below'))).toBe(true)
})

test('a file in the way, no permission, and a file system that makes none are errors', async () => {
  await using folder = freshFolder()
  writeFileSync(join(folder.path, 'file'), '')
  expect(() => makeDirectory(join(folder.path, 'file', 'below'))).toThrow(/EEXIST|ENOTDIR/)
  await asNobody(async () => expect(() => makeDirectory('/netheal-none/below')).toThrow(/EACCES|EPERM|EROFS/))
  expect(() => makeDirectory('/proc/netheal-none/below')).toThrow(/ENOENT|EPERM|EACCES/)
})
