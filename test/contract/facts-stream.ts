// Facts: what the event stream carries, replays and filters.
import { expect, test } from 'vitest'
import type { Open } from './contract.ts'
import type { HeardEvent } from './recorder.ts'

export function streamFacts(open: Open): void {
  test('network events carry the id of the container, and no name or label of it', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    const recorder = await world.events()
    await world.connect(network, id)
    await recorder.heardOf(id, `connect ${world.name('net')}`)
    const event = recorder.heard.find(heard => heard.Actor.ID === network && heard.Action === 'connect')
    expect(event?.Type).toBe('network')
    expect(event?.Actor.Attributes).toEqual({ container: id, name: world.name('net'), type: 'bridge' })
  })

  test('container events carry name, image and labels', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.create('a')
    await recorder.heardOf(id, 'create')
    const event = recorder.heard.find(heard => heard.Actor.ID === id)
    expect(event?.Actor.Attributes).toMatchObject({
      image: world.engine.image,
      name: world.name('a'),
      'netheal.what': 'a',
    })
  })

  test('timeNano is beyond what a number holds', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.create('a')
    await recorder.heardOf(id, 'create')
    const event = recorder.heard.find(heard => heard.Actor.ID === id)
    const nano = /"timeNano":(\d+)/.exec(event?.line ?? '')?.[1] ?? ''
    expect(nano).toMatch(/^\d{19}$/)
    expect(Math.floor(Number(BigInt(nano) / 1_000_000_000n))).toBe(event?.time)
    expect(BigInt(nano) > BigInt(Number.MAX_SAFE_INTEGER)).toBe(true)
  })

  test('`since` replays what was before', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a', { networks: ['net'] })
    const recorder = await world.events()
    await recorder.heardOf(id, 'start')
    expect(recorder.of(id)).toEqual(['create', `connect ${world.name('net')}`, 'start'])
    expect(recorder.heard.some(event => event.Actor.ID === network && event.Action === 'create')).toBe(true)
  })

  test('filters of type and event let through what is wanted of both types', async () => {
    await using world = open()
    const filters = { type: ['container', 'network'], event: ['connect', 'disconnect', 'start', 'create'] }
    const recorder = await world.events(filters)
    const network = await world.network('net')
    const id = await world.run('a')
    await world.connect(network, id)
    await world.docker.getContainer(id).pause()
    await world.docker.getContainer(id).unpause()
    await world.settle(recorder)
    expect(recorder.of(id)).toEqual(['create', 'connect bridge', 'start', `connect ${world.name('net')}`])
  })

  test('a filter of one type drops the other', async () => {
    await using world = open()
    const recorder = await world.events({ type: ['network'] })
    const id = await world.run('a')
    await world.settle(recorder)
    expect(recorder.of(id)).toEqual(['connect bridge'])
  })

  test('a filter of container or label drops the network events', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.create('a')
    const byContainer = await world.events({ container: [id] })
    const byLabel = await world.events({ label: ['netheal.what=a'] })
    await world.start(id)
    await world.connect(network, id)
    await world.docker.getContainer(id).pause()
    for (const recorder of [byContainer, byLabel]) {
      await recorder.heardOf(id, 'pause')
      expect(recorder.of(id).filter(said => said.startsWith('connect'))).toEqual([])
      expect(recorder.of(id)).toContain('start')
    }
  })

  test('an exec is announced with its command line', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a')
    await world.exec(id, 'true', 'secret-word')
    await recorder.until(() => recorder.heard.some(event => event.Action === 'exec_die'), 'exec_die')
    const actions = recorder.heard.filter(event => event.Actor.ID === id).map(event => event.Action)
    expect(actions).toContain('exec_create: true secret-word')
    expect(actions).toContain('exec_start: true secret-word')
  })

  test('`until` in the past answers what was, and ends', async () => {
    await using world = open()
    await world.network('net')
    const stream = await world.docker.getEvents({ since: 0, until: 1 })
    const ended = new Promise(resolve => stream.on('end', resolve))
    stream.resume()
    await ended
  })

  test('`since` and `until` with fractions give what lies between, and the stream ends', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a')
    await world.stop(id)
    await recorder.heardOf(id, 'stop')
    await world.settle(recorder)
    const own = recorder.heard.filter(event => event.Actor.ID === id)
    const times = own.map(event => Number(/"timeNano":(\d+)/.exec(event.line)?.[1]) / 1e9)
    // A little around the kill, whose time is known to some hundred nanoseconds here.
    const at = times[own.findIndex(event => event.Action === 'kill')] ?? 0
    const stream = await world.docker.getEvents({ since: at - 0.000_01, until: at + 0.000_01 })
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk))
    const lines = Buffer.concat(chunks).toString().trim().split('\n')
    const found = lines.map(line => JSON.parse(line) as HeardEvent).filter(event => event.Actor.ID === id)
    expect(found.map(event => event.Action)).toContain('kill')
    // A simulated container lives its whole life within a millisecond, now and then within these microseconds.
    const others = own.filter((event, i) => event.Action !== 'kill' && Math.abs((times[i] ?? 0) - at) > 0.000_02)
    for (const event of others) expect(found.map(one => one.Action)).not.toContain(event.Action)
    expect(found.find(event => event.Action === 'kill')?.Actor.Attributes.signal).toBe('15')
  })

  test('a die says its exit code', async () => {
    await using world = open()
    const recorder = await world.events()
    const id = await world.run('a', { command: ['sh', '-c', 'exit 7'] })
    await recorder.heardOf(id, 'die')
    const die = recorder.heard.find(event => event.Actor.ID === id && event.Action === 'die')
    expect(die?.Actor.Attributes.exitCode).toBe('7')
  })

  test('pause, unpause and the death of a network are told', async () => {
    await using world = open()
    const network = await world.network('net')
    const id = await world.run('a')
    const recorder = await world.events()
    await world.docker.getContainer(id).pause()
    await world.docker.getContainer(id).unpause()
    await world.docker.getNetwork(network).remove()
    await world.settle(recorder)
    expect(recorder.of(id).slice(-2)).toEqual(['pause', 'unpause'])
    const said = recorder.heard.filter(event => event.Actor.ID === network).map(event => event.Action)
    expect(said).toEqual(['create', 'destroy'])
  })
}
