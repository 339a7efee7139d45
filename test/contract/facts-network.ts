// Facts: creating, removing and looking at networks.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'

export function networkFacts(open: Open): void {
  test('removal is refused with 403 while a running container is on it', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const refused = await world.refused(world.docker.getNetwork(network).remove())
    expect(refused.status).toBe(403)
    expect(refused.message).toContain(`error while removing network: network ${world.name('net')} `)
    expect(refused.message).toContain('has active endpoints')
    await world.stop(id)
    await world.docker.getNetwork(network).remove()
    expect((await world.refused(world.docker.getNetwork(network).inspect())).status).toBe(404)
  })

  test('an inspect names the running members only', async () => {
    await using world = open()
    const network = await world.network('net')
    const running = await world.run('a', { networks: ['net'] })
    const stopped = await world.run('b', { networks: ['net'] })
    await world.stop(stopped)
    const raw: unknown = await world.docker.getNetwork(network).inspect()
    expect(raw).toMatchObject({ Id: network, Containers: { [running]: { Name: world.name('a') } } })
    expect(raw).not.toHaveProperty(['Containers', stopped])
  })

  test('a second network of the same name: always 409 from 23 on; 20.10 allows it unless told to check', async () => {
    await using world = open()
    await world.network('net')
    const checked = await world.refused(world.network('net', { CheckDuplicate: true }))
    expect(checked).toEqual({ status: 409, message: `network with name ${world.name('net')} already exists` })
    if (world.family !== '20.10') {
      expect((await world.refused(world.network('net'))).status).toBe(409)
      return
    }
    const second = await world.network('net')
    const id = await world.run('a')
    const byName = world.docker.getNetwork(world.name('net'))
    expect(await world.refused(byName.inspect())).toEqual({
      status: 400,
      message: `2 matches found based on name: network ${world.name('net')} is ambiguous`,
    })
    expect(await world.refused(world.connect(world.name('net'), id))).toEqual({
      status: 400,
      message: `network ${world.name('net')} is ambiguous (2 matches found on name)`,
    })
    await world.connect(second, id)
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(second)
  })

  test('labels and `internal` are kept', async () => {
    await using world = open()
    const network = await world.network('net', { Internal: true, Labels: { k: 'v' } })
    const raw: unknown = await world.docker.getNetwork(network).inspect()
    expect(raw).toMatchObject({ Name: world.name('net'), Internal: true, Labels: { k: 'v' }, Containers: {} })
  })

  test('a predefined network cannot be removed', async () => {
    await using world = open()
    expect(await world.refused(world.docker.getNetwork('bridge').remove())).toEqual({
      status: 403,
      message: 'bridge is a pre-defined network and cannot be removed',
    })
  })
}
