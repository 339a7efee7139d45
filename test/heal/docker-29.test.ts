// What Docker 29 alone does, on the simulated engine of that generation: a start that fails drops entries (docs/engine-facts.md).
import { expect, test } from 'vitest'
import { APP, NETWORK, Rig, ruleFor } from './rig.ts'

const warnings = (rig: Rig): readonly string[] =>
  rig.log.of('warning').flatMap(w => (w.container === APP ? [w.code] : []))

test('Docker 29, a start that fails: no detach by hand, and nothing is done about it until it runs', async () => {
  await using rig = await Rig.open({ generation: '29' })
  await rig.pass()
  await rig.simulator.stopContainer(APP)
  rig.simulator.failStart(APP)
  expect(rig.simulator.isAttached(APP, NETWORK)).toBe(false)
  rig.simulator.calls.reset()
  const { detaches, outcomes } = await rig.pass()
  expect(detaches).toMatchObject([{ container: APP, cause: 'start-failed' }])
  expect(outcomes).toEqual([])
  expect(rig.simulator.calls.writes).toEqual([])
})

test('Docker 29, the next start without any network: attached, and told that it is off its own', async () => {
  await using rig = await Rig.open({ generation: '29' })
  await rig.pass()
  await rig.simulator.stopContainer(APP)
  rig.simulator.failStart(APP)
  await rig.pass()
  rig.simulator.failStart(APP)
  await rig.simulator.startContainer(APP)
  const { outcomes, plan } = await rig.pass()
  expect(outcomes).toMatchObject([{ kind: 'verified', cause: 'start-failed' }])
  expect(plan.actions.flatMap(a => a.warnings.map(w => w.code))).toContain('off-home')
  expect(warnings(rig)).toContain('off-home')
  expect(rig.simulator.isAttached(APP, 'coolify')).toBe(false)
})

test('Docker 29, three failed starts in a row are a loop of failed starts, not of somebody who disconnects', async () => {
  await using rig = await Rig.open({ generation: '29', rules: [ruleFor()] })
  await rig.pass()
  for (let n = 0; n < 3; n++) {
    await rig.simulator.stopContainer(APP)
    rig.simulator.failStart(APP)
    await rig.pass()
    await rig.simulator.startContainer(APP)
    await rig.pass()
  }
  const loops = rig.notebook.state.loops.filter(l => l.network !== null)
  expect(loops).toMatchObject([{ cause: 'start-failed', source: 'start-failed' }])
})

test.for(['20.10', '26', '28'] as const)(
  'Docker %s, a start that fails keeps the entries: no detach',
  async generation => {
    await using rig = await Rig.open({ generation })
    await rig.pass()
    await rig.simulator.stopContainer(APP)
    rig.simulator.failStart(APP)
    const { detaches, outcomes } = await rig.pass()
    expect([detaches, outcomes]).toEqual([[], []])
  },
)
