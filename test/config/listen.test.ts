// What `http.listen` may say, and what it means.
import { describe, expect, test } from 'vitest'
import { listenFault, parseListen } from '../../src/config/listen.ts'

describe('an address and a port', () => {
  test.each([
    ['127.0.0.1:8790', '127.0.0.1', 8790],
    ['0.0.0.0:8790', '0.0.0.0', 8790],
    ['localhost:8790', '127.0.0.1', 8790],
    ['8790', '127.0.0.1', 8790],
    ['[::1]:8790', '::1', 8790],
    ['[FD00::5]:1', 'fd00::5', 1],
    ['[::]:65535', '::', 65_535],
    ['127.0.0.1:0', '127.0.0.1', 0],
  ])('an address and a port: %s', (text, host, port) => {
    expect(listenFault(text)).toBeNull()
    expect(parseListen(text)).toEqual({ host, port })
  })

  test.each([
    ...['', 'x', ':1', '*:1', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '65536', '256.0.0.1:1', '1.2.3:1'],
    ...[
      '::1',
      '::1:1',
      '[::1]',
      '[x]:1',
      '[::g]:1',
      'example.com:1',
      '127.0.0.1:1/x',
      '-1',
      '1.5',
      '010.0.0.1:1',
      '[1.2.3.4]:1',
    ],
  ])('not an address and a port: %s', text => {
    expect(parseListen(text)).toBeNull()
    expect(listenFault(text)).not.toBeNull()
  })

  test('an address and a port: what is told to be written is good', () => {
    for (const text of [
      ':8790',
      '*:8790',
      '127.0.0.1',
      'localhost',
      '[::1]',
      '::1',
      '::1:8790',
      'fd00::5:8790',
      'http://10.0.0.5:1/',
    ]) {
      const told = [...(listenFault(text) ?? '').matchAll(/"([^"]+)"/g)].map(match => match[1] ?? '')
      expect([text, told.length > 0, told.map(one => listenFault(one))]).toEqual([text, true, told.map(() => null)])
    }
  })
})
