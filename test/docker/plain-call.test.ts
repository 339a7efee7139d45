// The short way of a plain call: what it answers is what dockerode's own way would, and nothing of it stays behind.
import { getEventListeners } from 'node:events'
import Docker from 'dockerode'
import { describe, expect, test } from 'vitest'
import { connectionTo } from '../../src/docker/connection.ts'
import { withPlainCalls } from '../../src/docker/plain-call.ts'
import { type Answering, answerWith, StubEngine } from './stub-engine.ts'

interface Ways extends AsyncDisposable {
  readonly stub: StubEngine
  /** dockerode's own, and the short one. */
  readonly both: readonly (readonly [string, Docker])[]
}

async function ways(answering: Answering): Promise<Ways> {
  const stub = await StubEngine.open(answering)
  const connections = [connectionTo(stub.host, null), connectionTo(stub.host, null)] as const
  const [own, short] = connections
  return {
    stub,
    both: [
      ['own', new Docker(own.options)],
      ['short', withPlainCalls(new Docker(short.options), short.local)],
    ],
    async [Symbol.asyncDispose]() {
      for (const { close } of connections) close()
      await stub[Symbol.asyncDispose]()
    },
  }
}

/** What came of a call, comparable: an error is its own words, its status and what the engine sent. */
async function outcome(asked: Promise<unknown>): Promise<unknown> {
  return await asked.then(
    answer => ({ answer }),
    ({ message, code, statusCode, reason, json }) => ({ message, code, statusCode, reason, json }),
  )
}

describe('both ways say the same of', () => {
  test.for<[string, Answering]>([
    ['an answer', (_path, _request, response) => answerWith(response, { Id: 'c' })],
    ['an answer in pieces', (_path, _request, response) => response.write('{"Id":', () => response.end('"c"}'))],
    ['no such container', (_path, _request, response) => answerWith(response, { message: 'No such container' }, 404)],
    ['a server error without words', (_path, _request, response) => answerWith(response, {}, 500)],
    ['a status that it does not know', (_path, _request, response) => answerWith(response, { message: 'no' }, 418)],
    ['a web page', (_path, _request, response) => response.writeHead(502).end('<html>Bad Gateway</html>')],
    ['what is no JSON', (_path, _request, response) => response.end('nothing')],
    ['nothing', (_path, _request, response) => response.writeHead(200).end()],
    ['a connection that breaks', (_path, request) => request.socket.destroy()],
  ])('the plain call and dockerode say the same: %s', async ([, answering]) => {
    await using set = await ways(answering)
    const { signal } = new AbortController()
    const said = set.both.map(async ([, docker]) => [
      await outcome(docker.getContainer('c').inspect({ abortSignal: signal })),
      await outcome(docker.getContainer('c').restart({ abortSignal: signal })),
    ])
    const [own, short] = await Promise.all(said)
    expect(short).toEqual(own)
  })
})

test('an answer that is cut is an error at once: of dockerode itself only at the deadline', async () => {
  await using set = await ways((_path, _request, response) => response.write('{"Id":', () => response.destroy()))
  await expect(set.both[1]?.[1].getContainer('c').inspect()).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('neither the plain call nor dockerode sends a path that is more than a path', async () => {
  await using set = await ways((_path, _request, response) => answerWith(response, {}))
  for (const [, docker] of set.both) {
    const call = docker.getContainer('c HTTP/1.1\r\nX: 1').inspect()
    await expect(call).rejects.toThrow('Request path contains unescaped characters')
  }
  expect(set.stub.calls).toEqual([])
})

test('the plain call sends what dockerode does', async () => {
  const sent: unknown[] = []
  await using set = await ways((path, request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      sent.push([request.method, path, request.headers, Buffer.concat(chunks).toString()])
      answerWith(response, [])
    })
  })
  const halves: unknown[][] = []
  for (const [, docker] of set.both) {
    await docker.listContainers({ all: true })
    await docker.getNetwork('n').connect({ Container: 'é', EndpointConfig: { Aliases: ['a'] } })
    await docker.getContainer('c').restart({})
    halves.push(sent.splice(0))
  }
  expect(halves[1]).toHaveLength(3)
  expect(halves[1]).toEqual(halves[0])
})

describe('given up', () => {
  test.for<[string, (told: () => void) => Answering]>([
    ['before the answer', told => told],
    ['in the middle of it', told => (_path, _request, response) => response.write('{"Id":', told)],
  ])('a plain call that is given up: %s, it ends, and its connection with it', async ([, hanging]) => {
    const asked = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    const answering = hanging(asked.resolve)
    await using set = await ways((path, request, response) => {
      request.socket.on('close', closed.resolve)
      answering(path, request, response)
    })
    const given = new AbortController()
    const call = set.both[1]?.[1].getContainer('c').inspect({ abortSignal: given.signal })
    await asked.promise
    given.abort()
    await expect(call).rejects.toThrow('aborted')
    await closed.promise
  })

  test('a plain call that is given up: before it was asked, it asks nothing', async () => {
    await using set = await ways((_path, _request, response) => answerWith(response, {}))
    const call = set.both[1]?.[1].getContainer('c').inspect({ abortSignal: AbortSignal.abort() })
    await expect(call).rejects.toThrow('aborted')
    expect(set.stub.calls).toEqual([])
  })
})

test('a thousand calls leave nothing on the signal that they share', async () => {
  await using set = await ways((_path, _request, response) => answerWith(response, {}))
  const { signal } = new AbortController()
  const short = set.both[1]?.[1]
  for (let n = 0; n < 100; n++) {
    await Promise.all(Array.from({ length: 10 }, () => short?.getContainer('c').inspect({ abortSignal: signal })))
  }
  expect(set.stub.calls).toHaveLength(1_000)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
