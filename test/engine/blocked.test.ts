/** What cannot be healed is said, once in the log and in every exit code, and the rest is healed all the same. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { configFor, estate, isAttached } from './estate.ts'
import { install } from './installation.ts'

describeReal('blocked', () => {
  test('blocked: network missing: with the names that are near, written once', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    const attachments = [
      { containers: [backend.name], network: `${stack.name}x` },
      { containers: [worker.name], network: stack.name },
    ]
    await using netheal = await install(realEngine(), { attachments })
    const { code, answer } = await netheal.check()
    expect(answer.blocked).toMatchObject([
      { container: backend.name, network: `${stack.name}x`, reason: 'network-missing' },
    ])
    expect(answer.blocked[0]?.hint).toContain(stack.name)
    expect(code).toBe(3)
    expect(await netheal.once()).toMatchObject({
      code: 3,
      answer: { outcomes: [{ container: worker.name, kind: 'verified' }] },
    })
    const again = await netheal.command('once')
    expect(again).toMatchObject({ code: 3 })
    // It has been told of, and nobody sits at a terminal.
    expect(again.stdout).toBe('')
    expect((await netheal.logged('WARNING')).filter(line => line.includes('network-missing'))).toHaveLength(1)
    expect((await netheal.status()).code).toBe(3)

    await box.network('late', { name: `${stack.name}x` })
    const last = await netheal.once()
    expect(last.answer.outcomes).toMatchObject([{ container: backend.name, kind: 'verified' }])
    expect(last.code).toBe(0)
  })

  test('blocked: network mode: host, none and that of another container', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const modes = ['host', 'none', `container:${host.database.id}`]
    const apps = await Promise.all(modes.map(networkMode => box.container('mode', { networkMode })))
    await using netheal = await install(realEngine(), configFor(host, { containers: apps.map(a => a.name) }))
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject(apps.map(({ name }) => ({ container: name, reason: 'network-mode' })))
    const said = ['host', 'none', `name ${host.database.name} in the rule`]
    for (const [at, words] of said.entries()) expect(answer.blocked[at]?.hint).toContain(words)
    expect(answer.outcomes).toEqual([])
    expect(code).toBe(3)
  })

  test('blocked: network ambiguous, where the engine allows two of a name', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const twin = await box.network('twin', { name: host.stack.name }).catch((error: unknown) => error)
    await using netheal = await install(realEngine(), configFor(host, { containers: [host.backend.name] }))
    if (twin instanceof Error) {
      // From 25 on an engine refuses the second one.
      expect(twin).toMatchObject({ statusCode: 409 })
      expect(await netheal.once()).toMatchObject({ code: 0 })
      return
    }
    const { id } = twin as { id: string }
    const { code, answer } = await netheal.once()
    expect(answer.blocked).toMatchObject([{ container: host.backend.name, reason: 'network-ambiguous' }])
    for (const it of [id, host.stack.id]) expect(answer.blocked[0]?.hint).toContain(it.slice(0, 12))
    expect(code).toBe(3)
    // Its id says which is meant.
    await netheal.configure(configFor(host, { containers: [host.backend.name], network: host.stack.id }))
    expect(await netheal.once()).toMatchObject({ code: 0 })
    expect(await isAttached(host.stack, host.backend)).toBe(true)
  })
})

describeReal('a network whose stack is stopped', () => {
  test('a network whose stack is stopped is joined, with a warning that it is empty', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker, stack } = host
    await host.database.handle.stop()
    await using netheal = await install(realEngine(), configFor(host, { resolve: [] }))
    const empty = `no other container is running on ${stack.name}`
    expect((await netheal.command('check')).stdout).toContain(empty)
    const { code, answer } = await netheal.once()
    expect(answer.actions).toMatchObject([backend, worker].map(({ name }) => ({ container: name })))
    for (const action of answer.actions) expect(action.warnings.join()).toContain(empty)
    expect(code).toBe(0)
    const warned = (await netheal.logged('WARNING')).filter(line => line.includes(empty))
    // Once for the network, whoever is on it.
    expect(warned).toHaveLength(1)
    // It stays so, and is said again by check only.
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
    const { satisfied } = (await netheal.check()).answer
    expect(satisfied).toHaveLength(2)
    for (const it of satisfied) expect(it.warnings.join()).toContain(empty)
    await host.database.handle.start()
    expect((await netheal.check()).answer.satisfied).toMatchObject([{ warnings: [] }, { warnings: [] }])
  })
})
