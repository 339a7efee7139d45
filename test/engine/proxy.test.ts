/**
 * A proxy that has to be on each network of its applications (`ofEach`), on an engine of its own: twenty networks, whose
 * names sort before the proxy's own, a published port, and what Coolify does to both.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox, SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { keepsGateway } from './estate.ts'
import { type Installation, install } from './installation.ts'

const run = promisify(execFile)

const MANAGED = { 'coolify.managed': 'true' }
const STACKS = Array.from({ length: 20 }, (_, i) => `bccg${String(i).padStart(2, '0')}`)
const PROXY = 'coolify-proxy'
const PORT = 8099
const config = { attachments: [{ containers: [PROXY], network: { ofEach: { label: MANAGED } } }] }

/** Its first process writes down on how many networks it is, before it serves anything. */
const serving = ['sh', '-c', 'mkdir /www && ls /sys/class/net | grep -c eth > /www/first; exec httpd -f -p 80 -h /www']

async function proxy(box: Sandbox, start = true): Promise<SandboxContainer> {
  return await box.container('proxy', {
    name: PROXY,
    networks: ['coolify'],
    cmd: serving,
    labels: { ...MANAGED, 'coolify.proxy': 'true' },
    restartPolicy: 'unless-stopped',
    start,
    create: {
      ExposedPorts: { '80/tcp': {} },
      HostConfig: {
        NetworkMode: 'coolify',
        RestartPolicy: { Name: 'unless-stopped' },
        PortBindings: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: String(PORT) }] },
      },
    },
  })
}

async function app(box: Sandbox, stack: string, start = true): Promise<SandboxContainer> {
  const restartPolicy = 'unless-stopped' as const
  return await box.container('app', { name: `app-${stack}`, networks: [stack], labels: MANAGED, restartPolicy, start })
}

async function networksOf(box: Sandbox): Promise<readonly string[]> {
  const { NetworkSettings } = await box.docker.getContainer(PROXY).inspect()
  return Object.keys(NetworkSettings.Networks).sort()
}

async function liveOn(box: Sandbox): Promise<readonly string[]> {
  const { NetworkSettings } = await box.docker.getContainer(PROXY).inspect()
  const live = Object.entries(NetworkSettings.Networks).filter(([, e]) => e.EndpointID !== '')
  return live.map(([name]) => name).sort()
}

/** What the published port answers: on how many networks the first process was. */
async function firstSeen(engine: PrivateEngine): Promise<string> {
  const [file = '', ...args] = [...engine.inside, 'wget', '-qO-', `http://127.0.0.1:${PORT}/first`]
  return (await run(file, args)).stdout.trim()
}

async function routeOf(box: Sandbox): Promise<string> {
  const { output } = await box.exec(PROXY, ['ip', 'route'])
  return output.split('\n').find(line => line.startsWith('default')) ?? 'none'
}

const everywhere = ['coolify', ...STACKS].sort()

async function isEverywhere(box: Sandbox, others: readonly string[] = []): Promise<void> {
  const wanted = [...everywhere, ...others].sort().join()
  await until(async () => (await liveOn(box)).join() === wanted, {
    what: 'the proxy on each network',
    deadline: 60_000,
  })
}

async function quiet(netheal: Installation): Promise<readonly string[]> {
  return [...(await netheal.logged('LOOP')), ...(await netheal.logged('FAILED'))]
}

describePrivateEngine('a proxy on each network of its applications', () => {
  test('a proxy is kept on twenty networks: disconnect, new container, new application, engine restart, teardown', async () => {
    await using engine = await startPrivateEngine({ args: ['--default-address-pool=base=10.77.0.0/16,size=24'] })
    const box = sandbox(engine)
    await box.network('coolify', { name: 'coolify' })
    for (const name of STACKS) await box.network('stack', { name })
    await Promise.all(STACKS.map(stack => app(box, stack)))
    await proxy(box)
    const before = await routeOf(box)
    expect(await firstSeen(engine)).toBe('1')

    await using netheal = await install(engine, config)
    const daemon = await netheal.running()
    await isEverywhere(box)
    // Before Docker 28 the network whose name sorts first takes the route, whoever attaches; the published port stays.
    if (keepsGateway()) expect(await routeOf(box)).toBe(before)
    expect(await firstSeen(engine)).toBe('1')

    const healed = (count: number): Promise<unknown> =>
      until(async () => (await netheal.logged('SUCCESS')).length === count, { what: `${count} heals in the log` })
    await healed(20)
    await box.docker.getNetwork('bccg07').disconnect({ Container: PROXY })
    await isEverywhere(box)
    await healed(21)

    // What `docker compose up` does after Coolify has removed the old one: created, and started a moment later.
    await box.docker.getContainer(PROXY).remove({ force: true })
    const anew = await proxy(box, false)
    await until(async () => (await networksOf(box)).join() === everywhere.join(), {
      what: 'its networks, before its start',
    })
    await anew.handle.start()
    await isEverywhere(box)
    await until(async () => (await firstSeen(engine)) === '21', { what: 'a first process on 21 networks' })
    if (keepsGateway()) expect(await routeOf(box)).toBe(before)

    await box.network('fresh', { name: 'bccg-fresh' })
    const made = await app(box, 'bccg-fresh', false)
    await until(async () => (await liveOn(box)).includes('bccg-fresh'), { what: 'the network of a new application' })
    expect((await made.handle.inspect()).State.Status).toBe('created')
    await made.handle.start()

    await engine.restart()
    await isEverywhere(box, ['bccg-fresh'])
    await daemon.said('event stream open', { count: 2 })

    await made.handle.remove({ force: true })
    await box.docker.getNetwork('bccg-fresh').disconnect({ Container: PROXY, Force: true })
    await until(
      () =>
        box.docker
          .getNetwork('bccg-fresh')
          .remove()
          .then(() => true),
      { what: 'the network removed' },
    )
    expect((await netheal.check()).answer).toMatchObject({ actions: [], blocked: [] })
    const causes = Map.groupBy(await netheal.detaches(), d => d.cause)
    expect([causes.get('explicit')?.length, causes.get('replaced')?.length, [...causes.keys()].length]).toEqual([
      1, 20, 2,
    ])
    expect(await quiet(netheal)).toEqual([])
    expect(await daemon.stop()).toBe(0)
  }, 240_000)
})
