/** A readiness URL in each of its moods, as a real server on this machine shows them. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { http } from '../../src/cli/diagnose/http-get.ts'
import type { Subject } from '../../src/diagnose/context.ts'
import { type ReadinessContext, readiness } from '../../src/diagnose/readiness/readiness.ts'
import type { ContainerDetails } from '../../src/diagnose/rules/details.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { CERTIFICATE, KEY } from '../docker/certificate.ts'

const NOW = Date.UTC(2026, 0, 5, 12)
const { signal } = new AbortController()
const run = promisify(execFile)

interface Listening extends AsyncDisposable {
  readonly origin: string
  /** Paths that were asked for. */
  readonly asked: string[]
}

async function listening(server: Server, protocol = 'http', asked: string[] = []): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void

function app(answering: Answering): Promise<Listening> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answering(request, response)
  })
  return listening(server, 'http', asked)
}

/** Answers JSON with that status at /health/ready, and 200 at /health. */
function saying(status: number, body: unknown): Promise<Listening> {
  return app((request, response) => {
    const ready = request.url?.startsWith('/health/ready') === true
    response.writeHead(ready ? status : 200, { 'Content-Type': 'application/json' })
    response.end(ready ? JSON.stringify(body) : '{"status":"ok"}')
  })
}

/** The same at every path, in the words of something that is not the app. */
function page(status: number, body: string, headers: Record<string, string> = {}): Promise<Listening> {
  return app((_request, response) => void response.writeHead(status, headers).end(body))
}

async function ask(url: string, context: Partial<ReadinessContext> = {}, timeout = 20_000): Promise<Finding> {
  const all = { readiness: [{ url, timeout }], http, subjects: [], now: NOW, ...context }
  const findings = await readiness(all, signal)
  expect(findings).toHaveLength(1)
  expect(findings[0]?.topic).toBe('readiness')
  return findings[0] as Finding
}

function subject(label: string, startedAt: number): Subject {
  return { label, attachments: [], details: { running: true, startedAt } as ContainerDetails }
}

describe('200', () => {
  test.for(['up', 'healthy', true, { status: 'up', latency_ms: 3 }, { state: 'OK' }, { healthy: true }])(
    'readiness answers 200: .components.db is %j: ready',
    async db => {
      await using server = await saying(200, { status: 'ready', components: { db, redis: 'up' } })
      const found = await ask(`${server.origin}/health/ready`)
      expect(found).toMatchObject({
        code: 'ready',
        verdict: 'well',
        subject: `${server.origin}/health/ready`,
        remedy: [],
      })
      expect(server.asked).toEqual(['GET /health/ready'])
    },
  )

  test.for(['down', 'degraded', false, null, 7, [], {}, { status: 'down' }, { up: false }])(
    'readiness answers 200: .components.db is %j: a contradiction',
    async db => {
      await using server = await saying(200, { components: { db } })
      const found = await ask(`${server.origin}/health/ready`)
      expect(found).toMatchObject({ code: 'ready-db-down', verdict: 'wrong' })
      expect(found.evidence).toContain(`.components.db: ${JSON.stringify(db)}`)
    },
  )

  test('readiness answers 200: no word of the database', async () => {
    await using server = await saying(200, { status: 'ready' })
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'ready-db-unsaid', verdict: 'note' })
  })

  test.for([
    ['a web page', '<!doctype html><html><head><title>Login | Fewo</title></head></html>', 'page: Login | Fewo'],
    ['a bare word', 'OK', 'OK'],
    ['a JSON string', '"up"', '"up"'],
    ['nothing', '', 'an empty body'],
  ] as const)('readiness answers 200: %s is no readiness answer', async ([, body, seen]) => {
    await using server = await page(200, body)
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-not-json', verdict: 'unseen' })
    expect(found.evidence).toContain(seen)
  })

  test('readiness answers 200: a body without an end is left at 64 KiB', async () => {
    let sent = 0
    await using server = await app((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, '{'))) sent += 16_384
      }
      response.on('drain', pour)
      pour()
    })
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-not-json', verdict: 'unseen' })
    expect(found.summary).toContain('more than 64 KiB')
    expect(found.evidence.join().length).toBeLessThan(1_000)
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })
})

describe('503', () => {
  test.for([
    ['down', 'its database is down: "down"'],
    ['degraded', 'its database is degraded: "degraded"'],
    [false, 'its database is down: false'],
    [{ status: 'down', error: 'gaierror' }, 'its database is down: {"status":"down","error":"gaierror"}'],
  ] as const)('readiness answers 503: .components.db is %j', async ([db, words]) => {
    await using server = await saying(503, { status: 'not ready', components: { db, redis: 'up', queue: 'down' } })
    const url = `${server.origin}/health/ready`
    const found = await ask(url)
    expect(found).toMatchObject({ code: 'not-ready', verdict: 'wrong', subject: url })
    expect(found.summary).toContain(words)
    expect(found.evidence).toEqual([
      ...['HTTP 503', `.components.db: ${JSON.stringify(db)}`, '.components.queue: "down"'],
      '/health answers 200: the app is alive, but not ready',
    ])
    expect(found.remedy.at(-1)).toBe(`check again: curl -s ${url} | jq '.components.db'`)
  })

  test('readiness answers 503: below "detail", as FastAPI raises it', async () => {
    await using server = await saying(503, { detail: { components: { db: 'down' } } })
    expect((await ask(`${server.origin}/health/ready`)).evidence).toContain('.components.db: "down"')
  })

  test('readiness answers 503: JSON of another shape is shown as it is', async () => {
    await using server = await saying(503, { detail: 'Service degraded' })
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'not-ready', verdict: 'wrong' })
    expect(found.evidence).toContain('{"detail":"Service degraded"}')
  })

  test('readiness answers 503: right after a start: wait', async () => {
    await using server = await saying(503, { components: { db: 'down' } })
    const subjects = [subject('pms-worker-v2', NOW - 3_600_000), subject('pms-backend', NOW - 12_000)]
    const found = await ask(`${server.origin}/health/ready`, { subjects })
    expect(found).toMatchObject({ code: 'not-ready-yet', verdict: 'wrong' })
    expect(found.summary).toContain('pms-backend was started 12 s ago')
    expect(found.remedy[0]).toContain('wait up to 60 s before investigating')
  })

  test('readiness answers 503: a minute after a start: no excuse', async () => {
    await using server = await saying(503, { components: { db: 'down' } })
    const found = await ask(`${server.origin}/health/ready`, { subjects: [subject('pms-backend', NOW - 60_000)] })
    expect(found.code).toBe('not-ready')
  })

  test('readiness answers 503: a password in what the app says is not shown', async () => {
    await using server = await saying(503, {
      components: { db: { error: 'postgresql://postgres:topsecret@supabase-db/x' } },
    })
    const found = await ask(`${server.origin}/health/ready?token=alsosecret`)
    expect(JSON.stringify(found)).not.toMatch(/topsecret|alsosecret/)
    expect(found.summary).toContain('postgresql://postgres:***@supabase-db/x')
    expect(server.asked[0]).toBe('GET /health/ready?token=alsosecret')
  })

  test.for([
    ['no available server\n', 503],
    ['404 page not found\n', 404],
    ['<html><head><title>502 Bad Gateway</title></head></html>', 502],
    ['Gateway Timeout', 504],
  ] as const)('readiness answers 503: a proxy with nowhere to go: %j', async ([body, status]) => {
    await using server = await page(status, body, { Server: 'traefik' })
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'not-ready-proxy', verdict: 'wrong' })
    expect(found.evidence[0]).toBe(`HTTP ${status}, server: traefik`)
  })
})

describe('another answer', () => {
  test.for([
    [500, 'wrong'],
    [401, 'unseen'],
    [404, 'unseen'],
    [204, 'unseen'],
  ] as const)('readiness answers otherwise: %d with JSON is %s', async ([status, verdict]) => {
    await using server = await saying(status, { detail: 'Not Found' })
    expect(await ask(`${server.origin}/health/ready`)).toMatchObject({ code: 'readiness-status', verdict })
  })

  test('readiness answers otherwise: a redirect is said, and not followed', async () => {
    await using server = await page(308, '', { Location: 'https://elsewhere.example/health/ready' })
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-redirect', verdict: 'unseen' })
    expect(found.summary).toContain('https://elsewhere.example/health/ready')
    expect(server.asked).toHaveLength(1)
  })
})

describe('no answer', () => {
  test('readiness does not answer: the connection is refused', async () => {
    const server = await page(200, '')
    await server[Symbol.asyncDispose]()
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-unreachable', verdict: 'wrong' })
    expect(found.summary).toContain('refuses the connection')
    expect(found.evidence[0]).toContain('ECONNREFUSED')
  })

  test('readiness does not answer: the connection is refused on every address of the name', async () => {
    const server = await page(200, '')
    await server[Symbol.asyncDispose]()
    const found = await ask(`${server.origin.replace('127.0.0.1', 'localhost')}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-unreachable', verdict: 'wrong' })
    expect(found.evidence[0]).toContain('ECONNREFUSED')
  })

  test('readiness does not answer: the name has no address', async () => {
    const found = await ask('https://nobody.invalid/health/ready')
    expect(found).toMatchObject({ code: 'readiness-dns', verdict: 'wrong' })
    expect(found.summary).toContain('nobody.invalid does not resolve on this host')
  })

  test('readiness does not answer: a server that takes the question and never answers', async () => {
    await using server = await app(() => undefined)
    const found = await ask(`${server.origin}/health/ready`, {}, 1_500)
    expect(found).toMatchObject({ code: 'readiness-timeout', verdict: 'wrong' })
    expect(found.summary).toContain('accepts the connection, but does not answer within 1.5 s')
  })

  test('readiness does not answer: a server that takes the connection and says no TLS', async () => {
    await using server = await listening(createTcpServer(), 'https')
    const found = await ask(`${server.origin}/health/ready`, {}, 300)
    expect(found.summary).toContain('no connection within 0.3 s')
  })

  test('readiness does not answer: a server that drips', async () => {
    await using server = await app((_request, response) => {
      response.writeHead(200)
      response.write('{')
    })
    const found = await ask(`${server.origin}/health/ready`, {}, 1_500)
    expect(found.summary).toContain('starts to answer, but does not finish')
  })

  test('readiness does not answer: a server that hangs up', async () => {
    await using server = await app(request => request.socket.destroy())
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-unreachable', verdict: 'wrong' })
    expect(found.summary).toContain('closed the connection without an answer')
  })

  test('readiness does not answer: a server that resets', async () => {
    await using server = await app(request => request.socket.resetAndDestroy())
    expect((await ask(`${server.origin}/health/ready`)).summary).toContain('closed the connection without an answer')
  })

  test('readiness does not answer: a server that hangs up in the middle', async () => {
    await using server = await app((request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('{"components":', () => request.socket.destroy())
    })
    expect((await ask(`${server.origin}/health/ready`)).summary).toContain('broke off in the middle of its answer')
  })

  test('readiness does not answer: a certificate that nobody signed', async () => {
    const tls = createTlsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => response.end('{}'))
    await using server = await listening(tls, 'https')
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-tls', verdict: 'wrong' })
    expect(found.evidence[0]).toContain('self-signed')
    // What Node would have a developer try is no help at night.
    expect(found.evidence.join()).not.toContain('Node.js')
  })

  test('readiness over a certificate that this host itself trusts is fine', async () => {
    const tls = createTlsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) => response.end('{}'))
    await using server = await listening(tls, 'https')
    const folder = mkdtempSync(join(tmpdir(), 'netheal-authorities-'))
    try {
      // As the distribution's own list of authorities: this process has read it long ago, another one has not.
      writeFileSync(join(folder, 'ca.pem'), CERTIFICATE)
      const module = new URL('../../src/cli/diagnose/http-get.ts', import.meta.url).href
      const program = `const { http } = await import(${JSON.stringify(module)})
        const options = { timeout: 20000, limit: 1000 }
        const answer = await http.fetchText(process.argv[1], options, new AbortController().signal)
        process.stdout.write(JSON.stringify(answer))`
      const env = { PATH: process.env.PATH, SSL_CERT_FILE: join(folder, 'ca.pem') }
      const args = ['--input-type=module', '-e', program, server.origin]
      const { stdout } = await run(process.execPath, args, { env })
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'answered', status: 200 })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('readiness does not answer: a server that speaks no TLS', async () => {
    await using server = await listening(
      createTcpServer(socket => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
      'https',
    )
    expect(await ask(`${server.origin}/health/ready`)).toMatchObject({ code: 'readiness-tls', verdict: 'wrong' })
  })

  test('readiness does not answer: a server that speaks no HTTP', async () => {
    await using server = await listening(createTcpServer(socket => void socket.end('SSH-2.0-OpenSSH_9.2\r\n')))
    const found = await ask(`${server.origin}/health/ready`)
    expect(found).toMatchObject({ code: 'readiness-unreachable', verdict: 'wrong' })
  })
})

test('each readiness URL has its own answer', async () => {
  await using good = await saying(200, { components: { db: 'up' } })
  await using bad = await saying(503, { components: { db: 'down' } })
  const urls = [good, bad].map(({ origin }) => ({ url: `${origin}/health/ready`, timeout: 20_000 }))
  const findings = await readiness({ readiness: urls, http, subjects: [], now: NOW }, signal)
  expect(findings.map(({ code }) => code)).toEqual(['ready', 'not-ready'])
})

test('no readiness URL is a note that says which key to write', async () => {
  const [found] = await readiness({ readiness: [], http, subjects: [], now: NOW }, signal)
  expect(found).toMatchObject({ code: 'readiness-unconfigured', verdict: 'note' })
  expect(found?.summary).toContain('diagnose.readiness')
})
