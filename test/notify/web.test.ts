// A target behind a URL against a real server: what arrives, and what each answer means. No secret is ever in an answer.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { jsonMessage } from '../../src/notify/envelope.ts'
import { ntfyMessage } from '../../src/notify/ntfy.ts'
import { NOTICE_KINDS } from '../../src/notify/rules/notice.ts'
import { secretsIn, shownAnswer } from '../../src/notify/secrecy.ts'
import { WEB_DEADLINE, type WebTarget, webReceiver } from '../../src/notify/web.ts'
import { CERTIFICATE, KEY } from '../docker/certificate.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { until } from '../support/until.ts'
import { NOTICE, notice, SENDER } from './notices.ts'
import { WebServer } from './web-server.ts'

const never = new AbortController().signal

function receiver(url: string, clock = new ManualClock(), over: Partial<WebTarget> = {}) {
  const target = { name: 'x', on: NOTICE_KINDS, url: async () => url, token: null, message: jsonMessage, ...over }
  return webReceiver(target, SENDER, clock)
}

test('a message arrives as the format made it, with the token as a header of its own', async () => {
  await using web = await WebServer.open()
  const token = async () => 'tk_secret'
  const ntfy = receiver(`${web.origin}/topic`, undefined, { token, message: ntfyMessage })
  expect(await ntfy.send(notice({ title: 'für alle' }), never)).toEqual({ kind: 'delivered', detail: 'HTTP 200 ok' })
  expect(web.received).toMatchObject([
    {
      method: 'POST',
      path: '/topic',
      headers: {
        authorization: 'Bearer tk_secret',
        title: `=?UTF-8?B?${Buffer.from('host-1: für alle, since 14:28 UTC').toString('base64')}?=`,
        priority: '4',
        'user-agent': 'netheal',
        'content-type': 'text/plain; charset=utf-8',
      },
    },
  ])
  expect(web.received[0]?.body).toContain('what to do: look in cron')
})

test.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [301, 'refused'],
  [400, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [410, 'refused'],
  [408, 'later'],
  [425, 'later'],
  [429, 'later'],
  [500, 'later'],
  [503, 'later'],
] as const)('the answer HTTP %i to a message: %s', async (status, kind) => {
  await using web = await WebServer.open()
  web.fallback = { status }
  expect(await receiver(web.origin).send(NOTICE, never)).toMatchObject({ kind })
})

test('a redirect of a message is not followed', async () => {
  await using web = await WebServer.open()
  await using other = await WebServer.open()
  web.fallback = { status: 307, headers: { location: `${other.origin}/taken` } }
  const answer = await receiver(web.origin).send(NOTICE, never)
  expect(answer).toMatchObject({ kind: 'refused', why: expect.stringContaining('redirect') })
  expect(JSON.stringify(answer)).not.toContain('taken')
  expect(other.received).toEqual([])
})

test.each([
  ['7', 7_000],
  ['1.5', 1_500],
  ['Mon, 29 Dec 2025 14:33:01 GMT', 60_000],
  ['Mon, 29 Dec 2025 14:00:00 GMT', 0],
  ['99999999', 86_400_000],
  ['soon', null],
])('Retry-After: %s', async (value, after) => {
  await using web = await WebServer.open()
  web.fallback = { status: 429, headers: { 'retry-after': value } }
  const clock = new ManualClock(Date.UTC(2025, 11, 29, 14, 32, 1))
  expect(await receiver(web.origin, clock).send(NOTICE, never)).toMatchObject({ kind: 'later', after })
})

describe('what goes wrong', () => {
  test('a message goes wrong: a server that hangs is left after its deadline', async () => {
    await using web = await WebServer.open()
    web.fallback = 'hang'
    const clock = new ManualClock()
    const sent = receiver(web.origin, clock).send(NOTICE, never)
    await web.got(1)
    clock.advance(WEB_DEADLINE)
    expect(await sent).toEqual({ kind: 'later', why: 'no answer within 10 s', after: null })
    expect(clock.sleeping).toEqual([])
  })

  test('a message goes wrong: it ends at once when netheal does', async () => {
    await using web = await WebServer.open()
    web.fallback = 'hang'
    const stop = new AbortController()
    const sent = receiver(web.origin).send(NOTICE, stop.signal)
    await web.got(1)
    stop.abort()
    expect(await sent).toMatchObject({ kind: 'later' })
  })

  test('a message goes wrong: a connection that is cut, and one that is refused', async () => {
    const web = await WebServer.open()
    web.fallback = 'cut'
    expect(await receiver(web.origin).send(NOTICE, never)).toMatchObject({ why: 'the connection was cut (ECONNRESET)' })
    const { origin } = web
    await web[Symbol.asyncDispose]()
    expect(await receiver(origin).send(NOTICE, never)).toMatchObject({
      kind: 'later',
      why: 'connection refused (ECONNREFUSED)',
    })
  })

  test('a message goes wrong: a server that nobody vouches for gets nothing, the token least of all', async () => {
    const heard: string[] = []
    const server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
      heard.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const target = receiver(`https://127.0.0.1:${port}/hook`, undefined, { token: async () => 'tk_secret' })
      const answer = await target.send(NOTICE, never)
      expect(answer).toMatchObject({ kind: 'later', why: expect.stringMatching(/certificate/) })
      expect(heard).toEqual([])
    } finally {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  })

  test('a message goes wrong: an answer without an end costs no more than its start', async () => {
    await using web = await WebServer.open()
    web.fallback = { status: 500, body: 'x'.repeat(5_000_000) }
    const answer = await receiver(web.origin).send(NOTICE, never)
    expect(JSON.stringify(answer).length).toBeLessThan(300)
  })

  test('a message goes wrong: a secret that cannot be looked up is tried again later, and named by its place', async () => {
    const url = async (): Promise<string> => {
      throw new NethealError('config', 'the environment variable SLACK is not set', { hint: 'set it' })
    }
    expect(await receiver('', undefined, { url }).send(NOTICE, never)).toEqual({
      kind: 'later',
      why: 'the environment variable SLACK is not set; set it',
      after: null,
    })
  })

  test.each(['not a url with SECRET', 'ftp://SECRET/x'])(
    'a message goes wrong: %s is no address, and is not repeated',
    async url => {
      const answer = await receiver(url).send(NOTICE, never)
      expect(answer.kind).toBe('later')
      expect(JSON.stringify(answer)).not.toContain('SECRET')
    },
  )
})

describe('a secret', () => {
  const path = '/services/T0AAAAAAA/B0BBBBBBB/XsecretXsecretXsecret?key=QsecretQ%2Fsecret'
  const url = new URL(`https://user:PsecretP@hooks.example.com${path}`)

  test.each([
    `Cannot POST ${path}`,
    `Cannot POST ${path.replaceAll('/', '&#x2F;')}`,
    JSON.stringify({ url: path }).replaceAll('/', '\\/'),
    'no such hook: xsecretxsecret',
    `no such key: QsecretQ/secret`,
    'bad password PsecretP',
    `not found: ${encodeURIComponent(path)}`,
  ])('a secret that the answer repeats is not shown: %s', answer => {
    expect(shownAnswer(answer, secretsIn(url))).toMatch(/^\(its answer is not shown/)
  })

  test.each(['no_service', 'invalid_token', '{"message": "Unknown Webhook", "code": 10015}', 'ok', ''])(
    'a secret is in no usual answer: %s',
    answer => {
      expect(shownAnswer(answer, secretsIn(url))).toBe(answer)
      expect(shownAnswer(answer, secretsIn(new URL('https://discord.com/api/webhooks/1234/abcdefghij')))).toBe(answer)
    },
  )

  test('a secret is in nothing that comes back of a server that quotes all it got', async () => {
    await using web = await WebServer.open()
    const token = 'tk_PlantedTokenPlanted'
    const planted = '/hooks/PlantedPathPlanted?auth=PlantedQueryPlanted'
    const target = { token: async () => token }
    for (const status of [200, 404, 500]) {
      web.fallback = ({ path: at, headers }) => ({ status, body: `${at} ${headers.authorization}` })
      const answer = JSON.stringify(await receiver(`${web.origin}${planted}`, undefined, target).send(NOTICE, never))
      expect(answer).not.toContain('Planted')
      expect(answer).toContain(String(status))
    }
    await until(() => web.received.length === 3)
  })
})
