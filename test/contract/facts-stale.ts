// Facts: a network removed while its container was stopped, and what repairs the entry that is left.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import type { World } from './world.ts'

/** Stopped on a network that was removed and made again under the same name. */
async function left(world: World): Promise<{ id: string; old: string; fresh: string }> {
  await world.network('home')
  const old = await world.network('net')
  const id = await world.run('a', { networks: ['home', 'net'] })
  await world.stop(id)
  await world.docker.getNetwork(old).remove()
  const fresh = await world.network('net')
  return { id, old, fresh }
}

export function staleFacts(open: Open): void {
  const failed = (world: World, id: string) =>
    `${world.family === '28' ? 'failed to set up container networking: ' : ''}network ${id} not found`

  test('the entry keeps the old id, and the start fails with 404 and 128', async () => {
    await using world = open()
    const { id, old } = await left(world)
    const before = await world.inspect(id)
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: old, EndpointID: '' })
    expect(await world.refused(world.start(id))).toEqual({ status: 404, message: failed(world, old) })
    const after = await world.inspect(id)
    expect(after.State).toMatchObject({ Status: 'exited', ExitCode: 128, Error: failed(world, old) })
    expect(after.State.StartedAt).toBe(before.State.StartedAt)
    expect(after.State.FinishedAt).toBe(before.State.FinishedAt)
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: old, EndpointID: '' })
  })

  test('after a run that ended with a code of its own, that code stays instead of 128', async () => {
    await using world = open()
    await world.network('home')
    const old = await world.network('net')
    const id = await world.run('a', { networks: ['home', 'net'] })
    await world.docker.getContainer(id).kill()
    await world.docker.getContainer(id).wait()
    await world.docker.getNetwork(old).remove()
    expect((await world.refused(world.start(id))).message).toBe(failed(world, old))
    expect((await world.inspect(id)).State).toMatchObject({ ExitCode: 137, Error: failed(world, old) })
  })

  test('a forced disconnect by name, a connect and a start repair it', async () => {
    await using world = open()
    const { id, fresh } = await left(world)
    await world.disconnect(world.name('net'), id, true)
    expect(await world.entry(id, 'net')).toBeUndefined()
    await world.connect(fresh, id)
    await world.start(id)
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(fresh)
    expect((await world.inspect(id)).State).toMatchObject({ Status: 'running', Error: '', ExitCode: 0 })
  })

  test('a connect alone replaces the entry, too', async () => {
    await using world = open()
    const { id, fresh } = await left(world)
    await world.connect(fresh, id)
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: '', EndpointID: '' })
    await world.start(id)
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(fresh)
  })

  test('no network of that name at all: a plain disconnect takes the entry', async () => {
    await using world = open()
    await world.network('home')
    const old = await world.network('net')
    const id = await world.run('a', { networks: ['home', 'net'] })
    await world.stop(id)
    await world.docker.getNetwork(old).remove()
    await world.disconnect(world.name('net'), id)
    expect(await world.entry(id, 'net')).toBeUndefined()
    await world.start(id)
  })

  test('an entry without an id follows the name', async () => {
    await using world = open()
    await world.network('home')
    const old = await world.network('net')
    const id = await world.create('a', { networks: ['home'] })
    await world.connect(old, id)
    await world.docker.getNetwork(old).remove()
    const fresh = await world.network('net')
    await world.start(id)
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(fresh)
  })

  test('after a failed start a list shows an endpoint that an inspect does not', async () => {
    await using world = open()
    const { id } = await left(world)
    await world.refused(world.start(id))
    const listed = await world.listed(id)
    expect(await world.entry(id, 'home')).toMatchObject({ EndpointID: '' })
    // Whichever network was joined first depends on the order of a Go map, so it may be none.
    expect(listed?.State).toBe('exited')
    expect(listed?.NetworkSettings.Networks[world.name('net')]?.EndpointID).toBe('')
  })
}
