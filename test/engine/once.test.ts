/** The dry check and the one-shot, on the operators' host: what cron runs. */
import { expect, test } from 'vitest'
import { installPackage } from '../installed/package.ts'
import { startPrivateEngine } from '../support/private-engine.ts'
import { describePrivateEngine, describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { configFor, detach, estate, isAttached, startedAt } from './estate.ts'
import { install } from './installation.ts'

async function story(
  engine: { readonly socketPath: string },
  box: Sandbox,
  exact: boolean,
  installed: { readonly command: string } | null = null,
): Promise<void> {
  const host = await estate(box, { exact })
  const { backend, worker, stack } = host
  await using netheal = await install(engine, configFor(host), {
    bare: true,
    reach: {
      docker: { host: `unix://${engine.socketPath}` },
      ...(installed === null ? {} : { launcher: installed.command }),
    },
  })
  const before = [await startedAt(backend), await startedAt(worker)]

  const words = await netheal.command('check')
  expect(words.code).toBe(3)
  for (const { name } of [backend, worker]) {
    expect(words.stdout).toContain(`DETACHED    ${name} not attached to ${stack.name}; would be attached`)
  }
  const dry = await netheal.check()
  expect(dry.code).toBe(3)
  expect(dry.answer.inSync).toBe(false)
  expect(dry.answer.actions.map(a => [a.kind, a.container, a.network])).toEqual([
    ['attach', backend.name, stack.name],
    ['attach', worker.name, stack.name],
  ])
  expect(await isAttached(stack, backend)).toBe(false)
  expect(await netheal.logBytes()).toEqual({})

  const first = await netheal.once()
  expect(first.answer.outcomes).toMatchObject([
    { kind: 'verified', container: backend.name, network: stack.name, cause: null, restarted: false, resolved: true },
    { kind: 'verified', container: worker.name, network: stack.name, cause: null, restarted: false, resolved: true },
  ])
  expect(first.code).toBe(0)
  for (const app of [backend, worker]) {
    expect(await isAttached(stack, app)).toBe(true)
    expect(await box.exec(app.id, ['nslookup', 'supabase-db'])).toMatchObject({ exitCode: 0 })
  }
  expect([await startedAt(backend), await startedAt(worker)]).toEqual(before)
  expect(await netheal.logged('FIXING')).toEqual([
    `FIXING: ${backend.name} not attached to ${stack.name}`,
    `FIXING: ${worker.name} not attached to ${stack.name}`,
  ])
  expect((await netheal.logged('SUCCESS')).filter(l => l.includes('Connected'))).toHaveLength(2)

  const written = await netheal.logBytes()
  expect(await netheal.command('once')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await netheal.logBytes()).toEqual(written)
  expect(await netheal.check()).toMatchObject({ code: 0, answer: { inSync: true, actions: [] } })

  const daemon = await netheal.running()
  await detach(stack, backend)
  await daemon.said('attached', { container: backend.name })
  expect(await isAttached(stack, backend)).toBe(true)
  expect(await daemon.stop()).toBe(0)
  expect([await startedAt(backend), await startedAt(worker)]).toEqual(before)
}

describePrivateEngine("the operators' own names", () => {
  test("the operators' own names: check, once, once again, and the daemon", { timeout: 90_000 }, async () => {
    await using engine = await startPrivateEngine()
    await using box = sandbox(engine)
    await story(engine, box, true)
  })
})

describeReal('one-shots', () => {
  test('one-shots: check, once, once again, and the daemon', async () => {
    await using box = sandbox()
    await story(realEngine(), box, false)
  })

  test('one-shots: the same by the installed package', { timeout: 120_000 }, async () => {
    await using box = sandbox()
    await using installed = await installPackage()
    await story(realEngine(), box, false, installed)
  })

  test('one-shots: a container that is missing or stopped is a quiet no-op', async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(realEngine(), configFor(host))
    await host.backend.handle.stop()
    await host.worker.handle.remove({ force: true })
    expect(await netheal.command('once')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await netheal.actionLog()).toEqual([])
    const { code, answer } = await netheal.check()
    expect(answer.skipped.map(s => [s.container, s.reason])).toEqual([
      [host.backend.name, 'not-running'],
      [host.worker.name, 'container-missing'],
    ])
    expect(code).toBe(0)
  })

  test('one-shots: a detach between two one-shots is healed, with its cause', async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(realEngine(), configFor(host))
    expect((await netheal.once()).code).toBe(0)
    await detach(host.stack, host.backend)
    const { code, stdout } = await netheal.command('once')
    expect(stdout).toContain(`FIXING: ${host.backend.name} not attached to ${host.stack.name} (cause: explicit)`)
    expect(stdout).not.toContain(host.worker.name)
    expect(code).toBe(0)
    expect((await netheal.detaches()).map(d => [d.container, d.cause])).toEqual([[host.backend.name, 'explicit']])
  })
})
