// Scale: thousands of containers and networks, many events, and calls that are counted.
import { expect, test } from 'vitest'
import { call, Listening } from './client.ts'
import { started } from './started.ts'

test('ten thousand containers and two thousand networks are listed in one call each', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  const seeded = simulator.seed({
    networks: 2000,
    containers: 10_000,
    container: n => ({ networkMode: `seed-net-${n % 2000}`, labels: { n: String(n) } }),
  })
  expect(seeded).toHaveLength(10_000)
  expect(simulator.engine.events.buffered).toEqual([])
  expect((await call(socketPath, 'GET', '/containers/json?all=1')).json).toHaveLength(10_000)
  expect((await call(socketPath, 'GET', '/networks')).json).toHaveLength(2003)
  expect(simulator.calls.total).toBe(2)
  expect(simulator.isAttached('seed-4321', 'seed-net-321')).toBe(true)
})

test('ten thousand containers on one network have an address each', async () => {
  await using scene = await started()
  const { simulator } = scene
  simulator.createNetwork('net')
  const seeded = simulator.seed({ containers: 10_000, container: () => ({ networkMode: 'net' }) })
  const addresses = new Set(seeded.map(container => container.entries.get('net')?.address))
  expect(addresses.size).toBe(10_000)
})

test('a flood of events reaches a reader whole and in order', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.run({ name: 'app' })
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  for (let n = 0; n < 10; n += 1) {
    simulator.noise('app', 1000)
    const wanted = (n + 1) * 3000
    await stream.until(() => stream.lines >= wanted)
  }
  expect(stream.actions.filter(action => action === 'exec_die')).toHaveLength(10_000)
  expect(simulator.streams.lost).toBe(0)
})

test('a filter keeps the flood away', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.run({ name: 'app' })
  const filters = encodeURIComponent(JSON.stringify({ type: ['container', 'network'], event: ['create', 'connect'] }))
  using stream = await Listening.open(socketPath, `?filters=${filters}`)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.noise('app', 10_000)
  simulator.createNetwork('net')
  await stream.until(() => stream.actions.length > 0)
  expect(stream.actions).toEqual(['create'])
})

test('calls are counted by route, and what changes something is kept in full', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  const container = simulator.run({ name: 'app' })
  await call(socketPath, 'GET', '/v1.45/containers/app/json')
  await call(socketPath, 'GET', `/containers/${container.id}/json`)
  await call(socketPath, 'POST', '/networks/net/connect', { Container: 'app' })
  expect(simulator.calls.byRoute).toEqual({ 'GET /containers/{id}/json': 2, 'POST /networks/{id}/connect': 1 })
  expect(simulator.calls.writes).toEqual([
    {
      method: 'POST',
      path: '/networks/net/connect',
      route: 'POST /networks/{id}/connect',
      body: { Container: 'app' },
      status: 200,
    },
  ])
  simulator.calls.reset()
  expect(simulator.calls.total).toBe(0)
})
