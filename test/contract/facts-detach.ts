// Facts: what an explicit disconnect does in each state, and how many events tell of it.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import type { Recorder } from './recorder.ts'

export function detachFacts(open: Open): void {
  const told = (recorder: Recorder, id: string, network: string) =>
    recorder.of(id).filter(said => said === `disconnect ${network}`).length

  test('running: the key goes, the process stays; two events before 28, one from 28', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const before = await world.inspect(id)
    const recorder = await world.events()
    await world.disconnect(network, id)
    const after = await world.inspect(id)
    expect(after.NetworkSettings.Networks).toEqual({})
    expect(after.State.StartedAt).toBe(before.State.StartedAt)
    expect(after.NetworkSettings.SandboxID).toBe(before.NetworkSettings.SandboxID)
    await world.settle(recorder)
    expect(told(recorder, id, world.name('net'))).toBe(world.family === '28' ? 1 : 2)
  })

  test('paused: as running', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    await world.docker.getContainer(id).pause()
    const recorder = await world.events()
    await world.disconnect(network, id)
    expect(await world.entry(id, 'net')).toBeUndefined()
    await world.settle(recorder)
    expect(told(recorder, id, world.name('net'))).toBe(world.family === '28' ? 1 : 2)
  })

  test('exited: the key goes; one event before 28, none from 28', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    await world.stop(id)
    const recorder = await world.events()
    await world.settle(recorder)
    const before = told(recorder, id, world.name('net'))
    await world.disconnect(network, id)
    expect(await world.entry(id, 'net')).toBeUndefined()
    await world.settle(recorder)
    expect(told(recorder, id, world.name('net')) - before).toBe(world.family === '28' ? 0 : 1)
  })

  test('created: as exited', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.create('a', { networks: ['net'] })
    const recorder = await world.events()
    await world.disconnect(network, id)
    expect(await world.entry(id, 'net')).toBeUndefined()
    await world.settle(recorder)
    expect(told(recorder, id, world.name('net'))).toBe(world.family === '28' ? 0 : 1)
  })

  test('not attached: 500, in words that differ by state', async () => {
    await using world = open()
    const network = await world.network('net')
    const running = await world.run('a')
    const stopped = await world.create('b')
    expect(await world.refused(world.disconnect(network, running))).toEqual({
      status: 500,
      message: `container ${running} is not connected to network ${world.name('net')}`,
    })
    expect(await world.refused(world.disconnect(network, stopped))).toEqual({
      status: 500,
      message: `container ${stopped} is not connected to the network ${world.name('net')}`,
    })
  })

  test('disconnect and connect: another endpoint, the same process', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const before = await world.inspect(id)
    const endpoint = (await world.entry(id, 'net'))?.EndpointID
    await world.disconnect(network, id)
    await world.connect(network, id)
    const after = await world.inspect(id)
    expect((await world.entry(id, 'net'))?.EndpointID).not.toBe(endpoint)
    expect(after.State.StartedAt).toBe(before.State.StartedAt)
    expect(after.RestartCount).toBe(before.RestartCount)
  })
}
