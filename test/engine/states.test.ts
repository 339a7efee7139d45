/**
 * Containers that are neither quite running nor quite gone, and entries that are dead (docs/design.md, "The decision
 * table").
 */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox, SandboxContainer, SandboxNetwork } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { configFor, detach, type Estate, estate, isAttached, ownPrefix, redeploy, startedAt } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** Attached, then stopped; its network removed and made anew; and a start that failed for it. */
async function ruin(box: Sandbox, host: Estate, netheal: Installation): Promise<SandboxNetwork> {
  expect((await netheal.once()).code).toBe(0)
  await Promise.all([host.backend, host.database].map(it => it.handle.stop()))
  await host.stack.handle.remove()
  const stack = await box.network('stack', { name: host.stack.name })
  await expect(host.backend.handle.start()).rejects.toThrow(/not found/)
  expect((await host.backend.handle.inspect()).State.ExitCode).toBe(128)
  return stack
}

describeReal('a paused container', () => {
  test('a paused container is attached as it is, and stays paused', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await backend.handle.pause()
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name] }))
    const { code, answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([{ kind: 'verified', restarted: false }])
    expect(code).toBe(0)
    expect((await backend.handle.inspect()).State.Status).toBe('paused')
    expect(await isAttached(stack, backend)).toBe(true)
    await backend.handle.unpause()
    expect(await box.exec(backend.id, ['nslookup', 'supabase-db'])).toMatchObject({ exitCode: 0 })
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
  })
})

describeReal('a container that crashes again and again', () => {
  /** Fails seven times; before the eighth start the engine waits for 6.4 s. */
  const fragile = 'echo x >> /starts; test $(wc -l < /starts) -gt 7 || exit 1; trap "exit 0" TERM; sleep 86400 & wait'

  async function crashing(host: Estate): Promise<SandboxContainer> {
    const cmd = ['sh', '-c', fragile]
    const app = await host.box.container('crashing', { cmd, networks: [host.coolify.name], restartPolicy: 'always' })
    const waits = async (): Promise<boolean> => {
      const { RestartCount, State } = await app.handle.inspect()
      return RestartCount === 7 && State.Restarting
    }
    await until(waits, { what: 'the long back-off', deadline: 40_000 })
    return app
  }

  test('a container that crashes again and again is attached by a one-shot, and joins at its next start', {
    timeout: 90_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const app = await crashing(host)
    await using netheal = await install(realEngine(), configFor(host, { containers: [app.name] }))
    const { code, answer } = await netheal.once()
    expect(code).toBe(0)
    expect(answer.outcomes).toMatchObject([{ container: app.name, waiting: true }])
    expect(await netheal.logged('SUCCESS')).toEqual([expect.stringContaining('(joins at its next start)')])
    expect((await netheal.status()).answer.attachments).toMatchObject([{ state: 'waiting' }])
    const runs = async (): Promise<boolean> => (await app.handle.inspect()).State.Status === 'running'
    await until(runs, { what: 'the next start', deadline: 30_000 })
    expect(await isAttached(host.stack, app)).toBe(true)
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await box.exec(app.id, ['nslookup', 'supabase-db'])).toMatchObject({ exitCode: 0 })
    expect((await netheal.status()).answer.attachments).toMatchObject([{ state: 'attached' }])
    expect(await netheal.detaches()).toEqual([])
  })

  // Before Docker 28 an endpoint made in the back-off would be left behind, and keep the successor away for ever.
  test('a container that crashes again and again and is replaced in its back-off beside the daemon: its successor is attached', {
    timeout: 90_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const app = await crashing(host)
    await using netheal = await install(realEngine(), configFor(host, { containers: [app.name] }))
    const daemon = await netheal.running()
    const waits = async (): Promise<boolean> => {
      const { attachments } = (await netheal.status()).answer
      return attachments.length === 1 && attachments[0]?.state === 'waiting'
    }
    await until(waits, { what: 'the first look' })
    const successor = await redeploy(host, app)
    await until(() => isAttached(host.stack, successor), { what: 'the successor' })
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await isAttached(host.stack, successor)).toBe(true)
  })
})

describeReal('a container that cannot start, for its network was made anew', () => {
  test('a container that cannot start, for its network was made anew, is repaired, and starts again when somebody starts it', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend } = host
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name] }))
    const stack = await ruin(box, host, netheal)
    const { code, answer } = await netheal.once()
    expect(answer.actions).toMatchObject([{ kind: 'repair', container: backend.name, effect: 'at-next-start' }])
    expect(answer.outcomes).toMatchObject([{ waiting: true, started: false, cause: 'network-recreated' }])
    expect(code).toBe(0)
    expect((await backend.handle.inspect()).State.Running).toBe(false)
    await backend.handle.start()
    expect(await isAttached(stack, backend)).toBe(true)
    // The database is stopped still, and its name does not resolve.
    expect(await netheal.command('once')).toMatchObject({ code: 3, stdout: expect.stringContaining('WARNING') })
  })

  test('a container that cannot start, for its network was made anew, is repaired and started where the rule allows restarts', {
    // Its names are asked for with no name server that answers.
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend } = host
    const restart = { when: 'after-attach', cooldown: '0s' }
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name], restart }))
    const stack = await ruin(box, host, netheal)
    const { code, answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([{ kind: 'verified', started: true, restarted: false, waiting: false }])
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await netheal.logged('SUCCESS')).toContainEqual(expect.stringContaining(`Started ${backend.name} in`))
    // The database is stopped: what the rule wants resolved does not resolve, and that is said.
    expect(code).toBe(3)
    expect((await netheal.status()).answer.attachments).toMatchObject([{ state: 'unreachable' }])
    expect(await netheal.detaches()).toHaveLength(1)
  })

  test('what is done after that start is in the answer and in the exit code as well', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend } = host
    const prefix = ownPrefix(box)
    const fixed = await box.network('fixed', { subnet: `${prefix}.0/24` })
    const rule = { containers: [backend.name], network: fixed.name }
    const first = {
      ...{ containers: [backend.name], network: host.stack.name },
      restart: { when: 'after-attach', cooldown: '0s' },
    }
    await using netheal = await install(realEngine(), { attachments: [first, rule] })
    await ruin(box, host, netheal)
    await detach(fixed, backend)
    // The gateway's address, which no list tells to be taken.
    await netheal.configure({ attachments: [first, { ...rule, ipv4: `${prefix}.1` }] })
    const { code, answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([
      { kind: 'verified', network: host.stack.name, started: true },
      { kind: 'failed', network: fixed.name },
    ])
    expect(code).toBe(3)
  })

  test('a container that cannot start, for its network was made anew, is only reported where the rule forbids repairs', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend } = host
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name], repair: false }))
    await ruin(box, host, netheal)
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ container: backend.name, reason: 'stale-entry' }])
    expect(answer.outcomes).toEqual([])
    expect(code).toBe(3)
    await expect(backend.handle.start()).rejects.toThrow(/not found/)
  })
})

describeReal('a container that is stopped', () => {
  test('a container that is stopped and taken off meanwhile is left alone, and attached when it starts', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await using netheal = await install(realEngine(), configFor(host, { containers: [backend.name] }))
    expect((await netheal.once()).code).toBe(0)
    await backend.handle.stop()
    await detach(stack, backend)
    expect(await netheal.command('once')).toMatchObject({ code: 0 })
    expect(await netheal.logged('LOST')).toEqual([
      `LOST: ${backend.name} is off ${stack.name} (cause: explicit): the container is not running; it is attached when it starts`,
    ])
    await backend.handle.start()
    const started = await startedAt(backend)
    expect((await netheal.once()).answer.outcomes).toMatchObject([
      { kind: 'verified', cause: 'explicit', resolved: true },
    ])
    expect(await startedAt(backend)).toBe(started)
    expect(await netheal.detaches()).toHaveLength(1)
  })
})
