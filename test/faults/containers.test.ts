/** The container changes under netheal's hands: renamed away and back, removed in the middle of a connect. On a real engine. */
import { expect, test } from 'vitest'
import { detach, isAttached, redeploy } from '../engine/estate.ts'
import { describeReal, realEngine } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { attached, EVERY_TWO_SECONDS, endsHealed, scene } from './scene.ts'

describeReal('a container', () => {
  test('a container is renamed, and its rule with it: it is another name, and no loss', {
    timeout: 120_000,
  }, async () => {
    await using stage = await scene()
    const { host, netheal, daemon } = stage
    const { backend, worker, stack, box } = host
    await backend.handle.rename({ name: box.uniqueName('aside') })
    // No rule speaks of it now: it keeps what it has, and what it loses is not put back.
    await detach(stack, backend)
    await detach(stack, worker)
    await daemon.said('attached', { container: worker.name, count: 2 })
    expect(await isAttached(stack, backend)).toBe(false)
    expect((await netheal.check()).answer.skipped).toMatchObject([
      { container: backend.name, reason: 'container-missing' },
    ])
    // Its own name again: attached at once, by the event of the rename.
    await backend.handle.rename({ name: backend.name })
    await attached(host, backend)
    await endsHealed(stage)
  })

  test('a container gives its name to another one, which is attached in its place', { timeout: 120_000 }, async () => {
    await using stage = await scene()
    const { host, netheal, daemon } = stage
    const { backend, stack, box } = host
    await backend.handle.rename({ name: box.uniqueName('old') })
    const successor = await box.container('app', { name: backend.name, networks: [host.coolify.name] })
    await attached(host, successor)
    await daemon.said('detached', { container: backend.name })
    // The old one is nobody's now, and is left as it is.
    expect(await isAttached(stack, backend)).toBe(true)
    await endsHealed({ ...stage, host: { ...host, backend: successor } })
    expect((await netheal.detaches()).map(d => d.cause)).toEqual(['replaced', 'explicit', 'explicit'])
  })

  test('a container is removed in the middle of a connect, and comes again', { timeout: 120_000 }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy })
    const { host, netheal, daemon } = stage
    const { backend, stack } = host
    const held = proxy.hold(/^POST \S*\/connect$/)
    await detach(stack, backend)
    await held.arrived
    const successor = await redeploy(host, backend)
    held.release()
    await attached(host, successor)
    await daemon.said('attached', { container: backend.name, count: 2 })
    await endsHealed({ ...stage, host: { ...host, backend: successor } })
    const gone = `WARNING: ${backend.name} was not connected to ${stack.name}: one of them went away meanwhile`
    expect(await netheal.logged('WARNING')).toContain(gone)
    expect(await netheal.logged('FAILED')).toEqual([])
  })

  test('a container hangs: it is said once, the others are healed, and it is itself as soon as it answers', {
    timeout: 180_000,
  }, async () => {
    await using proxy = await startFaultProxy(realEngine())
    await using stage = await scene({ through: proxy, watch: EVERY_TWO_SECONDS })
    const { host, daemon, netheal } = stage
    const { backend, worker, stack } = host
    const held = proxy.hold(new RegExp(`^GET \\S*/containers/${backend.id}/json`))
    await detach(stack, backend)
    await held.arrived
    // As often as it is asked after, the others do not wait for it.
    for (let round = 0; round < 3; round++) {
      await detach(stack, worker)
      await attached(host, worker)
    }
    expect(await isAttached(stack, backend)).toBe(false)
    const said = async (): Promise<readonly string[]> =>
      (await netheal.logged('WARNING')).filter(line => line.includes('has not answered'))
    await until(async () => (await said()).length > 0, { deadline: 40_000 })
    expect(await said()).toEqual([expect.stringContaining(`${backend.name} has not answered in time`) as unknown])
    expect(daemon.all('pass failed, trying again')).toEqual([])
    held.release()
    await attached(host, backend)
    // Nothing was concluded about it while it could not be seen: lost once, with its cause.
    expect((await netheal.detaches()).filter(d => d.container === backend.name).map(d => d.cause)).toEqual(['explicit'])
    await endsHealed(stage)
  })
})
