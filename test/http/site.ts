/** A site on a free port of the loopback, with time, journal and problems in the test's hands, and requests byte by byte. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { systemClock } from '../../src/cli/clock.ts'
import { plain, type Reply } from '../../src/http/answer.ts'
import { openSite, type Site, type SiteOptions, USUAL_LIMITS } from '../../src/http/server.ts'
import { JournalInMemory } from '../heal/records.ts'
import { until } from '../support/until.ts'

export interface TestSite extends AsyncDisposable {
  readonly site: Site
  readonly journal: JournalInMemory
  /** As they were told. */
  readonly problems: (string | null)[]
  readonly port: number
  /** Sends these bytes, and resolves with all that comes until the other end closes. */
  exchange(bytes: string): Promise<string>
  /** A connection that is destroyed with the site. */
  open(): Promise<Socket>
}

export async function testSite(options: Partial<SiteOptions> = {}): Promise<TestSite> {
  const journal = new JournalInMemory()
  const problems: (string | null)[] = []
  const sockets: Socket[] = []
  const site = openSite({
    listen: { host: '127.0.0.1', port: 0 },
    hosts: [],
    routes: new Map<string, () => Promise<Reply>>([['/', async () => plain(200, 'hello')]]),
    clock: systemClock(),
    journal,
    onProblem: problem => problems.push(problem),
    limits: USUAL_LIMITS,
    ...options,
  })
  const host = options.listen?.host ?? '127.0.0.1'
  const { port } = await until(() => site.address, { what: 'the port to be open' })
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host })
    sockets.push(socket)
    // A reset is an end as well.
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }
  return {
    site,
    journal,
    problems,
    port,
    open,
    async exchange(bytes) {
      const socket = await open()
      let text = ''
      socket.setEncoding('latin1')
      socket.on('data', chunk => {
        text += chunk
      })
      const closed = once(socket, 'close')
      socket.write(bytes)
      await closed
      return text
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await site[Symbol.asyncDispose]()
    },
  }
}
