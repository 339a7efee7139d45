// Each fault of a call is itself tested to happen, and to be over when it is switched off.
import { expect, test } from 'vitest'
import { call } from './client.ts'
import { started } from './started.ts'

const connectRoute = 'POST /networks/{id}/connect'

test('hang: the call is taken and never answered; other routes go on', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  const fault = simulator.faults.hang({ route: 'GET /containers/json' })
  const cancel = new AbortController()
  const hung = call(socketPath, 'GET', '/containers/json', undefined, cancel.signal)
  await simulator.until(() => fault.hits === 1)
  expect((await call(socketPath, 'GET', '/networks')).status).toBe(200)
  cancel.abort()
  await expect(hung).rejects.toThrow()
  fault.clear()
  expect((await call(socketPath, 'GET', '/containers/json')).status).toBe(200)
})

test('fail: the next so many calls, and nothing is done', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  const fault = simulator.faults.fail({ times: 2, message: 'no space left on device' })
  for (const _ of [1, 2]) {
    expect(await call(socketPath, 'POST', '/networks/create', { Name: 'net' })).toEqual({
      status: 500,
      json: { message: 'no space left on device' },
    })
  }
  expect(fault.hits).toBe(2)
  expect(simulator.engine.findNetwork('net')).toEqual([])
  expect((await call(socketPath, 'POST', '/networks/create', { Name: 'net' })).status).toBe(201)
})

test('fail afterwards: the engine did it, and says that it did not', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  const container = simulator.run({ name: 'app' })
  simulator.faults.fail({ route: connectRoute, afterwards: true, times: 1 })
  expect((await call(socketPath, 'POST', '/networks/net/connect', { Container: container.id })).status).toBe(500)
  expect(simulator.isAttached('app', 'net')).toBe(true)
  expect((await call(socketPath, 'POST', '/networks/net/connect', { Container: container.id })).status).toBe(403)
})

test('an expression scopes by method and path', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('one')
  simulator.createNetwork('two')
  simulator.faults.fail({ route: /^GET \/networks\/one$/ })
  expect((await call(socketPath, 'GET', '/v1.45/networks/one')).status).toBe(500)
  expect((await call(socketPath, 'GET', '/v1.45/networks/two')).status).toBe(200)
})

test('slow: answered, after the time that was asked for', async () => {
  const waits: number[] = []
  const clock = {
    now: () => 1_700_000_000_000,
    after: (milliseconds: number, run: () => void) => {
      waits.push(milliseconds)
      setImmediate(run)
      return () => undefined
    },
  }
  await using scene = await started({ clock })
  scene.simulator.faults.slow(1234, { route: 'GET /version' })
  expect((await call(scene.socketPath, 'GET', '/version')).status).toBe(200)
  expect(waits).toEqual([1234])
})

test('hooks: a container goes between a list and its inspect', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  const container = simulator.run({ name: 'app' })
  simulator.faults.before('GET /containers/{id}/json', () => simulator.removeContainer('app'), 1)
  expect((await call(socketPath, 'GET', '/containers/json')).json).toHaveLength(1)
  expect((await call(socketPath, 'GET', `/containers/${container.id}/json`)).status).toBe(404)
})

test('a container goes in the middle of a connect: 409', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  const container = simulator.run({ name: 'app' })
  simulator.midConnect(() => simulator.removeContainer('app'))
  expect(await call(socketPath, 'POST', '/networks/net/connect', { Container: container.id })).toEqual({
    status: 409,
    json: {
      message: `Container ${container.id} is marked for removal and cannot be connected or disconnected to the network`,
    },
  })
})

test('a hollow connect says OK and leaves no endpoint; the next one makes it', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  const container = simulator.run({ name: 'app' })
  simulator.hollowConnects(1)
  const body = { Container: container.id }
  expect((await call(socketPath, 'POST', '/networks/net/connect', body)).status).toBe(200)
  expect(simulator.entry('app', 'net')).toMatchObject({ endpointId: '', networkId: '' })
  expect(simulator.isAttached('app', 'net')).toBe(false)
  expect((await call(socketPath, 'POST', '/networks/net/connect', body)).status).toBe(200)
  expect(simulator.isAttached('app', 'net')).toBe(true)
})

test('an exhausted pool refuses in Docker’s words, until it has addresses again', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  const network = simulator.createNetwork('net')
  const container = simulator.run({ name: 'app' })
  simulator.exhaust('net')
  expect(await call(socketPath, 'POST', '/networks/net/connect', { Container: container.id })).toEqual({
    status: 500,
    json: { message: `no available IPv4 addresses on this network's address pools: net (${network.id})` },
  })
  simulator.exhaust('net', false)
  expect((await call(socketPath, 'POST', '/networks/net/connect', { Container: container.id })).status).toBe(200)
})
