/**
 * netheal behind a proxy that lets through what docs/allow-list says and nothing else; and in front of a socket that is
 * not for it.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { type Haproxy, prepareHaproxy, startHaproxy } from '../support/haproxy.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached, startedAt } from './estate.ts'
import { type Installation, install } from './installation.ts'

const haproxy = inject('engine') === null ? { absence: 'needs an engine' } : await prepareHaproxy()

/** Where there is a real engine, and haproxy. */
function describeProxied(name: string, tests: () => void): void {
  describeReal(name, () => describe.skipIf('absence' in haproxy)('(needs haproxy)', tests))
}

async function proxied(options: { on?: readonly string[]; off?: readonly string[]; idle?: string }): Promise<Haproxy> {
  if ('absence' in haproxy) throw new Error(haproxy.absence)
  return await startHaproxy({ program: haproxy.program, engine: realEngine().socketPath, ...options })
}

/** Method and path of what was called, ids left out. */
function shapes(proxy: Haproxy): readonly string[] {
  const shape = (call: string): string =>
    call.replace(/\/v1\.\d+/, '').replace(/\/(containers|networks|exec)\/[\w.-]{12,}(?=\/|$)/, '/$1/{id}')
  return [...new Set(proxy.calls.map(c => shape(c.call)))].sort()
}

const ALL = ['resolve', 'restart']

describeProxied('behind haproxy, with every line on', () => {
  test('behind haproxy with every line on, init, check, once: heal, resolve, restart; and no call that is not on the list', {
    timeout: 60_000,
  }, async () => {
    await using proxy = await proxied({ on: ALL })
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack, database } = host
    const restart = { when: 'after-attach', cooldown: '0s', maxPerHour: 10 }
    await using netheal = await install(proxy, configFor(host, { restart }))

    const init = await netheal.command(
      'init',
      '--network',
      stack.name,
      '--json',
      '--docker-host',
      `unix://${proxy.socketPath}`,
    )
    expect(init.code).toBe(0)
    expect(JSON.parse(init.stdout)).toMatchObject({ stacks: [{ network: stack.name, database: database.name }] })
    expect((await netheal.check()).answer.actions).toHaveLength(2)
    const before = [await startedAt(backend), await startedAt(worker)]
    const first = await netheal.once()
    expect(first.answer.outcomes).toMatchObject([
      { kind: 'verified', container: backend.name, restarted: true, resolved: true },
      { kind: 'verified', container: worker.name, restarted: true, resolved: true },
    ])
    expect(first.code).toBe(0)
    expect(await startedAt(backend)).not.toBe(before[0])

    // A network that was made anew while its members were stopped: repair, and a start.
    await Promise.all([backend, worker, database].map(it => it.handle.stop()))
    await stack.handle.remove()
    await box.network('stack', { name: stack.name })
    await expect(backend.handle.start()).rejects.toThrow()
    // The database stays where it is, off the new one: there is nothing to resolve.
    await netheal.configure(configFor(host, { restart, resolve: [] }))
    const repaired = await netheal.once()
    expect(repaired.answer.outcomes).toContainEqual(
      expect.objectContaining({ kind: 'verified', container: backend.name, started: true }),
    )
    expect(proxy.denied).toEqual([])
    expect(shapes(proxy)).toEqual([
      'GET /containers/json',
      'GET /containers/{id}/json',
      'GET /containers/{id}/stats',
      'GET /events',
      'GET /exec/{id}/json',
      'GET /networks',
      'GET /networks/{id}',
      'GET /version',
      'POST /containers/{id}/exec',
      'POST /containers/{id}/restart',
      'POST /containers/{id}/start',
      'POST /exec/{id}/start',
      'POST /networks/{id}/connect',
      'POST /networks/{id}/disconnect',
    ])
  })

  test('behind haproxy with every line on, run: the stream is cut after an idle time, opened again, and what is lost then is healed', {
    timeout: 120_000,
  }, async () => {
    // Long enough for any call of a busy engine: those end with the same idle time.
    await using proxy = await proxied({ on: ALL, idle: '3s' })
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(proxy, { ...configFor(host), watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: host.worker.name })
    await daemon.said('event stream lost, opening it again')
    await daemon.said('event stream open', { count: 2 })
    // Logged as over, while netheal goes on: it was the proxy that ended it.
    await until(() => proxy.calls.some(c => c.call.endsWith('/events')), { what: 'the end of the first stream' })
    await detach(host.stack, host.backend)
    await daemon.said('attached', { container: host.backend.name, count: 2 })
    expect(await isAttached(host.stack, host.backend)).toBe(true)
    expect(await daemon.stop()).toBe(0)
    expect(proxy.denied).toEqual([])
    expect(shapes(proxy)).toContain('GET /events')
  })
})

/** The findings of `netheal diagnose --json`, as `code: verdict`. */
async function diagnosed(netheal: Installation): Promise<readonly string[]> {
  const { stdout } = await netheal.command('diagnose', '--json')
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; verdict: string }[] }
  return findings.map(f => `${f.code}: ${f.verdict}`)
}

describeProxied('diagnose behind haproxy', () => {
  test('diagnose behind haproxy with its lines on: it sees, and makes no writing call but exec', async () => {
    await using proxy = await proxied({ on: ['resolve', 'diagnose'] })
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(proxy, configFor(host))
    await netheal.once()
    const before = proxy.calls.length
    const found = await diagnosed(netheal)
    expect(found).toEqual(expect.arrayContaining(['attached: well', 'dns-resolves: well', 'no-pool-lines: note']))
    expect(proxy.denied).toEqual([])
    const writing = proxy.calls.slice(before).filter(({ call }) => !call.startsWith('GET '))
    expect(writing.filter(({ call }) => !/\/exec(\/|$)/.test(call))).toEqual([])
    expect(shapes(proxy)).toContain('GET /containers/{id}/logs')
  })

  test('diagnose behind haproxy as the file is: what it could not see is said, and not called healthy', async () => {
    await using proxy = await proxied({})
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(proxy, configFor(host))
    await netheal.once()
    const found = await diagnosed(netheal)
    expect(found).toEqual(expect.arrayContaining(['attached: well', 'dns-unproven: unseen', 'log-unreadable: unseen']))
    expect(found.filter(f => /^(dns|pool)-.*: well$/.test(f))).toEqual([])
  })
})

describeProxied('behind haproxy, as its file is', () => {
  test('behind haproxy as its file is, without resolve and restart: healed all the same, and what was denied is said by its line', async () => {
    await using proxy = await proxied({})
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const restart = { when: 'after-attach', cooldown: '0s', maxPerHour: 10 }
    await using netheal = await install(proxy, configFor(host, { containers: [backend.name], restart }))
    const before = await startedAt(backend)
    const { answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([
      { container: backend.name, kind: 'verified', restarted: false, resolved: null },
    ])
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await startedAt(backend)).toBe(before)
    const said = JSON.stringify(answer.outcomes)
    expect(said).toContain(`exec: denied by the proxy at unix://${proxy.socketPath} (HTTP 403)`)
    expect(said).toContain(
      'POST /containers/{id}/exec, POST /exec/{id}/start, GET /exec/{id}/json (the line \\"resolve\\"',
    )
    expect((await netheal.logged('FAILED')).join()).toContain(
      'restart: denied by the proxy at unix://' +
        `${proxy.socketPath} (HTTP 403), which must allow POST /containers/{id}/restart (the line "restart"`,
    )
    expect(new Set(proxy.denied.map(c => c.replace(/^.*\//, '')))).toEqual(new Set(['exec', 'restart']))
  })

  test('behind haproxy as its file is, without events the daemon says so, and its schedule heals', async () => {
    await using proxy = await proxied({ off: ['events'] })
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(proxy, { ...configFor(host, { resolve: [] }), watch: { poll: '* * * * * *' } })
    const daemon = netheal.start()
    await daemon.said('attached', { container: host.backend.name })
    await detach(host.stack, host.backend)
    await daemon.said('attached', { container: host.backend.name, count: 2 })
    expect(JSON.stringify(daemon.lines)).toContain('GET /events: denied by the proxy')
    expect(JSON.stringify(daemon.lines)).toContain('the line \\"events\\" of its allow-list')
    expect(await daemon.stop()).toBe(0)
  })

  test('behind haproxy as its file is, without look or connect nothing goes, and the message names the line', async () => {
    await using blind = await proxied({ off: ['look'] })
    await using lame = await proxied({ off: ['connect'] })
    await using box = sandbox()
    const host = await estate(box)
    await using first = await install(blind, configFor(host))
    const check = await first.command('check')
    expect(check.code).toBe(3)
    expect(check.stderr).toContain('GET /version: denied by the proxy')
    expect(check.stderr).toContain('the line "look" of its allow-list')
    await using second = await install(lame, configFor(host))
    const once = await second.command('once')
    expect(once.code).toBe(3)
    expect(once.stdout).toContain('connect: denied by the proxy')
    expect(once.stdout).toContain('the line "connect" of its allow-list')
  })

  test('behind haproxy as its file is, an engine that is not there is told from a proxy that says no', async () => {
    if ('absence' in haproxy) return
    await using proxy = await startHaproxy({ program: haproxy.program, engine: '/nonexistent/docker.sock' })
    await using netheal = await install(proxy, { attachments: [{ containers: 'x', network: 'y' }] })
    const check = await netheal.command('check')
    expect(check.code).toBe(4)
    expect(check.stderr).toContain(`no engine behind the proxy at unix://${proxy.socketPath} (HTTP 503)`)
  })
})

const program = fileURLToPath(new URL('../../dist/netheal.js', import.meta.url))
const asNobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, program]
const mayBeNobody =
  process.getuid?.() === 0 &&
  (await promisify(execFile)('setpriv', [...asNobody, '--version']).then(
    () => true,
    () => false,
  ))

describe.skipIf(!mayBeNobody)('a socket that is for somebody else', () => {
  test('a socket that is for somebody else: the message says whose it is, and what to type', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'netheal-socket-'))
    const socket = join(folder, 'docker.sock')
    const server = createServer().listen(socket)
    try {
      await once(server, 'listening')
      await chmod(folder, 0o755)
      await chmod(socket, 0o600)
      const failed = await promisify(execFile)('setpriv', [
        ...asNobody,
        'init',
        '--docker-host',
        `unix://${socket}`,
      ]).then(
        () => null,
        (error: { code: number; stderr: string }) => error,
      )
      expect(failed?.code).toBe(4)
      expect(failed?.stderr).toContain(`no permission on unix://${socket}: it belongs to root:root, mode 0600`)
      expect(failed?.stderr).toContain('only root may use it: run netheal as root (sudo netheal ...)')
    } finally {
      server.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
