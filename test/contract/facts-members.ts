// Facts: what tells of a container on a network beyond its own entry (docs/design.md, "The ladder of evidence").
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import type { Open } from './contract.ts'
import type { World } from './world.ts'

export function memberFacts(open: Open): void {
  test('a network lists a member with the endpoint and the address of its own entry, also while it is paused', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    expect(await world.member(network, id)).toBe(undefined)
    await world.connect(network, id)
    const entry = await world.entry(id, 'net')
    const listed = {
      Name: world.name('a'),
      EndpointID: entry?.EndpointID,
      IPv4Address: expect.stringMatching(new RegExp(`^${entry?.IPAddress.replaceAll('.', '[.]')}/[0-9]+$`)),
    }
    expect(await world.member(network, id)).toMatchObject(listed)
    await world.docker.getContainer(id).pause()
    expect(await world.member(network, id)).toMatchObject(listed)
    await world.docker.getContainer(id).unpause()
    await world.disconnect(network, id)
    expect(await world.member(network, id)).toBe(undefined)
  })

  test('a member that comes again has another endpoint', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const before = await world.entry(id, 'net')
    await world.disconnect(network, id)
    await world.connect(network, id)
    const after = await world.entry(id, 'net')
    expect(after?.EndpointID).not.toBe(before?.EndpointID)
    expect(await world.member(network, id)).toMatchObject({ EndpointID: after?.EndpointID })
  })

  test('statistics name an interface for each network, also for one that was joined later', async () => {
    await using world = open()
    await world.network('a')
    const network = await world.network('z')
    const id = await world.run('a', { networks: ['a'] })
    await shows(world, id, ['eth0'])
    await world.connect(network, id)
    await shows(world, id, ['eth0', 'eth1'])
    await world.disconnect(network, id)
    await shows(world, id, ['eth0'])
    await world.stop(id)
    expect(await world.statistics(id)).not.toHaveProperty('networks')
  })

  test('an interface that was deleted is missed by the statistics alone, until the container is started again', async () => {
    await using world = open()
    await world.network('a')
    const network = await world.network('z')
    const id = await world.run('a', { networks: ['a'], netAdmin: true })
    await world.connect(network, id)
    const entry = await world.entry(id, 'z')
    expect((await world.exec(id, 'ip', 'link', 'del', 'eth1')).exitCode).toBe(0)
    const missed = async (): Promise<void> => {
      const seen = await world.statistics(id)
      if (world.family === '20.10') expect(seen).not.toHaveProperty('networks')
      else expect(seen.message).toMatch(/failed to retrieve the statistics for eth1 in netns .*Link not found/)
    }
    await missed()
    expect(await world.entry(id, 'z')).toEqual(entry)
    expect(await world.member(network, id)).toMatchObject({ EndpointID: entry?.EndpointID })
    // Whoever joins anew has an interface, and is still missed.
    await world.disconnect(network, id)
    await world.connect(network, id)
    await missed()
    await world.docker.getContainer(id).restart({ t: 30 })
    await shows(world, id, ['eth0', 'eth1'])
  })
}

/** 20.10 samples once a second, and has no networks in an answer from before its first sample: that there are none proves nothing. */
async function shows(world: World, id: string, interfaces: readonly string[]): Promise<void> {
  const seen = async () => Object.keys((await world.statistics(id)).networks ?? {}).sort()
  await until(async () => isDeepStrictEqual(await seen(), interfaces), { what: `statistics of ${interfaces.join()}` })
}
