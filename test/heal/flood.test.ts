// Floods: however many events come, a loss in their middle is healed, one pass at a time, and nothing grows.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { startHealer } from './healer.ts'
import { APP, NETWORK, Rig, ruleFor } from './rig.ts'

/** Events that pass the engine's filter, about a container that no rule speaks of or about one of ours. */
function announce(rig: Rig, name: string, times: number): void {
  const container = rig.simulator.container(name)
  for (let n = 0; n < times; n += 1) rig.simulator.engine.announceContainer(container, n % 2 === 0 ? 'die' : 'start')
}

/** Bytes of the heap that live, after everything that does not was collected. */
function alive(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** The stream is read up to here: what comes in order after all that was announced has been healed. */
async function drained(rig: Rig): Promise<void> {
  const before = rig.log.of('success').length
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.eventually(() => rig.isAttached() && rig.log.of('success').length > before, 'the heal after the flood')
}

test('ten thousand events with a loss in their middle: healed, one pass at a time, and hardly a call', async () => {
  await using rig = await Rig.open()
  rig.simulator.seed({ containers: 1, prefix: 'noisy' })
  // Each pass asks for the pause at its beginning: another that began meanwhile would have asked, too.
  const underWay: number[] = []
  await using _healer = await startHealer(rig, undefined, {
    onPass: () => underWay.push(rig.pause.asked - underWay.length),
  })
  rig.simulator.calls.reset()
  announce(rig, 'noisy-0', 5_000)
  await rig.simulator.disconnect(NETWORK, APP)
  announce(rig, 'noisy-0', 5_000)
  await rig.simulator.until(() => rig.isAttached())
  await rig.eventually(() => rig.log.of('success').length === 2, 'the line')
  expect(new Set(underWay)).toEqual(new Set([1]))
  expect(rig.simulator.calls.total).toBeLessThan(30)
})

test('ten thousand events about our own container are a handful of passes', async () => {
  await using rig = await Rig.open()
  await using healer = await startHealer(rig)
  const before = healer.passes.length
  announce(rig, APP, 5_000)
  await rig.simulator.disconnect(NETWORK, APP)
  announce(rig, APP, 5_000)
  await rig.eventually(() => rig.log.of('success').length === 2, 'the heal in the middle')
  await drained(rig)
  expect(healer.passes.length - before).toBeLessThan(300)
})

test('a hundred thousand events of others make no call and leave nothing behind', async () => {
  await using rig = await Rig.open()
  rig.simulator.seed({ containers: 500, prefix: 'noisy' })
  await using healer = await startHealer(rig)
  await drained(rig)
  const flood = async (): Promise<void> => {
    for (let n = 0; n < 500; n += 1) {
      announce(rig, `noisy-${n}`, 200)
      // Both ends of the stream are in this process: it must get a turn, or the engine drops events for a slow reader.
      await new Promise(resolve => setImmediate(resolve))
    }
    await drained(rig)
    expect(rig.simulator.streams.lost).toBe(0)
  }
  rig.simulator.calls.reset()
  const passes = healer.passes.length
  await flood()
  expect(healer.passes.length - passes).toBeLessThan(5)
  expect(rig.simulator.calls.total).toBeLessThan(20)
  const size = JSON.stringify(rig.notebook.state).length
  const before = alive()
  await flood()
  await flood()
  const grown = alive() - before
  // What was healed meanwhile is in the history, and in the test's own records; no event is.
  expect(JSON.stringify(rig.notebook.state).length - size).toBeLessThan(3_000)
  expect(grown).toBeLessThan(8 * 1024 * 1024)
})

test('the notebook forgets containers that are gone: of sixty deploys the last one is known', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ network: NETWORK })] })
  await rig.pass()
  for (let n = 0; n < 60; n += 1) {
    await rig.simulator.removeContainer(APP)
    rig.simulator.run({ name: APP, networkMode: 'coolify' })
    await rig.pass()
  }
  const [remembered] = Object.values(rig.notebook.state.attachments)
  expect(Object.keys(remembered?.seen ?? {})).toEqual([rig.simulator.container(APP).id])
  expect(Object.keys(rig.notebook.state.attachments)).toHaveLength(1)
})
