// Each way to make a connection, run as it is inside a container, where this machine has its program.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONNECT_WAYS, REFUSED } from '../../src/heal/connect-ways.ts'

const folders = (process.env.PATH ?? '').split(delimiter)
const isThere = (program: string): boolean =>
  folders.some(folder => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const here = CONNECT_WAYS.filter(way => way.httpOnly !== true && isThere(way.program))

/** Its exit code; the way of an empty input, as an exec has it. */
function run(argv: readonly string[]): Promise<number | null> {
  const [file = '', ...args] = argv
  return new Promise(resolve => {
    const child = execFile(file, [...args], () => resolve(child.exitCode))
    child.stdin?.end()
  })
}

test('there is something to try: bash and node are where these tests run', () => {
  expect(here.map(w => w.program)).toEqual(expect.arrayContaining(['bash', 'node']))
})

describe('with what this machine has', () => {
  const server = createServer(socket => socket.end())
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => server.close())

  test.for(here.map(way => [way.argv('HOST', 1).slice(0, 2).join(' '), way] as const))(
    '%s tells a port that listens from one that does not',
    async ([, way]) => {
      const { port } = server.address() as AddressInfo
      const no = await run(way.argv('127.0.0.1', 1))
      expect(no).not.toBe(0)
      // nc has options that not every nc knows: a container's is tried before it is believed.
      if (way.isExact) {
        expect(no).toBe(REFUSED)
        expect(await run(way.argv('127.0.0.1', port))).toBe(0)
      }
    },
  )

  test('a host is one word, whatever is in it', async () => {
    for (const way of here) expect(await run(way.argv('127.0.0.1; exit 0 #', 1))).not.toBe(0)
  })
})
