// Facts: names, routes and programs, seen from inside the container.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'

export function insideFacts(open: Open): void {
  test('names resolve right after the connect, without a restart, also for one that was on the default bridge', async () => {
    await using world = open()
    const network = await world.network('net')
    const database = await world.run('db', { networks: ['net'], aliases: ['supabase-db'] })
    const id = await world.run('a')
    const before = await world.inspect(id)
    expect(await world.resolves(id, 'supabase-db')).toBe(false)
    await world.connect(network, id)
    expect(await world.resolves(id, 'supabase-db')).toBe(true)
    expect(await world.resolves(id, world.name('db'))).toBe(true)
    expect(await world.resolves(id, database.slice(0, 12))).toBe(true)
    expect((await world.inspect(id)).State.StartedAt).toBe(before.State.StartedAt)
    await world.disconnect(network, id)
    expect(await world.resolves(id, 'supabase-db')).toBe(false)
  })

  test('an alias given at the connect resolves for the others; a bare connect brings name and short id only', async () => {
    await using world = open()
    const network = await world.network('net')
    const asking = await world.run('asking', { networks: ['net'] })
    const id = await world.run('a')
    await world.connect(network, id, { Aliases: ['service'] })
    expect(await world.resolves(asking, 'service')).toBe(true)
    await world.disconnect(network, id)
    await world.connect(network, id)
    expect(await world.resolves(asking, 'service')).toBe(false)
    expect(await world.resolves(asking, world.name('a'))).toBe(true)
    expect(await world.resolves(asking, id.slice(0, 12))).toBe(true)
  })

  test('a stopped container does not resolve', async () => {
    await using world = open()
    await world.network('net')
    const asking = await world.run('asking', { networks: ['net'] })
    const id = await world.run('a', { networks: ['net'] })
    expect(await world.resolves(asking, world.name('a'))).toBe(true)
    await world.stop(id)
    expect(await world.resolves(asking, world.name('a'))).toBe(false)
  })

  test('the default route moves to the network whose name sorts first', async () => {
    await using world = open()
    await world.network('m')
    const first = await world.network('a')
    const last = await world.network('z')
    const id = await world.run('c', { networks: ['m'] })
    const gateway = (await world.entry(id, 'm'))?.Gateway
    expect(await world.gateway(id)).toBe(gateway)
    await world.connect(last, id)
    expect(await world.gateway(id)).toBe(gateway)
    await world.connect(first, id)
    expect(await world.gateway(id)).toBe((await world.entry(id, 'a'))?.Gateway)
    await world.disconnect(first, id)
    expect(await world.gateway(id)).toBe(gateway)
  })

  test('an internal network never takes it', async () => {
    await using world = open()
    await world.network('m')
    const internal = await world.network('a', { Internal: true })
    const id = await world.run('c', { networks: ['m'] })
    const before = await world.gateway(id)
    await world.connect(internal, id)
    expect(await world.gateway(id)).toBe(before)
  })

  test('a negative gateway priority leaves it where it is, from API 1.48 on', async () => {
    await using world = open()
    await world.network('m')
    const first = await world.network('a')
    const id = await world.run('c', { networks: ['m'] })
    const before = await world.gateway(id)
    await world.connect(first, id, { GwPriority: -1 })
    const entry = await world.entry(id, 'a')
    expect(await world.gateway(id)).toBe(world.family === '28' ? before : entry?.Gateway)
    expect(entry?.GwPriority).toBe(world.family === '28' ? -1 : undefined)
  })

  test('programs end with their code', async () => {
    await using world = open()
    const id = await world.run('a')
    expect(await world.exec(id, 'true')).toEqual({ exitCode: 0, output: '' })
    expect(await world.exec(id, 'false')).toEqual({ exitCode: 1, output: '' })
  })

  test('a program that is not there: Docker says so, with 126 before 28 and 127 from 28', async () => {
    await using world = open()
    const id = await world.run('a')
    const { exitCode, output } = await world.exec(id, 'getent', 'hosts', 'x')
    expect(exitCode).toBe(world.family === '28' ? 127 : 126)
    expect(output).toContain('OCI runtime exec failed: exec failed: unable to start container process')
    expect(output).toContain('exec: "getent": executable file not found in $PATH')
  })

  test('detached, the same is a 400', async () => {
    await using world = open()
    const id = await world.run('a')
    const exec = await world.docker.getContainer(id).exec({ Cmd: ['getent'], AttachStdout: true })
    // dockerode leaves the text of a refused stream unread: the status is all there is.
    expect((await world.refused(exec.start({ Detach: true }))).status).toBe(400)
  })

  test('no exec while paused, stopped or in back-off', async () => {
    await using world = open()
    const id = await world.run('a')
    await world.docker.getContainer(id).pause()
    expect((await world.refused(world.exec(id, 'true'))).status).toBe(409)
    await world.docker.getContainer(id).unpause()
    await world.stop(id)
    expect((await world.refused(world.exec(id, 'true'))).status).toBe(409)
  })
}
