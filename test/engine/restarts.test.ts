/** Restarts: only where a rule asks for one, once per attach, and never more than it allows, whoever asks. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached, redeploy, startedAt } from './estate.ts'
import { install } from './installation.ts'

const eventsOnly = { watch: { poll: false } } as const

describeReal('restart after-attach', () => {
  test('restart after-attach restarts once per attach, and no more than maxPerHour, across processes', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const restart = { when: 'after-attach', cooldown: '0s', maxPerHour: 2 }
    const config = configFor(host, { containers: [backend.name], restart })
    await using netheal = await install(realEngine(), config)
    const starts = [await startedAt(backend)]
    const restarted: (boolean | undefined)[] = []
    for (const round of [1, 2, 3]) {
      if (round > 1) await detach(stack, backend)
      const { code, answer } = await netheal.once()
      restarted.push(answer.outcomes[0]?.restarted)
      starts.push(await startedAt(backend))
      expect(code).toBe(0)
      expect(await isAttached(stack, backend)).toBe(true)
    }
    expect(restarted).toEqual([true, true, false])
    expect(new Set(starts).size).toBe(3)
    expect(starts[3]).toBe(starts[2])
    expect(await netheal.logged('SUCCESS')).toContainEqual(
      expect.stringMatching(`^SUCCESS: Restarted ${backend.name} in`),
    )
    const refusal = `WARNING: ${backend.name} is not restarted: it was restarted 2 times in the last hour`
    expect(await netheal.logged('WARNING')).toContainEqual(expect.stringContaining(refusal))
    // Attached and well: another one-shot restarts nothing.
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
    expect(await startedAt(backend)).toBe(starts[3])
  })

  test('restart after-attach keeps to its cooldown, also after a replacement', async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(
      realEngine(),
      configFor(host, { containers: [host.backend.name], restart: 'after-attach' }),
    )
    expect((await netheal.once()).answer.outcomes).toMatchObject([{ restarted: true }])
    const backend = await redeploy(host, host.backend)
    const fresh = await startedAt(backend)
    expect((await netheal.once()).answer.outcomes).toMatchObject([
      { restarted: false, cause: 'replaced', kind: 'verified' },
    ])
    expect(await startedAt(backend)).toBe(fresh)
  })

  test('restart after-attach by the daemon happens once, and is no detach and no loop', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const restart = { when: 'after-attach', cooldown: '0s', maxPerHour: 60 }
    await using netheal = await install(realEngine(), {
      ...configFor(host, { containers: [backend.name], restart }),
      ...eventsOnly,
    })
    const daemon = await netheal.running()
    const done = async (count: number): Promise<void> => {
      await until(async () => (await netheal.logged('SUCCESS')).filter(l => l.includes('resolves')).length === count)
    }
    await done(1)
    for (const round of [1, 2, 3, 4]) {
      const before = await startedAt(backend)
      await detach(stack, backend)
      await done(round + 1)
      const after = await startedAt(backend)
      expect(after).not.toBe(before)
    }
    const last = await startedAt(backend)
    await detach(stack, backend)
    await daemon.said('attached', { container: backend.name, count: 6 })
    await done(6)
    expect(await startedAt(backend)).not.toBe(last)
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.detaches()).toHaveLength(5)
    expect((await netheal.logged('ACTION')).filter(l => l.includes('Restarting'))).toHaveLength(6)
    expect((await netheal.status()).answer.loops.map(l => l.kind)).toEqual(['detach-loop'])
  })

  test('a restart in hand is finished when SIGTERM comes', async () => {
    await using box = sandbox()
    const host = await estate(box)
    // It does not listen to SIGTERM, so stopping it takes the 3 s that it is given.
    const stubborn = await box.container('stubborn', {
      cmd: ['sleep', '86400'],
      networks: [host.coolify.name],
      create: { StopTimeout: 3 },
    })
    const before = await startedAt(stubborn)
    const config = configFor(host, { containers: [stubborn.name], restart: 'after-attach' })
    await using netheal = await install(realEngine(), { ...config, ...eventsOnly })
    const daemon = netheal.start()
    await until(async () => (await netheal.logged('ACTION')).some(line => line.includes('Restarting')))
    expect(await daemon.stop()).toBe(0)
    expect((await netheal.logged('SUCCESS')).some(line => line.includes(`Restarted ${stubborn.name}`))).toBe(true)
    expect((await stubborn.handle.inspect()).State.Running).toBe(true)
    expect(await startedAt(stubborn)).not.toBe(before)
  })

  test('restart after-attach: an attach made before the first start never restarts', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { worker, stack } = host
    const config = configFor(host, { restart: { when: 'after-attach', cooldown: '0s' } })
    await host.backend.handle.remove({ force: true })
    await using netheal = await install(realEngine(), { ...config, ...eventsOnly })
    const daemon = await netheal.running()
    const backend = await box.container('app', { name: host.backend.name, networks: [host.coolify.name], start: false })
    await daemon.said('attached', { container: backend.name })
    await backend.handle.start()
    const first = await startedAt(backend)
    expect(await isAttached(stack, backend)).toBe(true)
    // Whatever was still to come for it would come before this is done.
    await detach(stack, worker)
    await daemon.said('attached', { container: worker.name, count: 2 })
    expect(await daemon.stop()).toBe(0)
    expect(await startedAt(backend)).toBe(first)
    expect((await netheal.logged('ACTION')).filter(l => l.includes(`Restarting ${backend.name}`))).toEqual([])
  })
})

describeReal('restart if-unresolved', () => {
  test('restart if-unresolved restarts only where the names do not resolve within the grace', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    const restart = { when: 'if-unresolved', grace: '1s', cooldown: '0s' }
    const rule = { network: stack.name, restart }
    const attachments = [
      { ...rule, containers: [backend.name], resolve: ['supabase-db'] },
      { ...rule, containers: [worker.name], resolve: ['no-such-database'] },
    ]
    await using netheal = await install(realEngine(), { attachments })
    const before = await startedAt(backend)
    const { code, answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([
      { container: backend.name, restarted: false, resolved: true },
      { container: worker.name, restarted: true, resolved: false },
    ])
    expect(code).toBe(3)
    expect(await startedAt(backend)).toBe(before)
    const unresolved = `WARNING: ${worker.name} is attached to ${stack.name}, but no-such-database does not resolve`
    expect(await netheal.logged('WARNING')).toContainEqual(expect.stringContaining(unresolved))
  })
})

describeReal('restart never', () => {
  test('restart never restarts nothing, whatever happens', { timeout: 90_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const rule = { containers: [backend.name], resolve: ['no-such-database'], restart: 'never' }
    await using netheal = await install(realEngine(), configFor(host, rule))
    const before = await startedAt(backend)
    expect(await netheal.once()).toMatchObject({
      code: 3,
      answer: { outcomes: [{ restarted: false, resolved: false }] },
    })
    await detach(stack, backend)
    expect((await netheal.once()).answer.outcomes).toMatchObject([{ restarted: false, cause: 'explicit' }])
    expect(await startedAt(backend)).toBe(before)
  })
})
