// A container that says by its labels where it belongs: healed like one in the file, and held to what the config allows.
import { expect, test } from 'vitest'
import { startHealer } from './healer.ts'
import { NETWORK, Rig, ruleFor } from './rig.ts'

const rules = [ruleFor({ containers: [], network: { labels: { networks: ['bccg*'], prefix: 'netheal' } } })]
const APP = 'shop'
const labels = { 'netheal.network': NETWORK, 'netheal.aliases': 'api' }

test('labels alone: attached at its create, healed after a disconnect, and again after a deploy', async () => {
  await using rig = await Rig.open({ rules })
  await using _healer = await startHealer(rig)
  const isOn = (): boolean => rig.simulator.isAttached(APP, NETWORK)
  rig.simulator.createContainer({ name: APP, networkMode: 'coolify', labels })
  await rig.simulator.until(() => rig.simulator.entry(APP, NETWORK) !== undefined)
  await rig.simulator.startContainer(APP)
  expect(isOn()).toBe(true)
  expect(rig.simulator.entry(APP, NETWORK)?.aliases).toContain('api')

  await rig.eventually(() => rig.log.of('success').length === 1, 'the first success')
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.simulator.until(isOn)
  await rig.eventually(() => rig.log.of('success').length === 2, 'the second success')
  await rig.simulator.removeContainer(APP)
  rig.simulator.run({ name: APP, networkMode: 'coolify', labels })
  await rig.simulator.until(isOn)
  await rig.eventually(() => rig.log.of('success').length === 3, 'the third success')
  expect(rig.notebook.state.detaches.map(d => d.cause)).toEqual(['explicit', 'replaced'])
})

test('labels that may not: said once with the name of the container, and nothing is attached', async () => {
  await using rig = await Rig.open({ rules })
  rig.simulator.createNetwork('payroll')
  rig.simulator.run({ name: APP, networkMode: 'coolify', labels: { 'netheal.network': 'payroll' } })
  await using healer = await startHealer(rig)
  healer.wake('again')
  await rig.eventually(() => healer.passes.length > 1, 'a second look')
  expect(rig.simulator.isAttached(APP, 'payroll')).toBe(false)
  expect(rig.log.of('warning')).toMatchObject([{ container: APP, code: 'label-refused' }])
})

test('labels of a paused container: left alone until the label is gone', async () => {
  await using rig = await Rig.open({ rules })
  await using healer = await startHealer(rig)
  rig.simulator.run({ name: APP, networkMode: 'coolify', labels: { ...labels, 'netheal.pause': 'true' } })
  const passed = healer.passes.length
  healer.wake('look')
  await rig.eventually(() => healer.passes.length > passed, 'a look')
  expect(rig.simulator.isAttached(APP, NETWORK)).toBe(false)
  await rig.simulator.removeContainer(APP)
  rig.simulator.run({ name: APP, networkMode: 'coolify', labels })
  await rig.simulator.until(() => rig.simulator.isAttached(APP, NETWORK))
})
