// The healer beyond the entries, on the simulated engine: what an entry hides is found, healed and proven, and asking costs
// little and holds up nothing.
import { describe, expect, test } from 'vitest'
import type { BridgeState } from '../../src/core/examination.ts'
import { openNotebook } from '../../src/heal/notebook.ts'
import { observeReadOnly } from '../../src/heal/observe-read-only.ts'
import type { Wire } from '../../src/heal/ports.ts'
import { NO_WATCH, reconcile } from '../../src/heal/reconcile.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { startHealer } from './healer.ts'
import { APP, NETWORK, Rig, type RigOptions, ruleFor } from './rig.ts'

const never = new AbortController().signal
const CONNECT = 'POST /networks/{id}/connect'
const MEMBERS = 'GET /networks/{id}'
const STATISTICS = 'GET /containers/{id}/stats'

/** A rig whose APP is attached. */
async function attached(options: RigOptions = {}): Promise<Rig> {
  const rig = await Rig.open(options)
  await rig.simulator.connect(NETWORK, APP)
  return rig
}

const seen = (rig: Rig) => rig.notebook.state.attachments[`name/${APP} -> ${NETWORK}`]
const proof = (rig: Rig) => Object.values(seen(rig)?.seen ?? {})[0]?.proof?.rung ?? null

/** A one-shot: until nothing is left to be done. */
async function once(rig: Rig): Promise<void> {
  await reconcile(rig.deps, { ...rig.settings, mode: 'once' }, NO_WATCH, { stop: never, abort: never })
}

const look = (rig: Rig, wire: Wire = rig.deps.wire) =>
  observeReadOnly(
    {
      ...{ engine: rig.deps.engine, wire, rules: rig.settings.rules, state: rig.notebook.state },
      ...{ now: rig.clock.now(), pausedUntil: null },
    },
    never,
  )

/** A host that shows the bridge so, and on which everybody answers, or nobody. */
function wireOf(rig: Rig, bridge: () => BridgeState, answer: () => 'answers' | 'nobody' | 'unknown'): Wire {
  const name = `br-${rig.simulator.network(NETWORK).id.slice(0, 12)}`
  return {
    bridges: names => new Map(names.map(n => [n, n === name ? bridge() : 'up'])),
    seen: () => null,
    probe: async () => answer(),
  }
}

describe.each<Generation>(['20.10', '26', '28'])('an engine %s', generation => {
  test.for<[string, (rig: Rig) => void, string]>([
    ['an entry that is no member', rig => rig.simulator.pollute(APP, NETWORK), 'not-a-member'],
    ['an interface that was deleted inside', rig => rig.simulator.loseInterface(APP, NETWORK), 'interface-missing'],
  ])('%s is found, repaired once, and proven', async ([, harm, dead]) => {
    await using rig = await attached({ generation })
    await once(rig)
    expect(proof(rig)).toBe('joined')
    harm(rig)
    const told = await look(rig)
    expect(told.seen.plan.actions).toMatchObject([{ kind: 'repair', dead }])
    await once(rig)
    // Engines before 28 warn that they cannot be told which network keeps the route.
    expect(rig.log.kinds(APP).filter(kind => kind !== 'warning')).toEqual(['fixing', 'action', 'success'])
    expect(rig.isAttached()).toBe(true)
    expect(proof(rig)).toBe('joined')
    // The statistics go on missing the interface that was lost: that is no reason to repair again.
    await once(rig)
    expect((await look(rig)).seen.plan.actions).toEqual([])
    expect(rig.simulator.calls.writesTo(CONNECT)).toHaveLength(1)
  })
})

test('a daemon finds a lost interface with its next poll, and heals it', async () => {
  await using rig = await attached()
  await using healer = await startHealer(rig)
  await rig.eventually(() => proof(rig) === 'joined', 'the first proof', 1)
  rig.simulator.loseInterface(APP, NETWORK)
  healer.wake('schedule')
  await rig.eventually(() => rig.log.of('success').length === 1, 'the heal', 1)
  expect(rig.log.of('fixing')).toMatchObject([
    { why: expect.stringContaining('interface for it is gone'), cause: null },
  ])
})

test('what the engine refuses while it leaves an entry is no success, and is healed by the next try', async () => {
  await using rig = await Rig.open()
  const fault = rig.simulator.faults.fail({
    route: CONNECT,
    message: 'is not a sysctl file',
    afterwards: true,
    times: 1,
  })
  rig.simulator.faults.after(CONNECT, () => rig.simulator.pollute(APP, NETWORK), 1)
  const { outcomes } = await rig.pass()
  expect(fault.hits).toBe(1)
  expect(outcomes).toMatchObject([{ kind: 'failed', error: expect.stringContaining('is not a sysctl file') }])
  expect(rig.log.kinds(APP)).toEqual(['fixing', 'action', 'failed'])
  rig.clock.advance(2_000)
  expect((await rig.pass()).outcomes).toMatchObject([
    { kind: 'verified', action: { kind: 'repair', dead: 'not-a-member' } },
  ])
})

test('what the engine refuses although it does it is a success once it is proven', async () => {
  await using rig = await Rig.open()
  rig.simulator.faults.fail({ route: CONNECT, afterwards: true })
  expect((await rig.pass()).outcomes).toMatchObject([{ kind: 'verified' }])
})

describe('a bridge that is gone', () => {
  test('is said, not attempted, and closed when it is back', async () => {
    await using rig = await attached()
    let bridge: BridgeState = 'up'
    const wire = wireOf(
      rig,
      () => bridge,
      () => 'answers',
    )
    await using host = Object.assign(rig, { deps: { ...rig.deps, wire } })
    await once(host)
    expect(proof(host)).toBe('wired')
    bridge = 'gone'
    await once(host)
    expect(seen(host)?.state).toBe('unreachable')
    expect(host.log.of('warning')).toMatchObject([{ code: 'bridge-missing', container: APP }])
    // Another process, which has the state and nothing else.
    const notebook = openNotebook(host.notebook.state)
    host.clock.advance(60_000)
    await reconcile({ ...host.deps, notebook }, { ...host.settings, mode: 'once' }, NO_WATCH, {
      stop: never,
      abort: never,
    })
    expect(host.log.of('warning')).toHaveLength(1)
    expect(Object.values(notebook.state.attachments)[0]).toMatchObject({
      state: 'unreachable',
      since: seen(host)?.since,
    })
    await host.simulator.disconnect(NETWORK, APP)
    await once(host)
    expect(host.simulator.calls.writesTo(CONNECT)).toEqual([])
    expect(seen(host)?.state).toBe('blocked')
    bridge = 'up'
    await once(host)
    expect(host.isAttached()).toBe(true)
  })
})

describe('the wire', () => {
  test('an answer proves the interface as well: the engine is not asked for it', async () => {
    await using rig = await attached()
    const { state } = await look(
      rig,
      wireOf(
        rig,
        () => 'up',
        () => 'answers',
      ),
    )
    expect(Object.values(state.attachments).flatMap(a => Object.values(a.seen).map(s => s.proof?.rung))).toEqual([
      'wired',
    ])
    expect(rig.simulator.calls.count(STATISTICS)).toBe(0)
  })

  test('nobody for the address: it is repaired', async () => {
    await using rig = await attached()
    const { seen: seenNow } = await look(
      rig,
      wireOf(
        rig,
        () => 'up',
        () => 'nobody',
      ),
    )
    expect(seenNow.plan.actions).toMatchObject([{ kind: 'repair', dead: 'nobody-answers' }])
  })

  test('the wire is left alone where the bridge cannot be seen', async () => {
    await using rig = await attached()
    let asked = 0
    const probe: Wire['probe'] = async () => {
      asked += 1
      return 'nobody'
    }
    const told = await look(rig, { bridges: () => new Map(), seen: () => null, probe })
    expect(told.seen.plan.actions).toEqual([])
    expect(asked).toBe(0)
  })

  test('silence proves nothing', async () => {
    await using rig = await attached()
    const { seen: seenNow, state } = await look(
      rig,
      wireOf(
        rig,
        () => 'up',
        () => 'unknown',
      ),
    )
    expect(seenNow.plan.actions).toEqual([])
    expect(Object.values(state.attachments)[0]).toMatchObject({ state: 'attached' })
  })
})

describe('what cannot be asked is not known', () => {
  test.for([MEMBERS, STATISTICS])('%s is denied: no pass fails, and nothing is repaired', async route => {
    await using rig = await attached()
    rig.simulator.faults.fail({ route, status: 403, message: 'denied' })
    await once(rig)
    expect(rig.log.entries).toEqual([])
    expect(proof(rig)).toBeNull()
    await rig.simulator.disconnect(NETWORK, APP)
    await once(rig)
    expect(rig.log.kinds(APP)).toEqual(['fixing', 'action', 'success'])
  })

  test('an answer that never comes holds up no heal', async () => {
    await using rig = await attached()
    await using healer = await startHealer(rig)
    await rig.eventually(() => proof(rig) !== null, 'the first proof', 1)
    const hanging = rig.simulator.faults.hang({ route: MEMBERS, times: 1 })
    healer.wake('schedule')
    await rig.eventually(() => hanging.hits > 0, 'an examination that hangs', 1)
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => rig.log.of('success').length === 1, 'the heal', 1)
  })
})

describe('on a healthy host', () => {
  test('a full pass makes two calls and one a network, and twenty statistics at most, the oldest first', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `app-${index}`)
    await using rig = await Rig.open({ rules: [ruleFor({ containers: names })] })
    for (const name of names) {
      rig.simulator.run({ name, networkMode: NETWORK })
    }
    await once(rig)
    const passes = 3
    for (let n = 1; n < passes; n++) {
      rig.clock.advance(1_000)
      await once(rig)
    }
    expect(rig.simulator.calls.count(MEMBERS)).toBe(passes)
    expect(rig.simulator.calls.count(STATISTICS)).toBe(passes * 20)
    const proven = Object.values(rig.notebook.state.attachments).filter(a =>
      Object.values(a.seen).some(s => s.proof?.rung === 'joined'),
    )
    expect(proven).toHaveLength(50)
    expect(rig.log.entries).toEqual([])
  })

  test('a heal asks for nothing but who else is there until the connect is answered', async () => {
    await using rig = await attached()
    await rig.pass()
    await rig.simulator.disconnect(NETWORK, APP)
    const before = rig.simulator.calls.byRoute
    let atConnect: Readonly<Record<string, number>> = {}
    rig.simulator.faults.before(CONNECT, () => {
      atConnect = rig.simulator.calls.byRoute
    })
    await rig.pass({ kind: 'containers', ids: new Set([rig.simulator.container(APP).id]) })
    expect(rig.log.of('success')).toHaveLength(1)
    expect(atConnect[MEMBERS]).toBe((before[MEMBERS] ?? 0) + 1)
    expect(atConnect[STATISTICS]).toBe(before[STATISTICS])
  })
})
