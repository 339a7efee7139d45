// Facts: what is announced, and in which order, when a container starts, stops, crashes, is restarted, killed, removed or
// recreated. From 23 on `die` and `stop` race, so only what is certain is held.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import type { Recorder } from './recorder.ts'
import type { World } from './world.ts'

/** The events of an end without its beginning: the disconnects before `die` from 23 on, after it on 20.10. */
function expectEnd(world: World, said: readonly string[], networks: readonly string[], more: readonly string[]): void {
  const left = networks.map(network => `disconnect ${world.name(network)}`)
  expect([...said].sort()).toEqual([...left, 'die', ...more].sort())
  const die = said.indexOf('die')
  for (const disconnect of left) {
    if (world.family === '20.10') expect(said.indexOf(disconnect)).toBeGreaterThan(die)
    else expect(said.indexOf(disconnect)).toBeLessThan(die)
  }
  if (more.includes('stop'))
    for (const disconnect of left) expect(said.indexOf('stop')).toBeGreaterThan(said.indexOf(disconnect))
}

async function begun(world: World): Promise<{ id: string; recorder: Recorder; from: number }> {
  await world.network('one')
  await world.network('two')
  const recorder = await world.events()
  const id = await world.run('a', { networks: ['one', 'two'] })
  await recorder.heardOf(id, 'start')
  return { id, recorder, from: recorder.of(id).length }
}

export function orderFacts(open: Open): void {
  test('start: each network is joined before the start is announced', async () => {
    await using world = open()
    const { id, recorder } = await begun(world)
    const said = recorder.of(id)
    expect(said[0]).toBe('create')
    expect([...said.slice(1, 3)].sort()).toEqual(
      [`connect ${world.name('one')}`, `connect ${world.name('two')}`].sort(),
    )
    expect(said.slice(3)).toEqual(['start'])
  })

  test('stop', async () => {
    await using world = open()
    const { id, recorder, from } = await begun(world)
    await world.stop(id)
    await recorder.heardOf(id, 'die')
    await recorder.heardOf(id, 'stop')
    const said = recorder.of(id).slice(from)
    expect(said[0]).toBe('kill 15')
    expectEnd(world, said.slice(1), ['one', 'two'], ['stop'])
  })

  test('kill: no `stop`', async () => {
    await using world = open()
    const { id, recorder, from } = await begun(world)
    await world.docker.getContainer(id).kill()
    await recorder.heardOf(id, 'die')
    await recorder.heardOf(id, `disconnect ${world.name('two')}`)
    await recorder.heardOf(id, `disconnect ${world.name('one')}`)
    await world.settle(recorder)
    const said = recorder.of(id).slice(from)
    expect(said[0]).toBe('kill 9')
    expectEnd(world, said.slice(1), ['one', 'two'], [])
    const die = recorder.heard.find(event => event.Action === 'die' && event.Actor.ID === id)
    expect(die?.Actor.Attributes.exitCode).toBe('137')
    expect(die?.Actor.Attributes.execDuration === undefined).toBe(world.family === '20.10')
  })

  test('restart: a stop, a start, and then `restart`', async () => {
    await using world = open()
    const { id, recorder, from } = await begun(world)
    await world.docker.getContainer(id).restart({ t: 30 })
    await recorder.heardOf(id, 'restart')
    await recorder.heardOf(id, 'die')
    const said = recorder.of(id).slice(from)
    const joined = said.findIndex(word => word.startsWith('connect '))
    expect(said[0]).toBe('kill 15')
    const ending = said.slice(1).filter(word => ['die', 'stop'].includes(word) || word.startsWith('disconnect '))
    expectEnd(world, ending, ['one', 'two'], ['stop'])
    expect(said.lastIndexOf(`disconnect ${world.name('one')}`)).toBeLessThan(joined)
    expect(said.filter(word => word.startsWith('connect '))).toHaveLength(2)
    const beginning = said.filter(word => word === 'start' || word === 'restart')
    expect(beginning).toEqual(['start', 'restart'])
  })

  test('removed by force: killed, no `stop`, destroyed last', async () => {
    await using world = open()
    const { id, recorder, from } = await begun(world)
    await world.docker.getContainer(id).remove({ force: true })
    await recorder.heardOf(id, 'destroy')
    await recorder.heardOf(id, 'die')
    const said = recorder.of(id).slice(from)
    expect(said[0]).toBe('kill 9')
    expectEnd(
      world,
      said.slice(1).filter(word => word !== 'destroy'),
      ['one', 'two'],
      [],
    )
    expect((await world.refused(world.inspect(id))).status).toBe(404)
  })

  test('a running container is not removed without force', async () => {
    await using world = open()
    const id = await world.run('a')
    const refused = await world.refused(world.docker.getContainer(id).remove())
    expect(refused.status).toBe(409)
    expect(refused.message).toMatch(/running/)
  })

  test('crash with a restart policy: no `kill`, and it comes back by itself', async () => {
    await using world = open()
    await world.network('one')
    const recorder = await world.events()
    const id = await world.run('a', {
      networks: ['one'],
      command: ['sh', '-c', 'sleep 0.3; exit 3'],
      policy: 'unless-stopped',
    })
    await recorder.heardOf(id, 'start', 2)
    const said = recorder.of(id)
    const first = said.indexOf('start')
    const second = said.indexOf('start', first + 1)
    const left = `disconnect ${world.name('one')}`
    const joined = `connect ${world.name('one')}`
    const between = said.slice(first + 1, second)
    expect(between).toEqual(world.family === '20.10' ? ['die', left, joined] : [left, 'die', joined])
    const die = recorder.heard.find(event => event.Action === 'die' && event.Actor.ID === id)
    expect(die?.Actor.Attributes.exitCode).toBe('3')
    await world.docker.getContainer(id).remove({ force: true })
  })

  test('rename: the old name with a slash, the new one without', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.create('a')
    await world.docker.getContainer(id).rename({ name: world.name('b') })
    await recorder.heardOf(id, 'rename')
    const rename = recorder.heard.find(event => event.Action === 'rename' && event.Actor.ID === id)
    expect(rename?.Actor.Attributes).toMatchObject({ name: world.name('b'), oldName: `/${world.name('a')}` })
    expect(rename?.Actor.Attributes['netheal.what']).toBe('a')
    expect((await world.inspect(id)).Name).toBe(`/${world.name('b')}`)
  })

  test('recreated under a temporary name: created as such, renamed just before its start', async () => {
    await using world = open()
    const stack = await world.network('stack')
    await world.network('extra')
    const old = await world.run('a', { networks: ['stack', 'extra'] })
    const recorder = await world.events()
    const temporary = `${old.slice(0, 12)}_${world.name('a')}`
    const created = await world.docker.createContainer({
      name: temporary,
      Image: world.engine.image,
      Cmd: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'],
      HostConfig: { NetworkMode: world.name('stack') },
    })
    try {
      await world.stop(old)
      await world.docker.getContainer(old).remove()
      await created.rename({ name: world.name('a') })
      await created.start()
      await recorder.heardOf(created.id, 'start')
      expect(recorder.of(created.id)).toEqual(['create', 'rename', `connect ${world.name('stack')}`, 'start'])
      const first = recorder.heard.find(event => event.Actor.ID === created.id)
      expect(first?.Actor.Attributes.name).toBe(temporary)
      const seen = await world.inspect(created.id)
      expect(Object.keys(seen.NetworkSettings.Networks)).toEqual([world.name('stack')])
      expect((await world.entry(created.id, 'stack'))?.NetworkID).toBe(stack)
    } finally {
      await created.remove({ force: true })
    }
  })
}
