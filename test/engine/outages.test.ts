/** The engine goes away under a running daemon, and comes back: killed, frozen, not there yet. On the test's own engine. */
import { expect, test } from 'vitest'
import { type PrivateEngine, startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import type { Daemon } from './daemon.ts'
import { configFor, detach, type Estate, estate, isAttached, startedAt } from './estate.ts'
import { type Installation, install } from './installation.ts'

/** A schedule that never comes: what is healed here is healed because the stream is back. */
const config = (host: Estate) => ({ ...configFor(host), watch: { poll: '0 0 29 2 *' }, loop: { detaches: 100 } })

/** Everything is attached, nothing but the named detaches was recorded, and nothing was restarted by netheal. */
async function allIsWell(netheal: Installation, daemon: Daemon, { backend, worker, stack }: Estate): Promise<void> {
  for (const app of [backend, worker]) {
    await until(() => isAttached(stack, app), { what: `${app.name} to be attached`, deadline: 40_000 })
  }
  expect(daemon.hasExited).toBe(false)
  expect(await daemon.stop()).toBe(0)
  expect((await netheal.logged('ACTION')).filter(line => !line.includes('Connecting'))).toEqual([])
  expect(await netheal.logged('LOST')).toEqual([])
}

async function setUp(engine: PrivateEngine, policy?: 'always'): Promise<Estate> {
  const host = await estate(sandbox(engine), { exact: true })
  if (policy === undefined) return host
  for (const it of [host.backend, host.worker, host.database]) {
    await it.handle.update({ RestartPolicy: { Name: policy } })
  }
  return host
}

/** The detach loses its answer when the engine is killed in the middle of it. */
const attempt = (work: Promise<void>): Promise<void> => work.catch(() => undefined)

describePrivateEngine('an engine that goes away', () => {
  test('an engine that goes away: killed and started again, with detaches before and after', {
    timeout: 120_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const host = await setUp(engine, 'always')
    const { backend, worker, stack } = host
    await using netheal = await install(engine, config(host))
    const daemon = await netheal.running()
    await daemon.said('attached', { container: worker.name })
    const since = daemon.lines.length

    // Before netheal can have healed it, the engine is gone; whether the detach was saved is the engine's secret.
    daemon.signal('SIGSTOP')
    await detach(stack, backend)
    await engine.kill()
    daemon.signal('SIGCONT')
    await daemon.said('event stream lost, opening it again', { since })
    // Frozen across the start: its stream is not back when the second detach comes.
    daemon.signal('SIGSTOP')
    await engine.start()
    await until(async () => (await worker.handle.inspect()).State.Running, { what: 'the containers to run again' })
    await until(() => isAttached(stack, worker))
    await detach(stack, worker)
    const started = await startedAt(worker)
    daemon.signal('SIGCONT')

    await daemon.said('event stream open', { since })
    await daemon.said('attached', { container: worker.name, since })
    expect(await startedAt(worker)).toBe(started)
    await allIsWell(netheal, daemon, host)
    const causes = (await netheal.detaches()).map(d => `${d.container} ${d.cause}`)
    expect(causes.filter(it => it === 'pms-worker-v2 explicit')).toHaveLength(1)
    expect(causes.filter(it => it !== 'pms-worker-v2 explicit' && it !== 'pms-backend explicit')).toEqual([])
  })

  test('an engine that goes away: killed and started again, with nothing lost: stays are no detaches', {
    timeout: 120_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const host = await setUp(engine, 'always')
    await using netheal = await install(engine, config(host))
    const daemon = await netheal.running()
    await daemon.said('attached', { container: host.worker.name })
    const since = daemon.lines.length
    await engine.restart('SIGKILL')
    await daemon.said('event stream open', { since })
    await engine.restart('SIGTERM')
    await until(async () => (await host.backend.handle.inspect()).State.Running, {
      what: 'the containers to run again',
    })
    await until(() => isAttached(host.stack, host.backend))
    await detach(host.stack, host.backend)
    await daemon.said('detached', { container: host.backend.name, since })
    await allIsWell(netheal, daemon, host)
    expect((await netheal.detaches()).map(d => [d.container, d.cause])).toEqual([['pms-backend', 'explicit']])
  })

  test('an engine that restarts three times in a row is maintenance of its host: no loop, and diagnose says so', {
    timeout: 120_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const host = await setUp(engine, 'always')
    await using netheal = await install(engine, configFor(host))
    expect((await netheal.once()).code).toBe(0)
    const times = new Set([await startedAt(host.backend)])
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM'] as const) {
      await engine.restart(signal)
      for (const app of [host.backend, host.worker]) {
        await until(async () => (await app.handle.inspect()).State.Running, { what: `${app.name} to run again` })
      }
      times.add(await startedAt(host.backend))
      expect((await netheal.once()).code).toBe(0)
    }
    expect(times.size).toBe(4)
    expect(await netheal.logged('LOOP')).toEqual([])
    const { stdout } = await netheal.command('diagnose', host.backend.name, '--json')
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; summary: string }[] }
    expect(findings.map(f => f.code)).not.toContain('restart-loop')
    expect(findings.map(f => f.code)).not.toContain('restarted-by-host')
    expect(findings.find(f => f.code === 'restarted-with-engine')?.summary).toContain(
      'the engine came up 4 times in the last hour',
    )
  })

  test('an engine that goes away: frozen for 20 seconds, with detaches queued meanwhile', {
    timeout: 120_000,
  }, async () => {
    await using engine = await startPrivateEngine()
    const host = await setUp(engine)
    const { backend, worker, stack } = host
    await using netheal = await install(engine, config(host))
    const daemon = await netheal.running()
    await daemon.said('attached', { container: worker.name })
    const before = [await startedAt(backend), await startedAt(worker)]
    const since = daemon.lines.length

    await engine.freeze()
    const detaches = [attempt(detach(stack, backend)), attempt(detach(stack, worker))]
    // As long as the issue says; a pass that is asked for meanwhile fails, and is tried again.
    const thawAt = Date.now() + 20_000
    daemon.signal('SIGHUP')
    await daemon.said('pass failed, trying again', { since })
    await until(() => Date.now() >= thawAt, { what: '20 seconds to pass', deadline: 30_000, every: 100 })
    engine.thaw()
    await Promise.all(detaches)

    await daemon.said('attached', { container: backend.name, since })
    await daemon.said('attached', { container: worker.name, since })
    await allIsWell(netheal, daemon, host)
    expect((await netheal.detaches()).map(d => `${d.container} ${d.cause}`).sort()).toEqual([
      'pms-backend explicit',
      'pms-worker-v2 explicit',
    ])
    expect([await startedAt(backend), await startedAt(worker)]).toEqual(before)
  })

  test('an engine that goes away: not there yet when netheal starts', { timeout: 120_000 }, async () => {
    await using engine = await startPrivateEngine()
    const host = await setUp(engine, 'always')
    await using netheal = await install(engine, config(host))
    await engine.kill('SIGTERM')
    expect(await netheal.command('check')).toMatchObject({ code: 4, stdout: '' })
    expect(await netheal.command('once')).toMatchObject({ code: 4, stdout: '' })
    const daemon = netheal.start()
    await daemon.said('pass failed, trying again')
    expect(daemon.hasExited).toBe(false)
    expect((await netheal.status()).code).toBe(3)
    await engine.start()
    for (const app of [host.backend, host.worker]) await daemon.said('attached', { container: app.name })
    await allIsWell(netheal, daemon, host)
    expect(await netheal.detaches()).toEqual([])
  })
})
