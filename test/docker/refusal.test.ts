// A refused call is an error with what the engine said, whatever that is: by the short way, by dockerode's own, and of a stream.
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { connectionTo } from '../../src/docker/connection.ts'
import { withPlainCalls } from '../../src/docker/plain-call.ts'
import { withRefusals } from '../../src/docker/refusal.ts'
import { StubEngine } from './stub-engine.ts'

interface Refusal {
  readonly message: string
  readonly statusCode: number
  readonly json: unknown
}

/** Of an inspect by both ways, and of an event stream. */
async function refusals(body: string): Promise<Refusal[]> {
  await using stub = await StubEngine.open((_path, _request, response) => response.writeHead(500).end(body))
  const connections = [connectionTo(stub.host, null), connectionTo(stub.host, null)] as const
  const [own, short] = connections
  const ways = [
    withRefusals(new Docker(own.options)),
    withPlainCalls(withRefusals(new Docker(short.options)), short.local),
  ]
  try {
    const asked = [...ways.map(docker => docker.getContainer('c').inspect()), ...ways.map(docker => docker.getEvents())]
    return (await Promise.allSettled(asked)).map(it => {
      if (it.status === 'fulfilled') throw new Error('not refused')
      return it.reason
    })
  } finally {
    for (const { close } of connections) close()
  }
}

test.each([
  ['an object that is its own text', '{"toString":1,"valueOf":2}'],
  ['a message that is one', '{"message":{"toString":"","valueOf":""}}'],
  ['an error that is one', '{"error":{"toString":{},"valueOf":{}}}'],
  ['a list of such', '[[{"toString":null}]]'],
])('%s: an error that gives no reason', async (_what, body) => {
  for (const { message, statusCode } of await refusals(body)) {
    expect(statusCode).toBe(500)
    expect(message).toContain('no reason given')
  }
})

test.each([
  ['a message', '{"message":"no room"}', 'no room'],
  ['an error', '{"error":"no room"}', 'no room'],
  ['a number', '{"message":7}', '7'],
  ['bare words', 'Forbidden', 'Forbidden'],
  ['null', 'null', 'null'],
  ['nothing', '', ''],
])('%s: as it is said', async (_what, body, said) => {
  const [own, short, ...streams] = await refusals(body)
  expect(own?.message).toBe(`(HTTP code 500) server error - ${said} `)
  expect(short).toMatchObject({ message: own?.message, statusCode: 500, json: own?.json })
  expect(streams).toHaveLength(2)
  // What a stream was refused with is in the message alone (failure.ts tells a proxy's words by that).
  for (const stream of streams) expect(stream).toMatchObject({ message: own?.message, statusCode: 500, json: null })
})

test('a stream whose refusal breaks off is an error', async () => {
  await using stub = await StubEngine.open((_path, request, response) => {
    response.writeHead(500, { 'content-length': '100' })
    response.write('{"mess', () => request.socket.destroy())
  })
  const { options, close } = connectionTo(stub.host, null)
  try {
    await expect(withRefusals(new Docker(options)).getEvents()).rejects.toThrow()
  } finally {
    close()
  }
})
