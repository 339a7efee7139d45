// Podman's answers in Docker's sense, and what is not asked of it. On a real Podman: test/podman.

import { expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { UNEXAMINED } from '../../src/core/examination.ts'
import type { Container, Network } from '../../src/core/world.ts'
import { mindingPodman, productOf } from '../../src/docker/podman.ts'
import { containerOfInspect } from '../../src/docker/translate.ts'
import type { Engine, EngineInfo } from '../../src/heal/ports.ts'
import { NETWORK } from '../core/builders.ts'
import { madeEngine } from '../diagnose/made-context.ts'

const { signal } = new AbortController()
const ID = 'c'.repeat(64)

const BRIDGE: Network = { id: 'b1', name: 'bridge', driver: 'bridge', internal: false, labels: {}, ...NETWORK }
const STACK: Network = { ...BRIDGE, id: 's1', name: 'stack' }

function container(state: string, entries: Readonly<Record<string, unknown>>, mode = 'bridge'): Container {
  return containerOfInspect({
    Id: ID,
    Name: '/app',
    State: { Status: state },
    HostConfig: { NetworkMode: mode },
    NetworkSettings: { Networks: entries },
  })
}

const entry = (name: string, address = '10.89.0.2'): Readonly<Record<string, string>> => ({
  NetworkID: name,
  EndpointID: '',
  IPAddress: address,
  MacAddress: '5e:2a:77:55:e2:dd',
})

/** An engine with this one container, and what it was asked to do. */
function engineWith(seen: Container, product: EngineInfo['product'] = 'Podman'): { engine: Engine; asked: string[] } {
  const asked: string[] = []
  const networks = [BRIDGE, STACK]
  const engine: Engine = {
    ...madeEngine,
    greet: async () => ({
      product,
      caveat: null,
      version: '4.3.1',
      apiVersion: '1.41',
      newestApiVersion: '1.41',
      newerThan: null,
    }),
    lookAll: async () => ({
      containers: [seen],
      networks,
      gatewayPriority: false,
      newestTakesRoute: false,
      examined: UNEXAMINED,
      engineStartedAt: null,
    }),
    lookAt: async () => ({ containers: [seen], gone: [], unseen: [], networks }),
    connect: async (network, id) => void asked.push(`connect ${network} ${id}`),
    disconnect: async (network, id) => void asked.push(`disconnect ${network} ${id}`),
  }
  return { engine: mindingPodman(engine), asked }
}

const connect = (engine: Engine): Promise<void> => engine.connect('s1', ID, { ...NO_SETTINGS, aliases: [] }, signal)

test.for([
  [{}, 'Docker'],
  [{ Components: null }, 'Docker'],
  [{ Components: [{ Name: 'Engine', Version: '28.5.2' }, null] }, 'Docker'],
  [{ Version: '4.3.1', Components: [{ Name: 'Podman Engine' }, { Name: 'Conmon' }] }, 'Podman'],
] as const)('%j is %s', ([version, product]) => {
  const found = productOf(version)
  expect(found.product).toBe(product)
  expect(found.caveat).toEqual(product === 'Docker' ? null : expect.stringContaining('this is Podman 4.3.1, '))
})

test('Podman 5 says less of what it does not do: its names resolve after a start, and its entries have the id', () => {
  const caveatOf = (Version: string) => productOf({ Version, Components: [{ Name: 'Podman Engine' }] }).caveat
  expect(caveatOf('4.3.1')).toContain('may resolve')
  for (const version of ['5.4.2', '5.8.6', '6.0.0-dev']) {
    expect(caveatOf(version)).toContain(`this is Podman ${version}, `)
    expect(caveatOf(version)).toContain('moves the default route')
    expect(caveatOf(version)).not.toMatch(/may resolve|created again/)
  }
})

test('an entry with the id of a network that is there is of that one, whatever its name', async () => {
  const { engine } = engineWith(container('running', { gone: { ...entry('gone'), NetworkID: 's1', EndpointID: 'e1' } }))
  expect((await engine.lookAll(signal)).containers[0]?.endpoints).toMatchObject([{ network: 'stack', networkId: 's1' }])
})

test.for([
  ['running', entry('stack'), '5e:2a:77:55:e2:dd'],
  ['paused', entry('stack'), '5e:2a:77:55:e2:dd'],
  ['running', { ...entry('stack'), NetworkID: 's1', EndpointID: 'e1' }, 'e1'],
  // Without an address (no IPAM), and yet there.
  ['running', entry('stack', ''), 'up'],
  ['created', entry('stack', ''), ''],
  ['exited', entry('stack', ''), ''],
] as const)('%s with the entry %j has the endpoint "%s"', async ([state, told, endpointId]) => {
  const { engine } = engineWith(container(state, { stack: told }))
  const expected = [
    {
      network: 'stack',
      networkId: 's1',
      endpointId,
      aliases: [],
      ipv4: expect.any(String),
      ipv6: '',
      settings: expect.anything(),
    },
  ]
  const { containers, newestTakesRoute } = await engine.lookAll(signal)
  expect(containers[0]?.endpoints).toEqual(expected)
  expect(newestTakesRoute).toBe(true)
  expect((await engine.lookAt([ID], signal)).containers[0]?.endpoints).toEqual(expected)
})

test('a container on the network of another one is inspected: the list does not show it', async () => {
  const peer = { ...container('running', { stack: entry('stack') }), id: 'd'.repeat(64) }
  const listed = container('running', { stack: entry('stack') })
  const sharing = container('running', { stack: entry('stack') }, `container:${peer.id}`)
  const all = {
    networks: [BRIDGE, STACK],
    gatewayPriority: false,
    newestTakesRoute: false,
    examined: UNEXAMINED,
    engineStartedAt: null,
  }
  const asked: string[][] = []
  const inner: Engine = {
    ...engineWith(listed).engine,
    lookAll: async () => ({ ...all, containers: [peer, listed] }),
    lookAt: async ids => {
      asked.push([...ids])
      return { containers: [peer, sharing], gone: [], unseen: [], networks: all.networks }
    },
  }
  const { containers } = await mindingPodman(inner).lookAll(signal)
  expect(asked).toEqual([[peer.id, ID]])
  expect(containers.find(c => c.id === ID)?.networkMode).toBe(`container:${peer.id}`)
})

test('the default network goes by two names', async () => {
  const { engine } = engineWith(container('running', { podman: entry('podman') }))
  const { containers } = await engine.lookAll(signal)
  expect(containers[0]?.endpoints).toMatchObject([{ network: 'bridge', networkId: 'b1' }])
})

test.for([
  ['running', 'bridge', null],
  ['created', 'bridge', null],
  ['paused', 'bridge', 'app is paused'],
  ['running', 'slirp4netns', 'the network mode slirp4netns'],
  ['running', 'slirp4netns:port_handler=slirp4netns', 'the network mode slirp4netns'],
  ['running', 'pasta', 'the network mode pasta'],
] as const)('a connect of one that is %s, on %s: refused with %s', async ([state, mode, why]) => {
  const { engine, asked } = engineWith(container(state, {}, mode))
  if (why === null) {
    await connect(engine)
    expect(asked).toEqual([`connect s1 ${ID}`])
  } else {
    await expect(connect(engine)).rejects.toMatchObject({
      code: 'engine-refused',
      message: expect.stringContaining(why),
    })
    expect(asked).toEqual([])
  }
})

test('no entry is ever taken off with Podman', async () => {
  const { engine, asked } = engineWith(container('running', { stack: entry('stack') }))
  await expect(engine.disconnect('stack', ID, signal)).rejects.toMatchObject({
    code: 'engine-refused',
    message: 'disconnect: Podman does not distinguish a dead entry for stack from a live one, so netheal removes none',
  })
  expect(asked).toEqual([])
})

test.for([
  ['Podman', undefined],
  ['Docker', [STACK]],
] as const)('%s is asked with the known networks %j', async ([product, expected]) => {
  const seen: unknown[] = []
  const inner: Engine = {
    ...madeEngine,
    greet: async () => ({
      product,
      caveat: null,
      version: '',
      apiVersion: '1.41',
      newestApiVersion: '1.41',
      newerThan: null,
    }),
    lookAt: async (_ids, _signal, known) => {
      seen.push(known)
      return { containers: [], gone: [], unseen: [], networks: [] }
    },
  }
  await mindingPodman(inner).lookAt([ID], signal, [STACK])
  expect(seen).toEqual([expected])
})

test('an engine of Docker is left as it is', async () => {
  const seen = container('paused', { stack: { ...entry('stack'), EndpointID: 'e1', NetworkID: 'old' } })
  const { engine, asked } = engineWith(seen, 'Docker')
  expect((await engine.lookAll(signal)).containers).toEqual([seen])
  await connect(engine)
  await engine.disconnect('stack', ID, signal)
  expect(asked).toEqual([`connect s1 ${ID}`, `disconnect stack ${ID}`])
})

test('an entry of Docker without an endpoint stays without one', () => {
  const failed = { NetworkID: '', EndpointID: '', IPAddress: '', MacAddress: '02:42:ac:11:00:02' }
  expect(container('running', { stack: failed }).endpoints[0]?.endpointId).toBe('')
})
