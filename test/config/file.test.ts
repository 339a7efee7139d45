// The config file may be anything. Real files where that is possible, an injected refusal where the tests run as root.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Disk, readText, realDisk } from '../../src/config/file.ts'
import { loadConfig } from '../../src/config/load.ts'
import { problemsOf } from '../../src/config/problem.ts'
import { diskWith, failureOf, refusingDisk } from './disk.ts'

const FLAG = { kind: 'flag', name: '--config' } as const
const GOOD = '{"attachments": [{"containers": "a", "network": "n"}]}'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netheal-config-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

async function refusalOf(path: string, disk: Disk = realDisk): Promise<readonly [string, string | null]> {
  const error = await failureOf(readText(path, FLAG, disk))
  expect(error.code).toBe('config')
  expect(problemsOf(error)).toMatchObject([{ kind: 'file' }])
  return [error.message, error.hint]
}

describe('what is not a readable file', () => {
  test('a config file that cannot be read: missing', async () => {
    const path = join(directory, 'config.json')
    expect(await refusalOf(path)).toEqual([
      `${path} does not exist`,
      'write one with `netheal init --write`, or name another with --config FILE',
    ])
  })

  test('a config file that cannot be read: a directory', async () => {
    expect(await refusalOf(directory)).toEqual([
      `${directory} is a directory, not a file`,
      `name the file in it: --config ${directory}/config.json`,
    ])
  })

  test('a FIFO that nobody writes into is not waited for as a config', async () => {
    const path = join(directory, 'fifo')
    execFileSync('mkfifo', [path])
    expect(await refusalOf(path)).toEqual([`${path} is a FIFO, not a file`, 'name a file with --config FILE'])
  })

  test('a config file that cannot be read: a device without end', async () => {
    expect(await refusalOf('/dev/zero')).toEqual([
      '/dev/zero is a device, not a file',
      'name a file with --config FILE',
    ])
  })

  test('a config file that cannot be read: a socket', async () => {
    const path = join(directory, 'socket')
    const server = createServer()
    await new Promise<void>(resolve => server.listen(path, resolve))
    const refusal = await refusalOf(path)
    await new Promise(resolve => server.close(resolve))
    expect(refusal[0]).toBe(`${path} is a socket or a device, not a file`)
  })

  test('a config file that cannot be read: a file below a file', async () => {
    const path = join(directory, 'a')
    writeFileSync(path, '')
    expect((await refusalOf(join(path, 'b')))[0]).toBe(`${path}/b does not exist: a part of its path is a file`)
  })

  test('a config file that cannot be read: a link to itself', async () => {
    const path = join(directory, 'loop')
    symlinkSync(path, path)
    expect((await refusalOf(path))[0]).toBe(`${path} cannot be read: its symbolic links form a loop`)
  })

  test('a config file that cannot be read: forbidden: who owns it, and what to type', async () => {
    expect(await refusalOf('/etc/netheal/config.json', refusingDisk('EACCES'))).toEqual([
      '/etc/netheal/config.json cannot be read by this user (owner 0, group 42, mode 0600)',
      'let the netheal group read it: sudo chgrp netheal /etc/netheal/config.json && sudo chmod 640 /etc/netheal/config.json; or use sudo',
    ])
  })

  test('a config file that cannot be read: forbidden, and its directory as well', async () => {
    const disk = { ...refusingDisk('EACCES'), owner: () => Promise.reject(new Error('EACCES')) }
    expect((await refusalOf('/x/config.json', disk))[0]).toBe('/x/config.json cannot be read by this user')
  })

  test('a config file that cannot be read: a disk that fails', async () => {
    expect(await refusalOf('/x/config.json', refusingDisk('EIO'))).toEqual([
      '/x/config.json cannot be read (EIO)',
      'to look at it: ls -l /x/config.json',
    ])
  })

  test('a config file that cannot be read: what is told to be typed is safe to type', async () => {
    const [message, hint] = await refusalOf('/x/$(reboot)\n.json', refusingDisk('EIO'))
    expect(message).toBe('/x/$(reboot)\\n.json cannot be read (EIO)')
    expect(hint).toBe("to look at it: ls -l '/x/$(reboot)\\n.json'")
  })
})

describe('what is no text', () => {
  test('a config file that is no text: bigger than a mebibyte', async () => {
    const path = join(directory, 'big')
    writeFileSync(path, '')
    truncateSync(path, 5 * 1024 ** 3)
    expect((await refusalOf(path))[0]).toBe(`${path} is bigger than 1 MiB`)
  })

  test.each(['', ' \n\t\n', '\ufeff'])('a config file that is no text: empty: %j', async content => {
    expect((await refusalOf('/c', diskWith(content)))[0]).toBe('/c is empty')
  })

  test('a config file that is no text: not UTF-8, with the line', async () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('{\n"ä": 1,\n"'), 0xe4, 0x22)
    expect(await refusalOf('/c', diskWith(bytes))).toEqual(['/c is not UTF-8 (line 3)', 'save it as UTF-8'])
  })

  test('a config file that is no text: cut off in the middle of a character', async () => {
    expect((await refusalOf('/c', diskWith(Uint8Array.of(0x0a, 0x22, 0xc3))))[0]).toBe('/c is not UTF-8 (line 2)')
  })

  test.each([
    [0xff, 0xfe],
    [0xfe, 0xff],
  ])('a config file that is no text: UTF-16: %i %i', async (...mark) => {
    expect((await refusalOf('/c', diskWith(Uint8Array.of(...mark, 0x7b, 0))))[0]).toBe('/c is UTF-16, not UTF-8')
  })

  test('a config file may begin with a byte order mark', async () => {
    expect(await readText('/c', FLAG, diskWith(`\ufeff${GOOD}`))).toBe(GOOD)
  })
})

test('a real file is read, and closed', async () => {
  const path = join(directory, 'config.json')
  writeFileSync(path, GOOD)
  const { file, config } = await loadConfig({ flags: { config: path }, env: {} })
  expect(file).toBe(path)
  expect(config.attachments).toHaveLength(1)
})
