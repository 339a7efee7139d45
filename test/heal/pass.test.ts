// One pass over the simulated engine: what is attached, what is written before and after, and what becomes of each failure.

import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { errorOf } from '../../src/core/outcome.ts'
import type { Engine } from '../../src/heal/ports.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { APP, DATABASE, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const CONNECT = 'POST /networks/{id}/connect'
const DISCONNECT = 'POST /networks/{id}/disconnect'
const GENERATIONS: readonly Generation[] = ['20.10', '26', '28']

describe.for(GENERATIONS)('on engine %s', generation => {
  test('a container that is off its network is attached, verified and written down', async () => {
    await using rig = await Rig.open({ generation })
    const { outcomes } = await rig.pass()
    expect(outcomes).toMatchObject([{ kind: 'verified', cause: null }])
    expect(rig.isAttached()).toBe(true)
    expect(rig.log.kinds(APP).filter(kind => kind !== 'warning')).toEqual(['fixing', 'action', 'success'])
    expect(rig.simulator.calls.writes.map(w => w.route)).toEqual([CONNECT])
  })

  test('a second pass leaves nothing to do, and writes nothing', async () => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    rig.simulator.calls.reset()
    const lines = rig.log.entries.length
    const { plan, outcomes } = await rig.pass()
    expect(plan).toMatchObject({ actions: [], blocked: [], skipped: [], satisfied: [{ container: APP }] })
    expect(outcomes).toEqual([])
    expect(rig.simulator.calls.writes).toEqual([])
    expect(rig.log.entries).toHaveLength(lines)
  })

  test('an explicit disconnect is told from the first attach by its cause', async () => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    await rig.simulator.disconnect(NETWORK, APP)
    const { detaches, outcomes } = await rig.pass()
    expect(detaches).toMatchObject([{ container: APP, cause: 'explicit' }])
    expect(outcomes).toMatchObject([{ kind: 'verified', cause: 'explicit' }])
    expect(rig.log.of('fixing').at(-1)).toMatchObject({ cause: 'explicit', container: APP })
  })

  test('a replaced container is attached, and the one before is named', async () => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    const { id } = rig.simulator.container(APP)
    await rig.simulator.removeContainer(APP)
    rig.simulator.run({ name: APP, networkMode: 'coolify' })
    const { detaches } = await rig.pass()
    expect(detaches).toMatchObject([{ cause: 'replaced', evidence: { previousId: id } }])
    expect(rig.isAttached()).toBe(true)
  })

  test('a container that is created and not started joins before its first process', async () => {
    await using rig = await Rig.open({ generation })
    await rig.simulator.removeContainer(APP)
    rig.simulator.createContainer({ name: APP, networkMode: 'coolify' })
    const { outcomes } = await rig.pass()
    expect(outcomes).toMatchObject([{ kind: 'verified', beforeStart: true }])
    await rig.simulator.startContainer(APP)
    expect(rig.isAttached()).toBe(true)
    expect((await rig.pass()).plan.actions).toEqual([])
  })

  test('a paused container is attached', async () => {
    await using rig = await Rig.open({ generation })
    await rig.simulator.pauseContainer(APP)
    expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
    expect(rig.isAttached()).toBe(true)
  })

  test('a stop, a crash and a restart are no detach', async () => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    await rig.simulator.stopContainer(APP, 0)
    expect((await rig.pass()).detaches).toEqual([])
    await rig.simulator.startContainer(APP)
    expect((await rig.pass()).detaches).toEqual([])
    await rig.simulator.restartContainer(APP, 0)
    expect((await rig.pass()).detaches).toEqual([])
    expect(rig.simulator.calls.writesTo(CONNECT)).toHaveLength(1)
  })

  test('a container in crash back-off waits for its next start, and that is no failure', async () => {
    await using rig = await Rig.open({ generation })
    await rig.simulator.crashContainer(APP)
    expect(rig.simulator.container(APP).status).toBe('restarting')
    const { plan, outcomes } = await rig.pass()
    if (generation === '28') {
      expect(outcomes).toMatchObject([{ action: { effect: 'at-next-start' } }])
      expect(rig.log.kinds(APP).filter(kind => kind !== 'warning')).toEqual(['fixing', 'action', 'success'])
    } else {
      // Engines before 28 would leave the endpoint behind if the container were removed now.
      expect(plan).toMatchObject({ actions: [], skipped: [{ container: APP, reason: 'waiting-for-start' }] })
    }
    await rig.simulator.until(() => rig.simulator.container(APP).status === 'running')
    if (generation !== '28') expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
    expect(rig.isAttached()).toBe(true)
    expect((await rig.pass()).plan.satisfied).toMatchObject([{ container: APP }])
  })

  test('a network that was made anew is joined again, for the cause that it was made anew', async () => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.simulator.removeContainer(`${DATABASE}-${NETWORK}`)
    rig.simulator.removeNetwork(NETWORK)
    rig.simulator.createNetwork(NETWORK)
    const { detaches, outcomes } = await rig.pass()
    expect(detaches).toMatchObject([{ cause: 'network-recreated' }])
    expect(outcomes).toMatchObject([{ kind: 'verified' }])
    expect(rig.isAttached()).toBe(true)
  })

  test('a container that cannot start for the id of an old network is repaired, and started only where the rule says so', async () => {
    const restart = { when: 'after-attach', cooldown: 600_000, maxPerHour: 3, grace: 0 } as const
    await using rig = await Rig.open({ generation, rules: [ruleFor({ restart }), ruleFor({ containers: [WORKER] })] })
    await rig.simulator.connect(NETWORK, APP)
    await rig.simulator.connect(NETWORK, WORKER)
    await rig.pass()
    for (const name of [APP, WORKER]) await rig.simulator.stopContainer(name, 1)
    await rig.simulator.removeContainer(`${DATABASE}-${NETWORK}`)
    rig.simulator.removeNetwork(NETWORK)
    rig.simulator.createNetwork(NETWORK)
    // 128 is what a start leaves that had no exit code before.
    for (const name of [APP, WORKER]) {
      rig.simulator.container(name).exitCode = 0
      await expect(rig.simulator.startContainer(name)).rejects.toThrow('not found')
    }
    const result = await rig.pass()
    expect(result.outcomes.map(o => [o.action.kind, o.action.container, errorOf(o)])).toEqual([
      ['repair', APP, null],
      ['repair', WORKER, null],
    ])
    expect(result.followUps.map(a => a.container)).toEqual([APP])
    await rig.simulator.startContainer(WORKER)
    expect(rig.isAttached(WORKER)).toBe(true)
  })
})

const THREE = ['one', 'two', 'three']

test('the networks of a new container are joined side by side: no connect waits for the answer of another', {
  timeout: 10_000,
}, async () => {
  const all = Promise.withResolvers<void>()
  let asked = 0
  const waiting = (engine: Engine): Engine => ({
    ...engine,
    async connect(...call) {
      asked += 1
      if (asked === THREE.length) all.resolve()
      await all.promise
      await engine.connect(...call)
    },
  })
  await using rig = await Rig.open({ rules: THREE.map(network => ruleFor({ network })), through: waiting })
  for (const name of THREE) rig.simulator.createNetwork(name)
  await rig.simulator.removeContainer(APP)
  rig.simulator.createContainer({ name: APP, networkMode: 'coolify' })
  const { outcomes } = await rig.pass()
  expect(outcomes.map(o => [o.action.network, o.kind])).toEqual(THREE.map(name => [name, 'verified']))
})

test('the networks of a running container are joined in the order of the rules, one after another', async () => {
  const calls: string[] = []
  const noted = (engine: Engine): Engine => ({
    ...engine,
    async connect(network, ...call) {
      calls.push(`asked ${network}`)
      await engine.connect(network, ...call)
      calls.push(`answered ${network}`)
    },
  })
  await using rig = await Rig.open({ rules: THREE.map(network => ruleFor({ network })), through: noted })
  const ids = THREE.map(name => rig.simulator.createNetwork(name).id)
  await rig.pass()
  expect(calls).toEqual(ids.flatMap(id => [`asked ${id}`, `answered ${id}`]))
})

test('the intent of a pass is in the log and in the state before the first writing call', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  const seen: { kinds: readonly Entry['kind'][]; states: readonly string[] }[] = []
  rig.simulator.faults.before(CONNECT, () => {
    const states = Object.values(rig.state.saved.attachments).map(a => a.state)
    seen.push({ kinds: rig.log.kinds(), states })
  })
  await rig.pass()
  expect(seen).toHaveLength(2)
  expect(seen[0]).toEqual({ kinds: ['fixing', 'action', 'fixing', 'action'], states: ['detached', 'detached'] })
  expect(rig.log.kinds()).toEqual(['fixing', 'action', 'fixing', 'action', 'success', 'success'])
})

test('a pass is counted before its state is saved, and so is one that could not see the engine', async () => {
  await using rig = await Rig.open()
  await rig.pass()
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.pass()
  expect(rig.state.saved.passes).toBe(2)
  expect(rig.state.savedCounts).toMatchObject({ passes: 2, failedPasses: 0 })
  expect(Object.values(rig.state.savedCounts.attachments)).toMatchObject([{ detaches: { explicit: 1 }, heals: 1 }])
  rig.simulator.faults.fail()
  await expect(rig.pass()).rejects.toThrow('simulated failure')
  expect(rig.state.saved.passes).toBe(3)
  expect(rig.state.savedCounts).toMatchObject({ passes: 2, failedPasses: 1 })
})

test('a connect goes by the id of the network, keeps the default route, and sends no alias for a foreign container', async () => {
  await using rig = await Rig.open()
  await rig.pass()
  const [call] = rig.simulator.calls.writesTo(CONNECT)
  expect(call).toMatchObject({
    path: `/networks/${rig.simulator.network(NETWORK).id}/connect`,
    body: { Container: rig.simulator.container(APP).id, EndpointConfig: { GwPriority: -1 } },
  })
  expect(JSON.stringify(call?.body)).not.toContain('Aliases')
  expect(rig.simulator.defaultRoute(APP)).toBe('coolify')
})

test('an old engine is told nothing of priorities, and the move of the route is written down', async () => {
  await using rig = await Rig.open({ generation: '26' })
  await rig.pass()
  expect(JSON.stringify(rig.simulator.calls.writesTo(CONNECT)[0]?.body)).not.toContain('GwPriority')
  expect(rig.log.of('warning')).toMatchObject([{ code: 'route-moves', container: APP }])
  expect(rig.simulator.defaultRoute(APP)).toBe(NETWORK)
})

test('aliases are those that it had when it was last seen', async () => {
  await using rig = await Rig.open()
  await rig.simulator.connect(NETWORK, APP, { aliases: ['backend', 'api'] })
  await rig.pass()
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.pass()
  expect([...(rig.simulator.entry(APP, NETWORK)?.aliases ?? [])].sort()).toEqual(['api', 'backend'])
})

test('an engine that answers 403 although it attached is believed by a second look', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.before(CONNECT, () => rig.simulator.connect(NETWORK, APP), 1)
  const { outcomes } = await rig.pass()
  expect(outcomes).toMatchObject([{ kind: 'verified' }])
  expect(rig.log.kinds(APP)).toEqual(['fixing', 'action', 'success'])
})

test('a 403 without an endpoint in the container is named a stale endpoint, with what removes it', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.fail({
    route: CONNECT,
    status: 403,
    message: `endpoint with name ${APP} already exists in network ${NETWORK}`,
  })
  const { outcomes } = await rig.pass()
  expect(outcomes).toMatchObject([{ kind: 'failed' }])
  expect(outcomes).toMatchObject([
    { hint: expect.stringContaining(`docker network disconnect -f ${NETWORK} ${APP}`) as unknown },
  ])
  expect(rig.log.of('failed')[0]?.hint).toContain('a stale endpoint')
})

test('an engine that does what was asked and then says 500 has done it', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.fail({ route: CONNECT, afterwards: true })
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
})

test('a connect that leaves an entry without an endpoint is unverified, and repaired by the next pass', async () => {
  await using rig = await Rig.open()
  rig.simulator.hollowConnects(1)
  const first = await rig.pass()
  expect(first.outcomes).toMatchObject([{ kind: 'unverified' }])
  expect(rig.log.of('failed')).toMatchObject([{ container: APP }])
  rig.clock.advance(2_000)
  const second = await rig.pass()
  expect(second.outcomes).toMatchObject([{ kind: 'verified', action: { kind: 'repair' } }])
  expect(rig.simulator.calls.writesTo(DISCONNECT)).toHaveLength(1)
  expect(rig.isAttached()).toBe(true)
})

test('"repair": false reports the dead entry once and touches nothing', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ repair: false })] })
  rig.simulator.hollowConnects(1)
  await rig.simulator.connect(NETWORK, APP)
  const { plan } = await rig.pass()
  expect(plan.blocked).toMatchObject([{ reason: 'stale-entry' }])
  await rig.pass()
  expect(rig.log.of('warning').map(w => w.code)).toEqual(['stale-entry'])
  expect(rig.simulator.calls.writes).toEqual([])
})

test('a container removed in the middle of a connect is gone, and that is well', async () => {
  await using rig = await Rig.open()
  rig.simulator.midConnect(async (_network, container) => {
    rig.simulator.midConnect(null)
    await rig.simulator.removeContainer(container.id)
  })
  const { outcomes } = await rig.pass()
  expect(outcomes).toMatchObject([{ kind: 'gone' }])
  expect(rig.notebook.state.backoffs).toEqual({})
  expect((await rig.pass()).plan.skipped).toMatchObject([{ reason: 'container-missing' }])
})

test('a container removed between the list and the inspect is gone', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.before('GET /containers/{id}/json', () => rig.simulator.removeContainer(APP), 1)
  const { plan, outcomes } = await rig.pass()
  expect(plan.skipped).toMatchObject([{ reason: 'container-missing' }])
  expect(outcomes).toEqual([])
  expect(rig.simulator.calls.writes).toEqual([])
})

test('an attachment that is taken away at once is one: attached, detached, and healed again at once', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.after(CONNECT, () => rig.simulator.disconnect(NETWORK, APP), 1)
  const first = await rig.pass()
  expect(first.outcomes).toMatchObject([{ kind: 'detached-again' }])
  expect(first.detaches).toMatchObject([{ cause: 'explicit' }])
  expect(rig.notebook.state.backoffs).toEqual({})
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified', cause: 'explicit' }])
})

test('a paused healer leaves everything alone, and writes down what was lost', async () => {
  await using rig = await Rig.open()
  await rig.pass()
  rig.pause.end = rig.clock.now() + 60_000
  await rig.simulator.disconnect(NETWORK, APP)
  const held = await rig.pass()
  expect(held).toMatchObject({ outcomes: [], plan: { skipped: [{ reason: 'paused', until: rig.pause.end }] } })
  expect(rig.log.of('lost')).toMatchObject([{ cause: 'explicit', why: 'netheal is paused' }])
  rig.clock.advance(60_001)
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified', cause: 'explicit' }])
  expect(rig.log.of('lost')).toHaveLength(1)
})
