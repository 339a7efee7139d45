/** The daemon beside a working engine: what is taken away or replaced is put back at once, by events alone. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached, redeploy, startedAt } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** Without a schedule: what is healed here is healed because an event said so. */
const eventsOnly = { watch: { poll: false } } as const

async function countOf(netheal: Installation, cause: string): Promise<number> {
  return (await netheal.detaches()).filter(d => d.cause === cause).length
}

describeReal('a running daemon', () => {
  test('a running daemon heals 100 of 100 explicit detaches, each recorded once', { timeout: 150_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    await using netheal = await install(realEngine(), { ...configFor(host), ...eventsOnly })
    const daemon = await netheal.running()
    const before = [await startedAt(backend), await startedAt(worker)]

    const takeAway = async (app: typeof backend): Promise<void> => {
      for (let count = 1; count <= 50; count++) {
        await detach(stack, app)
        await daemon.said('detached', { container: app.name, count })
        await daemon.said('attached', { container: app.name, count: count + 1 })
        expect(await isAttached(stack, app)).toBe(true)
      }
    }
    await Promise.all([takeAway(backend), takeAway(worker)])

    expect(await daemon.stop()).toBe(0)
    expect(daemon.all('could not attach')).toEqual([])
    expect(await countOf(netheal, 'explicit')).toBe(100)
    expect(await netheal.detaches()).toHaveLength(100)
    for (const { name } of [backend, worker]) {
      const lines = await netheal.logged('FIXING')
      const fixed = `FIXING: ${name} not attached to ${stack.name} (cause: explicit)`
      expect(lines.filter(line => line === fixed)).toHaveLength(50)
    }
    expect([await startedAt(backend), await startedAt(worker)]).toEqual(before)
  })

  test('a running daemon heals 20 of 20 replacements under the same name', { timeout: 120_000 }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { stack, worker } = host
    await using netheal = await install(realEngine(), { ...configFor(host), ...eventsOnly })
    const daemon = await netheal.running()

    let { backend } = host
    for (let count = 1; count <= 20; count++) {
      backend = await redeploy(host, backend)
      await daemon.said('detached', { container: backend.name, count })
      await daemon.said('attached', { container: backend.name, count: count + 1 })
      expect(await isAttached(stack, backend)).toBe(true)
    }

    expect(await daemon.stop()).toBe(0)
    const detaches = await netheal.detaches()
    expect(detaches.map(d => [d.container, d.cause])).toEqual(Array(20).fill([backend.name, 'replaced']))
    expect(new Set(detaches.map(d => d.evidence.previousId)).size).toBe(20)
    expect(await isAttached(stack, worker)).toBe(true)
  })

  test('a running daemon records no stop, start, restart, kill, crash or pause as a detach', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    const cmd = ['sh', '-c', 'trap "exit 7" USR1; sleep 86400 & wait']
    const fragile = await box.container('fragile', { cmd, networks: [host.coolify.name], restartPolicy: 'always' })
    const config = configFor(host, { containers: [backend.name, worker.name, fragile.name] })
    await using netheal = await install(realEngine(), { ...config, ...eventsOnly })
    const daemon = await netheal.running()
    const quiet = await netheal.actionLog()

    await backend.handle.stop()
    await backend.handle.start()
    await backend.handle.restart()
    await worker.handle.pause()
    await worker.handle.unpause()
    await worker.handle.kill()
    await worker.handle.start()
    for (let crashes = 1; crashes <= 3; crashes++) {
      await until(async () => {
        await box.exec(fragile.id, ['kill', '-USR1', '1']).catch(() => undefined)
        return (await fragile.handle.inspect()).RestartCount >= crashes
      })
    }
    await until(() => isAttached(stack, fragile))

    // A detach of each, to show that everything before it has been looked at and was none.
    for (const app of [backend, worker, fragile]) {
      await detach(stack, app)
      await daemon.said('detached', { container: app.name })
      await daemon.said('attached', { container: app.name, count: 2 })
    }
    expect(await daemon.stop()).toBe(0)
    const causes = (await netheal.detaches()).map(d => [d.container, d.cause])
    expect(causes).toEqual([backend, worker, fragile].map(app => [app.name, 'explicit']))
    const news = (await netheal.actionLog()).slice(quiet.length)
    expect(news.filter(line => line.includes('FIXING'))).toHaveLength(3)
    // Before API 1.48 each attach moves the default route, and says so.
    const routine = / (FIXING|ACTION|SUCCESS): | WARNING: the default route /
    expect(news.filter(line => !routine.test(line))).toEqual([])
  })
})
