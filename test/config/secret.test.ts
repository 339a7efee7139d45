// Where a secret is looked up, and that no refusal tells it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveSecret, urlOfSecret } from '../../src/config/secret.ts'
import { NethealError } from '../../src/core/errors.ts'
import type { Secret } from '../../src/core/secret.ts'

const VALUE = 'https://hooks.slack.com/services/T0/B0/planted'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'netheal-secret-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

function fileWith(content: string | Uint8Array): Secret {
  const path = join(directory, 'secret')
  writeFileSync(path, content)
  return { kind: 'file', path }
}

function refusalOf(act: () => string): string {
  try {
    act()
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    expect([error.code, error.hint === null]).toEqual(['config', false])
    expect(`${error.message} ${error.hint}`).not.toContain('planted')
    return error.message.replaceAll(directory, 'DIR')
  }
  throw new Error('it must have been refused')
}

describe('a secret', () => {
  test('a secret that is plain', () => {
    expect(resolveSecret({ kind: 'plain', value: VALUE }, {})).toBe(VALUE)
  })

  test('a secret in a variable', () => {
    expect(resolveSecret({ kind: 'env', name: 'HOOK' }, { HOOK: ` ${VALUE}\n` })).toBe(VALUE)
  })

  test('a secret in a file, through a link, afresh each time', () => {
    const secret = fileWith(`\ufeff${VALUE}\r\n\n`)
    const link = join(directory, 'link')
    symlinkSync(join(directory, 'secret'), link)
    expect(resolveSecret(secret, {})).toBe(VALUE)
    expect(resolveSecret({ kind: 'file', path: link }, {})).toBe(VALUE)
    fileWith('other')
    expect(resolveSecret(secret, {})).toBe('other')
  })

  test('a secret in a credential of systemd', () => {
    fileWith(VALUE)
    expect(resolveSecret({ kind: 'file', path: 'secret' }, { CREDENTIALS_DIRECTORY: directory })).toBe(VALUE)
  })

  test('a secret of the longest size', () => {
    expect(resolveSecret(fileWith('x'.repeat(64 * 1024)), {})).toHaveLength(64 * 1024)
  })
})

describe('is refused', () => {
  test.each([undefined, '', ' \n'])('as a secret is refused: a variable that is %j', value => {
    expect(refusalOf(() => resolveSecret({ kind: 'env', name: 'HOOK' }, { HOOK: value }))).toBe(
      'the environment variable HOOK is not set, or empty',
    )
  })

  test.each([
    ['empty', '\n\n', 'DIR/secret is empty'],
    ['of two lines', `${VALUE}\nplanted`, 'DIR/secret contains more than one line'],
    ['too big', `planted${'x'.repeat(64 * 1024)}`, 'DIR/secret is bigger than 64 KiB'],
    ['of no text', new Uint8Array([0xff, 0xfe, 0x70]), 'DIR/secret is not UTF-8 text'],
  ])('as a secret is refused: a file that is %s', (_, content, message) => {
    expect(refusalOf(() => resolveSecret(fileWith(content), {}))).toBe(message)
  })

  test('as a secret is refused: what is no file, without waiting for it', async () => {
    const path = (name: string) => join(directory, name)
    mkdirSync(path('directory'))
    execFileSync('mkfifo', [path('fifo')])
    const server = createServer().listen(path('socket'))
    await new Promise(resolve => server.once('listening', resolve))
    const messages = ['directory', 'fifo', 'socket', 'nothing', 'directory/../fifo/x'].map(name =>
      refusalOf(() => resolveSecret({ kind: 'file', path: path(name) }, {})),
    )
    server.close()
    expect(messages).toEqual([
      'DIR/directory is a directory, not a file',
      'DIR/fifo is a FIFO, not a file',
      'DIR/socket is a socket or a device, not a file',
      'DIR/nothing does not exist',
      'DIR/fifo/x does not exist',
    ])
    expect(refusalOf(() => resolveSecret({ kind: 'file', path: '/dev/zero' }, {}))).toBe(
      '/dev/zero is a device, not a file',
    )
  })

  test('as a secret is refused: a credential where there are none', () => {
    expect(refusalOf(() => resolveSecret({ kind: 'file', path: 'hook' }, {}))).toBe(
      'the credential hook does not exist: systemd passed none to this process',
    )
  })
})

describe('a secret URL', () => {
  test('a secret URL is a URL', () => {
    expect(urlOfSecret({ kind: 'env', name: 'HOOK' }, { HOOK: `${VALUE}\n` })).toBe(VALUE)
  })

  test.each(['planted', 'ftp://planted', 'https://', 'https://a:planted@b/', 'https://a/planted b'])(
    '%s is no secret URL',
    value => {
      expect(refusalOf(() => urlOfSecret({ kind: 'env', name: 'HOOK' }, { HOOK: value }))).toBe(
        'the environment variable HOOK does not contain an http:// or https:// URL',
      )
      expect(refusalOf(() => urlOfSecret(fileWith(value), {}))).toBe(
        'DIR/secret does not contain an http:// or https:// URL',
      )
    },
  )
})
