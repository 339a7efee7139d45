// Facts: what a list and an inspect show in each state, and how an engine says which version it speaks.
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import { familyOf } from './contract-engine.ts'

const never = '0001-01-01T00:00:00Z'
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

export function shapeFacts(open: Open): void {
  test('a ping says the newest API version', async () => {
    await using world = open()
    const headers = await world.headers('/_ping')
    expect(headers['api-version']).toBe(world.engine.apiVersion)
    expect((await world.docker.version()).ApiVersion).toBe(world.engine.apiVersion)
    expect(String(await world.docker.ping())).toBe('OK')
  })

  test('a version that is too new is refused, and names the newest', async () => {
    await using world = open()
    const docker = new Docker({ socketPath: world.engine.socketPath, version: 'v1.99' })
    expect(await world.refused(docker.info())).toEqual({
      status: 400,
      message: `client version 1.99 is too new. Maximum supported API version is ${world.engine.apiVersion}`,
    })
  })

  test('what is not there is 404', async () => {
    await using world = open()
    expect(await world.refused(world.inspect('nhc-nobody'))).toEqual({
      status: 404,
      message: 'No such container: nhc-nobody',
    })
    const network = world.docker.getNetwork('nhc-nothing')
    expect(await world.refused(network.inspect())).toEqual({ status: 404, message: 'network nhc-nothing not found' })
    expect((await world.refused(world.docker.getExec('nhc-no-exec').inspect())).status).toBe(404)
  })

  test('created: ids of network and endpoint are empty, times are zero', async () => {
    await using world = open()
    await world.network('net')
    const id = await world.create('a', { networks: ['net'] })
    const seen = await world.inspect(id)
    expect(seen.Name).toBe(`/${world.name('a')}`)
    expect(seen.Created).toMatch(rfc3339)
    expect(seen.RestartCount).toBe(0)
    expect(seen.State).toMatchObject({
      Status: 'created',
      Running: false,
      StartedAt: never,
      FinishedAt: never,
      Error: '',
    })
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: '', EndpointID: '', IPAddress: '' })
    expect(await world.listed(id)).toMatchObject({ State: 'created', Status: 'Created' })
  })

  test('running: list and inspect name the same endpoint; only an inspect has aliases', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'], aliases: ['al'] })
    const seen = await world.inspect(id)
    const listed = await world.listed(id)
    expect(listed?.Names).toEqual([`/${world.name('a')}`])
    expect(listed?.Labels['netheal.what']).toBe('a')
    expect(listed?.Created).toBe(Math.floor(Date.parse(seen.Created) / 1000))
    expect(listed?.State).toBe('running')
    expect(listed?.Status).toMatch(/^Up /)
    expect(listed?.HostConfig.NetworkMode).toBe(world.name('net'))
    expect(seen.HostConfig.NetworkMode).toBe(world.name('net'))
    expect(seen.State).toMatchObject({ Status: 'running', Running: true, FinishedAt: never })
    expect(seen.State.StartedAt).toMatch(rfc3339)
    const inspected = await world.entry(id, 'net')
    const inList = listed?.NetworkSettings.Networks[world.name('net')]
    expect(inspected?.NetworkID).toBe(network)
    expect(inspected?.EndpointID).toMatch(/^[0-9a-f]{64}$/)
    expect(inList?.NetworkID).toBe(network)
    expect(inList?.EndpointID).toBe(inspected?.EndpointID)
    expect(inList?.IPAddress).toBe(inspected?.IPAddress)
    expect(inList?.Aliases).toBeNull()
    expect(inspected?.Aliases).toContain('al')
  })

  test('the short id is among the aliases before API 1.45, also when a newer engine is asked in an old version', async () => {
    await using world = open()
    await world.network('net')
    const id = await world.run('a', { networks: ['net'], aliases: ['al'] })
    const old = new Docker({ socketPath: world.engine.socketPath, version: 'v1.41' })
    const raw: unknown = await old.getContainer(id).inspect()
    expect(raw).toMatchObject({
      NetworkSettings: { Networks: { [world.name('net')]: { Aliases: ['al', id.slice(0, 12)] } } },
    })
    const newest = (await world.entry(id, 'net'))?.Aliases
    expect(newest).toEqual(world.family === '20.10' ? ['al', id.slice(0, 12)] : ['al'])
  })

  test('paused: it counts as running and keeps its endpoint', async () => {
    await using world = open()
    await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const before = await world.entry(id, 'net')
    await world.docker.getContainer(id).pause()
    expect((await world.inspect(id)).State).toMatchObject({ Status: 'paused', Running: true, Paused: true })
    expect(await world.entry(id, 'net')).toEqual(before)
    const listed = await world.listed(id)
    expect(listed?.State).toBe('paused')
    expect(listed?.Status).toMatch(/^Up .*\(Paused\)$/)
  })

  test('exited: the entry keeps the id of its network and loses its endpoint', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    await world.stop(id)
    const seen = await world.inspect(id)
    expect(seen.State).toMatchObject({ Status: 'exited', Running: false, Pid: 0, ExitCode: 0, Error: '' })
    expect(seen.State.FinishedAt).toMatch(rfc3339)
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: network, EndpointID: '', IPAddress: '' })
    expect(seen.NetworkSettings.SandboxID === '').toBe(world.family === '28')
    const listed = await world.listed(id)
    expect(listed?.State).toBe('exited')
    expect(listed?.Status).toMatch(/^Exited \(0\) .* ago$/)
    expect(listed?.NetworkSettings.Networks[world.name('net')]).toMatchObject({ NetworkID: network, EndpointID: '' })
  })

  test('a container is found by id, by name and by a unique beginning of the id', async () => {
    await using world = open()
    const id = await world.create('a')
    expect((await world.inspect(world.name('a'))).Id).toBe(id)
    expect((await world.inspect(id.slice(0, 16))).Id).toBe(id)
  })

  test('a name that is taken is 409', async () => {
    await using world = open()
    const id = await world.create('a')
    const refused = await world.refused(world.create('a'))
    expect(refused.status).toBe(409)
    expect(refused.message).toContain(`is already in use by container "${id}"`)
  })

  test('lists filter by label and by part of a name', async () => {
    await using world = open()
    const id = await world.create('a')
    const labelled: unknown = await world.docker.listContainers({
      all: true,
      filters: JSON.stringify({ label: [`netheal.contract=${world.name('')}`] }),
    })
    expect(labelled).toMatchObject([{ Id: id }])
    const network = await world.network('net')
    const named: unknown = await world.docker.listNetworks({ filters: JSON.stringify({ name: [world.name('ne')] }) })
    expect(named).toMatchObject([
      { Id: network, Name: world.name('net'), Driver: 'bridge', Internal: false, Containers: {} },
    ])
  })

  test('container events have the old fields beside the new ones before API 1.52', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.create('a')
    await recorder.heardOf(id, 'create')
    const event = recorder.heard.find(heard => heard.Actor.ID === id)
    const hasOld = Number(world.engine.apiVersion.split('.')[1]) < 52
    expect(event?.status).toBe(hasOld ? 'create' : undefined)
    expect(event?.Action).toBe('create')
    expect(familyOf(world.engine.apiVersion)).toBe(world.family)
  })
}
