/** The network itself goes and comes back under its name, with another id. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, type Estate, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

/** Everybody is off the network: it can go, and comes back as another one. */
async function recreate({ box, stack }: Estate): Promise<Estate['stack']> {
  await stack.handle.remove()
  return await box.network('stack', { name: stack.name })
}

describeReal('a network that is made anew', () => {
  test('a network that is made anew with its members stopped: the dead entries are repaired, and they start again', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, database } = host
    await using netheal = await install(realEngine(), { ...configFor(host), watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: worker.name })

    await Promise.all([backend, worker, database].map(it => it.handle.stop()))
    const stack = await recreate(host)
    await daemon.said('attached', { container: backend.name, count: 2 })
    await daemon.said('attached', { container: worker.name, count: 2 })
    await Promise.all([backend, worker].map(it => it.handle.start()))
    expect(await isAttached(stack, backend)).toBe(true)
    expect(await isAttached(stack, worker)).toBe(true)

    expect(await daemon.stop()).toBe(0)
    const causes = (await netheal.detaches()).map(d => [d.container, d.cause])
    expect(causes.sort()).toEqual([backend, worker].map(it => [it.name, 'network-recreated']))
  })

  test('a network that is made anew with its members running, while netheal is paused: healed at once by resume', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, database } = host
    await using netheal = await install(realEngine(), { ...configFor(host), watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: worker.name })

    expect((await netheal.command('pause', '10m')).code).toBe(0)
    await detach(host.stack, backend)
    await detach(host.stack, worker)
    await database.handle.stop()
    await detach(host.stack, database)
    const stack = await recreate(host)
    await daemon.said('detached', { container: worker.name })
    expect(await isAttached(stack, worker)).toBe(false)
    expect((await netheal.command('resume')).code).toBe(0)
    for (const app of [backend, worker]) {
      await daemon.said('attached', { container: app.name, count: 2 })
      await until(() => isAttached(stack, app))
    }

    expect(await daemon.stop()).toBe(0)
    // One incident each: taken off first, and then the network was made anew.
    const causes = (await netheal.detaches()).map(d => [d.container, d.cause])
    expect(causes.sort()).toEqual([backend, worker].map(it => [it.name, 'network-recreated']))
  })
})
