// What a look costs, and what it looks at: two calls however many containers, and an inspect only where it matters.

import { expect, test } from 'vitest'
import { UNEXAMINED } from '../../src/core/examination.ts'
import { observe } from '../../src/heal/observe.ts'
import { APP, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const LIST = 'GET /containers/json'
const NETWORKS = 'GET /networks'
const INSPECT = 'GET /containers/{id}/json'

test('ten thousand containers and a thousand attachments cost two calls', async () => {
  const rules = [ruleFor({ containers: Array.from({ length: 1000 }, (_, n) => `app-${n}`) })]
  await using rig = await Rig.open({ rules })
  rig.simulator.seed({ prefix: 'app', containers: 1000, container: () => ({ networkMode: NETWORK }) })
  rig.simulator.seed({
    prefix: 'other',
    containers: 9000,
    networks: 60,
    container: n => ({ networkMode: `other-net-${n % 60}` }),
  })
  // The first pass learns the times and aliases of what it has never seen.
  await rig.pass()
  rig.simulator.calls.reset()
  const { plan } = await rig.pass()
  expect(plan.satisfied).toHaveLength(1000)
  expect(rig.simulator.calls.byRoute).toEqual({ [LIST]: 1, [NETWORKS]: 1 })
})

test('a healthy host that is known costs two calls, and one that is not known yet an inspect for each attachment', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  await rig.simulator.connect(NETWORK, APP)
  await rig.simulator.connect(NETWORK, WORKER)
  await rig.pass()
  expect(rig.simulator.calls.count(INSPECT)).toBe(2)
  rig.simulator.calls.reset()
  await rig.pass()
  expect(rig.simulator.calls.byRoute).toEqual({ [LIST]: 1, [NETWORKS]: 1 })
})

test('another endpoint than before deserves an inspect: its times tell a restart from a detach', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  await rig.simulator.connect(NETWORK, APP)
  await rig.simulator.connect(NETWORK, WORKER)
  await rig.pass()
  await rig.simulator.restartContainer(APP, 0)
  rig.simulator.calls.reset()
  const { plan } = await rig.pass()
  expect(plan.actions).toEqual([])
  expect(rig.simulator.calls.count(INSPECT)).toBe(1)
})

test('an event about one container costs its inspect, whatever else is on the host', async () => {
  await using rig = await Rig.open()
  await rig.pass()
  rig.simulator.seed({ containers: 200 })
  rig.simulator.calls.reset()
  const { id } = rig.simulator.container(APP)
  const { plan } = await rig.pass({ kind: 'containers', ids: new Set([id]) })
  expect(plan.satisfied).toMatchObject([{ container: APP }])
  expect(rig.simulator.calls.byRoute).toEqual({ [INSPECT]: 1 })
})

test('where nobody follows the events, the networks of the last look may be old: they are asked for as well', async () => {
  await using rig = await Rig.open({ seesStarts: false })
  await rig.pass()
  rig.simulator.calls.reset()
  const { id } = rig.simulator.container(APP)
  await rig.pass({ kind: 'containers', ids: new Set([id]) })
  expect(rig.simulator.calls.byRoute).toEqual({ [INSPECT]: 1, [NETWORKS]: 1 })
})

test('the look at one container is put into the world as last seen, and takes out what is gone', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  await rig.pass()
  const before = rig.notebook.world?.containers.length ?? 0
  const { id } = rig.simulator.container(WORKER)
  await rig.simulator.removeContainer(WORKER)
  const { plan } = await rig.pass({ kind: 'containers', ids: new Set([id]) })
  expect(plan.skipped).toMatchObject([{ container: WORKER, reason: 'container-missing' }])
  expect(rig.notebook.world?.containers).toHaveLength(before - 1)
})

test('without a world to put it into, a look at one container is a full one', async () => {
  await using rig = await Rig.open()
  await rig.pass({ kind: 'containers', ids: new Set([rig.simulator.container(APP).id]) })
  expect(rig.simulator.calls.count(LIST)).toBe(1)
  expect(rig.isAttached()).toBe(true)
})

test('the container whose network a rule follows belongs to every look', async () => {
  const owner = `supabase-db-${NETWORK}`
  await using rig = await Rig.open({ rules: [ruleFor({ network: { of: owner } })] })
  await rig.pass()
  expect(rig.isAttached()).toBe(true)
  rig.simulator.calls.reset()
  await rig.pass({ kind: 'containers', ids: new Set([rig.simulator.container(APP).id]) })
  expect(rig.simulator.calls.count(INSPECT)).toBe(2)
})

test('a look is whole or it is an error: no part of one is taken for the host', async () => {
  await using rig = await Rig.open()
  await rig.pass()
  rig.simulator.faults.fail({ route: NETWORKS, message: 'out of memory' })
  await expect(rig.pass()).rejects.toMatchObject({
    code: 'engine-refused',
    message: 'GET /networks: out of memory (HTTP 500)',
  })
  expect(rig.notebook.world).toBeNull()
  expect(rig.notebook.state.lastPass).toMatchObject({ ok: false, error: 'GET /networks: out of memory (HTTP 500)' })
  expect(rig.notebook.state.detaches).toEqual([])
  rig.simulator.faults.clear()
  expect((await rig.pass()).plan.satisfied).toHaveLength(1)
})

test('a look writes nothing', async () => {
  await using rig = await Rig.open()
  const { state } = rig.notebook
  const options = {
    engine: rig.engine,
    rules: rig.settings.rules,
    state,
    restraint: { pausedUntil: null, seesStarts: true, silent: new Map() },
    now: rig.clock.now(),
    base: null,
    examined: UNEXAMINED,
  }
  const { plan } = await observe(options, { kind: 'full' }, new AbortController().signal)
  expect(plan.actions).toHaveLength(1)
  expect(rig.simulator.calls.writes).toEqual([])
})
