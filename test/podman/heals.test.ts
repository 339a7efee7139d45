// What netheal does on Podman's Docker-compatible service as on Docker: docs/podman.md, "What works".
import { expect, test } from 'vitest'
import { install } from '../engine/installation.ts'
import type { SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { addressOn, configFor, describePodman, detach, type Scene, scene, startedAt } from './scene.ts'

/** Without a schedule: what is healed here is healed because an event said so. */
const eventsOnly = { watch: { poll: false } } as const

describePodman(podman => {
  async function attached(host: Scene, container: SandboxContainer): Promise<void> {
    const isOn = async (): Promise<boolean> => (await addressOn(host.stack, container)) !== null
    await until(isOn, { what: `${container.name} on ${host.stack.name}`, deadline: 40_000 })
  }

  test('once attaches what runs, which then resolves the database without a restart, and what is created', async () => {
    await using host = await scene(podman())
    const runs = await host.app('app')
    const created = await host.app('app', { start: false })
    const before = await startedAt(runs)
    await using netheal = await install(podman(), configFor(host, [runs, created], { resolve: ['supabase-db'] }))

    const { code, answer } = await netheal.once()
    expect(code).toBe(0)
    expect(answer.outcomes.map(o => [o.container, o.kind, o.restarted, o.resolved])).toEqual([
      [runs.name, 'verified', false, true],
      [created.name, 'verified', false, null],
    ])
    // Before another one starts: Podman's name server reads its names anew then, and may have none for a while (docs/podman.md).
    expect(await host.box.exec(runs.id, ['nslookup', 'supabase-db'])).toMatchObject({ exitCode: 0 })
    await created.handle.start()
    for (const app of [runs, created]) expect(await addressOn(host.stack, app)).toMatch(/^10\./)
    expect(await startedAt(runs)).toBe(before)
  })

  test('check says what is missing, and then that all is well; once is silent', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    await using netheal = await install(podman(), configFor(host, [app]))

    expect(await netheal.command('check')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('would be attached'),
    })
    expect((await netheal.command('once')).code).toBe(0)
    expect(await netheal.check()).toMatchObject({
      code: 0,
      answer: { inSync: true, satisfied: [{ container: app.name }] },
    })
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  test('aliases and a fixed address are given', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    const gateway = (await host.stack.handle.inspect()).IPAM?.Config?.[0]?.Gateway ?? ''
    const ipv4 = gateway.replace(/\d+$/, '77')
    await using netheal = await install(podman(), configFor(host, [app], { aliases: ['web'], ipv4 }))

    expect((await netheal.once()).code).toBe(0)
    expect(await addressOn(host.stack, app)).toBe(ipv4)
    const answers = async (): Promise<boolean> =>
      (await host.box.exec(host.database.id, ['nslookup', 'web'])).output.includes(ipv4)
    await until(answers, { what: 'the alias' })
  })

  test('"restart": "after-attach" restarts once', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    const before = await startedAt(app)
    await using netheal = await install(podman(), configFor(host, [app], { restart: 'after-attach' }))

    const { answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([{ kind: 'verified', restarted: true }])
    const after = await startedAt(app)
    expect(after).not.toBe(before)
    expect(await addressOn(host.stack, app)).toMatch(/^10\./)
    expect((await netheal.once()).answer.outcomes).toEqual([])
    expect(await startedAt(app)).toBe(after)
  })

  test('the daemon heals an explicit detach because of its event', { timeout: 60_000 }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    const before = await startedAt(app)
    await using netheal = await install(podman(), { ...configFor(host, [app]), ...eventsOnly })
    const daemon = await netheal.running()

    for (let count = 1; count <= 5; count++) {
      await detach(host.stack, app)
      await daemon.said('attached', { container: app.name, count })
      expect(await addressOn(host.stack, app)).not.toBeNull()
    }
    expect(await daemon.stop()).toBe(0)
    expect((await netheal.detaches()).map(d => d.cause)).toEqual(Array(5).fill('explicit'))
    expect(await startedAt(app)).toBe(before)
  })

  test('the daemon attaches a container that replaces another', { timeout: 60_000 }, async () => {
    await using host = await scene(podman())
    let app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    await using netheal = await install(podman(), { ...configFor(host, [app]), ...eventsOnly })
    const daemon = await netheal.running()

    for (let count = 1; count <= 3; count++) {
      await app.handle.remove({ force: true })
      app = await host.app('app', { name: app.name })
      await daemon.said('attached', { container: app.name, count })
      await attached(host, app)
    }
    expect(await daemon.stop()).toBe(0)
    expect((await netheal.detaches()).map(d => d.cause)).toEqual(Array(3).fill('replaced'))
  })

  test('no stop, start, restart, kill or pause is taken for a detach', { timeout: 60_000 }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    const mark = await host.app('mark', { networks: [host.coolify.name, host.stack.name] })
    await using netheal = await install(podman(), { ...configFor(host, [app, mark]), ...eventsOnly })
    const daemon = await netheal.running()

    const { handle } = app
    await handle.stop()
    await handle.start()
    await handle.restart()
    await handle.kill()
    await handle.start()
    await handle.pause()
    await handle.unpause()
    await detach(host.stack, mark)
    await daemon.said('attached', { container: mark.name })
    expect(await daemon.stop()).toBe(0)
    expect((await netheal.detaches()).map(d => d.container)).toEqual([mark.name])
    expect(daemon.all('attached', app.name)).toEqual([])
  })

  test('a container that crashes again and again is attached while it runs', { timeout: 60_000 }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { cmd: ['sh', '-c', 'sleep 1; exit 3'], restartPolicy: 'always' })
    await using netheal = await install(podman(), { ...configFor(host, [app]), ...eventsOnly })
    const daemon = await netheal.running()
    await attached(host, app)
    expect(await daemon.stop()).toBe(0)
  })

  test('a service that ends and comes back is heard again', { timeout: 90_000 }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    const before = await startedAt(app)
    await using netheal = await install(podman(), { ...configFor(host, [app]), ...eventsOnly })
    const daemon = await netheal.running()

    await podman().stopService()
    await podman().start()
    await daemon.said('event stream open', { count: 2 })
    await detach(host.stack, app)
    await daemon.said('attached', { container: app.name })
    expect(await addressOn(host.stack, app)).toMatch(/^10\./)
    expect(await startedAt(app)).toBe(before)
  })

  test('containers without a network of their own are blocked by name, also beside one that is where they must be', async () => {
    await using host = await scene(podman())
    const modes = ['host', 'none', `container:${host.database.id}`]
    const apps = await Promise.all(modes.map(networkMode => host.app('app', { networkMode, networks: [] })))
    await using netheal = await install(podman(), configFor(host, apps))
    const blocked = apps.map(a => [a.name, 'network-mode'])
    try {
      for (const answer of [await netheal.check(), await netheal.once(), await netheal.once()]) {
        expect(answer.code).toBe(3)
        expect(answer.answer.blocked.map(b => [b.container, b.reason])).toEqual(blocked)
      }
    } finally {
      // Podman removes no container whose network another one shares.
      await apps.at(-1)?.handle.remove({ force: true })
    }
  })

  test('init finds the stack and who needs it; status, history and diagnose tell the story', {
    timeout: 60_000,
  }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { env: ['DATABASE_URL=postgres://supabase-db/postgres'] })
    await using netheal = await install(podman(), configFor(host, [app]), { bare: true })

    const proposal = await netheal.command('init', '--network', host.stack.name)
    expect(proposal).toMatchObject({ code: 0, stdout: expect.stringContaining(app.name) })
    expect((await netheal.once()).code).toBe(0)
    await detach(host.stack, app)
    expect((await netheal.once()).code).toBe(0)
    expect((await netheal.status()).answer).toMatchObject({
      attachments: [{ container: app.name, state: 'attached', lastDetach: { cause: 'explicit' } }],
    })
    expect((await netheal.command('history')).stdout).toContain('1 lost: 1 explicit; 1 healed')
    const diagnosis = await netheal.command('diagnose')
    expect(diagnosis.stdout).toContain(`${app.name} is on ${host.stack.name}`)
    expect(diagnosis.stdout).toMatch(/Podman 4\.3\.\d+ \(API 1\.41\) answers/)
  })
})
