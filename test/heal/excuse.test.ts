// Losses that make up no loop: deploys whose containers joined in time, and what happens while netheal is paused.
import { expect, test } from 'vitest'
import { APP, NETWORK, Rig, ruleFor } from './rig.ts'

/** A deploy: the container is replaced, and starts once `before` is through. */
async function deploy(rig: Rig, before: () => Promise<unknown>): Promise<void> {
  await rig.simulator.removeContainer(APP)
  rig.simulator.createContainer({ name: APP, networkMode: 'coolify' })
  await before()
  await rig.simulator.startContainer(APP)
  rig.clock.advance(60_000)
}

async function threeDeploys(rig: Rig, inTime = true): Promise<void> {
  await rig.pass()
  for (let i = 0; i < 3; i++) {
    await deploy(rig, async () => (inTime ? rig.pass() : undefined))
    await rig.pass()
  }
  expect(rig.isAttached()).toBe(true)
}

test('a loop is not made up by deploys whose containers all joined before their first process: written down and counted', async () => {
  await using rig = await Rig.open()
  await threeDeploys(rig)
  expect(rig.notebook.state.loops).toEqual([])
  expect(rig.log.of('loop')).toEqual([])
  expect(rig.notebook.state.detaches.map(d => [d.cause, d.excused])).toEqual(Array(3).fill(['replaced', 'deploy']))
  expect(rig.log.of('fixing').filter(f => f.cause === 'replaced')).toHaveLength(3)
  const [counts] = Object.values(rig.counts.value.attachments)
  expect(counts).toMatchObject({ detaches: { replaced: 3 }, heals: 3 })
})

test('a loop is made up by the same deploys where the rule says so', async () => {
  await using rig = await Rig.open({ rules: [ruleFor({ onDeploy: 'tell' })] })
  await threeDeploys(rig)
  expect(rig.notebook.state.loops).toMatchObject([{ container: APP, cause: 'replaced', count: 3 }])
})

test('a loop is made up by deploys whose containers ran without the network', async () => {
  await using rig = await Rig.open()
  await threeDeploys(rig, false)
  expect(rig.notebook.state.loops).toMatchObject([{ container: APP, cause: 'replaced', count: 3 }])
})

test('a loop is not made up by what happens during a pause, nor by restarts then; what comes after it counts', async () => {
  await using rig = await Rig.open()
  const lose = async (): Promise<void> => {
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.pass()
    rig.clock.advance(30_000)
    await rig.pass()
  }
  await rig.pass()
  for (let i = 0; i < 3; i++) {
    rig.pause.end = rig.clock.now() + 30_000
    await lose()
  }
  expect(rig.isAttached()).toBe(true)
  expect(rig.notebook.state.loops).toEqual([])
  rig.pause.end = rig.clock.now() + 600_000
  for (let i = 0; i < 4; i++) {
    await rig.simulator.restartContainer(APP)
    await rig.pass()
    rig.clock.advance(10_000)
  }
  expect(rig.notebook.state.starts).toEqual({})
  expect(rig.notebook.state.loops).toEqual([])
  rig.pause.end = null
  for (let i = 0; i < 3; i++) await lose()
  expect(rig.notebook.state.loops).toMatchObject([{ cause: 'explicit', count: 3 }])
})
