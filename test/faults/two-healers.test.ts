/** Two healers at once, on a real engine: under one lock only one of them heals; with a lock each, they do no harm. */
import { expect, test } from 'vitest'
import { configFor, detach, estate, isAttached, startedAt } from '../engine/estate.ts'
import { install } from '../engine/installation.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { attached, EVENTS_ONLY, endsHealed, nothingTorn, scene, stateIsReadable } from './scene.ts'

describeReal('two healers at once', () => {
  test('two healers at once: five one-shots of one cron minute: each loss is healed and written down once', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    await using netheal = await install(realEngine(), configFor(host, { resolve: [] }))
    expect((await netheal.once()).code).toBe(0)
    const starts = [await startedAt(backend), await startedAt(worker)]
    for (const app of [backend, worker]) await detach(stack, app)
    const ended = await Promise.all([1, 2, 3, 4, 5].map(() => netheal.command('once')))
    // Who finds the lock taken only checks, and may find what is still wrong: 3. Nobody crashes.
    expect(ended.map(e => e.code).filter(code => code !== 0 && code !== 3)).toEqual([])
    expect(await Promise.all([isAttached(stack, backend), isAttached(stack, worker)])).toEqual([true, true])
    const fixed = await netheal.logged('FIXING')
    for (const app of [backend, worker]) {
      const line = `FIXING: ${app.name} not attached to ${stack.name} (cause: explicit)`
      expect(fixed.filter(l => l === line)).toHaveLength(1)
    }
    expect(await netheal.detaches()).toHaveLength(2)
    await nothingTorn(netheal)
    await stateIsReadable(netheal)
    expect([await startedAt(backend), await startedAt(worker)]).toEqual(starts)
  })

  test('two healers at once: two daemons that do not know of each other both see it well in the end', {
    timeout: 180_000,
  }, async () => {
    await using stage = await scene()
    const { host, netheal } = stage
    const { backend, worker, stack } = host
    // Another lock, another state, another log: a container of netheal beside the unit, say.
    await using second = await install(realEngine(), { ...configFor(host, { resolve: [] }), watch: EVENTS_ONLY })
    const other = await second.running()
    for (let round = 0; round < 10; round++) {
      for (const app of [backend, worker]) await detach(stack, app)
      for (const app of [backend, worker]) await attached(host, app)
    }
    expect(other.hasExited).toBe(false)
    expect(await other.stop()).toBe(0)
    await endsHealed(stage)
    // Whoever came too late found it attached: no failure for anybody.
    expect([...(await netheal.logged('FAILED')), ...(await second.logged('FAILED'))]).toEqual([])
    await nothingTorn(second)
    await stateIsReadable(second)
  })
})
