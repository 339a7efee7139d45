// Facts: what a connect does in each state of the container.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import { crashing } from './world.ts'

export function attachFacts(open: Open): void {
  test('running: at once, announced, and nothing restarts', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    const before = await world.inspect(id)
    const recorder = await world.events()
    await world.connect(network, id, { Aliases: ['al'] })
    const after = await world.inspect(id)
    const entry = await world.entry(id, 'net')
    expect(entry?.NetworkID).toBe(network)
    expect(entry?.EndpointID).not.toBe('')
    expect(entry?.Aliases).toContain('al')
    expect(after.State.StartedAt).toBe(before.State.StartedAt)
    expect(after.State.Pid).toBe(before.State.Pid)
    await world.settle(recorder)
    expect(recorder.of(id).filter(said => said === `connect ${world.name('net')}`)).toHaveLength(1)
  })

  test('running and attached already: 403, and the entry stays as it is', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'], aliases: ['al'] })
    const before = await world.entry(id, 'net')
    expect(await world.refused(world.connect(network, id, { Aliases: ['other'] }))).toEqual({
      status: 403,
      message: `endpoint with name ${world.name('a')} already exists in network ${world.name('net')}`,
    })
    expect(await world.entry(id, 'net')).toEqual(before)
  })

  test('created: silent, an entry without ids, and it joins before the start is announced', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.create('a')
    const recorder = await world.events()
    await world.connect(network, id)
    expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: '', EndpointID: '' })
    await world.settle(recorder)
    expect(recorder.of(id)).toEqual(['create'])
    await world.start(id)
    await recorder.heardOf(id, 'start')
    expect([...recorder.of(id)].sort()).toEqual(
      ['connect bridge', `connect ${world.name('net')}`, 'create', 'start'].sort(),
    )
    expect(recorder.of(id).at(-1)).toBe('start')
    expect((await world.entry(id, 'net'))?.NetworkID).toBe(network)
  })

  test('exited: silent, 200 as often as it is asked, and the first aliases stay', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    await world.stop(id)
    const recorder = await world.events()
    await world.connect(network, id, { Aliases: ['first'] })
    await world.connect(network, id, { Aliases: ['second'] })
    const entry = await world.entry(id, 'net')
    expect(entry).toMatchObject({ NetworkID: '', EndpointID: '' })
    expect(entry?.Aliases).toContain('first')
    expect(entry?.Aliases).not.toContain('second')
    await world.settle(recorder)
    expect(recorder.of(id)).not.toContain(`connect ${world.name('net')}`)
    await world.start(id)
    expect((await world.entry(id, 'net'))?.EndpointID).not.toBe('')
  })

  test('paused: at once and announced', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    await world.docker.getContainer(id).pause()
    const recorder = await world.events()
    await world.connect(network, id)
    expect((await world.entry(id, 'net'))?.EndpointID).not.toBe('')
    expect((await world.inspect(id)).State.Status).toBe('paused')
    await world.settle(recorder)
    expect(recorder.of(id)).toContain(`connect ${world.name('net')}`)
  })

  test('crash back-off: 20.10 and 23 say OK, 28 says 404 and notes it all the same; it joins at the next start', async () => {
    await using world = open()
    const network = await world.network('net')
    const recorder = await world.events()
    const id = await world.run('a', { command: crashing, policy: 'always' })
    // The fifth back-off lasts 1.6 s: time enough to ask in it.
    const seen = await world.crashed(recorder, id, 5)
    if (world.family === '28') {
      expect(await world.refused(world.connect(network, id))).toEqual({
        status: 404,
        message: `network sandbox for container ${id} not found`,
      })
      expect(await world.entry(id, 'net')).toMatchObject({ NetworkID: '', EndpointID: '' })
    } else {
      await world.connect(network, id)
      const entry = await world.entry(id, 'net')
      expect(entry?.NetworkID).toBe(network)
    }
    const starts = recorder.of(id).filter(said => said === 'start').length
    expect((await world.inspect(id)).RestartCount).toBe(seen.RestartCount)
    await recorder.heardOf(id, 'start', starts + 1)
    const last = recorder.of(id).lastIndexOf('start')
    const since = recorder.of(id).slice(0, last).lastIndexOf('die')
    expect(recorder.of(id).slice(since, last)).toContain(`connect ${world.name('net')}`)
    await world.docker.getContainer(id).remove({ force: true })
  })

  test('no address left: 500, and an entry without an endpoint stays on the running container', async () => {
    await using world = open()
    const octet = Math.floor(Math.random() * 250)
    const third = Math.floor(Math.random() * 250)
    const network = await world.network('tiny', { IPAM: { Config: [{ Subnet: `10.${octet}.${third}.0/30` }] } })
    const first = await world.run('a')
    const second = await world.run('b')
    await world.connect(network, first)
    expect(await world.refused(world.connect(network, second))).toEqual({
      status: 500,
      message: `no available IPv4 addresses on this network's address pools: ${world.name('tiny')} (${network})`,
    })
    expect(await world.entry(second, 'tiny')).toMatchObject({ NetworkID: '', EndpointID: '', IPAddress: '' })
    // Such an entry cannot be taken away, forced or not: connecting again is what repairs it.
    const cannot = { status: 500, message: `container ${second} is not connected to network ${world.name('tiny')}` }
    expect(await world.refused(world.disconnect(network, second))).toEqual(cannot)
    expect(await world.refused(world.disconnect(network, second, true))).toEqual(cannot)
    await world.disconnect(network, first)
    await world.connect(network, second)
    expect((await world.entry(second, 'tiny'))?.EndpointID).not.toBe('')
  })

  test('modes without a network of their own are refused with 400', async () => {
    await using world = open()
    const network = await world.network('net')
    const peer = await world.run('peer')
    for (const mode of ['host', `container:${peer}`]) {
      const id = await world.run(`in-${mode.slice(0, 4)}`, { mode })
      expect(await world.refused(world.connect(network, id))).toEqual({
        status: 400,
        message:
          'container sharing network namespace with another container or host cannot be connected to any other network',
      })
    }
    const none = await world.run('in-none', { mode: 'none' })
    expect(await world.refused(world.connect(network, none))).toEqual({
      status: 400,
      message: 'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    })
  })

  test('a network that is not there: 404 when running; noted under that word when not, and the start fails', async () => {
    await using world = open()
    const nowhere = world.name('nowhere')
    const running = await world.run('a')
    expect(await world.refused(world.connect(nowhere, running))).toEqual({
      status: 404,
      message: `network ${nowhere} not found`,
    })
    const stopped = await world.create('b')
    await world.connect(nowhere, stopped)
    expect(await world.entry(stopped, 'nowhere')).toMatchObject({ NetworkID: '', EndpointID: '' })
    expect((await world.refused(world.start(stopped))).message).toContain(`network ${nowhere} not found`)
  })

  test('a container that is not there: 404', async () => {
    await using world = open()
    const network = await world.network('net')
    expect(await world.refused(world.connect(network, 'nhc-nobody'))).toEqual({
      status: 404,
      message: 'No such container: nhc-nobody',
    })
  })

  test('the default bridge takes no aliases', async () => {
    await using world = open()
    await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const refused = await world.refused(world.connect('bridge', id, { Aliases: ['al'] }))
    expect(refused.status).toBe(400)
    expect(refused.message).toContain('network-scoped alias is supported only for containers in user defined networks')
  })
}
