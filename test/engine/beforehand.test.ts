/**
 * What is known to fail is said and not tried, on a real engine; and what fails without being known is one line and one mail an
 * incident, from one-shot to one-shot, whoever ends it.
 */
import { expect, test } from 'vitest'
import { WebServer } from '../notify/web-server.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { detach, estate, isAttached, ownPrefix } from './estate.ts'
import { install } from './installation.ts'

describeReal('known beforehand', () => {
  test('a network whose containers may not talk to each other: blocked where something is to be reached there', async () => {
    await using box = sandbox()
    const { backend } = await estate(box)
    const mute = await box.network('mute', { options: { 'com.docker.network.bridge.enable_icc': 'false' } })
    const database = await box.container('db', { networks: [mute.name], aliases: ['mute-db'] })
    const rule = { containers: [backend.name], network: mute.name }
    await using netheal = await install(realEngine(), { attachments: [{ ...rule, resolve: ['mute-db'] }] })
    const { code, answer } = await netheal.once()
    expect([code, await isAttached(mute, backend)]).toEqual([3, false])
    expect(answer.blocked).toMatchObject([{ reason: 'icc-off', hint: expect.stringContaining('mute-db') }])
    const check = await netheal.command('check')
    expect([check.code, check.stdout]).toEqual([3, expect.stringContaining('may not talk to each other')])
    expect(await netheal.logged('FAILED')).toEqual([])

    // It is so: attached all the same, nothing answers there.
    await netheal.configure({ attachments: [rule] })
    expect((await netheal.once()).code).toBe(0)
    const { NetworkSettings } = await database.handle.inspect()
    const address = NetworkSettings.Networks[mute.name]?.IPAddress ?? ''
    expect((await box.exec(backend.id, ['ping', '-c', '1', '-W', '2', address])).exitCode).not.toBe(0)
  })

  test('two rules for one container and network with other aliases: an error of the config, or it has both', async () => {
    await using box = sandbox()
    const { backend, stack } = await estate(box)
    const rule = (selector: string, alias: string) => ({
      ...{ containers: [selector], network: stack.name, aliases: [alias] },
    })
    await using netheal = await install(realEngine(), {
      attachments: [rule(backend.name, 'one'), rule(backend.name, 'two')],
    })
    expect(await netheal.command('once')).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('already asks for the same container on the same network') },
    })
    // That it is the same one shows only on the engine.
    await netheal.configure({ attachments: [rule(backend.name, 'one'), rule(`${backend.name.slice(0, -1)}*`, 'two')] })
    expect((await netheal.command('once')).code).toBe(0)
    const { NetworkSettings } = await backend.handle.inspect()
    expect(NetworkSettings.Networks[stack.name]?.Aliases).toEqual(expect.arrayContaining(['one', 'two']))
    expect((await netheal.command('check')).code).toBe(0)
  })
})

describePrivateEngine('known beforehand, in a swarm', () => {
  test('an overlay that is not attachable: blocked, not tried', { timeout: 120_000 }, async () => {
    await using engine = await startPrivateEngine()
    await using box = sandbox(engine)
    await engine.docker.swarmInit({ ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' })
    const network = await engine.docker.createNetwork({ Name: 'services', Driver: 'overlay', Attachable: false })
    const app = await box.container('app')
    await using netheal = await install(engine, { attachments: [{ containers: [app.name], network: 'services' }] })
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ reason: 'not-attachable', hint: expect.stringContaining('--attachable') }])
    expect([code, await netheal.logged('FAILED')]).toEqual([3, []])
    await expect(network.connect({ Container: app.id })).rejects.toThrow('not manually attachable')
  })
})

describeReal('what fails in one-shots', () => {
  test('is one line and one mail, backs off from run to run, and is over by another hand', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    await using web = await WebServer.open()
    const { backend } = await estate(box)
    // Room for two.
    const full = await box.network('full', { subnet: `${ownPrefix(box)}.0/29` })
    const members: Awaited<ReturnType<typeof box.container>>[] = []
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: [backend.name], network: full.name }],
      notify: [{ name: 'ops', url: `${web.origin}/hook` }],
    })
    expect((await netheal.command('once')).code).toBe(0)
    await detach(full, backend)
    for (;;) {
      const member = await box.container('member', { networks: [full.name] }).catch(() => null)
      if (member === null) break
      members.push(member)
    }
    const first = await netheal.command('once')
    expect([first.code, first.stdout]).toEqual([3, expect.stringContaining('FAILED: ')])
    expect(first.stdout).not.toContain('next try')
    for (const run of [1, 2, 3]) {
      const { code, stdout, stderr } = await netheal.command('once')
      expect({ run, code, stdout, stderr }).toEqual({ run, code: 3, stdout: '', stderr: '' })
    }
    const tries = (await netheal.logged('ACTION')).length
    expect(await netheal.logged('FAILED')).toHaveLength(1)
    await until(() => web.received.length === 1, { what: 'the mail' })
    expect(JSON.parse(web.received[0]?.body ?? '{}')).toMatchObject({ phase: 'opened', kind: 'failed' })

    await members[0]?.handle.remove({ force: true })
    await full.handle.connect({ Container: backend.id })
    const last = await netheal.command('once')
    expect([last.code, last.stdout]).toEqual([
      0,
      expect.stringMatching(/CLEARED: .* is on .* again, .* after it was lost/),
    ])
    expect((await netheal.logged('ACTION')).length).toBe(tries)
    await until(() => web.received.length === 2, { what: 'the mail that it is over' })
    expect(JSON.parse(web.received[1]?.body ?? '{}')).toMatchObject({ phase: 'closed' })
    expect((await netheal.command('history')).stdout).not.toContain('NOT HEALED')
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
  })
})
