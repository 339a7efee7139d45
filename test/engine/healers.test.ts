/** One healer per host, and how the daemon is told things: signals, a changed config, a pause. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { configFor, detach, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

const eventsOnly = { watch: { poll: false } } as const

describeReal('one healer per host', () => {
  test('one healer per host: once beside a running daemon only checks, and says why', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    // Nothing to resolve: a proof would be written down beside the one-shot.
    await using netheal = await install(realEngine(), { ...configFor(host, { resolve: [] }), ...eventsOnly })
    const daemon = await netheal.running()
    // It waits for what is attached to be examined.
    await daemon.said('daily heartbeat written')
    // Paused, so that there is something that a one-shot would do.
    await netheal.command('pause', '10m')
    await detach(stack, backend)
    await daemon.said('detached', { container: backend.name })
    const written = await netheal.logBytes()

    const { code, stdout, stderr } = await netheal.command('once')
    expect(stderr).toBe(
      `netheal: netheal run (pid ${daemon.pid}) is already healing this host, so this run only checks and changes nothing\n`,
    )
    expect(stdout).toContain(`SKIPPED     ${backend.name} on ${stack.name}: paused`)
    expect(code).toBe(3)
    expect(await netheal.logBytes()).toEqual(written)
    expect(await isAttached(stack, backend)).toBe(false)
    expect(await daemon.stop()).toBe(0)

    // The lock has died with the daemon: now it heals.
    await netheal.command('resume')
    expect(await netheal.once()).toMatchObject({
      code: 0,
      answer: { outcomes: [{ container: backend.name, kind: 'verified' }] },
    })
  })

  test('one healer per host: a second daemon ends with a clear message; one that was killed leaves no lock', async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(realEngine(), { ...configFor(host), ...eventsOnly })
    const first = await netheal.running()
    const second = netheal.start()
    expect(await second.ended()).toBe(3)
    expect(second.stderr).toContain(`netheal: netheal run (pid ${first.pid}) is already healing this host\n`)
    expect((await netheal.status()).answer.healer).toMatchObject({ alive: true, mode: 'daemon', pid: first.pid })

    first.signal('SIGKILL')
    expect(await first.ended()).toBe(null)
    const third = netheal.start()
    await third.said('event stream open')
    expect(await third.stop()).toBe(0)
    expect(third.all('stopped')).toHaveLength(1)
  })

  test('one healer per host: SIGHUP takes a good config into effect, and keeps the old one when the new one is bad', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    await using netheal = await install(realEngine(), {
      ...configFor(host, { containers: [backend.name] }),
      ...eventsOnly,
    })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: backend.name })
    expect(await isAttached(stack, worker)).toBe(false)

    await netheal.configure({ ...configFor(host), ...eventsOnly })
    daemon.signal('SIGHUP')
    await daemon.said('config reloaded')
    await daemon.said('attached', { container: worker.name })
    expect(await isAttached(stack, worker)).toBe(true)

    await netheal.writeConfig('{"attachments": [{"containers": ["x"], "netwrok": "y"}]}')
    daemon.signal('SIGHUP')
    const { error } = await daemon.said('config not reloaded; the old one stays in effect')
    expect(error).toContain('netwrok')
    await detach(stack, worker)
    await daemon.said('attached', { container: worker.name, count: 2 })
    expect(await daemon.stop()).toBe(0)
  })

  test('one healer per host: a pause: nothing is healed, everything shows it, resume heals at once', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    await using netheal = await install(realEngine(), { ...configFor(host), ...eventsOnly })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: worker.name })

    expect(await netheal.command('pause', '10m', '--reason', 'moving the database')).toMatchObject({ code: 0 })
    await detach(stack, backend)
    await daemon.said('detached', { container: backend.name })
    expect(await netheal.logged('LOST')).toEqual([
      `LOST: ${backend.name} is off ${stack.name} (cause: explicit): netheal is paused`,
    ])
    const check = await netheal.check()
    expect(check).toMatchObject({ code: 3, answer: { skipped: [{ container: backend.name, reason: 'paused' }] } })
    const { code, answer } = await netheal.status()
    expect(code).toBe(3)
    expect(answer.paused).not.toBe(null)
    expect((await netheal.command('status')).stdout).toContain('(moving the database)')
    expect(await isAttached(stack, backend)).toBe(false)

    expect((await netheal.command('resume')).code).toBe(0)
    const healed = await daemon.said('attached', { container: backend.name, count: 2 })
    expect(healed.reasons).toContain('pause changed')
    expect(await isAttached(stack, backend)).toBe(true)
    expect((await netheal.status()).answer.paused).toBe(null)
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.detaches()).toHaveLength(1)
  })

  test('one healer per host: a pause ends by itself', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    await using netheal = await install(realEngine(), { ...configFor(host), ...eventsOnly })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: backend.name })
    await netheal.command('pause', '3s')
    await detach(stack, backend)
    await daemon.said('attached', { container: backend.name, count: 2 })
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.detaches()).toHaveLength(1)
  })
})
