// What does not work on Podman's Docker-compatible service, and what netheal says there: docs/podman.md, "What does not
// work" and "What Podman answers differently".
import { expect, test } from 'vitest'
import type { LogLine } from '../../src/diagnose/ports.ts'
import { openEngine } from '../../src/docker/engine.ts'
import type { EngineEvent } from '../../src/heal/ports.ts'
import { install } from '../engine/installation.ts'
import type { SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { addressOn, configFor, describePodman, detach, type Scene, scene, startedAt } from './scene.ts'

describePodman(podman => {
  const engineOf = (): ReturnType<typeof openEngine> =>
    openEngine({ host: `unix://${podman().socketPath}`, tls: null, timeout: 10_000 })
  const over = new AbortController()

  /** The networks that default routes lead to, the one that counts first. */
  async function routes({ box, stack, coolify }: Scene, app: SandboxContainer): Promise<readonly string[]> {
    const gateways = await Promise.all(
      [stack, coolify].map(async ({ name, handle }) => {
        const { IPAM } = await handle.inspect()
        return [IPAM?.Config?.[0]?.Gateway ?? '', name] as const
      }),
    )
    const { output } = await box.exec(app.id, ['ip', 'route'])
    return [...output.matchAll(/default via (\S+)/g)].map(([, at]) => new Map(gateways).get(at ?? '') ?? '')
  }

  test('Podman is recognized, and what it does not do is said in a line', { timeout: 60_000 }, async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    await using netheal = await install(podman(), configFor(host, [app]))
    const line =
      /^netheal: this is Podman 4\.3\.\d+, which does not do all that Docker does: .+; docs\/podman\.md has the whole list\n$/

    expect((await netheal.command('check')).stderr).toMatch(line)
    expect((await netheal.command('once')).stderr).toMatch(line)
    // All is well: a one-shot from cron says nothing then.
    expect((await netheal.command('once')).stderr).toBe('')
    expect((await netheal.command('status')).stderr).toBe('')
    expect((await netheal.command('status', '--live')).stderr).toMatch(line)
    expect((await netheal.command('diagnose')).stdout).toMatch(/NOTE +netheal +this is Podman 4\.3\.\d+, which/)
    const daemon = await netheal.running()
    await daemon.said('this engine does not support everything that Docker does')
    await detach(host.stack, app)
    await daemon.said('attached', { container: app.name })
    expect(await daemon.stop()).toBe(0)
    expect(daemon.all('this engine does not support everything that Docker does')).toHaveLength(1)
  })

  test('a paused container is not attached, which is said; unpaused, it is', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    await using netheal = await install(podman(), configFor(host, [app]))
    await app.handle.pause()

    expect((await netheal.check()).answer.actions).toMatchObject([{ kind: 'attach', container: app.name }])
    expect((await netheal.once()).code).toBe(3)
    expect((await netheal.logged('FAILED')).join()).toContain(
      `${app.name} is paused: if netheal attached it now, Podman could no longer list any container; podman unpause ${app.name}, and netheal attaches it`,
    )
    expect(await addressOn(host.stack, app)).toBeNull()
    expect(await podman().docker.listContainers({ all: true })).toHaveLength(2)
    await app.handle.unpause()
    expect((await netheal.once()).code).toBe(0)
    expect(await addressOn(host.stack, app)).toMatch(/^10\./)
  })

  test('asked for it all the same, Podman can list nothing any more until that container is restarted', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    await using netheal = await install(podman(), configFor(host, [app]))
    await app.handle.pause()
    await host.stack.handle.connect({ Container: app.id })

    await expect(podman().docker.listContainers({ all: true })).rejects.toThrow('network inspection mismatch')
    await expect(podman().docker.listNetworks()).rejects.toThrow('network inspection mismatch')
    const { code, stderr } = await netheal.command('check')
    expect(code).toBe(3)
    expect(stderr).toContain('network inspection mismatch')
    await app.handle.unpause()
    await app.handle.restart()
    expect((await netheal.check()).code).toBe(0)
  })

  test('a container with slirp4netns for a network is not attached, which is said', async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networkMode: 'slirp4netns', networks: [], start: false })
    await using netheal = await install(podman(), configFor(host, [app]))
    expect((await netheal.once()).code).toBe(3)
    expect((await netheal.logged('FAILED')).join()).toContain(
      `${app.name} has the network mode slirp4netns, with which it cannot join a network on Podman; create it again on a network: podman run --network NAME`,
    )
  })

  test('an attach moves the default route to the network that was joined last, which is said before', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    await using netheal = await install(podman(), configFor(host, [app]))
    expect(await routes(host, app)).toEqual([host.coolify.name])
    // Its name sorts behind: with Docker the route would stay.
    expect(host.stack.name > host.coolify.name).toBe(true)

    const moves = `the default route of ${app.name} moves to ${host.stack.name}: Podman gives it to the network joined last, and to any of them at a start`
    expect((await netheal.check()).answer.actions[0]?.warnings.join()).toContain(moves)
    expect((await netheal.once()).code).toBe(0)
    expect(await routes(host, app)).toEqual([host.stack.name, host.coolify.name])
    expect((await netheal.logged('WARNING')).join()).toContain(moves)
  })

  test('after a start the names of only one of its networks may resolve, which diagnose says; attached anew, those of the last do', async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    const resolves = async (): Promise<boolean> =>
      (await host.box.exec(app.id, ['nslookup', 'supabase-db'])).exitCode === 0
    await using netheal = await install(podman(), configFor(host, [app], { resolve: ['supabase-db'] }))
    // Each network has a name server of its own, which knows no other; which of them is asked is up to the start.
    await until(
      async () => {
        await app.handle.restart()
        return !(await resolves())
      },
      { what: 'a start after which supabase-db does not resolve', deadline: 40_000 },
    )
    expect((await netheal.check()).code).toBe(0)
    const { code, stdout } = await netheal.command('diagnose')
    expect(code).toBe(3)
    expect(stdout).toContain(`supabase-db does not resolve inside ${app.name}, although it is on ${host.stack.name}`)
    expect(stdout).toContain('docker network disconnect and then connect, for this container alone')
    await detach(host.stack, app)
    expect((await netheal.once()).answer.outcomes).toMatchObject([
      { kind: 'verified', restarted: false, resolved: true },
    ])
  })

  test('a network that is removed under its members and made anew is not noticed: they count as attached', async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { networks: [host.coolify.name, host.stack.name] })
    await using netheal = await install(podman(), configFor(host, [app]))
    expect((await netheal.check()).code).toBe(0)
    const before = await addressOn(host.stack, app)
    // By its name it is refused; by its id it is not, which is Podman's mistake.
    await expect(podman().docker.getNetwork(host.stack.name).remove()).rejects.toThrow('network is being used')
    await host.stack.handle.remove()
    expect((await netheal.check()).answer.blocked).toMatchObject([{ container: app.name, reason: 'network-missing' }])
    await host.box.network('stack', { name: host.stack.name })

    expect((await netheal.check()).answer.satisfied).toMatchObject([{ container: app.name }])
    expect(await addressOn(host.stack, app)).toBe(before)
    // What makes it right.
    await app.handle.restart()
    expect(await addressOn(host.stack, app)).not.toBe(before)
  })

  test('an entry names its network in place of the id, and no endpoint', async () => {
    await using host = await scene(podman())
    const { NetworkSettings } = await host.database.handle.inspect()
    const entry = NetworkSettings.Networks[host.stack.name]
    expect(entry).toMatchObject({
      NetworkID: host.stack.name,
      EndpointID: '',
      IPAddress: expect.stringMatching(/^10\./),
    })
  })

  test('an event of a network names the container only, and comes up to a quarter of a second late', async () => {
    await using host = await scene(podman())
    const app = await host.app('app')
    using engine = engineOf()
    const heard: EngineEvent[] = []
    await engine.events(Date.now(), event => void heard.push(event), over.signal)
    const stream = await podman().docker.getEvents({ filters: JSON.stringify({ event: ['connect'] }) })
    const { promise, resolve } = Promise.withResolvers<string>()
    stream.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    await host.stack.handle.connect({ Container: app.id })
    const event = JSON.parse(await promise) as { Actor: { ID: string; Attributes: Record<string, string> } }
    ;(stream as unknown as { destroy(): void }).destroy()

    expect(event.Actor.ID).toBe(app.id)
    expect(event.Actor.Attributes).not.toHaveProperty('container')
    expect(JSON.stringify(event)).not.toContain(host.stack.name)
    const ours = { kind: 'network', action: 'connect', id: '', name: '', containerId: app.id }
    await until(() => heard.some(e => JSON.stringify(e) === JSON.stringify(ours)), { what: 'the event in our words' })
    await app.handle.remove({ force: true })
    const hasHeard = (action: string): boolean =>
      heard.some(e => e.kind === 'container' && e.action === action && e.id === app.id)
    await until(() => hasHeard('die') && hasHeard('destroy'), { what: 'its end, in our words' })
  })

  test('networks that are made and removed are no events', async () => {
    await using host = await scene(podman())
    using engine = engineOf()
    const heard: EngineEvent[] = []
    await engine.events(Date.now(), event => void heard.push(event), over.signal)
    const network = await host.box.network('made')
    await network.handle.remove()
    const mark = await host.app('mark')
    await until(() => heard.some(e => e.id === mark.id), { what: 'an event that came later' })
    expect(heard.filter(e => e.kind === 'network' && e.containerId === null)).toEqual([])
  })

  test('events of the past are not to be had', async () => {
    await using host = await scene(podman())
    await host.app('app')
    using engine = engineOf()
    // Asked until a moment that is past, Podman tells one event or none; with a fraction, none.
    const end = Math.floor(Date.now() / 1000) * 1000 - 500
    expect(await engine.replay(end - 600_000, end, over.signal)).toEqual([])
  })

  test('a log has whole seconds only', async () => {
    await using host = await scene(podman())
    const app = await host.app('app', { cmd: ['sh', '-c', 'echo one; echo two'] })
    await app.handle.wait()
    using engine = engineOf()
    const lines: LogLine[] = []
    await engine.log(app.id, { since: null, longestLine: 100, limit: 10_000 }, line => lines.push(line), over.signal)
    expect(lines.map(l => l.text)).toEqual(['one', 'two'])
    expect(lines.map(l => l.at % 1000)).toEqual([0, 0])
  })

  test('a connect of what is attached is an error of the server', async () => {
    await using host = await scene(podman())
    const again = host.stack.handle.connect({ Container: host.database.id })
    await expect(again).rejects.toMatchObject({
      statusCode: 500,
      message: expect.stringContaining('already connected'),
    })
    expect(await startedAt(host.database)).not.toBe('')
  })
})
