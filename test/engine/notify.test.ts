/** Who is told what, by the built program on a real engine: the same story as `status` tells, and no secret anywhere. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebServer } from '../notify/web-server.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached, redeploy } from './estate.ts'
import { install } from './installation.ts'

const LOOP = { detaches: 3, within: '1m', clearAfter: '12s' }

describeReal('notifications', () => {
  test('notifications: a loop made by hand arrives as status has it, and so does its end; a hanging receiver holds no heal up', {
    timeout: 90_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    const host = await estate(box)
    const { backend, stack } = host
    const notify = [{ name: 'ops', url: `${web.origin}/hook` }]
    const heartbeat = { pingUrl: `${web.origin}/ping` }
    const loop = { ...LOOP, clearAfter: '20s' }
    await using netheal = await install(realEngine(), {
      ...configFor(host),
      ...{ loop, notify, heartbeat },
      watch: { poll: '* * * * * *' },
    })
    // What comes first for each: both hang for ever.
    web.replies.push('hang', 'hang')
    const daemon = await netheal.running()
    for (let count = 1; count <= 3; count++) {
      await daemon.said('attached', { container: backend.name, count })
      await detach(stack, backend)
    }
    await daemon.said('attached', { container: backend.name, count: 4 })
    await daemon.said('loop flagged', { container: backend.name })
    // Both calls hang now, and it heals on.
    await until(() => web.received.length === 2)
    await detach(stack, backend)
    await daemon.said('attached', { container: backend.name, count: 5 })
    expect(await isAttached(stack, backend)).toBe(true)

    const [shown] = (await netheal.status()).answer.loops
    const hooks = (): readonly Record<string, unknown>[] =>
      web.received.filter(r => r.path === '/hook').map(r => JSON.parse(r.body))
    const [opened] = hooks()
    expect(opened).toMatchObject({
      version: 1,
      kind: 'loop',
      phase: 'opened',
      container: shown?.container,
      network: shown?.network,
      since: shown?.since,
      title: expect.stringContaining(`${backend.name} lost ${stack.name} 3 times`),
      lines: expect.arrayContaining([expect.stringMatching(`^now: ${backend.name} is `)]),
      subject: expect.stringMatching(`^[^:]+: ${backend.name} lost .*, since \\d\\d:\\d\\d UTC$`),
      remedy: expect.stringContaining('docker network disconnect'),
    })
    // And as the action log has it.
    const [line = ''] = await netheal.logged('LOOP')
    expect(line).toContain(`LOOP: ${opened?.title} (cause: explicit, source: outside-detach): ${opened?.remedy}`)

    await daemon.said('loop cleared', { container: backend.name })
    await until(() => hooks().some(h => h.kind === 'recovered'), { what: 'the end of the loop', deadline: 40_000 })
    // Given up after its deadline, it was told again, as it was.
    const all = hooks()
    expect(all[1]).toEqual(opened)
    expect(all.at(-1)).toMatchObject({ kind: 'recovered', phase: 'closed', incident: 'loop', since: shown?.since })
    expect(all).toHaveLength(3)
    const pings = web.received.filter(r => r.path.startsWith('/ping')).map(r => r.path)
    expect(pings[0]).toBe('/ping/start')
    expect(await daemon.stop()).toBe(0)
  })

  test('notifications: three deploys whose containers all joined before their first process are no loop, and no message', {
    timeout: 90_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    const host = await estate(box)
    const notify = [{ name: 'ops', url: web.origin }]
    await using netheal = await install(realEngine(), { ...configFor(host), notify, watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: host.worker.name })
    let { backend } = host
    for (let count = 2; count <= 4; count++) {
      backend = await redeploy(host, backend, { start: false })
      await daemon.said('attached', { container: backend.name, count })
      await backend.handle.start()
      const { stack } = host
      const fresh = backend
      await until(() => isAttached(stack, fresh))
    }
    const { code, answer } = await netheal.status()
    expect({ code, loops: answer.loops }).toEqual({ code: 0, loops: [] })
    expect((await netheal.detaches()).map(d => d.cause)).toEqual(['replaced', 'replaced', 'replaced'])
    expect(await daemon.stop()).toBe(0)
    expect(web.received).toEqual([])
  })

  test('notifications: a daemon that was killed is told by the next one; one that was stopped, or reloaded, is not', {
    timeout: 60_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    const host = await estate(box)
    const notify = [{ format: 'json', url: web.origin }]
    await using netheal = await install(realEngine(), { ...configFor(host), notify })
    const first = await netheal.running()
    first.signal('SIGHUP')
    await first.said('config reloaded')
    expect(await first.stop()).toBe(0)

    const second = await netheal.running()
    expect(second.all('the previous daemon did not shut down cleanly')).toEqual([])
    second.signal('SIGKILL')
    await second.ended()

    const third = await netheal.running()
    await third.said('notification delivered')
    expect(web.messages).toMatchObject([
      { kind: 'crashed', lines: expect.arrayContaining([expect.stringContaining(`pid ${second.pid}`)]) },
    ])
    expect(await third.stop()).toBe(0)
    const fourth = await netheal.running()
    expect(await fourth.stop()).toBe(0)
    expect(web.received).toHaveLength(1)
  })

  test('notifications: what is for a target that a reload takes away goes to the one that takes its place, and that is said', {
    timeout: 60_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    web.fallback = { status: 503 }
    const host = await estate(box)
    const target = { name: 'gone', url: web.origin }
    await using netheal = await install(realEngine(), { ...configFor(host), notify: [target] })
    const killed = await netheal.running()
    killed.signal('SIGKILL')
    await killed.ended()
    const daemon = await netheal.running()
    await daemon.said('notification not delivered, trying again')
    await netheal.configure({ ...configFor(host), notify: [{ ...target, name: 'other' }] })
    daemon.signal('SIGHUP')
    expect(await daemon.said('notifications of a target that is gone go to the new one')).toMatchObject({
      target: 'other',
      count: 1,
    })
    expect(await daemon.stop()).toBe(0)
  })

  test('notifications: no secret is shown: not in the journal, the logs, the state, nor by any command', {
    timeout: 60_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    // The worst of servers: it repeats all that it gets.
    web.fallback = ({ path, headers }) => ({ status: 403, body: `${path} ${headers.authorization}` })
    const host = await estate(box)
    const file = {
      name: 'from-file',
      format: 'ntfy',
      url: { file: '/dev/null/PLANTED' },
      token: { env: 'NETHEAL_TEST' },
    }
    const notify = [
      { name: 'plain', format: 'slack', url: `${web.origin}/services/PLANTEDPATHPLANTED?k=PLANTEDQUERYPLANTED` },
      file,
    ]
    const heartbeat = { pingUrl: `${web.origin}/PLANTEDPINGPLANTED` }
    await using netheal = await install(realEngine(), { ...configFor(host), notify, heartbeat, loop: LOOP })
    const daemon = await netheal.running()
    for (let count = 1; count <= 3; count++) {
      await daemon.said('attached', { container: host.backend.name, count })
      await detach(host.stack, host.backend)
    }
    await daemon.said('notification refused, kept for a day')
    await daemon.said('ping not delivered (heartbeat.pingUrl); healing goes on')
    const said = [JSON.stringify(daemon.lines), daemon.stderr]
    expect(await daemon.stop()).toBe(0)
    for (const argv of [
      ['notify-test'],
      ['notify-test', '--json'],
      ['config'],
      ['config', '--json'],
      ['status'],
      ['once'],
    ]) {
      const { stdout, stderr } = await netheal.command(...argv)
      said.push(stdout, stderr)
    }
    said.push(
      JSON.stringify(await netheal.logBytes()),
      await readFile(join(netheal.folder, 'state/state.json'), 'utf8'),
    )
    // The name of a file is where a secret is, and no secret.
    expect(said.join('\n').replaceAll('/dev/null/PLANTED', '')).not.toContain('PLANTED')
  })
})
