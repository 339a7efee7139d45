/** A network of a real engine with no address left: said once in the engine's words, tried again, healed when one is free. */
import { expect, test } from 'vitest'
import { estate, isAttached, startedAt } from '../engine/estate.ts'
import { install } from '../engine/installation.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'
import { until } from '../support/until.ts'
import { EVENTS_ONLY, nothingTorn, stateIsReadable } from './scene.ts'

describeReal('an address pool with no address left', () => {
  test('an address pool with no address left delays nobody else, and is healed when an address is free', {
    timeout: 120_000,
  }, async () => {
    await using box = sandbox()
    const host = await estate(box)
    const { backend, worker } = host
    const [second = 0, third = 0] = Buffer.from(box.suffix, 'hex')
    // Of four addresses one is the network's, one the gateway's and one the broadcast's.
    const small = await box.network('small', { subnet: `10.${40 + (second % 50)}.${third}.0/30` })
    const occupier = await box.container('occupier', { networks: [small.name] })
    await using netheal = await install(realEngine(), {
      attachments: [
        { containers: [backend.name], network: small.name },
        { containers: [worker.name], network: host.stack.name },
      ],
      watch: EVENTS_ONLY,
    })
    const starts = [await startedAt(backend), await startedAt(worker)]
    const daemon = netheal.start()
    await daemon.said('could not attach', { container: backend.name, count: 2 })
    await until(() => isAttached(host.stack, worker), { what: 'the other one' })
    expect((await netheal.logged('FAILED'))[0]).toMatch(/no available IPv4 addresses on this network's address pools/)
    expect((await netheal.status()).code).toBe(3)

    await small.handle.disconnect({ Container: occupier.id })
    await daemon.said('attached', { container: backend.name })
    expect(await isAttached(small, backend)).toBe(true)
    expect(daemon.hasExited).toBe(false)
    expect(await daemon.stop()).toBe(0)
    expect([await startedAt(backend), await startedAt(worker)]).toEqual(starts)
    expect(await netheal.detaches()).toEqual([])
    await nothingTorn(netheal)
    await stateIsReadable(netheal)
  })
})
