/**
 * An entry that looks live and is proven dead, on a real engine: each way to be told of it tells the truth, the remedy of
 * `diagnose`, typed as it stands, heals it, and so does netheal.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandsIn, type } from '../diagnose/remedy-commands.ts'
import { startFaultProxy } from '../faults/fault-proxy.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { type Estate, estate, redeploy } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** What Docker 28 refuses after the entry was made, and earlier ones ignore. */
const NONSENSE = { 'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.nonsense=1' }
const NET_ADMIN = { HostConfig: { CapAdd: ['NET_ADMIN', 'NET_RAW'], Dns: ['127.0.0.1'] } }

interface Row {
  readonly what: string
  /** False where this engine does as it is told. */
  readonly spoil: (host: Estate) => Promise<boolean>
  readonly why: RegExp
}

const ROWS: readonly Row[] = [
  {
    what: 'a connect that was refused half-way',
    spoil: ({ stack, backend }) =>
      stack.handle.connect({ Container: backend.id, EndpointConfig: { DriverOpts: NONSENSE } }).then(
        () => false,
        () => true,
      ),
    why: /has an entry for \S+, but is not on it/,
  },
  {
    what: 'an interface that was deleted inside',
    async spoil({ box, stack, backend }) {
      await stack.handle.connect({ Container: backend.id })
      const { NetworkSettings } = await backend.handle.inspect()
      const address = NetworkSettings.Networks[stack.name]?.IPAddress ?? ''
      const name = `ip -o -4 addr | sed -n 's/^[0-9]*: \\([^ ]*\\) .* ${address}\\/.*/\\1/p'`
      const ended = await box.exec(backend.id, ['sh', '-ec', `ip link del $(${name})`])
      if (ended.exitCode !== 0) throw new Error(`the interface could not be deleted: ${ended.output}`)
      return true
    },
    why: /its network interface for it is gone/,
  },
]

async function reaches({ box, stack, backend, database }: Estate): Promise<boolean> {
  const { NetworkSettings } = await database.handle.inspect()
  const address = NetworkSettings.Networks[stack.name]?.IPAddress ?? ''
  return (await box.exec(backend.id, ['ping', '-c', '1', '-W', '2', address])).exitCode === 0
}

async function hostOn(box: Estate['box']): Promise<Estate> {
  const host = await estate(box)
  return { ...host, backend: await redeploy(host, host.backend, { create: NET_ADMIN }) }
}

const ruleOf = ({ backend, stack }: Estate) => ({ containers: [backend.name], network: stack.name })

const heartbeatOf = ({ folder }: Installation): Promise<string> => readFile(join(folder, 'log/heartbeat.log'), 'utf8')

interface Found {
  readonly code: string
  readonly verdict: string
  readonly summary: string
  readonly remedy: readonly string[]
}

describePrivateEngine('an entry that is proven dead is told everywhere', () => {
  test.each(ROWS)('$what', { timeout: 180_000 }, async ({ spoil, why }) => {
    await using engine = await startPrivateEngine()
    await using box = sandbox(engine)
    const host = await hostOn(box)
    const { backend } = host
    await using netheal = await install(engine, { attachments: [ruleOf(host)] })
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await heartbeatOf(netheal)).toMatch(/ OK: .*\(proven: joined\)/)
    await host.stack.handle.disconnect({ Container: backend.id })
    const isDead = await spoil(host)
    expect(await reaches(host)).toBe(!isDead)
    const check = await netheal.command('check')
    if (!isDead) {
      // Before 28 the engine takes it, and the container is on the network.
      expect(check).toMatchObject({ code: 0 })
      expect(await netheal.command('once')).toMatchObject({ code: 0 })
      return
    }
    expect({ code: check.code, out: check.stdout }).toMatchObject({ code: 3, out: expect.stringMatching(why) })
    const live = await netheal.command('status', '--live')
    expect({ code: live.code, out: live.stdout }).toMatchObject({ code: 3, out: expect.stringMatching(/^detached /m) })

    const diagnosed = await netheal.command('diagnose', backend.name, '--json')
    const { findings } = JSON.parse(diagnosed.stdout) as { findings: readonly Found[] }
    expect(diagnosed.code).toBe(3)
    const [first] = findings.filter(f => f.verdict === 'wrong')
    expect(first).toMatchObject({ code: 'stale-entry', summary: expect.stringMatching(why) })
    await type(first?.remedy.find(step => commandsIn(step).length > 0) ?? '', engine.socketPath)
    expect(await reaches(host)).toBe(true)
    expect(await netheal.command('check')).toMatchObject({ code: 0 })

    await host.stack.handle.disconnect({ Container: backend.id })
    await spoil(host)
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await reaches(host)).toBe(true)
    expect((await netheal.logged('FIXING')).at(-1)).toMatch(why)
    expect(await netheal.logged('SUCCESS')).toHaveLength(2)
    const status = await netheal.status()
    expect(status.code).toBe(0)
    expect(status.answer.attachments).toMatchObject([{ state: 'attached', proof: { rung: 'joined' } }])
    const history = await netheal.command('history')
    expect({ code: history.code, out: history.stdout }).toMatchObject({
      code: 0,
      out: expect.stringContaining(backend.name),
    })
    expect(history.stdout).not.toContain('NOT HEALED')
  })

  test("the engine refuses netheal's own connect and leaves one: nobody is told of a success", {
    timeout: 180_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    await using box = sandbox(engine)
    const host = await hostOn(box)
    const { backend } = host
    await using proxy = await startFaultProxy(engine)
    proxy.amend(/^POST .*\/connect$/, body => ({
      ...body,
      EndpointConfig: { ...(body.EndpointConfig as object), DriverOpts: NONSENSE },
    }))
    await using netheal = await install(proxy, { attachments: [ruleOf(host)] })
    const once = await netheal.command('once')
    if (await reaches(host)) {
      // Earlier engines do as they are told.
      expect(once.code).toBe(0)
      expect(await heartbeatOf(netheal)).toMatch(/ OK: /)
      return
    }
    expect(once.code).toBe(3)
    expect(once.stdout).toContain('FAILED')
    expect(await netheal.logged('SUCCESS')).toEqual([])
    expect(await heartbeatOf(netheal)).toMatch(/ DEGRADED: /)
    const status = await netheal.status()
    expect(status.code).toBe(3)
    expect(status.answer.attachments).toMatchObject([{ state: 'detached' }])
    expect(await netheal.command('check')).toMatchObject({ code: 3 })
    const diagnosed = await netheal.command('diagnose', backend.name, '--json')
    const { findings } = JSON.parse(diagnosed.stdout) as { findings: readonly Found[] }
    expect(findings.find(f => f.verdict === 'wrong')?.summary).toMatch(/has an entry for \S+, but is not on it/)
    const history = await netheal.command('history')
    expect(history.stdout).toContain('NOT HEALED')
    proxy.amend(null)
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await reaches(host)).toBe(true)
    expect((await netheal.command('history')).stdout).not.toContain('NOT HEALED')
    expect((await netheal.status()).code).toBe(0)
  })
})
