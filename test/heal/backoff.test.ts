// Failures: each attachment backs off by itself, delays no other, and is tried again at once when something changes.
import { expect, test } from 'vitest'
import { APP, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const CONNECT = 'POST /networks/{id}/connect'
const both = { containers: [APP, WORKER] }

/** Connects of one container fail from now on. */
function refuse(rig: Rig, container: string): void {
  const { id } = rig.simulator.container(container)
  rig.simulator.midConnect((_network, { id: found }) => {
    if (found === id) rig.simulator.exhaust(NETWORK)
  })
}

test('an address pool without an address fails, backs off, and works when there is one', async () => {
  await using rig = await Rig.open()
  rig.simulator.exhaust(NETWORK)
  const { outcomes } = await rig.pass()
  expect(outcomes).toMatchObject([{ kind: 'failed' }])
  expect(rig.log.of('failed')).toMatchObject([{ verb: 'connect', container: APP, retryIn: 750 }])
  expect(rig.log.of('failed')[0]?.error).toContain('no available IPv4 addresses')
  expect((await rig.pass()).plan.skipped).toMatchObject([{ reason: 'backing-off' }])
  rig.simulator.exhaust(NETWORK, false)
  rig.clock.advance(751)
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
  expect(rig.notebook.state.backoffs).toEqual({})
  expect(rig.isAttached()).toBe(true)
})

test('an attachment that fails delays no other', async () => {
  await using rig = await Rig.open({ rules: [ruleFor(both)] })
  rig.simulator.faults.before(CONNECT, () => undefined)
  refuse(rig, WORKER)
  const { outcomes } = await rig.pass()
  expect(outcomes.map(o => [o.action.container, o.kind]).sort()).toEqual([
    [APP, 'verified'],
    [WORKER, 'failed'],
  ])
  rig.simulator.midConnect(null)
  rig.simulator.exhaust(NETWORK, false)
  await rig.simulator.disconnect(NETWORK, APP)
  const next = await rig.pass()
  expect(next.outcomes).toMatchObject([{ kind: 'verified', action: { container: APP } }])
  expect(next.plan.skipped).toMatchObject([{ container: WORKER, reason: 'backing-off' }])
})

test('the waits after failures double up to five minutes, and are written down', async () => {
  await using rig = await Rig.open()
  rig.simulator.exhaust(NETWORK)
  for (let tries = 0; tries < 12; tries += 1) {
    await rig.pass()
    rig.clock.advance(300_001)
  }
  const waits = rig.log.of('failed').map(f => f.retryIn)
  expect(waits.slice(0, 4)).toEqual([750, 1500, 3000, 6000])
  expect(waits.at(-1)).toBe(225_000)
})

test('an attachment that failed is tried again at once when something about it changes', async () => {
  await using rig = await Rig.open()
  rig.simulator.exhaust(NETWORK)
  await rig.pass()
  expect((await rig.pass()).plan.skipped).toMatchObject([{ reason: 'backing-off' }])
  rig.simulator.exhaust(NETWORK, false)
  await rig.simulator.stopContainer(APP, 0)
  await rig.simulator.startContainer(APP)
  expect((await rig.pass()).plan.skipped).toEqual([])
  expect(rig.isAttached()).toBe(true)
})

test('a replaced container owes nothing to the failures of the one before', async () => {
  await using rig = await Rig.open()
  rig.simulator.exhaust(NETWORK)
  for (let tries = 0; tries < 5; tries += 1) {
    await rig.pass()
    rig.clock.advance(100_000)
  }
  rig.simulator.exhaust(NETWORK, false)
  await rig.pass()
  await rig.simulator.disconnect(NETWORK, APP)
  rig.simulator.exhaust(NETWORK)
  await rig.pass()
  await rig.simulator.removeContainer(APP)
  rig.simulator.exhaust(NETWORK, false)
  rig.simulator.run({ name: APP, networkMode: 'coolify' })
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
})

test('a clock that is set back makes no wait longer', async () => {
  await using rig = await Rig.open()
  rig.simulator.exhaust(NETWORK)
  await rig.pass()
  rig.simulator.exhaust(NETWORK, false)
  rig.clock.jump(-86_400_000)
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
})

test('a network that is not there is a standing problem, said once with the names that are near', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ network: `${NETWORK.slice(0, -1)}x` })] })
  const { plan } = await rig.pass()
  expect(plan.blocked).toMatchObject([
    { reason: 'network-missing', hint: expect.stringContaining(`similar names: ${NETWORK};`) },
  ])
  await rig.pass()
  await rig.pass()
  expect(rig.log.kinds()).toEqual(['warning'])
})

test('a standing problem that went away and came back is said again', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ network: 'later' })] })
  await rig.pass()
  rig.simulator.createNetwork('later')
  await rig.pass()
  await rig.simulator.removeContainer(APP)
  rig.simulator.removeNetwork('later')
  await rig.pass()
  rig.simulator.createContainer({ name: APP })
  await rig.pass()
  expect(rig.log.of('warning').filter(w => w.code === 'network-missing')).toHaveLength(2)
})
