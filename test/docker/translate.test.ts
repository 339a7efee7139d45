// Docker's JSON into our types: whole, or an error; never an empty world for an answer that makes no sense.

import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { containerOfInspect, containerOfList, eventOf, listOf, networkOf } from '../../src/docker/translate.ts'

const ID = 'a'.repeat(64)

function listed(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Id: ID,
    Names: ['/pms-backend'],
    Image: 'app:1',
    ImageID: 'sha256:a',
    State: 'running',
    Created: 1_766_000_000,
    Labels: { tier: 'app' },
    HostConfig: { NetworkMode: 'coolify' },
    NetworkSettings: { Networks: { coolify: { NetworkID: 'n', EndpointID: 'e', Aliases: null } } },
    ...more,
  }
}

function inspected(more: Record<string, unknown> = {}, state: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Id: ID,
    Name: '/pms-backend',
    Created: '2025-12-29T14:32:01.123456789Z',
    RestartCount: 3,
    State: {
      Status: 'running',
      StartedAt: '2025-12-29T14:32:02.5Z',
      FinishedAt: '0001-01-01T00:00:00Z',
      ExitCode: 0,
      Error: '',
      ...state,
    },
    Config: { Image: 'app:1', Labels: { tier: 'app' } },
    HostConfig: { NetworkMode: 'coolify' },
    NetworkSettings: { Networks: { coolify: { NetworkID: 'n', EndpointID: 'e', Aliases: ['web', ID.slice(0, 12)] } } },
    ...more,
  }
}

describe('a container of a list', () => {
  test('a container of a list is all that a list tells', () => {
    expect(containerOfList(listed())).toEqual({
      id: ID,
      name: 'pms-backend',
      image: 'app:1',
      imageId: 'sha256:a',
      status: 'running',
      labels: { tier: 'app' },
      networkMode: 'coolify',
      endpoints: [
        { network: 'coolify', networkId: 'n', endpointId: 'e', aliases: null, ipv4: '', ipv6: '', settings: null },
      ],
      createdAt: 1_766_000_000_000,
      dynamicPorts: null,
      run: null,
    })
  })

  test.for([
    ['with links has its own name among others', { Names: ['/web/db', '/db', '/other/db'] }, 'db'],
    ['that is being removed may have no name', { Names: null }, ''],
    ['without a slash before its name', { Names: ['db'] }, 'db'],
  ] as const)('a container of a list: %s', ([, more, name]) => {
    expect(containerOfList(listed(more)).name).toBe(name)
  })

  test('a container of a list without labels, networks or host config is a container without them', () => {
    const bare = containerOfList(
      listed({ Labels: null, NetworkSettings: null, HostConfig: undefined, Created: 'now', Image: null }),
    )
    expect(bare).toMatchObject({ labels: {}, endpoints: [], networkMode: '', createdAt: 0, image: '' })
  })

  test.for([
    ['created', 'created'],
    ['restarting', 'restarting'],
    ['removing', 'removing'],
    ['dead', 'dead'],
    // Podman's.
    ['stopping', 'exited'],
    ['stopped', 'exited'],
    ['initialized', 'exited'],
    ['unknown', 'exited'],
    [undefined, 'exited'],
  ] as const)('the status %s of a list is %s', ([state, status]) => {
    expect(containerOfList(listed({ State: state })).status).toBe(status)
  })

  test.for([null, 7, 'text', [], {}, { Id: '' }, { Id: 7 }, Buffer.from('<html>')])(
    '%j is no container of a list',
    value => {
      expect(() => containerOfList(value)).toThrow(expect.objectContaining({ code: 'engine-unreachable' }))
    },
  )
})

describe('a container of an inspect', () => {
  test('a container of an inspect tells its run and its aliases, without the short id that old engines put among them', () => {
    expect(containerOfInspect(inspected())).toMatchObject({
      createdAt: Date.UTC(2025, 11, 29, 14, 32, 1, 123),
      endpoints: [{ aliases: ['web'] }],
      run: {
        startedAt: Date.UTC(2025, 11, 29, 14, 32, 2, 500),
        finishedAt: null,
        restartCount: 3,
        exitCode: 0,
        error: '',
        missingNetwork: null,
      },
    })
  })

  test('a container of an inspect in year 1 has never started', () => {
    const { run } = containerOfInspect(inspected({}, { StartedAt: '0001-01-01T00:00:00Z', FinishedAt: 'soon' }))
    expect(run).toMatchObject({ startedAt: null, finishedAt: null })
  })

  test('a container of an inspect says why it did not start', () => {
    const { run } = containerOfInspect(inspected({}, { Status: 'exited', ExitCode: 128, Error: 'network n not found' }))
    expect(run).toMatchObject({ exitCode: 128, error: 'network n not found' })
  })

  test('a container of an inspect without a state is an error: its run would be a guess', () => {
    expect(() => containerOfInspect(inspected({ State: null }))).toThrow('no usable container state')
  })

  test('an entry of an inspect that a failed connect left has empty ids', () => {
    const networks = { Networks: { stack: { NetworkID: '', EndpointID: '' }, odd: null } }
    expect(containerOfInspect(inspected({ NetworkSettings: networks })).endpoints).toEqual([
      { network: 'stack', networkId: '', endpointId: '', aliases: [], ipv4: '', ipv6: '', settings: NO_SETTINGS },
      { network: 'odd', networkId: '', endpointId: '', aliases: [], ipv4: '', ipv6: '', settings: NO_SETTINGS },
    ])
  })

  test('an entry of an inspect tells what it was asked to be, and what came of it (28.5.2)', () => {
    const stack = {
      IPAMConfig: { IPv4Address: '172.29.5.5', LinkLocalIPs: ['169.254.7.7'] },
      ...{ Aliases: [], MacAddress: '12:60:49:66:34:D7', GwPriority: 3, NetworkID: 'n', EndpointID: 'e' },
      DriverOpts: { 'com.docker.network.endpoint.ifname': 'foo0' },
      ...{ IPAddress: '172.29.5.5', GlobalIPv6Address: 'fd00:5::2' },
    }
    const [entry] = containerOfInspect(inspected({ NetworkSettings: { Networks: { stack } } })).endpoints
    expect(entry).toMatchObject({ ipv4: '172.29.5.5', ipv6: 'fd00:5::2' })
    expect(entry?.settings).toEqual({
      ipv4: '172.29.5.5',
      ipv6: null,
      linkLocal: ['169.254.7.7'],
      driverOptions: { 'com.docker.network.endpoint.ifname': 'foo0' },
      gatewayPriority: 3,
    })
  })

  test.each([
    ['no published port', {}, false],
    ['a fixed one', { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] } }, false],
    ['one that the engine chooses', { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '' }] } }, true],
    ['one that the engine chooses, said as 0', { PortBindings: { '80/tcp': [{ HostPort: '0' }] } }, true],
    ['all', { PublishAllPorts: true, PortBindings: null }, true],
  ])('ports of an inspect: %s', (_, HostConfig, expected) => {
    expect(containerOfInspect(inspected({ HostConfig })).dynamicPorts).toBe(expected)
  })

  test('labels of an inspect are text; anything else is left out, and no name is special', () => {
    const labels: unknown = JSON.parse('{"__proto__":"p","constructor":"c","n":7,"t":"text"}')
    const read = containerOfInspect(inspected({ Config: { Labels: labels } })).labels
    expect(Object.entries(read)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['t', 'text'],
    ])
  })
})

describe('a network', () => {
  test('a network is what we need of it', () => {
    const labels = { 'com.docker.compose.project': 'p' }
    expect(
      networkOf({ Id: 'n', Name: 'stack', Driver: 'bridge', Internal: true, Labels: labels, Scope: 'local' }),
    ).toEqual({
      id: 'n',
      name: 'stack',
      driver: 'bridge',
      internal: true,
      labels,
      ...{ subnets: [], ipv6: false, configOnly: false, attachable: true, icc: true },
      bridge: 'br-n',
    })
  })

  test('a network tells its subnets, and what it does not allow', () => {
    const IPAM = { Config: [{ Subnet: '172.28.0.0/16' }, { Subnet: 'fd00:5::/64', Gateway: 'fd00:5::1' }, {}] }
    const Options = { 'com.docker.network.bridge.enable_icc': 'false' }
    const named = { Id: 'n', Name: 'stack' }
    expect(networkOf({ ...named, IPAM, Options, EnableIPv6: true, ConfigOnly: true })).toMatchObject({
      subnets: ['172.28.0.0/16', 'fd00:5::/64'],
      ...{ ipv6: true, configOnly: true, icc: false },
    })
    const overlay = { ...named, Driver: 'overlay', Scope: 'swarm' }
    expect(networkOf({ ...overlay, Attachable: false }).attachable).toBe(false)
    expect(networkOf({ ...overlay, Attachable: true }).attachable).toBe(true)
  })

  test.for([{}, { Id: 'n' }, { Name: 'stack' }, null])('%j is no network', value => {
    expect(() => networkOf(value)).toThrow(expect.objectContaining({ code: 'engine-unreachable' }))
  })
})

describe('an event', () => {
  test('an event of a container has its name and labels', () => {
    const attributes = { name: 'pms-backend', image: 'app:1', 'coolify.managed': 'true' }
    expect(eventOf({ Type: 'container', Action: 'start', Actor: { ID, Attributes: attributes } })).toEqual({
      kind: 'container',
      action: 'start',
      id: ID,
      name: 'pms-backend',
      image: 'app:1',
      labels: attributes,
    })
  })

  test('an event of a network has the container of a connect', () => {
    const actor = { ID: 'n', Attributes: { name: 'stack', type: 'bridge', container: ID } }
    expect(eventOf({ Type: 'network', Action: 'connect', Actor: actor })).toEqual({
      kind: 'network',
      action: 'connect',
      id: 'n',
      name: 'stack',
      containerId: ID,
    })
    expect(
      eventOf({ Type: 'network', Action: 'create', Actor: { ID: 'n', Attributes: { name: 'stack' } } }),
    ).toMatchObject({ containerId: null })
    const byPodman5 = { ID: 'n', Attributes: { name: '', network: 'late' } }
    expect(eventOf({ Type: 'network', Action: 'create', Actor: byPodman5 })).toMatchObject({ name: 'late' })
  })

  test.for([
    { Type: 'image', Action: 'pull', Actor: { ID: 'i' } },
    { status: 'start', id: ID, from: 'app' },
    {},
    { Type: 'container', Action: 'start', Actor: { Attributes: { name: 'pms-backend' } } },
    { Type: 'network', Action: 'create', Actor: null },
  ])('%j is no event that we take an interest in', value => {
    expect(eventOf(value)).toBeNull()
  })

  test.for([null, 'text', 7, []])('%j as an event breaks the stream', value => {
    expect(() => eventOf(value)).toThrow('no usable event')
  })
})

test('a list that is no list is an error, with what to look at', () => {
  expect(listOf([1, 2], 'list', n => n)).toEqual([1, 2])
  for (const value of [null, {}, 'OK', undefined, Buffer.from('[]')]) {
    expect(() => listOf(value, 'list of networks', n => n)).toThrow(
      expect.objectContaining({
        message: "the engine's answer makes no sense: no usable list of networks",
        hint: 'check whether something else listens there, or a proxy is in between',
      }),
    )
  }
})
