/** Three losses in a window are called a loop: once, everywhere, by the daemon and by one-shots alike. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

describeReal('a detach loop', () => {
  test('a detach loop is flagged once by the daemon, shown everywhere, and cleared after a quiet window', {
    timeout: 60_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const loop = { detaches: 3, within: '1m', clearAfter: '15s' }
    await using netheal = await install(realEngine(), { ...configFor(host), loop, watch: { poll: '* * * * * *' } })
    const daemon = await netheal.running()
    for (let count = 1; count <= 4; count++) {
      await daemon.said('attached', { container: backend.name, count })
      if (count === 4) await daemon.said('loop flagged', { container: backend.name })
      await detach(stack, backend)
    }
    await daemon.said('attached', { container: backend.name, count: 5 })

    const [line, ...more] = await netheal.logged('LOOP')
    expect(line).toMatch(
      new RegExp(`^LOOP: ${backend.name} lost ${stack.name} 3 times in .*cause: explicit, source: outside-detach`),
    )
    expect(more).toEqual([])
    const status = await netheal.status()
    expect(status.answer.loops).toMatchObject([
      {
        container: backend.name,
        network: stack.name,
        kind: 'detach-loop',
        cause: 'explicit',
        source: 'outside-detach',
        count: 4,
      },
    ])
    // They came in one burst, so the rhythm is known, and is next to nothing.
    expect(status.answer.loops[0]?.every).toBeTypeOf('number')
    expect(status.code).toBe(3)
    const check = await netheal.check()
    expect(check).toMatchObject({
      code: 3,
      answer: { inSync: true, loops: [{ container: backend.name, cause: 'explicit' }] },
    })

    await daemon.said('loop cleared', { container: backend.name })
    expect(await netheal.logged('CLEARED')).toHaveLength(1)
    expect((await netheal.logged('CLEARED'))[0]).toContain(
      `CLEARED: ${backend.name} on ${stack.name}: detach-loop is over`,
    )
    expect(await netheal.status()).toMatchObject({ code: 0, answer: { loops: [] } })
    expect(await netheal.check()).toMatchObject({ code: 0, answer: { loops: [] } })
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await daemon.stop()).toBe(0)
  })

  test('a detach loop is flagged by three one-shots, and cleared by a later one', { timeout: 60_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, stack } = host
    const loop = { detaches: 3, within: '1m', clearAfter: '8s' }
    await using netheal = await install(realEngine(), { ...configFor(host, { containers: [backend.name] }), loop })
    expect((await netheal.once()).code).toBe(0)
    const codes: (number | null)[] = []
    for (const _ of [1, 2, 3]) {
      await detach(stack, backend)
      codes.push((await netheal.command('once')).code)
    }
    expect(codes).toEqual([0, 0, 3])
    expect(await netheal.logged('LOOP')).toHaveLength(1)
    expect(await netheal.status()).toMatchObject({
      code: 3,
      answer: { loops: [{ container: backend.name, kind: 'detach-loop', cause: 'explicit', count: 3 }] },
    })
    // All is attached, and that is said by the code only.
    expect(await netheal.command('once')).toMatchObject({ code: 3 })

    await until(async () => (await netheal.command('once')).code === 0, {
      what: 'the loop to clear',
      deadline: 40_000,
      every: 500,
    })
    expect(await netheal.logged('LOOP')).toHaveLength(1)
    expect(await netheal.logged('CLEARED')).toHaveLength(1)
    expect(await netheal.status()).toMatchObject({ code: 0, answer: { loops: [] } })
  })
})

describeReal('a restart loop', () => {
  test('a restart loop is flagged when something stops and starts the container again and again', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend } = host
    await using netheal = await install(realEngine(), { ...configFor(host), watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: backend.name })
    for (const _ of [1, 2, 3]) {
      const since = daemon.lines.length
      const before = await netheal.lastPassAt()
      await backend.handle.restart()
      await until(
        async () => (await netheal.lastPassAt()) > before || daemon.all('loop flagged', undefined, since).length > 0,
      )
    }
    await daemon.said('loop flagged', { container: backend.name })
    const { code, answer } = await netheal.status()
    expect(answer.loops).toMatchObject([
      { container: backend.name, network: null, kind: 'restart-loop', cause: 'restarted', count: 3 },
    ])
    expect(code).toBe(3)
    expect(await netheal.logged('LOOP')).toHaveLength(1)
    expect(await daemon.stop()).toBe(0)
    expect(await netheal.detaches()).toEqual([])
  })
})
