// Which Host headers are answered: DNS rebinding ends here.
import { describe, expect, test } from 'vitest'
import { hostNameOf, mayAskFor } from '../../src/http/host-name.ts'

describe('the name in a Host header', () => {
  test.each([
    ['localhost:8790', 'localhost'],
    ['LOCALHOST', 'localhost'],
    ['netheal.example.com.', 'netheal.example.com'],
    ['127.0.0.1:1', '127.0.0.1'],
    ['[::1]:8790', '::1'],
    ['[FE80::1]', 'fe80::1'],
  ])('the name in a Host header: %s', (header, name) => {
    expect(hostNameOf(header)).toBe(name)
  })

  test.each([
    undefined,
    '',
    ' ',
    'a b',
    'a:b',
    'localhost:',
    'user@localhost',
    '::1',
    'localhost/x',
    'a,b',
    '[::1',
    ':80',
    '.',
  ])('the name in a Host header: %s is none', header => {
    expect(hostNameOf(header)).toBeNull()
  })
})

describe('a name is answered', () => {
  test.each(['localhost', '127.0.0.1', '::1'])('a Host name is answered: %s, wherever it listens', name => {
    expect(mayAskFor(name, '192.0.2.7', [])).toBe(true)
  })

  test('a Host name is answered: the address at which the request arrived, also where that is written for both families', () => {
    expect(mayAskFor('192.0.2.7', '192.0.2.7', [])).toBe(true)
    expect(mayAskFor('192.0.2.7', '::ffff:192.0.2.7', [])).toBe(true)
    expect(mayAskFor('192.0.2.8', '192.0.2.7', [])).toBe(false)
    expect(mayAskFor('192.0.2.7', undefined, [])).toBe(false)
  })

  test('a Host name is answered: those of the config, and nothing that only looks like them', () => {
    const names = ['netheal.example.com', '[2001:db8::7]']
    expect(mayAskFor('netheal.example.com', undefined, names)).toBe(true)
    expect(mayAskFor('2001:db8::7', undefined, names)).toBe(true)
    for (const name of [
      'evil.example',
      'x.netheal.example.com',
      'netheal.example.com.evil.example',
      'localhost.evil.example',
    ])
      expect(mayAskFor(name, '127.0.0.1', names)).toBe(false)
  })
})
