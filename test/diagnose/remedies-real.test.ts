// The remedies of a diagnosis, typed on a real engine as they stand: each of them mends what it is for.
import { expect, test } from 'vitest'
import type { TopicAnswer } from '../../src/diagnose/context.ts'
import { networks } from '../../src/diagnose/networks/networks.ts'
import { pools } from '../../src/diagnose/pools/pools.ts'
import { restarts } from '../../src/diagnose/restarts/restarts.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { type Asked, answerOf, findingOf, ruleFor, shortly } from './asked.ts'
import { commandsIn, type } from './remedy-commands.ts'

const ask = (topic: TopicAnswer, asked: Asked): Promise<readonly Finding[]> =>
  answerOf(topic, realEngine().socketPath, asked)
/** What no network of Docker's knows is asked of nobody: without it each such name takes 5 s to be unknown. */
const noUplink = { create: { HostConfig: { Dns: ['127.0.0.1'] } } }

/** The step of a finding that holds these words. */
function stepOf(findings: readonly Finding[], code: string, words: string): string {
  const { remedy } = findingOf(findings, code)
  const step = remedy.find(r => r.includes(words))
  if (step === undefined) throw new Error(`no step with ${words} in ${JSON.stringify(remedy)}`)
  return step
}

const wrong = (findings: readonly Finding[]): readonly string[] => shortly(findings.filter(f => f.verdict === 'wrong'))

test('the commands of a remedy are found in its words', () => {
  expect(commandsIn('by hand: docker network connect --alias a net app, then docker start app; no restart')).toEqual([
    'docker network connect --alias a net app',
    'docker start app',
  ])
  expect(commandsIn('docker ps -a --filter name=db; docker logs --tail 50 $(docker ps -aq -n 1 -f name=db)')).toEqual([
    'docker ps -a --filter name=db',
    'docker logs --tail 50 $(docker ps -aq -n 1 -f name=db)',
  ])
  expect(commandsIn("docker inspect -f '{{json .State}}' app shows what it answered")).toEqual([
    "docker inspect -f '{{json .State}}' app",
  ])
})

describeReal('remedies about networks, typed', () => {
  test('detached: by hand', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    await box.container('database', { networks: [network.name], aliases: ['supabase-db'] })
    const app = await box.container('app', noUplink)
    const rules = [ruleFor([app.name], network.name, ['supabase-db'])]
    await type(stepOf(await ask(networks, { rules }), 'detached', 'by hand'))
    expect(shortly(await ask(networks, { rules }))).toEqual(['attached well', 'dns-resolves well'])
  })

  test('a dead entry: by hand, and it can start again', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const app = await box.container('app', { networks: [network.name] })
    await app.handle.stop()
    await network.handle.remove()
    await box.network('stack', { name: network.name })
    const rules = [ruleFor([app.name], network.name)]
    await type(stepOf(await ask(networks, { rules }), 'stale-entry', 'by hand'))
    expect(wrong(await ask(networks, { rules }))).toEqual([])
    expect((await app.handle.inspect()).State.Running).toBe(true)
  })

  test('a start that failed for want of its network: by hand', async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const app = await box.container('app', { networks: [network.name] })
    await app.handle.stop()
    await network.handle.remove()
    await box.network('stack', { name: network.name })
    await expect(app.handle.start()).rejects.toThrow(/not found/)
    await type(stepOf(await ask(restarts, { named: app.name }), 'start-failed-network', 'by hand'))
    expect((await app.handle.inspect()).State.Running).toBe(true)
    expect(wrong(await ask(restarts, { named: app.name }))).toEqual([])
  })

  test('a name that does not resolve: the database is stopped, has no alias, or is on another network', {
    timeout: 90_000,
  }, async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const labels = { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 'supabase-db' }
    const database = await box.container('database', { networks: [network.name], aliases: ['supabase-db'], labels })
    const app = await box.container('app', { networks: [network.name], ...noUplink })
    const rules = [ruleFor([app.name], network.name, ['supabase-db'])]
    const missing = () => ask(networks, { rules })
    // A name is there a moment after its container.
    const mended = () =>
      until(async () => (wrong(await missing()).length === 0 ? true : null), { what: 'all to be well' })

    await database.handle.stop()
    await type(stepOf(await missing(), 'dns-missing', 'start it'))
    expect(await mended()).toBe(true)

    await network.handle.disconnect({ Container: database.id })
    await network.handle.connect({ Container: database.id })
    await type(stepOf(await missing(), 'dns-missing', 'or by hand'))
    expect(await mended()).toBe(true)

    const other = await box.network('other')
    await other.handle.connect({ Container: database.id })
    await network.handle.disconnect({ Container: database.id })
    await type(stepOf(await missing(), 'dns-missing', 'docker network connect --alias'))
    expect(await mended()).toBe(true)
  })

  test('taken off the network that it was made on, without a rule', async () => {
    await using box = sandbox()
    const network = await box.network('home')
    const app = await box.container('app', { networks: [network.name] })
    await network.handle.disconnect({ Container: app.id })
    const named = { named: app.name }
    await type(stepOf(await ask(networks, named), 'detached-without-rule', 'puts it back'))
    expect(wrong(await ask(networks, named))).toEqual([])
  })
})

describeReal('remedies about runs and logs, typed', () => {
  test('a stopped container is started, and one that crashes shows why', async () => {
    await using box = sandbox()
    const app = await box.container('app')
    await app.handle.stop()
    const stopped = await until(
      async () => {
        const findings = await ask(restarts, { named: app.name })
        return findings.some(f => f.code === 'stopped') ? findings : null
      },
      { what: 'the stop to be told' },
    )
    await type(stepOf(stopped, 'stopped', 'docker start'))
    expect((await app.handle.inspect()).State.Running).toBe(true)

    const cmd = ['sh', '-c', 'echo the reason; exit 3']
    const failing = await box.container('failing', { cmd })
    await failing.handle.wait()
    expect(
      await type(stepOf(await ask(restarts, { named: failing.name }), 'ended-by-itself', 'docker logs')),
    ).toContain('the reason')
  })

  test('an unhealthy container shows what its check answered', async () => {
    await using box = sandbox()
    const Test = ['CMD', 'sh', '-c', 'echo it says no; exit 1']
    const Healthcheck = { Test, Interval: 100_000_000, Timeout: 5_000_000_000, Retries: 1 }
    const app = await box.container('app', { create: { Healthcheck } })
    await until(async () => (await app.handle.inspect()).State.Health?.Status === 'unhealthy', {
      what: 'the check to fail',
      deadline: 30_000,
    })
    const findings = await ask(restarts, { named: app.name })
    expect(await type(stepOf(findings, 'unhealthy', 'docker inspect'))).toContain('it says no')
  })

  test("the database's log is shown, also where it is stopped and another one of its name was there before", async () => {
    await using box = sandbox()
    const network = await box.network('stack')
    const name = box.uniqueName('supabase-db')
    for (const text of ['of the old one', 'of the last one']) {
      const cmd = ['sh', '-c', `echo ${text}`]
      const database = await box.container('db', { name: `${name}-${text.length}`, cmd, networks: [network.name] })
      await database.handle.wait()
    }
    const log = ['Started server process [1]', 'Database connection pool creation FAILED: gaierror'].join("'; echo '")
    const app = await box.container('app', {
      cmd: ['sh', '-c', `echo '${log}'; exec sleep 100000`],
      networks: [network.name],
      ...noUplink,
    })
    const asked = { rules: [ruleFor([app.name], network.name, [name])] }
    const findings = await until(
      async () => {
        const found = await ask(pools, asked)
        return found.some(f => f.code === 'pool-creation-failed') ? found : null
      },
      { what: 'the log to be written' },
    )
    expect(await type(stepOf(findings, 'pool-creation-failed', 'docker logs'))).toContain('of the last one')
    // The step before it says only whether the name resolves, with an exit code of its own.
    expect(commandsIn(stepOf(findings, 'pool-creation-failed', 'getent'))).toEqual([
      `docker exec ${app.name} getent hosts ${name}`,
    ])
  })
})
