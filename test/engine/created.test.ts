/** A container that has not started yet joins before its first process: that process itself is the witness. */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import type { Sandbox, SandboxContainer } from '../support/sandbox.ts'
import { until } from '../support/until.ts'
import { configFor, detach, estate, isAttached, redeploy } from './estate.ts'
import { install } from './installation.ts'

/** The first thing it does is to resolve the database, and to write down the exit code of that. */
const witness = [
  'sh',
  '-c',
  'nslookup supabase-db > /said 2>&1; echo "code $?" > /code; trap "exit 0" TERM; sleep 86400 & wait',
]

async function testimony(box: Sandbox, { id }: SandboxContainer): Promise<string> {
  return await until(async () => /code \d+/.exec((await box.exec(id, ['cat', '/code'])).output)?.[0])
}

describeReal('a created container', () => {
  test('a created container is attached by once, and resolves from its first command on', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const options = { networks: [host.coolify.name], cmd: witness, start: false }
    const fresh = await box.container('fresh', options)
    await using netheal = await install(realEngine(), configFor(host, { containers: [fresh.name] }))
    expect((await netheal.check()).answer.actions).toMatchObject([{ container: fresh.name, effect: 'before-start' }])
    const { code, answer } = await netheal.once()
    expect(answer.outcomes).toMatchObject([{ container: fresh.name, kind: 'verified', restarted: false }])
    expect(code).toBe(0)
    expect(await netheal.logged('SUCCESS')).toEqual([expect.stringContaining('(before its first process)')])
    // Nothing is left to be done, though it has no endpoint yet.
    expect(await netheal.command('once')).toMatchObject({ code: 0, stdout: '' })
    await fresh.handle.start()
    expect(await testimony(box, fresh)).toBe('code 0')
    expect(await isAttached(host.stack, fresh)).toBe(true)
    expect(await netheal.detaches()).toEqual([])
  })

  test('a created container without netheal does not resolve: the witness can say no', async () => {
    await using box = sandbox()
    const { coolify } = await estate(box)
    const alone = await box.container('alone', { networks: [coolify.name], cmd: witness })
    expect(await testimony(box, alone)).not.toBe('code 0')
  })

  test('a created container of a redeploy is attached by the daemon at its creation', async () => {
    await using box = sandbox()
    const host = await estate(box)
    await using netheal = await install(realEngine(), { ...configFor(host), watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: host.worker.name })
    const backend = await redeploy(host, host.backend, { cmd: witness, start: false })
    await daemon.said('attached', { container: backend.name, count: 2 })
    await backend.handle.start()
    expect(await testimony(box, backend)).toBe('code 0')
    expect(await daemon.stop()).toBe(0)
    expect((await netheal.detaches()).map(d => [d.container, d.cause])).toEqual([[backend.name, 'replaced']])
  })

  test('a created container of a compose recreate is seen through its temporary name', async () => {
    await using box = sandbox()
    const host = await estate(box)
    const labels = { 'com.docker.compose.project': box.uniqueName('shop'), 'com.docker.compose.service': 'backend' }
    const name = box.uniqueName('shop-backend')
    const old = await box.container('old', { name, labels, networks: [host.coolify.name] })
    const compose = `${labels['com.docker.compose.project']}/backend`
    const network = host.stack.name
    // Once by its name, once by its service: the same container, and attached once.
    const attachments = [
      { containers: [name, host.worker.name], network, resolve: ['supabase-db'] },
      { containers: [{ compose }], network },
    ]
    await using netheal = await install(realEngine(), { attachments, watch: { poll: false } })
    const daemon = await netheal.running()
    await daemon.said('attached', { container: name })

    const temporary = `${old.id.slice(0, 12)}_${name}`
    const replace = { ...labels, 'com.docker.compose.replace': old.id }
    const fresh = await box.container('new', {
      ...{ name: temporary, labels: replace, networks: [host.coolify.name], cmd: witness, start: false },
    })
    // It is called what it is going to be called.
    await daemon.said('attached', { container: name, count: 2 })
    expect(await isAttached(host.stack, fresh)).toBe(false)
    await old.handle.stop()
    await old.handle.remove()
    await fresh.handle.rename({ name })
    await fresh.handle.start()
    expect(await testimony(box, fresh)).toBe('code 0')
    await detach(host.stack, host.worker)
    await daemon.said('attached', { container: host.worker.name, count: 2 })
    expect(await daemon.stop()).toBe(0)
    const causes = (await netheal.detaches()).map(d => d.cause)
    expect(causes).toEqual(['replaced', 'explicit'])
    expect(await netheal.status()).toMatchObject({
      answer: { attachments: [{ container: name, state: 'attached' }, {}] },
    })
  })
})
