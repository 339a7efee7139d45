// The daemon: what wakes it, what a wake costs, and how it ends.
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Healer, startHealer } from './healer.ts'
import { APP, DATABASE, NETWORK, Rig, ruleFor, WORKER } from './rig.ts'

const CONNECT = 'POST /networks/{id}/connect'
const RESTART = 'POST /containers/{id}/restart'
const EVENTS = 'GET /events'
const LIST = 'GET /containers/json'
const both = [ruleFor({ containers: [APP, WORKER] })]

describe('wakes', () => {
  test('the daemon wakes: it subscribes, then looks', async () => {
    await using rig = await Rig.open()
    const subscribed: number[] = []
    rig.simulator.faults.before(LIST, () => {
      subscribed.push(rig.simulator.calls.count(EVENTS))
    })
    await using _healer = await startHealer(rig)
    expect(subscribed[0]).toBe(1)
    expect(rig.isAttached()).toBe(true)
  })

  test('the daemon wakes: a stream that does not open keeps the first look waiting for a second only', async () => {
    await using rig = await Rig.open()
    rig.simulator.faults.hang({ route: EVENTS })
    await using healer = new Healer(rig)
    await rig.eventually(() => rig.simulator.calls.count(EVENTS) === 1, 'the attempt to subscribe')
    expect(rig.simulator.calls.count(LIST)).toBe(0)
    rig.clock.advance(1_000)
    await rig.eventually(() => healer.passes.length === 1, 'the first pass')
    expect(rig.isAttached()).toBe(true)
  })

  test('the daemon wakes: an explicit disconnect is healed by its event: no time goes by, nothing restarts', async () => {
    await using rig = await Rig.open()
    await using _healer = await startHealer(rig)
    const { startedAt } = rig.simulator.container(APP)
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.simulator.until(() => rig.isAttached())
    expect(rig.simulator.container(APP).startedAt).toBe(startedAt)
    await rig.eventually(() => rig.log.of('success').length === 2, 'the line of the success')
    expect(rig.log.of('fixing').at(-1)).toMatchObject({ cause: 'explicit' })
  })

  test('the daemon wakes: a created container joins before it is started', async () => {
    await using rig = await Rig.open()
    await using _healer = await startHealer(rig)
    await rig.simulator.removeContainer(APP)
    rig.simulator.createContainer({ name: APP, networkMode: 'coolify' })
    await rig.simulator.until(() => rig.simulator.entry(APP, NETWORK) !== undefined)
    await rig.simulator.startContainer(APP)
    expect(rig.isAttached()).toBe(true)
  })

  test('the daemon wakes: a compose recreate, with its temporary name and its rename, joins before its start', async () => {
    await using rig = await Rig.open()
    await using _healer = await startHealer(rig)
    await rig.simulator.removeContainer(APP)
    const labels = { 'com.docker.compose.project': 'pms', 'com.docker.compose.service': 'backend' }
    const { id } = rig.simulator.run({ name: APP, networkMode: 'coolify', labels })
    const temporary = `${id.slice(0, 12)}_${APP}`
    rig.simulator.createContainer({ name: temporary, networkMode: 'coolify', labels })
    await rig.simulator.until(() => rig.simulator.entry(temporary, NETWORK) !== undefined)
    await rig.simulator.removeContainer(id)
    await rig.simulator.renameContainer(temporary, APP)
    await rig.simulator.startContainer(APP)
    expect(rig.isAttached()).toBe(true)
  })

  test('the daemon wakes: the schedule alone does: events are off', async () => {
    await using rig = await Rig.open()
    await using healer = await startHealer(rig, { events: false, poll: '*/2 * * * *' })
    expect(rig.clock.schedules).toEqual(['*/2 * * * *'])
    await rig.simulator.disconnect(NETWORK, APP)
    rig.clock.advance(60_000)
    expect(healer.passes).toHaveLength(1)
    rig.clock.tick()
    await rig.simulator.until(() => rig.isAttached())
    expect(rig.simulator.calls.count(EVENTS)).toBe(0)
  })

  test('the daemon wakes: of two polls that find nothing new one is saved; one that finds something is, and so is the end', async () => {
    await using rig = await Rig.open()
    await using healer = await startHealer(rig, { events: false, poll: '*/2 * * * *' })
    const saves: number[] = []
    const poll = async (): Promise<void> => {
      const passes = healer.passes.length
      rig.clock.advance(120_000)
      rig.clock.tick()
      await rig.eventually(() => healer.passes.length > passes, 'the pass of a poll')
      const proofs = () => Object.values(rig.notebook.state.attachments).flatMap(a => Object.values(a.seen))
      await rig.eventually(() => proofs().every(s => s.proof?.at === rig.clock.now()), 'the examination after it')
      saves.push(rig.state.saves)
    }
    const known = () => Object.values(rig.state.saved.attachments).flatMap(a => Object.values(a.seen))
    await rig.eventually(() => known().every(s => s.proof !== null), 'what the first examination proved to be saved')
    const first = rig.state.saves
    for (let n = 0; n < 4; n++) await poll()
    expect(saves).toEqual([first, first + 1, first + 1, first + 2])
    expect(rig.state.saved.lastPass?.at).toBe(rig.clock.now())
    await rig.simulator.disconnect(NETWORK, APP)
    await poll()
    expect(rig.state.saves).toBeGreaterThan(first + 2)
    const { saves: before } = rig.state
    await poll()
    await poll()
    expect(rig.state.saves).toBe(before + 1)
    const last = rig.notebook.state.lastPass?.at
    expect(rig.state.saved.lastPass?.at).not.toBe(last)
    healer.stop()
    await rig.eventually(() => rig.state.saved.lastPass?.at === last, 'the last state')
  })

  test('the daemon wakes: events alone do: there is no schedule', async () => {
    await using rig = await Rig.open()
    await using _healer = await startHealer(rig, { events: true, poll: null })
    expect(rig.clock.schedules).toEqual([])
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.simulator.until(() => rig.isAttached())
  })

  test('the daemon wakes: a network that is named by a container is followed to another one', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ network: { of: DATABASE } })] })
    rig.simulator.run({ name: DATABASE, networkMode: NETWORK })
    await using _healer = await startHealer(rig)
    expect(rig.isAttached()).toBe(true)
    await rig.simulator.removeContainer(DATABASE)
    rig.simulator.createNetwork('new-stack')
    rig.simulator.run({ name: DATABASE, networkMode: 'new-stack' })
    await rig.simulator.until(() => rig.simulator.isAttached(APP, 'new-stack'))
  })

  test('the daemon wakes: a container that is renamed to a name of ours is healed, and one that is renamed away is missing', async () => {
    await using rig = await Rig.open({ rules: both })
    await rig.simulator.renameContainer(WORKER, 'aside')
    await using _healer = await startHealer(rig)
    await rig.simulator.renameContainer('aside', WORKER)
    await rig.simulator.until(() => rig.isAttached(WORKER))
    await rig.simulator.renameContainer(APP, 'away')
    const state = () => rig.state.saved.attachments[`name/${APP} -> ${NETWORK}`]?.state
    await rig.eventually(() => state() === 'missing', 'the state that says so')
  })

  test('the daemon wakes: a pause ends by itself, and whatever was left alone is healed', async () => {
    await using rig = await Rig.open()
    await using healer = await startHealer(rig)
    rig.pause.end = rig.clock.now() + 600_000
    healer.wake('pause changed')
    await rig.eventually(() => healer.passes.at(-1)?.pausedUntil === rig.pause.end, 'a pass that knows of the pause')
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => rig.log.of('lost').length === 1, 'the line that it was lost')
    expect(rig.isAttached()).toBe(false)
    rig.clock.advance(600_001)
    await rig.simulator.until(() => rig.isAttached())
  })

  test('the daemon wakes: a failure is tried again when its wait is over', async () => {
    await using rig = await Rig.open()
    rig.simulator.exhaust(NETWORK)
    await using _healer = await startHealer(rig)
    await rig.eventually(() => rig.log.of('failed').length === 1, 'the first failure')
    rig.simulator.exhaust(NETWORK, false)
    await rig.eventually(() => rig.isAttached(), 'the heal', 100)
  })
})

describe('work beside the passes', () => {
  test('work beside the passes: a restart that takes long delays no other heal', async () => {
    const restart = { when: 'after-attach', cooldown: 600_000, maxPerHour: 3, grace: 0 } as const
    await using rig = await Rig.open({ rules: [ruleFor({ restart }), ruleFor({ containers: [WORKER] })] })
    const { promise, resolve } = Promise.withResolvers<void>()
    rig.simulator.faults.before(RESTART, () => promise)
    await using _healer = await startHealer(rig)
    await rig.simulator.until(() => rig.simulator.calls.writesTo(RESTART).length === 1)
    await rig.simulator.disconnect(NETWORK, WORKER)
    await rig.simulator.until(() => rig.isAttached(WORKER))
    resolve()
    await rig.eventually(() => rig.log.of('success').some(s => s.verb === 'restart'), 'the end of the restart')
  })

  test('work beside the passes: a proof that stays owed is one timer, however many passes there are meanwhile', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: ['nowhere'] })] })
    await using healer = await startHealer(rig)
    const unproven = () =>
      Object.values(rig.notebook.state.attachments).flatMap(a => Object.values(a.seen).map(s => s.unproven ?? 0))
    await rig.eventually(() => unproven()[0] === 1, 'the first proof')
    for (let n = 2; n < 12; n += 1) {
      healer.wake('again')
      await rig.eventually(() => (unproven()[0] ?? 0) >= n, 'another proof')
    }
    // The silence of the stream, and one proof; the first look's second may still be waited for.
    await rig.eventually(() => rig.clock.sleeping.length <= 3, 'one timer for the proof')
  })

  test('a loop is flagged once by the daemon, with its source, and cleared after a quiet window', async () => {
    await using rig = await Rig.open()
    await using healer = await startHealer(rig)
    for (let n = 1; n <= 4; n += 1) {
      rig.clock.advance(120_000)
      await rig.simulator.disconnect(NETWORK, APP)
      await rig.eventually(() => rig.log.of('success').length === 1 + n, 'the heal')
    }
    expect(rig.log.of('loop')).toMatchObject([{ source: 'outside-detach', count: 3 }])
    expect(rig.journal.count('loop flagged')).toBe(1)
    rig.clock.advance(900_001)
    healer.wake('schedule')
    await rig.eventually(() => rig.log.of('cleared').length === 1, 'the end of the loop')
  })
})

describe('the end', () => {
  test('the end of the daemon: a stop finishes the action in hand and writes it down', async () => {
    await using rig = await Rig.open()
    let stop: () => void = () => undefined
    rig.simulator.faults.before(CONNECT, () => stop())
    await using healer = new Healer(rig)
    stop = () => healer.stop()
    await healer.ended
    expect(rig.isAttached()).toBe(true)
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'success'])
    expect(rig.state.saved.attachments).toMatchObject({ [`name/${APP} -> ${NETWORK}`]: { state: 'attached' } })
  })

  test('the end of the daemon: an abort gives up the call in hand', async () => {
    // A deadline that no test waits for.
    await using rig = await Rig.open({ timeout: 600_000 })
    rig.simulator.faults.hang({ route: CONNECT })
    await using healer = new Healer(rig)
    await rig.eventually(() => rig.simulator.calls.writesTo(CONNECT).length === 1, 'the connect')
    healer.abort()
    await healer.ended
    expect(rig.log.kinds()).toEqual(['fixing', 'action', 'failed'])
  })

  test('the end of the daemon: an abort while it looks ends it, too, and the healer is not said to have failed', async () => {
    await using rig = await Rig.open({ timeout: 600_000 })
    await using healer = await startHealer(rig)
    rig.simulator.freeze()
    healer.wake('schedule')
    await rig.eventually(() => rig.pause.asked === healer.passes.length + 1, 'the next pass')
    healer.abort()
    await healer.ended
    expect(rig.journal.lines.filter(l => l.level === 'error')).toEqual([])
    expect(rig.state.saved.lastPass).toMatchObject({ ok: true })
  })

  test('the end of the daemon: a stop before anything happened ends it', async () => {
    await using rig = await Rig.open({ started: false })
    await using healer = new Healer(rig)
    healer.stop()
    await healer.ended
    expect(rig.clock.sleeping).toEqual([])
  })

  test('the end of the daemon: nothing of it is left: no timer, no listener, no stream', async () => {
    await using rig = await Rig.open({ rules: [ruleFor({ resolve: [DATABASE, 'nowhere'] })] })
    const healer = await startHealer(rig)
    for (let n = 0; n < 20; n += 1) {
      await rig.simulator.disconnect(NETWORK, APP)
      await rig.simulator.until(() => rig.isAttached())
    }
    // A stream and a schedule, a pass and a proof: what is going on now, and nothing of what has been.
    expect(getEventListeners(healer.stopSignal, 'abort').length).toBeLessThan(10)
    healer.stop()
    await healer.ended
    expect(getEventListeners(healer.stopSignal, 'abort')).toEqual([])
    expect(getEventListeners(healer.abortSignal, 'abort')).toEqual([])
    expect(rig.clock.sleeping).toEqual([])
    expect(rig.clock.schedules).toEqual([])
    await rig.simulator.until(() => rig.simulator.streams.open === 0)
    rig.engine[Symbol.dispose]()
    await rig.eventually(() => rig.simulator.connections === 0, 'the end of every connection')
  })
})
