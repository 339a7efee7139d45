// What the daemon serves under `http.listen`: the same as its commands print, made from what it knows, and its own health.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Served, serve } from '../../src/cli/observers/serve.ts'
import { Desk, type Ran } from '../cli/desk.ts'
import { APP, NETWORK } from '../heal/rig.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'

interface Daemon extends AsyncDisposable {
  readonly desk: Desk
  readonly port: number
  readonly ended: Promise<Ran>
  get(path: string): Promise<Response>
}

async function daemon(options: { readonly engine?: string } = {}): Promise<Daemon> {
  const desk = await Desk.open()
  const port = await freePort()
  const more = options.engine === undefined ? {} : { docker: { host: options.engine } }
  desk.configure({ http: { listen: `127.0.0.1:${port}` }, ...more })
  const ended = desk.run('run')
  const get = (path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  await until(async () => (await get('/status')).ok, { what: 'the daemon to serve', deadline: 60_000 })
  return {
    ...{ desk, port, ended, get },
    async [Symbol.asyncDispose]() {
      desk.stop.abort()
      await ended
      await desk[Symbol.asyncDispose]()
    },
  }
}

const healthy = (it: Daemon) =>
  until(async () => (await it.get('/healthz')).status === 200, { what: 'the first pass', deadline: 60_000 })

describe('the daemon', () => {
  test('the daemon serves the status that its command prints, its health, and the page', {
    timeout: 120_000,
  }, async () => {
    await using it = await daemon()
    await healthy(it)
    expect(await (await it.get('/healthz')).text()).toBe('ok\n')
    await until(
      async () => {
        const served = await it.get('/status')
        // A proof that is only newer is saved with what is news.
        const timeless = (text: string): string => text.replace(/("rung": "\w+",\s+"at": )"[^"]+"/g, '$1')
        return timeless(await served.text()) === timeless((await it.desk.run('status', '--json')).out)
      },
      { what: 'the status to be the same as on the command line' },
    )
    const page = await it.get('/')
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'; style-src 'sha256-.*frame-ancestors 'none'/,
    )
    const html = await page.text()
    expect(html).toContain('<h1>All is well.</h1>')
    expect(html).toContain(`<bdi>${APP}</bdi>`)
    expect(html.match(/first attach/g)?.length).toBeGreaterThan(0)
    const metrics = await it.get('/metrics')
    expect(metrics.status).toBe(200)
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(await metrics.text()).toMatch(/^netheal_engine_reachable 1$/m)
    it.desk.stop.abort()
    expect((await it.ended).code).toBe(0)
    await expect(it.get('/')).rejects.toThrow()
  })

  test('the daemon tells of a loop what the status and the log tell', { timeout: 120_000 }, async () => {
    await using it = await daemon()
    await healthy(it)
    const { simulator } = it.desk
    await until(() => simulator.isAttached(APP, NETWORK))
    const loops = async () => JSON.parse(await (await it.get('/status')).text()).loops
    for (let i = 0; i < 3; i += 1) {
      await simulator.disconnect(NETWORK, APP)
      await until(() => it.desk.state().detaches.length === i + 1 && simulator.isAttached(APP, NETWORK), {
        what: `heal ${i + 1}`,
      })
    }
    const [loop] = await until(async () => ((await loops()).length > 0 ? await loops() : null), { what: 'the loop' })
    expect(loop).toMatchObject({ container: APP, network: NETWORK, cause: 'explicit', count: 3 })
    expect(it.desk.log()).toContain(`LOOP: ${APP} lost ${NETWORK} 3 times`)
    const html = await (await it.get('/')).text()
    expect(html).toContain(`<h1><bdi>${APP}</bdi> keeps losing <bdi>${NETWORK}</bdi>: 3 times since`)
    expect(html).toContain('<dt>how often</dt><dd>3 times in ')
    expect(html).toContain(`<time datetime="${loop.since}">`)
    const table = /Evidence: its 3 losses.*?<\/details>/s.exec(html)?.[0] ?? ''
    expect(table.match(/<td>disconnected<\/td>/g)).toHaveLength(3)
    expect(table.match(/container <code>[0-9a-f]{12}<\/code>/g)).toHaveLength(3)
    expect(html).toContain('something on this host runs docker network disconnect')
  })

  test('the daemon says that it is blind, and that it has not looked yet', { timeout: 120_000 }, async () => {
    await using it = await daemon({ engine: 'unix:///nowhere/docker.sock' })
    await until(async () => (await (await it.get('/healthz')).text()).startsWith('blind: the last pass failed: '), {
      what: 'the daemon to find no engine',
    })
    expect((await it.get('/healthz')).status).toBe(503)
    const html = await (await it.get('/')).text()
    expect(html).toContain('netheal cannot reach the engine, so nothing is healed')
  })

  test('the daemon heals on where its port is taken, and the status says so', { timeout: 120_000 }, async () => {
    await using desk = await Desk.open()
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    desk.configure({ http: { listen: `127.0.0.1:${port}` } })
    const ended = desk.run('run')
    const problem = `something else listens on 127.0.0.1:${port} already`
    await until(async () => (await desk.run('status')).out.includes(problem), {
      what: 'the problem in the status',
      deadline: 60_000,
    })
    await until(() => desk.simulator.isAttached(APP, NETWORK), { what: 'the heal' })
    taken.close()
    await once(taken, 'close')
    await until(async () => !(await desk.run('status')).out.includes(problem), {
      what: 'the port to be opened',
      deadline: 60_000,
    })
    expect((await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: 'close' } })).status).toBe(200)
    desk.stop.abort()
    await ended
  })
})

test('nothing listens, and nothing of HTTP is loaded, where the config asks for nothing', async () => {
  const config = { http: { listen: null, hosts: [] } } as unknown as Parameters<typeof serve>[0]
  await using served: Served = await serve(config, {
    ...{ deps: {} as never, notices: {} as never, counts: {} as never, build: {} as never },
  })
  expect(served.port).toBeNull()
})
