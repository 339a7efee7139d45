// What it survives (docs/faults.md): each of these ends healed, with nothing lost and nothing restarted.
import { describe, expect, test } from 'vitest'
import type { Generation } from '../support/simulator/generations.ts'
import type { Garbage } from '../support/simulator/streams.ts'
import { Healer, startHealer } from './healer.ts'
import { APP, DATABASE, furnish, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const CONNECT = 'POST /networks/{id}/connect'
const DISCONNECT = 'POST /networks/{id}/disconnect'
const EVENTS = 'GET /events'
const LOST = 'event stream lost, opening it again'
const FAILED = 'pass failed, trying again'
const both = [ruleFor({ containers: [APP, WORKER] })]

/** Takes both away, and waits until both are back, while time goes by. */
async function endsHealed(rig: Rig, healer: Healer): Promise<void> {
  for (const name of [APP, WORKER]) if (rig.isAttached(name)) await rig.simulator.disconnect(NETWORK, name)
  await rig.eventually(() => rig.isAttached(APP) && rig.isAttached(WORKER), 'both to be attached again', 20)
  expect(healer.hasEnded).toBe(false)
  // Nothing but attaching was done to any container, and what a failed connect left there was taken off.
  const hurt = rig.log.of('failed').length > 0 ? [DISCONNECT] : []
  const routes = new Set(rig.simulator.calls.writes.map(w => w.route))
  expect([CONNECT, ...hurt]).toEqual(expect.arrayContaining([...routes]))
}

async function following(rig: Rig, streams: number): Promise<void> {
  await rig.eventually(
    () => rig.simulator.streams.open === 1 && rig.simulator.streams.opened >= streams,
    'another stream',
    20,
  )
}

describe.for<Generation>(['20.10', '28'])('on engine %s', generation => {
  test('netheal survives: the engine is stopped cleanly, and started again', async () => {
    await using rig = await Rig.open({ generation, rules: both })
    await using healer = await startHealer(rig)
    await rig.simulator.stop({ graceful: true })
    await rig.eventually(() => rig.journal.count(LOST) === 1, 'the loss of the stream', 20)
    await rig.simulator.start()
    await following(rig, 2)
    await endsHealed(rig, healer)
    expect(rig.notebook.state.detaches.filter(d => d.cause !== 'explicit')).toEqual([])
  })

  test('netheal survives: the engine is killed, and its socket stays', async () => {
    await using rig = await Rig.open({ generation, rules: both })
    await using healer = await startHealer(rig)
    await rig.simulator.stop({ leaveSocket: true })
    await rig.eventually(() => rig.journal.count(FAILED) === 1 || rig.journal.count(LOST) === 1, 'the outage', 20)
    await rig.simulator.start()
    await following(rig, 2)
    await endsHealed(rig, healer)
  })

  test('netheal survives: the container is replaced', async () => {
    await using rig = await Rig.open({ generation, rules: both })
    await using healer = await startHealer(rig)
    await rig.simulator.removeContainer(APP)
    rig.simulator.run({ name: APP, networkMode: 'coolify' })
    await rig.eventually(() => rig.isAttached(), 'the new container', 20)
    await rig.eventually(() => rig.log.of('fixing').some(f => f.cause === 'replaced'), 'the cause')
    await endsHealed(rig, healer)
  })

  test('netheal survives: the network is removed and made anew', async () => {
    await using rig = await Rig.open({ generation, rules: both })
    await using healer = await startHealer(rig)
    // Paused: else the attachments would be back before the network can go.
    rig.pause.end = rig.clock.now() + 3_600_000
    for (const name of [APP, WORKER]) await rig.simulator.disconnect(NETWORK, name)
    await rig.simulator.removeContainer(`${DATABASE}-${NETWORK}`)
    rig.simulator.removeNetwork(NETWORK)
    rig.pause.end = null
    rig.simulator.createNetwork(NETWORK)
    await endsHealed(rig, healer)
    await rig.eventually(() => rig.log.of('fixing').some(f => f.cause === 'network-recreated'), 'the cause')
  })
})

test('netheal survives an engine that freezes, and thaws', async () => {
  await using rig = await Rig.open({ rules: both, timeout: 300 })
  await using healer = await startHealer(rig)
  rig.simulator.freeze()
  await rig.simulator.disconnect(NETWORK, APP)
  rig.clock.tick()
  await rig.eventually(() => rig.journal.count(FAILED) === 1, 'the pass that could not see')
  expect(rig.state.saved.lastPass).toMatchObject({
    ok: false,
    error: expect.stringContaining('no answer within 0.3 s'),
  })
  rig.simulator.thaw()
  await endsHealed(rig, healer)
  await rig.eventually(() => rig.journal.count('engine answers again') === 1, 'the word that it answers')
})

test('netheal survives an engine that freezes in the middle of a connect', async () => {
  await using rig = await Rig.open({ rules: both, timeout: 300 })
  await using healer = await startHealer(rig)
  const fault = rig.simulator.faults.before(CONNECT, () => rig.simulator.freeze(), 1)
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.eventually(() => fault.hits === 1, 'the connect')
  await rig.eventually(() => rig.log.of('failed').length === 1, 'the line that nobody saw its end', 5)
  rig.simulator.thaw()
  await endsHealed(rig, healer)
})

test('netheal survives that there is no socket at the start, and an engine later', async () => {
  await using rig = await Rig.open({ started: false, rules: both })
  await using healer = new Healer(rig)
  await rig.eventually(() => rig.journal.count(FAILED) === 1, 'the pass that found no engine', 20)
  await rig.simulator.start()
  furnish(rig.simulator)
  await rig.eventually(() => rig.isAttached(APP) && rig.isAttached(WORKER), 'the first heal', 20)
  await endsHealed(rig, healer)
  expect(rig.journal.count(FAILED)).toBe(1)
})

describe('the stream', () => {
  test.for(['eof', 'abrupt'] as const)('the event stream is cut: %s', async how => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    rig.simulator.streams.cut(how)
    await following(rig, 2)
    await endsHealed(rig, healer)
    expect(rig.journal.count(LOST)).toBe(1)
  })

  test('the event stream is cut, and what happens meanwhile is found by the look that follows', async () => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    const away = rig.simulator.faults.fail({ route: EVENTS, message: 'bad gateway', status: 502 })
    rig.simulator.streams.cut()
    await rig.eventually(() => away.hits > 0, 'an attempt in vain', 20)
    await rig.simulator.disconnect(NETWORK, APP)
    // So many events that the engine does not remember the one that counts.
    rig.simulator.noise(WORKER, 200)
    away.clear()
    await rig.eventually(() => rig.isAttached(), 'the heal', 20)
    await endsHealed(rig, healer)
  })

  test('the event stream is half open: the schedule finds the loss, and another stream is opened', async () => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    await rig.eventually(() => healer.passes.length >= 2, 'the echo of the first attach')
    rig.simulator.streams.halfOpen()
    await rig.simulator.disconnect(NETWORK, APP)
    rig.clock.tick()
    await rig.eventually(() => rig.isAttached(), 'the heal by the schedule')
    await following(rig, 2)
    expect(rig.journal.count('a look found what the event stream did not tell')).toBe(1)
    await endsHealed(rig, healer)
  })

  test('the event stream is half open: an examination beside the passes finds the loss, and another stream is opened', async () => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    await rig.eventually(() => healer.passes.length >= 2, 'the echo of the first attach')
    rig.simulator.streams.halfOpen()
    const examined = rig.simulator.faults.before(
      'GET /networks/{id}',
      () => rig.simulator.disconnect(NETWORK, APP).then(() => undefined),
      1,
    )
    rig.clock.tick()
    await rig.eventually(() => examined.hits === 1 && rig.isAttached(), 'the heal after the examination')
    await following(rig, 2)
    expect(rig.journal.count('a look found what the event stream did not tell')).toBe(1)
    await endsHealed(rig, healer)
  })

  test('the event stream is deaf since the engine froze: the failed pass drops it, before any detach is missed', async () => {
    await using rig = await Rig.open({ rules: both, timeout: 300 })
    await using healer = await startHealer(rig)
    await rig.eventually(() => healer.passes.length >= 2, 'the echo of the first attach')
    rig.simulator.streams.halfOpen()
    rig.simulator.freeze()
    rig.clock.tick()
    await rig.eventually(() => rig.journal.count(FAILED) === 1, 'the pass that could not see')
    rig.simulator.thaw()
    await following(rig, 2)
    await endsHealed(rig, healer)
    expect(rig.journal.count('a look found what the event stream did not tell')).toBe(0)
  })

  test.for<Garbage>(['binary', 'half-line', 'not-json', 'long-line'])(
    'the event stream holds garbage: %s',
    async kind => {
      await using rig = await Rig.open({ rules: both })
      await using healer = await startHealer(rig)
      rig.simulator.streams.garbage(kind)
      // What is published after half a line completes it, and that makes it garbage.
      if (kind === 'half-line') rig.simulator.createNetwork('other')
      await following(rig, 2)
      await endsHealed(rig, healer)
    },
  )

  test('the event stream holds empty lines, which mean nothing', async () => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    rig.simulator.streams.garbage('empty-lines')
    await endsHealed(rig, healer)
    expect(rig.simulator.streams.opened).toBe(1)
  })

  test('the event stream comes in pieces of three bytes', async () => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    rig.simulator.streams.fragment(3)
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.simulator.until(() => rig.isAttached())
    expect(rig.simulator.streams.opened).toBe(1)
    await endsHealed(rig, healer)
  })
})

test('netheal survives an engine that answers 500 to everything for a while', async () => {
  await using rig = await Rig.open({ rules: both })
  await using healer = await startHealer(rig)
  const fault = rig.simulator.faults.fail()
  rig.simulator.streams.cut()
  rig.clock.tick()
  await rig.eventually(() => fault.hits > 30, 'a while', 50)
  expect(rig.journal.count(FAILED)).toBe(1)
  expect(rig.notebook.state.detaches).toEqual([])
  fault.clear()
  await endsHealed(rig, healer)
  expect(rig.notebook.state.detaches.map(d => d.cause)).toEqual(
    expect.not.arrayContaining(['network-removed', 'replaced']),
  )
})

test('an engine that is slow delays and breaks nothing', async () => {
  await using rig = await Rig.open({ rules: both })
  await using healer = await startHealer(rig)
  rig.simulator.faults.slow(60)
  await endsHealed(rig, healer)
})

test('a container is removed in the middle of a connect, and comes again', async () => {
  await using rig = await Rig.open({ rules: both })
  await using healer = await startHealer(rig)
  rig.simulator.midConnect(async (_network, container) => {
    rig.simulator.midConnect(null)
    await rig.simulator.removeContainer(container.id)
  })
  await rig.simulator.disconnect(NETWORK, APP)
  const gone = () => rig.log.of('warning').filter(w => w.code === 'gone')
  await rig.eventually(() => gone().length === 1, 'the line that it went away')
  rig.simulator.run({ name: APP, networkMode: 'coolify' })
  await endsHealed(rig, healer)
})

test('netheal survives an address pool with no address left', async () => {
  await using rig = await Rig.open({ rules: both })
  await using healer = await startHealer(rig)
  rig.simulator.exhaust(NETWORK)
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.eventually(() => rig.log.of('failed').length >= 3, 'three tries', 500)
  rig.simulator.exhaust(NETWORK, false)
  await rig.eventually(() => rig.isAttached(), 'the heal', 500)
  await endsHealed(rig, healer)
})

test('netheal repairs a connect that leaves an entry without an endpoint', async () => {
  await using rig = await Rig.open({ rules: both })
  await using _healer = await startHealer(rig)
  rig.simulator.hollowConnects(2)
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.eventually(() => rig.isAttached(), 'the heal', 100)
})

describe('the clock jumps', () => {
  test.for([
    ['a day ahead', 86_400_000],
    ['a day back', -86_400_000],
    ['ten years back', -3_650 * 86_400_000],
  ] as const)('the clock jumps: %s', async ([, jump]) => {
    await using rig = await Rig.open({ rules: both })
    await using healer = await startHealer(rig)
    await rig.simulator.disconnect(NETWORK, WORKER)
    await rig.eventually(() => rig.isAttached(WORKER), 'the heal')
    rig.clock.jump(jump)
    await endsHealed(rig, healer)
    rig.clock.jump(-jump)
    await endsHealed(rig, healer)
    // A failure under a clock that is then set back is tried again as soon as under one that is not.
    rig.simulator.exhaust(NETWORK)
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => rig.log.of('failed').length > 0, 'the failure')
    rig.clock.jump(jump)
    rig.simulator.exhaust(NETWORK, false)
    await rig.eventually(() => rig.isAttached(), 'the heal after the failure', 2_000)
  })
})

test('the disk takes nothing while all this happens, and everything afterwards', async () => {
  await using rig = await Rig.open({ rules: both })
  await using healer = await startHealer(rig)
  await rig.eventually(() => rig.heartbeat.beats.length === 1, 'the heartbeat of the first day')
  rig.log.fault = 'cannot write the action log: no space left on the disk (ENOSPC)'
  rig.state.fault = 'cannot write the state: no space left on the disk (ENOSPC)'
  rig.heartbeat.fault = 'cannot write the heartbeat: no space left on the disk (ENOSPC)'
  rig.clock.jump(86_400_000)
  await endsHealed(rig, healer)
  rig.log.fault = null
  rig.state.fault = null
  rig.heartbeat.fault = null
  rig.clock.tick()
  await rig.eventually(() => rig.heartbeat.beats.length === 2, 'the heartbeat of the day')
  await rig.eventually(() => rig.log.of('success').length === 4, 'the lines of all that was done')
})
