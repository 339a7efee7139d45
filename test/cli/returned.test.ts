// What was lost and comes back by another hand: the log says so, and history does not call it unhealed.
import { expect, test } from 'vitest'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { Desk } from './desk.ts'

test('what is lost during a pause and attached by hand gets its closing line, in the log and in history', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  await desk.run('pause', '30m')
  await desk.simulator.disconnect(NETWORK, APP)
  await desk.run('once')
  expect(desk.log()).toMatch(new RegExp(`LOST: ${APP} is off ${NETWORK}`))
  expect((await desk.run('history')).out).toContain('NOT HEALED')
  await desk.simulator.connect(NETWORK, APP)
  expect((await desk.run('once')).out).toMatch(
    new RegExp(`CLEARED: ${APP} is on ${NETWORK} again, \\d+ m?s after it was lost`),
  )
  const { out } = await desk.run('history')
  expect(out).not.toContain('NOT HEALED')
  expect(out).toMatch(/on its network again after \d+ m?s, not by a heal that netheal knows of/)
  expect(JSON.parse((await desk.run('history', '--json')).out).losses.at(-1)).toMatchObject({ outcome: 'returned' })
  // Once.
  expect((await desk.run('once')).out).toBe('')
})

test('what netheal heals itself, and what was never lost, gets no such line', async () => {
  await using desk = await Desk.open()
  await desk.simulator.connect(NETWORK, WORKER)
  await desk.run('once')
  await desk.simulator.disconnect(NETWORK, APP)
  await desk.run('once')
  await desk.run('once')
  expect(desk.log()).not.toContain('CLEARED')
})

test('what could not be attached and is attached by hand is over by its reason', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: APP, network: 'later' }] })
  await desk.run('once')
  expect(desk.log()).toContain(`WARNING: ${APP} cannot be attached to later (network-missing)`)
  desk.simulator.createNetwork('later')
  await desk.simulator.connect('later', APP)
  expect((await desk.run('once')).out).toMatch(
    new RegExp(`CLEARED: ${APP} on later: network-missing is over after \\d+ m?s`),
  )
})
