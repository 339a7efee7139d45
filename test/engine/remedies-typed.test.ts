/**
 * What is wrong with the network itself, with its host's firewall, or with whose name is whose, on a real engine: what `diagnose`
 * says helps is typed as it stands, on the host that the engine thinks it has, and then all is well.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandsIn, type } from '../diagnose/remedy-commands.ts'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import type { ContainerOptions, Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { type Installation, install } from './installation.ts'

interface Found {
  readonly code: string
  readonly verdict: string
  readonly summary: string
  readonly evidence: readonly string[]
  readonly remedy: readonly string[]
}

/** Listens, is restarted with its engine, and asks no name server that is not there. */
const options: ContainerOptions = {
  cmd: ['sh', '-c', 'trap "exit 0" TERM; httpd -f -p 5432 & sleep 86400 & wait'],
  restartPolicy: 'always',
  create: { StopTimeout: 2, HostConfig: { Dns: ['127.0.0.1'] } },
}

describePrivateEngine('remedies about what is attached and not reached, typed', () => {
  let engine: PrivateEngine
  beforeAll(async () => {
    engine = await startPrivateEngine()
    // Also what stays within one bridge is shown to the firewall.
    await onHost('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1')
  })
  afterAll(async () => await engine?.stop())

  async function onHost(...argv: readonly string[]): Promise<string> {
    const [file = '', ...args] = [...engine.inside, ...argv]
    return (await promisify(execFile)(file, args)).stdout
  }

  /** A database, an application beside it, and netheal, which stands on the engine's host. */
  async function host(box: Sandbox) {
    const stack = await box.network('stack')
    const database = await box.container('db', { ...options, networks: [stack.name], aliases: ['supabase-db'] })
    const app = await box.container('app', { ...options, networks: [stack.name] })
    const rule = { containers: [app.name], network: stack.name, resolve: ['supabase-db'], reach: ['supabase-db:5432'] }
    const docker = { host: `unix://${engine.socketPath}` }
    const netheal = await install(engine, { attachments: [rule] }, { reach: { docker, through: engine.inside } })
    const isWell = (): Promise<unknown> =>
      until(async () => (await netheal.command('once')).code === 0, { what: 'all to be well', deadline: 120_000 })
    await isWell()
    return { box, stack, database, app, netheal, isWell }
  }

  /** The finding of this code, once it is told. */
  async function told(netheal: Installation, code: string): Promise<Found> {
    return await until(
      async () => {
        const { stdout } = await netheal.command('diagnose', '--json')
        const { findings } = JSON.parse(stdout) as { findings: readonly Found[] }
        return findings.find(f => f.code === code && f.verdict === 'wrong') ?? null
      },
      { what: `diagnose to say ${code}`, deadline: 60_000 },
    )
  }

  function stepOf({ remedy }: Found, words: string): string {
    const step = remedy.find(r => r.includes(words))
    if (step === undefined) throw new Error(`no step with ${words} in ${JSON.stringify(remedy)}`)
    return step
  }

  const bridgeOf = (id: string): string => `br-${id.slice(0, 12)}`

  test('a bridge that is down', { timeout: 240_000 }, async () => {
    await using box = sandbox(engine)
    const { netheal, stack, isWell } = await host(box)
    await using _ = netheal
    await onHost('ip', 'link', 'set', bridgeOf(stack.id), 'down')
    const step = stepOf(await told(netheal, 'bridge-missing'), 'ip link set')
    expect(step).toMatch(new RegExp(`; ip link set ${bridgeOf(stack.id)} up$`))
    await onHost(...(step.split('; ').at(-1) ?? '').split(' '))
    await isWell()
  })

  test('a bridge that is gone', { timeout: 240_000 }, async () => {
    await using box = sandbox(engine)
    const { netheal, stack, isWell } = await host(box)
    await using _ = netheal
    await onHost('ip', 'link', 'del', bridgeOf(stack.id))
    expect(stepOf(await told(netheal, 'bridge-missing'), 'restart')).toMatch(/: systemctl restart docker$/)
    await engine.restart()
    await isWell()
  })

  test('the rules of the firewall were flushed', { timeout: 240_000 }, async () => {
    await using box = sandbox(engine)
    const { netheal, isWell } = await host(box)
    await using _ = netheal
    await onHost('iptables', '-P', 'FORWARD', 'DROP')
    await onHost('iptables', '-F')
    const found = await told(netheal, 'no-answer')
    expect(found.summary).toContain('nothing answers at supabase-db:5432')
    expect(stepOf(found, 'iptables -S FORWARD')).toContain('firewall')
    expect(await onHost('iptables', '-S', 'FORWARD')).not.toContain('DOCKER-USER')
    expect(stepOf(found, 'no line with DOCKER-USER')).toContain('systemctl restart docker')
    await engine.restart()
    await isWell()
  })

  test("a rule of the operators' own drops the packets", { timeout: 240_000 }, async () => {
    await using box = sandbox(engine)
    const { netheal, isWell } = await host(box)
    await using _ = netheal
    await onHost('iptables', '-I', 'DOCKER-USER', '-p', 'tcp', '--dport', '5432', '-j', 'DROP')
    const found = await told(netheal, 'no-answer')
    expect(stepOf(found, 'iptables -S DOCKER-USER')).toContain('firewall')
    expect(await onHost('iptables', '-S', 'FORWARD')).toContain('DOCKER-USER')
    expect(stepOf(found, 'iptables -D')).toContain('with the words of that line after -A')
    const line = (await onHost('iptables', '-S', 'DOCKER-USER')).split('\n').find(l => l.endsWith('-j DROP')) ?? ''
    await onHost('iptables', '-D', ...line.split(' ').slice(1))
    await isWell()
  })

  test('two answer to one name: the one that was made on the network keeps it, and the other one its other names', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox(engine)
    const { netheal, stack, isWell } = await host(box)
    await using _ = netheal
    const elsewhere = await box.network('elsewhere')
    const guest = await box.container('guest', { ...options, networks: [elsewhere.name] })
    const EndpointConfig = { Aliases: ['supabase-db', 'mine'] }
    await stack.handle.connect({ Container: guest.id, EndpointConfig })
    const found = await told(netheal, 'several-answer')
    await type(stepOf(found, 'docker network disconnect'), engine.socketPath)
    await isWell()
    const { NetworkSettings } = await guest.handle.inspect()
    const aliases = NetworkSettings.Networks[stack.name]?.Aliases ?? []
    expect(aliases).toContain('mine')
    expect(aliases).not.toContain('supabase-db')
  })

  test('the name is on other networks, of two stacks: it is asked which is meant, and that one is typed', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox(engine)
    const { netheal, stack, database, isWell } = await host(box)
    await using _ = netheal
    const [one, two] = [await box.network('one'), await box.network('two')]
    const labels = (project: string) => ({
      'com.docker.compose.project': project,
      'com.docker.compose.service': 'supabase-db',
    })
    const right = await box.container('right', { ...options, networks: [one.name], labels: labels('shop') })
    await box.container('wrong', { ...options, networks: [two.name], labels: labels('blog') })
    await database.handle.remove({ force: true })
    const found = await told(netheal, 'dns-missing')
    expect(found.evidence.join('\n')).toContain('(stack shop) is running')
    expect(found.evidence.join('\n')).toContain('(stack blog) is running')
    expect(stepOf(found, 'decide which is meant')).toMatch(/\(stack (shop|blog)\) or \S+ \(stack (shop|blog)\)$/)
    const step = stepOf(found, `if it is ${right.name} (stack shop)`)
    expect(commandsIn(step)).toEqual([`docker network connect --alias supabase-db ${stack.name} ${right.name}`])
    await type(step, engine.socketPath)
    await isWell()
  })
})
