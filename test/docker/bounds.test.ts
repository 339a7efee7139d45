// Whoever answers in the engine's place and never comes to an end is told so, and is not kept in memory.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEngine } from '../../src/docker/engine.ts'
import { answerWith, StubEngine } from './stub-engine.ts'

const MIB = 1024 * 1024

interface Sender extends AsyncDisposable {
  readonly engine: ReturnType<typeof openEngine>
  /** Bytes that were taken of it, of all answers. */
  sent(): number
}

/** Answers each call by `head`, and then with `piece` again and again until the connection ends. The greeting is an engine's. */
async function senderOf(head: string, piece: string, only: RegExp = /^/): Promise<Sender> {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-bounds-'))
  const path = join(folder, 's.sock')
  let sent = 0
  const serve = (socket: Socket, call: string): void => {
    const greeting = '{"Version":"28.5.2","ApiVersion":"1.51","MinAPIVersion":"1.24"}'
    const other = /^GET \S*\/version/.test(call) ? greeting : '[]'
    const reply = only.test(call) ? head : `HTTP/1.1 200 OK\r\nContent-Length: ${other.length}\r\n\r\n${other}`
    socket.write(reply)
    if (!only.test(call)) return
    const go = (): void => {
      while (!socket.destroyed) {
        sent += piece.length
        if (!socket.write(piece)) return void socket.once('drain', go)
      }
    }
    go()
  }
  const server = createServer(socket => {
    socket.on('data', chunk => serve(socket, chunk.toString('latin1')))
    // That it is broken off is the subject here.
    socket.on('error', () => undefined)
  }).listen(path)
  await once(server, 'listening')
  const engine = openEngine({ host: `unix://${path}`, tls: null, timeout: 120_000 })
  return {
    engine,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      engine[Symbol.dispose]()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const BODY = `${OK}\r\n`
const blank = ' '.repeat(64 * 1024)
const { signal } = new AbortController()

describe('an answer without an end is an error, and is not kept', () => {
  test.each<[string, RegExp, number, (engine: Sender['engine']) => Promise<unknown>]>([
    ['the version', /^GET \/version/, 1, engine => engine.greet(signal)],
    ['the list of containers', /^GET \S*\/containers\/json/, 64, engine => engine.lookAll(signal)],
    ['the list of networks', /^GET \S*\/networks/, 16, engine => engine.lookAll(signal)],
    ['an inspect', /^GET \S*\/containers\/c\/json/, 4, engine => engine.lookAt(['c'], signal, [])],
    ['a restart', /^POST/, 1, engine => engine.restart('c', signal)],
  ])('an answer without an end is an error, and is not kept: %s', async (_, only, mib, ask) => {
    await using sender = await senderOf(BODY, blank, only)
    await expect(ask(sender.engine)).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining(`the answer goes on beyond ${mib} MiB`) as unknown,
    })
    // What the kernel and node:net hold on the way comes on top.
    expect(sender.sent()).toBeLessThan((mib + 4) * MIB)
  })

  test.each<[string, string, string]>([
    ['a refusal', 'HTTP/1.1 500 Oh\r\n\r\n', blank],
    ['a header', `${OK}X: `, 'x'.repeat(1024)],
    ['many headers', OK, 'X: y\r\n'],
    ['trailers', `${CHUNKED}0\r\n`, 'X: y\r\n'],
    ['the extensions of a chunk', `${CHUNKED}1;`, 'x'.repeat(1024)],
    ['answers that say to wait', '', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'],
  ])('an answer without an end is an error, and is not kept: %s', async (_, head, piece) => {
    await using sender = await senderOf(head, piece, /^GET \S*\/networks|^GET \S*\/containers/)
    await expect(sender.engine.lookAll(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    expect(sender.sent()).toBeLessThan(5 * MIB)
  })

  test('an answer without an end is an error, and is not kept: events of the past', async () => {
    const event = `${JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: 'c', Attributes: {} }, time: 1 })}\n`
    await using sender = await senderOf(BODY, event.repeat(100), /^GET \S*\/events/)
    await expect(sender.engine.replay(0, 1, signal)).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('past events without an end') as unknown,
    })
  })
})

test('what an engine says of an interface takes no longer for a sentence that was made for it', async () => {
  const message = 'failed to retrieve the statistics for x in netns '.repeat(80_000)
  await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, { message }))
  using engine = openEngine({ host: stub.host, tls: null, timeout: 20_000 })
  // One that goes back over it blocks until the deadline of the test.
  expect(await engine.hasInterfaces('a'.repeat(64), signal)).toBeNull()
})
