// The HTTP server over real sockets: who is answered, with what, and what no client can do to it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { plain, type Reply } from '../../src/http/answer.ts'
import { openSite, USUAL_LIMITS } from '../../src/http/server.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { JournalInMemory } from '../heal/records.ts'
import { until } from '../support/until.ts'
import { testSite } from './site.ts'

const OPEN = 'the page is served'
const NOT_OPEN = 'the page is not served; healing goes on'

function routes(reply: () => Promise<Reply>): ReadonlyMap<string, () => Promise<Reply>> {
  return new Map([['/', reply]])
}

function request(line: string, ...headers: readonly string[]): string {
  return `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`
}

describe('an answer', () => {
  test('an HTTP answer has what keeps other pages out, and nothing that stays', async () => {
    await using site = await testSite()
    const text = await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text).toMatch(/\r\n\r\nhello\n$/)
    for (const header of [
      'Content-Security-Policy: ',
      "frame-ancestors 'none'",
      'X-Content-Type-Options: nosniff',
      'X-Frame-Options: DENY',
      'Referrer-Policy: no-referrer',
      'Cache-Control: no-store',
      'Cross-Origin-Resource-Policy: same-origin',
    ])
      expect(text).toContain(header)
    expect(text).not.toMatch(/set-cookie|access-control|server:|x-powered-by/i)
  })

  test('an HTTP answer to HEAD is the same without its body', async () => {
    await using site = await testSite()
    const text = await site.exchange(request('HEAD / HTTP/1.1', 'Host: localhost'))
    expect(text).toContain('Content-Length: 6')
    expect(text.endsWith('\r\n\r\n')).toBe(true)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('an HTTP answer to %s is no', async method => {
    let asked = 0
    await using site = await testSite({
      routes: routes(async () => {
        asked += 1
        return plain(200, 'x')
      }),
    })
    const text = await site.exchange(request(`${method} / HTTP/1.1`, 'Host: localhost'))
    expect(text).toMatch(/^HTTP\/1\.1 405 /)
    expect(text).toContain('Allow: GET, HEAD')
    expect(asked).toBe(0)
  })

  test('an HTTP answer depends on the path alone', async () => {
    await using site = await testSite()
    const status = async (path: string) =>
      (await site.exchange(request(`GET ${path} HTTP/1.1`, 'Host: localhost'))).slice(9, 12)
    expect(await status('/?a=b')).toBe('200')
    for (const path of ['/x', '//', '/../', '/%2e%2e/', '/index.html', 'http://evil.example/', '*'])
      expect(await status(path)).toBe('404')
  })

  test('an HTTP answer is the fault of nobody else when a page cannot be made', async () => {
    let fails = true
    await using site = await testSite({
      routes: routes(async () => {
        if (fails) throw new Error('this is a bug')
        return plain(200, 'again')
      }),
    })
    const text = await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
    expect(text).not.toContain('this is a bug')
    expect(site.journal.lines.find(l => l.message === 'a request failed')?.keys.error).toContain('this is a bug')
    fails = false
    expect(await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))).toContain('again')
  })
})

describe('the Host header', () => {
  const status = async (site: { exchange(bytes: string): Promise<string> }, ...headers: readonly string[]) =>
    (await site.exchange(request('GET / HTTP/1.1', ...headers))).slice(9, 12)

  test('the Host header must name this host, or what the config allows', async () => {
    await using site = await testSite({ hosts: ['netheal.example.com'] })
    for (const host of ['localhost', `localhost:${site.port}`, '127.0.0.1:1', '[::1]', 'netheal.example.com'])
      expect(await status(site, `Host: ${host}`)).toBe('200')
    for (const host of ['evil.example', `evil.example:${site.port}`, '192.0.2.1', 'localhost.evil.example'])
      expect(await status(site, `Host: ${host}`)).toBe('421')
  })

  test('the Host header must be there, and be a name', async () => {
    await using site = await testSite()
    expect(await status(site)).toBe('400')
    expect(await status(site, 'Host: ')).toBe('400')
    expect(await status(site, 'Host: a b')).toBe('400')
    expect((await site.exchange('GET / HTTP/1.0\r\n\r\n')).slice(9, 12)).toBe('400')
  })

  test('the Host header is looked at before anything else: a rebound name learns nothing', async () => {
    await using site = await testSite()
    for (const line of ['POST / HTTP/1.1', 'GET /nothing HTTP/1.1', 'HEAD / HTTP/1.1'])
      expect((await site.exchange(request(line, 'Host: evil.example'))).slice(9, 12)).toBe('421')
  })

  test('the Host header that is sent twice does not help', async () => {
    await using site = await testSite()
    const text = await site.exchange(request('GET / HTTP/1.1', 'Host: evil.example', 'Host: localhost'))
    expect(text.slice(9, 12)).not.toBe('200')
  })
})

describe('a client', () => {
  test('a client that sends a body is answered at once, and it is not read', async () => {
    await using site = await testSite()
    const text = await site.exchange('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nabc')
    expect(text).toMatch(/^HTTP\/1\.1 405 /)
    expect(text).toContain('Connection: close')
  })

  test('a client that asks whether it may send one is not told to', async () => {
    await using site = await testSite()
    const text = await site.exchange(
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 405 /)
  })

  test('a client that wants another protocol gets this one', async () => {
    await using site = await testSite()
    const text = await site.exchange(
      'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('a client that speaks no HTTP, or too much of it, is sent away', async () => {
    await using site = await testSite()
    expect(await site.exchange('\x16\x03\x01\x02\x00 garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    const long = request('GET / HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(20_000)}`)
    expect(await site.exchange(long)).toMatch(/^HTTP\/1\.1 431 /)
    expect(await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))).toContain('hello')
  })

  test('a client that is slow with its headers, or silent, does not stay', async () => {
    await using site = await testSite({ limits: { ...USUAL_LIMITS, headers: 100, request: 100, idle: 300 } })
    const slow = await site.exchange('GET / HTTP/1.1\r\nHost: local')
    expect(slow === '' || slow.startsWith('HTTP/1.1 408 ')).toBe(true)
    expect(await site.exchange('')).not.toContain('200')
  })

  test('a client that does not read what it asked for does not stay either', async () => {
    const bodies = [Buffer.alloc(32 * 1024 * 1024)]
    await using site = await testSite({
      // Only one may be there: whoever comes next is answered when that one was sent away.
      limits: { ...USUAL_LIMITS, idle: 200, connections: 1 },
      routes: routes(async () => ({ ...plain(200, ''), body: bodies.pop() ?? 'hello' })),
    })
    const socket = await site.open()
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => bodies.length === 0)
    await until(async () => (await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))).includes('hello'), {
      what: 'the place of a client that does not read',
    })
  })

  test('a client that comes with many connections gets a few: the silent one that came first makes room', async () => {
    await using site = await testSite({ limits: { ...USUAL_LIMITS, connections: 3 } })
    const [first, second, third] = [await site.open(), await site.open(), await site.open()]
    const gone = once(first, 'close')
    expect(await site.exchange(request('GET / HTTP/1.1', 'Host: localhost'))).toContain('hello')
    await gone
    expect([second.destroyed, third.destroyed]).toEqual([false, false])
  })

  test('a hundred slow connections, and more that read nothing, keep nobody from asking whether all is well', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024, 'x')
    const routes = new Map<string, () => Promise<Reply>>([
      ['/large', async () => ({ status: 200, type: 'text/plain', body: large, policy: null })],
      ['/healthz', async () => ({ status: 200, type: 'text/plain', body: 'well', policy: null })],
    ])
    await using site = await testSite({ routes, limits: { ...USUAL_LIMITS, connections: 16 } })
    const ask = (): Promise<string> => site.exchange(request('GET /healthz HTTP/1.1', 'Host: localhost'))
    for (let n = 0; n < 20; n++) {
      const unread = await site.open()
      unread.pause()
      unread.write(request('GET /large HTTP/1.1', 'Host: localhost'))
    }
    expect(await ask()).toContain('well')
    for (let n = 0; n < 100; n++) (await site.open()).write('GET /healthz HTTP/1.1\r\nX: ')
    expect(await ask()).toContain('well')
    const refused = await site.exchange(request('GET /large HTTP/1.1', 'Host: localhost'))
    expect(refused).toContain('Too many are asking at once.')
  })
})

describe('the port', () => {
  test('the port is closed with the site, and so is each connection', async () => {
    const site = await testSite()
    const socket = await site.open()
    const closed = once(socket, 'close')
    await site[Symbol.asyncDispose]()
    await closed
    expect(site.site.address).toBeNull()
    const other = createServer().listen(site.port, '127.0.0.1')
    await once(other, 'listening')
    other.close()
  })

  test('the port that somebody else has is a problem, said once, and is opened when it is free', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const clock = new ManualClock()
    const journal = new JournalInMemory()
    const problems: (string | null)[] = []
    await using site = openSite({
      ...{ listen: { host: '127.0.0.1', port }, hosts: [], routes: new Map(), clock, journal },
      onProblem: problem => problems.push(problem),
    })
    for (const wait of [1_000, 2_000, 4_000]) {
      await until(() => clock.sleeping.includes(wait), { what: `a wait of ${wait} ms` })
      clock.advance(wait)
    }
    await until(() => clock.sleeping.includes(8_000))
    expect(problems.at(-1)).toBe(
      `http.listen: something else listens on 127.0.0.1:${port} already; stop it, or write another port`,
    )
    expect(journal.count(NOT_OPEN)).toBe(1)
    taken.close()
    await once(taken, 'close')
    clock.advance(8_000)
    await until(() => site.address !== null, { what: 'the port to be open' })
    expect(problems.at(-1)).toBeNull()
    expect(journal.count(OPEN)).toBe(1)
  })

  test('the port of an address that is not there is a problem, and not the end', async () => {
    const clock = new ManualClock()
    const problems: (string | null)[] = []
    await using _site = openSite({
      ...{ listen: { host: '192.0.2.1', port: 0 }, hosts: [], routes: new Map(), clock },
      journal: new JournalInMemory(),
      onProblem: problem => problems.push(problem),
    })
    await until(() => problems.length > 0)
    expect(problems[0]).toContain('no interface of this host has the address 192.0.2.1 now')
  })

  test('the port for everybody is opened as the config says, with a warning', async () => {
    await using site = await testSite({ listen: { host: '0.0.0.0', port: 0 } })
    expect(site.journal.lines.filter(l => l.level === 'warn')).toMatchObject([
      { message: 'the page can be read by everybody who reaches this address: there is no password' },
    ])
    await using own = await testSite()
    expect(own.journal.lines.filter(l => l.level === 'warn')).toEqual([])
  })

  const hasIpv6 = Object.values(networkInterfaces()).some(all => all?.some(i => i.address === '::1'))
  test.skipIf(!hasIpv6)('the port of an IPv6 address is opened as well', async () => {
    await using site = await testSite({ listen: { host: '::1', port: 0 } })
    expect(await site.exchange(request('GET / HTTP/1.1', `Host: [::1]:${site.port}`))).toContain('hello')
    expect(await site.exchange(request('GET / HTTP/1.1', 'Host: [::2]'))).toMatch(/^HTTP\/1\.1 421 /)
  })
})
