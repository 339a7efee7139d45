// dockerode's calls over node:http: what is sent, what comes back, and what an engine, or a proxy before it, may answer.
import { getEventListeners, once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Docker, { type DockerOptions } from 'dockerode'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Modem } from '../../src/docker/modem.ts'
import { type Answering, answerWith, StubEngine } from './stub-engine.ts'

interface Scene extends AsyncDisposable {
  readonly stub: StubEngine
  readonly docker: Docker
}

async function scene(answering: Answering, version: string | null = null): Promise<Scene> {
  const stub = await StubEngine.open(answering)
  const agent = new Agent({ keepAlive: true })
  const modem = new Modem(agent, { socketPath: stub.host.slice('unix://'.length), servername: '' }, version)
  return {
    stub,
    docker: new Docker({ modem } as DockerOptions),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await stub[Symbol.asyncDispose]()
    },
  }
}

test('a call is sent with its version, its query and its body, all on one connection', async () => {
  const sent: unknown[] = []
  const heard: Answering = async (_path, request, response) => {
    const { host, ...headers } = request.headers
    sent.push([`${request.method} ${request.url}`, headers, await text(request)])
    answerWith(response, [])
  }
  await using set = await scene(heard, 'v1.51')
  const { docker } = set
  await docker.listContainers({ all: true, abortSignal: new AbortController().signal })
  await docker.listNetworks()
  await docker.getContainer('c').inspect({})
  await docker.getNetwork('n').connect({ Container: 'é', EndpointConfig: { Aliases: ['a'] } })
  await docker.getContainer('c').restart({})
  const body = '{"Container":"é","EndpointConfig":{"Aliases":["a"]}}'
  const kept = { connection: 'keep-alive' }
  expect(sent).toEqual([
    ['GET /v1.51/containers/json?all=true', kept, ''],
    ['GET /v1.51/networks', kept, ''],
    ['GET /v1.51/containers/c/json', kept, ''],
    [
      'POST /v1.51/networks/n/connect',
      { ...kept, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
      body,
    ],
    ['POST /v1.51/containers/c/restart', { ...kept, 'content-length': '0' }, ''],
  ])
  expect(set.stub.connections).toBe(1)
})

test('a filter in a query arrives as it is', async () => {
  const filters = '{"event":["a b","ü&=?"]}'
  await using set = await scene((_path, request, response) =>
    answerWith(response, new URL(request.url ?? '', 'http://x').searchParams.get('filters')),
  )
  expect(await text(await set.docker.getEvents({ filters }))).toBe(JSON.stringify(filters))
})

test('a path that is more than a path is not sent', async () => {
  await using set = await scene((_path, _request, response) => answerWith(response, {}))
  const call = set.docker.getContainer('c HTTP/1.1\r\nX: 1').inspect()
  await expect(call).rejects.toThrow('Request path contains unescaped characters')
  expect(set.stub.calls).toEqual([])
})

describe('answers', () => {
  test.for<[string, Answering, unknown]>([
    ['that is JSON', (_path, _request, response) => answerWith(response, { Id: 'c' }), { Id: 'c' }],
    [
      'that comes in pieces',
      (_path, _request, response) => response.write('{"Id":', () => response.end('"c"}')),
      { Id: 'c' },
    ],
    ['that is no JSON: its bytes', (_path, _request, response) => response.end('OK'), Buffer.from('OK')],
    ['that is empty: no bytes', (_path, _request, response) => response.writeHead(200).end(), Buffer.from('')],
  ])('an answer %s', async ([, answering, expected]) => {
    await using set = await scene(answering)
    expect(await set.docker.getContainer('c').inspect()).toEqual(expected)
  })
})

describe('refusals', () => {
  test.for<[string, number, string, unknown]>([
    ['with a message', 500, '{"message":"no room"}', { message: 'no room' }],
    [
      'of which no text can be made',
      500,
      '{"message":{"toString":"","valueOf":""}}',
      { message: { toString: '', valueOf: '' } },
    ],
    ['that is no JSON', 502, '<html>Bad Gateway</html>', Buffer.from('<html>Bad Gateway</html>')],
    ['with a status that nobody expects', 418, '{}', {}],
    ['without a body', 404, '', Buffer.from('')],
  ])('a refusal of a call, and of a stream, %s', async ([, status, body, json]) => {
    await using set = await scene((_path, _request, response) => response.writeHead(status).end(body))
    const refused = { statusCode: status, json }
    await expect(set.docker.getContainer('c').inspect()).rejects.toMatchObject(refused)
    await expect(set.docker.getEvents()).rejects.toMatchObject(refused)
  })

  test.for(['/elsewhere', 'foo:bar', 'http://127.0.0.1:1/'])(
    'a redirect to %s is a refusal, and followed by nobody',
    async to => {
      await using set = await scene((_path, _request, response) => response.writeHead(302, { location: to }).end())
      await expect(set.docker.listNetworks()).rejects.toMatchObject({ statusCode: 302 })
      await expect(set.docker.getEvents()).rejects.toMatchObject({ statusCode: 302 })
      expect(set.stub.calls).toEqual(['GET /networks', 'GET /events'])
    },
  )
})

describe('what breaks', () => {
  test.for<[string, Answering]>([
    ['a connection without an answer', (_path, request) => request.socket.destroy()],
    ['an answer that is cut', (_path, _request, response) => response.write('{"Id":', () => response.destroy())],
    [
      'a refusal that is cut',
      (_path, request, response) => {
        response.writeHead(500, { 'content-length': '100' })
        response.write('{"mess', () => request.socket.destroy())
      },
    ],
  ])('%s is an error at once', async ([, answering]) => {
    await using set = await scene(answering)
    await expect(set.docker.getContainer('c').inspect()).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('nobody listening is an error', async () => {
    await using set = await scene(() => undefined)
    await set.stub[Symbol.asyncDispose]()
    await expect(set.docker.listNetworks()).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('given up', () => {
  test.for<[string, (told: () => void) => Answering]>([
    ['before the answer', told => told],
    ['in the middle of it', told => (_path, _request, response) => response.write('{"Id":', told)],
  ])('a call that is given up %s ends, and its connection with it', async ([, hanging]) => {
    const asked = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    const answering = hanging(asked.resolve)
    await using set = await scene((path, request, response) => {
      request.socket.on('close', closed.resolve)
      answering(path, request, response)
    })
    const given = new AbortController()
    const call = set.docker.getContainer('c').inspect({ abortSignal: given.signal })
    await asked.promise
    given.abort()
    await expect(call).rejects.toThrow('aborted')
    await closed.promise
  })

  test('a call that is given up before it was asked asks nothing', async () => {
    await using set = await scene((_path, _request, response) => answerWith(response, {}))
    const call = set.docker.getContainer('c').inspect({ abortSignal: AbortSignal.abort() })
    await expect(call).rejects.toThrow('aborted')
    expect(set.stub.calls).toEqual([])
  })

  test('a thousand calls leave nothing on the signal that they share', async () => {
    await using set = await scene((_path, _request, response) => answerWith(response, {}))
    const { signal } = new AbortController()
    for (let n = 0; n < 100; n++) {
      const some = Array.from({ length: 10 }, () => set.docker.getContainer('c').inspect({ abortSignal: signal }))
      await Promise.all(some)
    }
    expect(set.stub.calls).toHaveLength(1_000)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

test('an engine that answers any bytes at all: an error or an answer, and the next call gets its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-modem-'))
  const socketPath = join(folder, 's.sock')
  let serve: (socket: Socket) => void = () => undefined
  const server = createServer(socket => {
    socket.on('data', () => serve(socket))
    // Connections that netheal breaks off are the subject here.
    socket.on('error', () => undefined)
  }).listen(socketPath)
  await once(server, 'listening')
  const agent = new Agent({ keepAlive: true })
  const docker = new Docker({ modem: new Modem(agent, { socketPath, servername: '' }, null) } as DockerOptions)
  const heads = [
    'HTTP/1.1 ',
    '200 OK',
    '204',
    '101',
    'Content-Length: ',
    'Transfer-Encoding: chunked',
    'Connection: close',
  ]
  const more = [
    'Connection: upgrade',
    'Upgrade: x',
    'Location: x:y',
    '302',
    '\r\n',
    '\n',
    '\r\n\r\n',
    '0',
    '5',
    '-5',
    '-38',
  ]
  const words = fc.constantFrom(...heads, ...more, ' ', ':', 'abc', '\0', '\xff')
  const bytes = fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 20 })
  try {
    await fc.assert(
      fc.asyncProperty(bytes, async pieces => {
        serve = socket => void socket.end(pieces.join(''), 'latin1')
        await docker.listNetworks().catch(error => expect(error).toBeInstanceOf(Error))
        serve = socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]')
        expect(await docker.listNetworks()).toEqual([1])
      }),
      { numRuns: 300 },
    )
  } finally {
    agent.destroy()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
