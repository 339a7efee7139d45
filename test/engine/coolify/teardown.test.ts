/**
 * What Coolify does on purpose when it stops a compose application or deletes a preview: the proxy is taken off its network and
 * the network is removed, one call after the other. A healer that puts the proxy back in between makes the removal fail.
 */
import { expect, test } from 'vitest'
import { describeReal, realEngine, sandbox } from '../../support/real-engine.ts'
import type { Sandbox, SandboxContainer } from '../../support/sandbox.ts'
import { until } from '../../support/until.ts'
import { detach, isAttached } from '../estate.ts'
import { install } from '../installation.ts'

const TEARDOWNS = 50
const ROUNDS = 5

interface Kind {
  readonly kind: string
  /** Who is taken off: a rule keeps it there. */
  readonly kept: (box: Sandbox, home: string) => Promise<SandboxContainer>
}

const KINDS: readonly Kind[] = [
  {
    kind: 'the proxy',
    kept: (box, home) =>
      box.container('proxy', { networks: [home], labels: { 'coolify.managed': 'true', 'coolify.proxy': 'true' } }),
  },
  { kind: 'an application', kept: (box, home) => box.container('app', { networks: [home] }) },
]

describeReal('a teardown beside netheal', () => {
  test.each(KINDS)(
    `${TEARDOWNS} of ${TEARDOWNS} go through, and none is a loss: $kind`,
    { timeout: 300_000 },
    async ({ kept }) => {
      await using box = sandbox()
      const home = await box.network('coolify')
      const it = await kept(box, home.name)
      const names = Array.from({ length: TEARDOWNS / ROUNDS }, () => box.uniqueName('stack'))
      await using netheal = await install(realEngine(), {
        attachments: names.map(network => ({ containers: it.name, network })),
        watch: { poll: false },
        loop: { detaches: 3, within: '10m' },
      })
      const daemon = await netheal.running()
      let removed = 0
      // The same networks again and again: three losses of one would be a loop.
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of names) {
          const network = await box.network('stack', { name })
          const app = await box.container('app', { networks: [name] })
          await until(() => isAttached(network, it))
          await app.handle.remove({ force: true })
          await detach(network, it)
          removed += await network.handle.remove().then(
            () => 1,
            () => 0,
          )
        }
      }
      expect(removed).toBe(TEARDOWNS)

      // Not even once the wait for what was no loss is over.
      await until(async () => (await netheal.check()).answer.skipped.every(s => s.reason === 'network-removed'), {
        deadline: 60_000,
        every: 500,
      })
      expect((await netheal.check()).code).toBe(0)
      expect(await daemon.stop()).toBe(0)
      expect(await netheal.detaches()).toEqual([])
      for (const word of ['LOOP', 'LOST', 'FAILED']) expect(await netheal.logged(word)).toEqual([])
      // Once each, before the first round; not after one.
      const missing = (await netheal.logged('WARNING')).filter(line => line.includes('(network-missing)'))
      expect(missing).toEqual(names.map(name => expect.stringContaining(`${name} (network-missing)`)))
    },
  )

  test('nobody else is there and the network stays: it is put back after a moment, as one loss that began at the disconnect', async () => {
    await using box = sandbox()
    const home = await box.network('coolify')
    const stack = await box.network('stack')
    const app = await box.container('app', { networks: [home.name] })
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: app.name, network: stack.name }],
      watch: { poll: false },
    })
    const daemon = await netheal.running()
    await until(() => isAttached(stack, app))
    const before = Date.now()
    await detach(stack, app)
    const after = Date.now()
    await daemon.said('attached', { container: app.name, count: 2 })
    expect(await isAttached(stack, app)).toBe(true)
    expect(await daemon.stop()).toBe(0)
    const [loss, ...more] = await netheal.detaches()
    expect(more).toEqual([])
    expect(loss?.cause).toBe('explicit')
    const lostAt = loss?.evidence.lostAt ?? 0
    expect(lostAt).toBeGreaterThanOrEqual(before - 1_000)
    expect(lostAt).toBeLessThanOrEqual(after + 1_000)
    expect(loss?.at ?? 0).toBeGreaterThan(lostAt)
  })

  test('somebody who came since the last look is there: put back at once, without a moment of waiting', async () => {
    await using box = sandbox()
    const home = await box.network('coolify')
    const stack = await box.network('stack')
    const app = await box.container('app', { networks: [home.name] })
    await using netheal = await install(realEngine(), {
      attachments: [{ containers: app.name, network: stack.name }],
      watch: { poll: false },
    })
    const daemon = await netheal.running()
    await until(() => isAttached(stack, app))
    // No event of a container that no rule names makes a look.
    await box.container('db', { networks: [stack.name] })
    const since = daemon.lines.length
    await detach(stack, app)
    await daemon.said('attached', { container: app.name, since })
    expect(await daemon.stop()).toBe(0)
    const [loss] = await netheal.detaches()
    // It waits for nothing: the loss is noted by the look that its event asked for.
    expect(daemon.lines.slice(since).filter(line => line.reasons?.includes('retry due'))).toEqual([])
    expect(loss?.cause).toBe('explicit')
  })
})
