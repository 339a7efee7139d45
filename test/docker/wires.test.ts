// Wires against a server that sends the very bytes that a test says: what an engine, or a proxy before it, may answer.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openWires, type Reply, type Wires } from '../../src/docker/wires.ts'

/** What the server does with a question on a connection; called with the question's bytes. */
type Serving = (socket: Socket, question: string) => void

let folder: string
let server: Server
let wires: Wires
let serving: Serving
let sockets: Socket[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-wires-'))
  sockets = []
  server = createServer(socket => {
    sockets.push(socket)
    socket.on('data', bytes => serving(socket, bytes.toString()))
    // Connections that netheal breaks off are the subject here.
    socket.on('error', () => undefined)
  })
  const path = join(folder, 's.sock')
  await new Promise<void>(resolve => server.listen(path, resolve))
  wires = openWires(path)
})

afterEach(async () => {
  wires.close()
  for (const socket of sockets) socket.destroy()
  await new Promise(resolve => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

function ask(path = '/', body?: string): Promise<Reply> {
  return new Promise((resolve, reject) =>
    wires.ask({ method: body === undefined ? 'GET' : 'POST', path, headers: {}, body }, (error, reply) =>
      reply === null ? reject(error) : resolve(reply),
    ),
  )
}

async function said(asked: Promise<Reply>): Promise<readonly [number, string]> {
  const { statusCode, body } = await asked
  return [statusCode, body.toString()]
}

const sized = (body: string, head = ''): string =>
  `HTTP/1.1 200 OK\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

describe('an answer', () => {
  test.for<[string, string, readonly [number, string]]>([
    ['with a length', sized('é'), [200, 'é']],
    ['of no length', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', [404, '']],
    ['without content', 'HTTP/1.1 204 No Content\r\nApi-Version: 1.41\r\n\r\n', [204, '']],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n',
      [200, 'abc0123456789'],
    ],
    [
      'in chunks with words behind',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n',
      [200, 'abc'],
    ],
    ['after a preliminary one', `HTTP/1.1 100 Continue\r\n\r\n${sized('a')}`, [200, 'a']],
  ])('an HTTP answer %s, at once and byte by byte, and the connection is kept', async ([, bytes, expected]) => {
    serving = socket => void socket.write(bytes)
    expect(await said(ask())).toEqual(expected)
    serving = socket => {
      socket.setNoDelay()
      const rest = [...Buffer.from(bytes)]
      const next = (): void => {
        const byte = rest.shift()
        if (byte !== undefined) socket.write(Buffer.from([byte]), () => setImmediate(next))
      }
      next()
    }
    expect(await said(ask())).toEqual(expected)
    expect(sockets).toHaveLength(1)
  })

  test.for<[string, string]>([
    ['that says no length ends with its connection', 'HTTP/1.1 200 OK\r\n\r\nabc'],
    ['of the old protocol does, too', 'HTTP/1.0 200 OK\r\n\r\nabc'],
  ])('an HTTP answer %s', async ([, bytes]) => {
    serving = socket => void socket.end(bytes)
    expect(await said(ask())).toEqual([200, 'abc'])
    expect(await said(ask())).toEqual([200, 'abc'])
    expect(sockets).toHaveLength(2)
  })

  test('an HTTP answer that says "close" is the last one of its connection', async () => {
    serving = socket => void socket.write(sized('abc', 'Connection: close\r\n'))
    expect(await said(ask())).toEqual([200, 'abc'])
    expect(await said(ask())).toEqual([200, 'abc'])
    expect(sockets).toHaveLength(2)
  })
})

describe('an error is', () => {
  test.for<[string, string, Readonly<Record<string, unknown>>]>([
    ['no answer', '', { message: 'socket hang up', code: 'ECONNRESET' }],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-', { message: 'socket hang up', code: 'ECONNRESET' }],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', { message: 'aborted', code: 'ECONNRESET' }],
    [
      'half a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc',
      { message: 'aborted', code: 'ECONNRESET' },
    ],
    [
      'no last chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      { message: 'aborted', code: 'ECONNRESET' },
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', { message: 'Parse Error' }],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', { message: 'Parse Error' }],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`, { message: 'max header size exceeded' }],
    ['a length below zero', 'HTTP/1.1 200 OK\r\nContent-Length: -38\r\n\r\nab', { message: 'Parse Error' }],
    ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nab', { message: 'Parse Error' }],
    [
      'a chunk that leads back to what was read, for ever',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-6\r\nab',
      { message: 'Parse Error' },
    ],
  ])('an HTTP answer is an error: %s; the next question has a connection of its own', async ([, bytes, error]) => {
    serving = socket => void socket.end(bytes)
    await expect(ask()).rejects.toMatchObject(error)
    serving = socket => void socket.write(sized('abc'))
    expect(await said(ask())).toEqual([200, 'abc'])
  })

  test('nobody listening is an error', async () => {
    wires = openWires(join(folder, 'nobody.sock'))
    await expect(ask()).rejects.toMatchObject({ code: 'ENOENT', syscall: 'connect' })
  })
})

test('questions at once have a connection each, and questions one after the other have one', async () => {
  const asked: Socket[] = []
  serving = socket => {
    asked.push(socket)
    if (asked.length === 3) for (const s of asked) s.write(sized('abc'))
  }
  await Promise.all([ask(), ask(), ask()])
  expect(new Set(asked).size).toBe(3)
  serving = socket => void socket.write(sized('abc'))
  for (let n = 0; n < 10; n++) await ask()
  expect(sockets).toHaveLength(3)
})

test.for<[string, (socket: Socket) => unknown]>([
  ['is closed by the other side', socket => socket.end()],
  ['brings what nobody asked for', socket => socket.write(sized('not asked for'))],
])('an idle connection that %s is not used again', async ([, disturb]) => {
  serving = socket => void socket.write(sized('abc'))
  await ask()
  const [socket] = sockets
  const closed = new Promise(resolve => socket?.once('close', resolve))
  disturb(socket as Socket)
  await closed
  expect(await said(ask())).toEqual([200, 'abc'])
  expect(sockets).toHaveLength(2)
})

test.for([
  ['a whole one', sized('def')],
  ['the beginning of one', 'HTTP/1.1 200'],
  ['a line', '\r\n'],
] as const)('an answer with more behind it (%s) is taken, and its connection closed', async ([, more]) => {
  serving = socket => void socket.write(`${sized('abc')}${more}`)
  expect(await said(ask())).toEqual([200, 'abc'])
  const [socket] = sockets
  if (socket?.destroyed === false) await new Promise(resolve => socket.once('close', resolve))
  serving = socket => void socket.write(sized('ghi'))
  expect(await said(ask())).toEqual([200, 'ghi'])
  expect(sockets).toHaveLength(2)
})

test('a question that is given up ends once, with its reason, and its connection with it; the others go on', async () => {
  const heard: string[] = []
  const both = Promise.withResolvers<void>()
  serving = (_socket, question) => heard.push(question) === 2 && both.resolve()
  const answers: unknown[] = []
  const given = wires.ask({ method: 'GET', path: '/1', headers: {}, body: undefined }, error => answers.push(error))
  const other = ask('/2')
  await both.promise
  const closed = new Promise(resolve => sockets[heard.findIndex(q => q.startsWith('GET /1 '))]?.once('close', resolve))
  const reason = new Error('given up')
  given(reason)
  given(new Error('twice'))
  expect(answers).toEqual([reason])
  await closed
  for (const socket of sockets) if (!socket.destroyed) socket.write(sized('abc'))
  expect(await said(other)).toEqual([200, 'abc'])
  given(new Error('late'))
  expect(answers).toEqual([reason])
})

test('closed, what is being asked breaks, and nothing stays open', async () => {
  const heard = Promise.withResolvers<void>()
  serving = () => heard.resolve()
  const asked = ask()
  await heard.promise
  const closed = new Promise(resolve => sockets[0]?.once('close', resolve))
  wires.close()
  await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' })
  await closed
})

test('a question is sent as it is: a body with its bytes counted by the asker, and none with a length of 0', async () => {
  const heard: string[] = []
  serving = (socket, question) => {
    heard.push(question)
    socket.write(sized(''))
  }
  const question = { method: 'POST', path: '/v1.41/a?b=c', headers: { 'Content-Length': 2 }, body: 'é' }
  for (const one of [question, { ...question, headers: {}, body: undefined }])
    await new Promise(resolve => wires.ask(one, resolve))
  expect(heard).toEqual([
    'POST /v1.41/a?b=c HTTP/1.1\r\nContent-Length: 2\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\né',
    'POST /v1.41/a?b=c HTTP/1.1\r\nContent-Length: 0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n',
  ])
})

test('any bytes at all: an error or an answer, and the next question gets its own', async () => {
  const words = [
    ...['HTTP/1.1 ', '200 OK', '204', '101', '\r\n', '\n', '\r\n\r\n', 'Content-Length: ', '0', '5', '-5', '-38'],
    ...[
      'Transfer-Encoding: chunked',
      'Connection: close',
      'Connection: upgrade',
      'Upgrade: x',
      ' ',
      ':',
      'abc',
      '\0',
      '\xff',
    ],
  ]
  const bytes = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(bytes, async pieces => {
      serving = socket => void socket.end(pieces.join(''), 'latin1')
      await ask().catch(error => expect(error).toBeInstanceOf(Error))
      serving = socket => void socket.write(sized('abc'))
      expect(await said(ask())).toEqual([200, 'abc'])
    }),
    { numRuns: 300 },
  )
})
