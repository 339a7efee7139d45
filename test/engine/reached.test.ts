/** What a container reaches from inside is proven, said while it is wrong, and said again when it is over. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox, SandboxContainer, SandboxNetwork } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { detach } from './estate.ts'
import { type ConfigText, type Installation, install } from './installation.ts'

const run = promisify(execFile)

interface Host {
  readonly stack: SandboxNetwork
  readonly coolify: SandboxNetwork
  readonly database: SandboxContainer
  readonly backend: SandboxContainer
}

/** Takes connections at 5432. */
const listening = ['sh', '-c', 'trap "exit 0" TERM; nc -ll -p 5432 -e true & wait']
/** For a name that nobody has, no servers are waited for that cannot be reached. */
const create = { HostConfig: { Dns: ['127.0.0.1'] } }

/** An application that is attached to the network of its database already. */
async function host(box: Sandbox): Promise<Host> {
  const stack = await box.network('stack')
  const coolify = await box.network('coolify')
  const [database, backend] = await Promise.all([
    box.container('supabase-db', { networks: [stack.name], aliases: ['supabase-db'], cmd: listening }),
    box.container('pms-backend', { networks: [coolify.name, stack.name], create }),
  ])
  return { stack, coolify, database, backend }
}

function configFor({ backend, stack }: Host, rule: Readonly<Record<string, unknown>> = {}): ConfigText {
  return { attachments: [{ containers: [backend.name], network: stack.name, resolve: ['supabase-db'], ...rule }] }
}

async function standing(netheal: Installation): Promise<string | undefined> {
  return (await netheal.status()).answer.attachments[0]?.state
}

/** Wrong while it lasts, in each command; said once; and over when it is over. */
async function isSaid(
  netheal: Installation,
  words: RegExp,
  { breaks, mends }: { readonly breaks: () => Promise<unknown>; readonly mends: () => Promise<unknown> },
): Promise<void> {
  // That a network has nobody else is another warning.
  const warned = async () => (await netheal.logged('WARNING')).filter(line => / is attached to /.test(line))
  const before = { warnings: await warned(), successes: await netheal.logged('SUCCESS') }
  expect(await netheal.command('once')).toMatchObject({ code: 0 })
  await breaks()
  expect((await netheal.command('once')).code).toBe(3)
  expect((await netheal.command('once')).code).toBe(3)
  const warnings = (await warned()).slice(before.warnings.length)
  expect(warnings).toEqual([expect.stringMatching(words)])
  expect((await netheal.status()).code).toBe(3)
  expect(await standing(netheal)).toBe('unreachable')
  expect((await netheal.check()).code).toBe(3)
  await mends()
  expect(await netheal.command('once')).toMatchObject({ code: 0 })
  expect(await standing(netheal)).toBe('attached')
  expect((await netheal.check()).code).toBe(0)
  const successes = (await netheal.logged('SUCCESS')).slice(before.successes.length)
  expect(successes).toEqual([expect.stringMatching(/ (resolves|reaches) .* again$/)])
}

// Of its own: beside tests that make and remove networks, a start of the database has failed for "network not found".
describePrivateEngine('a name that is attached for', () => {
  let engine: PrivateEngine
  beforeAll(async () => {
    engine = await startPrivateEngine()
  })
  afterAll(() => engine?.stop())

  test('a database that is taken off the network, stopped, or paused is unreachable until it is back', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox(engine)
    const it = await host(box)
    const { database, stack } = it
    await using netheal = await install(engine, configFor(it))
    await isSaid(
      netheal,
      new RegExp(`supabase-db does not resolve inside it; ${database.name} is not on ${stack.name}: `),
      {
        breaks: () => detach(stack, database),
        mends: () => stack.handle.connect({ Container: database.id, EndpointConfig: { Aliases: ['supabase-db'] } }),
      },
    )
    await isSaid(netheal, new RegExp(`does not resolve inside it; ${database.name} is exited: docker start `), {
      breaks: () => database.handle.stop(),
      mends: () => database.handle.start(),
    })
    await isSaid(netheal, new RegExp(`${database.name}, which answers to supabase-db, is paused; docker unpause `), {
      breaks: () => database.handle.pause(),
      mends: () => database.handle.unpause(),
    })
  })

  test('a name that two containers answer to, or that belongs to another stack, is no proof', {
    timeout: 240_000,
  }, async () => {
    await using box = sandbox(engine)
    const it = await host(box)
    const { database, stack, coolify } = it
    await using netheal = await install(engine, configFor(it))
    const other = await box.container('other-db', { networks: [coolify.name], aliases: ['supabase-db'] })
    await detach(coolify, other)
    const on = (network: SandboxNetwork, { id }: SandboxContainer) =>
      network.handle.connect({ Container: id, EndpointConfig: { Aliases: ['supabase-db'] } })
    await isSaid(netheal, /both answer to supabase-db on /, {
      breaks: () => on(stack, other),
      mends: () => detach(stack, other),
    })
    await isSaid(
      netheal,
      new RegExp(`supabase-db resolves inside it to [0-9.]+, which is ${other.name} on ${coolify.name}`),
      {
        async breaks() {
          await detach(stack, database)
          await on(coolify, other)
        },
        async mends() {
          await detach(coolify, other)
          await on(stack, database)
        },
      },
    )
  })

  test('the daemon hears of a pause and of a stop, and of their end, without a poll', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox(engine)
    const it = await host(box)
    const watch = { poll: false, prove: '1d' } as const
    await using netheal = await install(engine, { ...configFor(it), watch })
    await using _daemon = await netheal.running()
    const becomes = (state: string) =>
      until(async () => (await standing(netheal)) === state, { what: `the state ${state}`, deadline: 40_000 })
    await it.database.handle.pause()
    await becomes('unreachable')
    await it.database.handle.unpause()
    await becomes('attached')
    await it.database.handle.stop()
    await becomes('unreachable')
    await it.database.handle.start()
    await becomes('attached')
    expect(await netheal.logged('SUCCESS')).toHaveLength(2)
  })

  test('a getent that never ends is said once, is ended, and holds up no heal', { timeout: 120_000 }, async () => {
    await using box = sandbox(engine)
    const it = await host(box)
    const { backend, stack } = it
    const other = await box.container('pms-worker', { networks: [it.coolify.name], create })
    const script = 'printf "#!/bin/sh\\nexec sleep 77777\\n" > /bin/getent; chmod +x /bin/getent'
    expect(await box.exec(backend.id, ['sh', '-c', script])).toMatchObject({ exitCode: 0 })
    const rule = { network: stack.name, resolve: ['supabase-db'] }
    await using netheal = await install(engine, {
      attachments: [
        { containers: [backend.name], ...rule },
        { containers: [other.name], ...rule },
      ],
    })
    await using _daemon = await netheal.running()
    const said = async (words: RegExp) => (await netheal.actionLog()).some(line => words.test(line))
    await until(() => said(new RegExp(`SUCCESS: ${other.name} resolves supabase-db`)), {
      what: 'the proof of the other',
    })
    expect(await netheal.logged('WARNING')).toEqual([])
    await until(() => said(/WARNING/), { what: 'the warning', deadline: 40_000 })
    expect(await netheal.logged('WARNING')).toEqual([
      expect.stringContaining(
        `${backend.name} is attached to ${stack.name}; whether supabase-db resolves inside it is not known: getent did not end`,
      ),
    ])
    const processes = async () => JSON.stringify(await backend.handle.top({ ps_args: '-o pid,args' }))
    expect(await processes()).not.toContain('77777')
  })
})

describePrivateEngine('a target that is attached for', () => {
  test('a port that nobody listens at, and packets that are dropped, are told apart and said', {
    timeout: 240_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const box = sandbox(engine)
    const it = await host(box)
    const inside = (...argv: readonly string[]) => {
      const [file = '', ...args] = [...engine.inside, ...argv]
      return run(file, args)
    }
    await inside('sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1')
    await using netheal = await install(engine, configFor(it, { resolve: [], reach: ['supabase-db:5432'] }))
    const dropping = ['FORWARD', '-p', 'tcp', '--dport', '5432', '-j', 'DROP']
    await isSaid(netheal, /nothing answers at supabase-db:5432 from inside it/, {
      breaks: () => inside('iptables', '-I', ...dropping),
      mends: () => inside('iptables', '-D', ...dropping),
    })
    await netheal.configure(configFor(it, { reach: ['supabase-db:5433'] }))
    expect((await netheal.command('once')).code).toBe(3)
    expect((await netheal.logged('WARNING')).at(-1)).toMatch(
      /a connection to supabase-db:5433 from inside it is refused/,
    )
  })
})
