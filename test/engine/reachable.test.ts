/**
 * What an entry hides, on a real engine (docs/design.md, "The ladder of evidence"): the engine lists a container, and it is not
 * on the network. Whether it is, is asked of the container itself.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFaultProxy } from '../faults/fault-proxy.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { configFor, type Estate, estate, isAttached, redeploy } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** What Docker 28 refuses after the entry was made, and earlier ones ignore. */
const NONSENSE = { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.nonsense=1' }

/** Whoever has it may delete interfaces; a privileged exec does not work everywhere. */
const NET_ADMIN = { HostConfig: { CapAdd: ['NET_ADMIN', 'NET_RAW'], Dns: ['127.0.0.1'] } }

async function estateOf(box: Sandbox): Promise<Estate> {
  const host = await estate(box)
  return { ...host, backend: await redeploy(host, host.backend, { create: NET_ADMIN }) }
}

const rule = ({ backend }: Estate) => ({ containers: [backend.name], resolve: [] })

/** Whether the database answers the application. */
async function reaches({ box, stack, backend, database }: Estate): Promise<boolean> {
  const { NetworkSettings } = await database.handle.inspect()
  const address = NetworkSettings.Networks[stack.name]?.IPAddress ?? ''
  return (await box.exec(backend.id, ['ping', '-c', '1', '-W', '2', address])).exitCode === 0
}

/** Runs `ip` in the application, which has the rights that it takes. */
async function ip({ box, backend }: Estate, ...argv: readonly string[]): Promise<string> {
  const exec = await box.docker
    .getContainer(backend.id)
    .exec({ Cmd: ['ip', ...argv], AttachStdout: true, AttachStderr: true, Tty: true })
  const chunks: Buffer[] = []
  for await (const chunk of await exec.start({ Tty: true })) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

/** The application's interface on the stack's network. */
async function interfaceOf(host: Estate): Promise<string> {
  const { NetworkSettings } = await host.backend.handle.inspect()
  const address = NetworkSettings.Networks[host.stack.name]?.IPAddress ?? ''
  const line = (await ip(host, '-o', '-4', 'addr')).split('\n').find(l => l.includes(` ${address}/`))
  return /^\d+: (\S+)/.exec(line ?? '')?.[1] ?? ''
}

/** check says what is wrong, once heals it and says so, and then all is quiet. */
async function isHealed(host: Estate, netheal: Installation, why: RegExp): Promise<void> {
  expect(await reaches(host)).toBe(false)
  const told = await netheal.check()
  expect(told.answer.actions).toMatchObject([{ kind: 'repair', why: expect.stringMatching(why) }])
  expect(told.code).toBe(3)
  const { code, answer } = await netheal.once()
  expect(answer.outcomes).toMatchObject([{ kind: 'verified' }])
  expect(code).toBe(0)
  expect(await reaches(host)).toBe(true)
  expect(await netheal.check()).toMatchObject({ code: 0, answer: { inSync: true } })
  const lines = await netheal.actionLog()
  expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
  expect(await netheal.actionLog()).toEqual(lines)
}

describeReal('an entry of a container that is not on the network', () => {
  test('a connect that the engine refused half-way leaves one: it is found, and healed', async () => {
    await using box = sandbox()
    const host = await estateOf(box)
    const refused = await host.stack.handle
      .connect({ Container: host.backend.id, EndpointConfig: { DriverOpts: NONSENSE } })
      .then(
        () => false,
        () => true,
      )
    await using netheal = await install(realEngine(), configFor(host, rule(host)))
    // Before 28 the engine takes it, and the container is on the network.
    if (refused) await isHealed(host, netheal, /is not on it/)
    else expect((await netheal.once()).answer.outcomes).toEqual([])
    expect(await reaches(host)).toBe(true)
  })

  test("the engine refuses netheal's own connect and leaves one: FAILED, and healed by the next try", async () => {
    await using box = sandbox()
    const host = await estateOf(box)
    await using proxy = await startFaultProxy(realEngine())
    proxy.amend(/^POST .*\/connect$/, body => ({
      ...body,
      EndpointConfig: { ...(body.EndpointConfig as object), DriverOpts: NONSENSE },
    }))
    await using netheal = await install(proxy, configFor(host, rule(host)))
    const first = await netheal.once()
    // Both are the truth: 28 refuses it, earlier ones do it.
    const isThere = await reaches(host)
    expect(first.answer.outcomes).toMatchObject([{ kind: isThere ? 'verified' : 'failed' }])
    expect(first.code).toBe(isThere ? 0 : 3)
    expect(await netheal.logged('SUCCESS')).toHaveLength(isThere ? 1 : 0)
    expect(await netheal.logged('FAILED')).toHaveLength(isThere ? 0 : 1)
    expect(await isAttached(host.stack, host.backend)).toBe(true)
    proxy.amend(null)
    if (!isThere) await isHealed(host, netheal, /is not on it/)
    expect(await reaches(host)).toBe(true)
  })

  test('its interface is deleted inside: it is found, and healed', async () => {
    await using box = sandbox()
    const host = await estateOf(box)
    await using netheal = await install(realEngine(), configFor(host, rule(host)))
    expect((await netheal.once()).code).toBe(0)
    await ip(host, 'link', 'del', await interfaceOf(host))
    await isHealed(host, netheal, /its network interface for it is gone/)
    // Again, in a container whose statistics miss the first one for ever.
    await ip(host, 'link', 'del', await interfaceOf(host))
    await isHealed(host, netheal, /its network interface for it is gone/)
  })

  test('the interface of another network is deleted: what netheal keeps is left alone', async () => {
    await using box = sandbox()
    const host = await estateOf(box)
    await using netheal = await install(realEngine(), configFor(host, rule(host)))
    expect((await netheal.once()).code).toBe(0)
    await ip(host, 'link', 'del', 'eth0')
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
    expect(await reaches(host)).toBe(true)
  })

  test('a daemon finds a lost interface with its next poll, and heals it', async () => {
    await using box = sandbox()
    const host = await estateOf(box)
    const config = { ...configFor(host, rule(host)), watch: { poll: '*/2 * * * * *' } }
    await using netheal = await install(realEngine(), config)
    await using daemon = await netheal.running()
    await daemon.said('attached', { container: host.backend.name })
    await ip(host, 'link', 'del', await interfaceOf(host))
    await daemon.said('attached', { container: host.backend.name, count: 2 })
    expect(await reaches(host)).toBe(true)
    expect(await netheal.logged('SUCCESS')).toHaveLength(2)
  })
})

describePrivateEngine('the bridge of the network', () => {
  let engine: PrivateEngine
  beforeAll(async () => {
    engine = await startPrivateEngine()
  })
  afterAll(() => engine?.stop())

  /** netheal in the engine's own network namespace, as on a host. */
  const installed = (host: Estate): Promise<Installation> =>
    install(engine, configFor(host, rule(host)), {
      reach: { docker: { host: `unix://${engine.socketPath}` }, through: engine.inside },
    })

  async function onHost(host: Estate, ...argv: readonly string[]): Promise<void> {
    const cmd = ['ip', ...argv]
    const made = await host.box.container('host', {
      cmd,
      networkMode: 'host',
      create: NET_ADMIN,
    })
    await made.handle.wait()
  }

  const bridgeOf = ({ stack }: Estate): string => `br-${stack.id.slice(0, 12)}`

  /** check, once and status say it, nothing is tried, and it is said once. */
  async function isTold(host: Estate, netheal: Installation, hint: RegExp): Promise<void> {
    expect(await reaches(host)).toBe(false)
    const { stdout } = await netheal.command('once')
    expect(stdout).toContain('bridge-missing')
    expect(await netheal.command('once')).toMatchObject({ code: 3 })
    const told = await netheal.check()
    expect(told.answer.blocked).toMatchObject([{ reason: 'bridge-missing', hint: expect.stringMatching(hint) }])
    expect(told.code).toBe(3)
    expect((await netheal.status()).answer.attachments).toMatchObject([{ state: 'unreachable' }])
    expect((await netheal.logged('WARNING')).filter(l => l.includes('bridge-missing'))).toHaveLength(1)
    expect(await netheal.logged('ACTION')).toHaveLength(1)
  }

  test('the bridge of the network is deleted: it is said, with what helps, and not attempted', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox(engine)
    const host = await estateOf(box)
    await using netheal = await installed(host)
    expect((await netheal.once()).code).toBe(0)
    await onHost(host, 'link', 'del', bridgeOf(host))
    await isTold(host, netheal, /is gone; restart the engine/)
    await host.stack.handle.disconnect({ Container: host.backend.id })
    expect((await netheal.once()).code).toBe(3)
    expect(await netheal.logged('ACTION')).toHaveLength(1)
    // What helps.
    await engine.restart()
    for (const { handle } of [host.database, host.backend]) await handle.start().catch(() => undefined)
    expect((await netheal.once()).answer.outcomes).toMatchObject([{ kind: 'verified' }])
    expect(await reaches(host)).toBe(true)
  })

  test('the bridge of the network is down: it is said, with what helps', { timeout: 120_000 }, async () => {
    await using box = sandbox(engine)
    const host = await estateOf(box)
    await using netheal = await installed(host)
    expect((await netheal.once()).code).toBe(0)
    await onHost(host, 'link', 'set', bridgeOf(host), 'down')
    await isTold(host, netheal, /is down; ip link set \S+ up$/)
    await onHost(host, 'link', 'set', bridgeOf(host), 'up')
    // What was told of is told to be over.
    const { code, stdout } = await netheal.command('once')
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^(\[[^\n]*CLEARED: [^\n]* bridge-missing is over [^\n]*\n)?$/),
    ])
    expect(await reaches(host)).toBe(true)
  })

  test('an interface that is down inside, which the wire alone tells: the daemon finds that nobody answers, and heals it', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox(engine)
    const host = await estateOf(box)
    const config = { ...configFor(host, rule(host)), watch: { poll: '*/2 * * * * *' } }
    await using netheal = await install(engine, config, {
      reach: { docker: { host: `unix://${engine.socketPath}` }, through: engine.inside },
    })
    await using daemon = await netheal.running()
    await daemon.said('attached', { container: host.backend.name })
    await ip(host, 'link', 'set', await interfaceOf(host), 'down')
    expect(await reaches(host)).toBe(false)
    // The host believes in a neighbour for up to 45 s after it was heard of, and gives it some nine seconds then.
    await until(async () => (await netheal.logged('SUCCESS')).length === 2, { what: 'the repair', deadline: 150_000 })
    expect(await reaches(host)).toBe(true)
    expect((await netheal.logged('FIXING')).at(-1)).toContain('nothing answers at its address there')
  })

  test('on a host netheal asks the wire: an interface that is deleted inside is healed', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox(engine)
    const host = await estateOf(box)
    await using netheal = await installed(host)
    expect((await netheal.once()).code).toBe(0)
    await ip(host, 'link', 'del', await interfaceOf(host))
    await isHealed(host, netheal, /its network interface for it is gone/)
  })
})
