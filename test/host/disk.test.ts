// Reading a host's files: below the root, bounded, never what would not end; what cannot be read is named.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { hostDisk } from '../../src/host/disk.ts'
import { fakeRoot } from './fake-root.ts'

test('links are followed below the root, absolute and relative ones, and never out of it', async () => {
  await using host = await fakeRoot({
    '/opt/real.sh': 'real',
    '/usr/local/bin/a': '-> /opt/real.sh',
    '/usr/local/bin/b': '-> a',
    '/usr/local/bin/c': '-> ../../../../../../../opt/real.sh',
    '/usr/local/bin/out': '-> ../../../../../../../etc/passwd',
    '/usr/local/bin/circle': '-> circle',
  })
  const disk = hostDisk(host.root)
  for (const name of ['a', 'b', 'c']) expect(await disk.read(`/usr/local/bin/${name}`)).toBe('real')
  expect(await disk.target('/usr/local/bin/b')).toBe('/opt/real.sh')
  for (const name of ['out', 'circle', 'none']) expect(await disk.read(`/usr/local/bin/${name}`)).toBeNull()
  expect(disk.unread()).toEqual([])
})

test('a fifo, a device, a folder and a program are no scripts', async () => {
  await using host = await fakeRoot({ '/opt/folder/x': '', '/opt/program': 'a\0b', '/opt/empty': '' })
  await promisify(execFile)('mkfifo', [join(host.root, 'opt/fifo')])
  const disk = hostDisk(host.root)
  for (const name of ['fifo', 'folder', 'program']) expect(await disk.read(`/opt/${name}`)).toBeNull()
  expect(await disk.read('/opt/empty')).toBe('')
  expect(await hostDisk('/').read('/dev/zero')).toBeNull()
})

test('what the system refuses is named, once', async () => {
  await using host = await fakeRoot({})
  const disk = hostDisk(host.root)
  const long = `/${'x'.repeat(300)}`
  expect(await disk.read(long)).toBeNull()
  expect(await disk.list(long)).toEqual([])
  expect(await disk.list('/nothing')).toEqual([])
  expect(disk.unread()).toEqual([{ file: long, why: 'ENAMETOOLONG', closed: false }])
})
