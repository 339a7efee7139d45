// The engine killed, started again, and not there at all.
import { expect, test } from 'vitest'
import { call, Listening } from './client.ts'
import { started } from './started.ts'

test('killed: streams break and the socket is gone; started: policies start again, and the events are forgotten', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  simulator.run({ name: 'always', restart: 'always', networkMode: 'net' })
  simulator.run({ name: 'never', restart: 'no' })
  simulator.run({ name: 'stopped', restart: 'unless-stopped' })
  await simulator.stopContainer('stopped')
  const before = simulator.container('always').startedAt
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  await simulator.stop()
  await stream.until(() => stream.ended === 'broken')
  await expect(call(socketPath, 'GET', '/_ping')).rejects.toMatchObject({ code: 'ENOENT' })
  await simulator.start()
  expect(simulator.container('always').status).toBe('running')
  expect(simulator.isAttached('always', 'net')).toBe(true)
  expect(simulator.container('always').startedAt > before).toBe(true)
  expect(simulator.container('never')).toMatchObject({ status: 'exited', exitCode: 137 })
  expect(simulator.container('stopped').status).toBe('exited')
  expect(simulator.engine.events.buffered.map(event => event.action)).toEqual(['connect', 'start'])
})

test('stopped cleanly: the ends are announced before the stream ends', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.run({ name: 'app', restart: 'always' })
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  await simulator.stop({ graceful: true })
  await stream.until(() => stream.ended !== 'open')
  expect(stream.actions).toEqual(['kill', 'disconnect', 'stop', 'die'])
})

test('a socket left behind refuses, until the engine listens again', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  await simulator.stop({ leaveSocket: true })
  await expect(call(socketPath, 'GET', '/_ping')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await simulator.start()
  expect((await call(socketPath, 'GET', '/networks')).status).toBe(200)
})

test('a network removed while the engine was down: its container stays exited, with the reason', async () => {
  await using scene = await started()
  const { simulator } = scene
  const network = simulator.createNetwork('net')
  simulator.run({ name: 'app', restart: 'unless-stopped', networkMode: 'net' })
  await simulator.stop()
  simulator.removeNetwork('net')
  await simulator.start()
  expect(simulator.container('app')).toMatchObject({
    status: 'exited',
    error: `failed to set up container networking: network ${network.id} not found`,
  })
})
