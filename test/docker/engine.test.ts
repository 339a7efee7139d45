// The engine behind the port: what is asked again and what never is, odd answers, and commands inside containers.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { openEngine } from '../../src/docker/engine.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { type Simulator, startSimulator } from '../support/simulator/simulator.ts'
import { until } from '../support/until.ts'
import { answerWith, StubEngine } from './stub-engine.ts'

const { signal } = new AbortController()
const options = { ...NO_SETTINGS, aliases: [] }

function engineAt(host: string, timeout = 20_000) {
  return openEngine({ host, tls: null, timeout })
}

interface Stage extends AsyncDisposable {
  readonly simulator: Simulator
  readonly host: string
}

async function stage(generation: Generation = '28'): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-engine-'))
  const socketPath = join(folder, 's')
  const simulator = await startSimulator({ socketPath, generation })
  simulator.createNetwork('stack')
  simulator.run({ name: 'web', image: 'app', networkMode: 'stack' })
  return {
    simulator,
    host: `unix://${socketPath}`,
    async [Symbol.asyncDispose]() {
      await simulator[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

describe('a kept-alive connection that broke', () => {
  test('a kept-alive connection that broke is asked again for a GET', async () => {
    let breaks = 1
    await using stub = await StubEngine.open((_path, request, response) => {
      if (breaks-- > 0) request.socket.destroy()
      else answerWith(response, [])
    })
    using engine = engineAt(stub.host)
    await engine.lookAll(signal)
    expect(stub.count('GET /networks') + stub.count('GET /containers/json?all=true')).toBe(3)
  })

  test('a kept-alive connection that broke is asked again once, not for ever', async () => {
    await using stub = await StubEngine.open((_path, request) => request.socket.destroy())
    using engine = engineAt(stub.host)
    await expect(engine.ping(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    expect(stub.count('GET /_ping')).toBe(2)
  })

  test('a kept-alive connection that broke is never asked again for a call that writes', async () => {
    await using stub = await StubEngine.open((_path, request) => request.socket.destroy())
    using engine = engineAt(stub.host)
    await expect(engine.connect('n', 'c', options, signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    await expect(engine.disconnect('n', 'c', signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    await expect(engine.restart('c', signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    await expect(engine.start('c', signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    await expect(engine.exec('c', ['true'], signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    expect(stub.calls.filter(c => c.startsWith('POST'))).toEqual([
      'POST /networks/n/connect',
      'POST /networks/n/disconnect',
      'POST /containers/c/restart',
      'POST /containers/c/start',
      'POST /containers/c/exec',
    ])
  })

  test('a kept-alive connection of an engine that was restarted breaks unnoticed', async () => {
    await using host = await stage()
    using engine = engineAt(host.host)
    await engine.lookAll(signal)
    await host.simulator.stop()
    await host.simulator.start()
    expect((await engine.lookAll(signal)).containers).toHaveLength(1)
  })

  test('calls to the engine share connections', async () => {
    await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, []))
    using engine = engineAt(stub.host)
    for (let n = 0; n < 20; n += 1) await engine.lookAll(signal)
    expect(stub.connections).toBeLessThanOrEqual(3)
  })
})

describe('the version is agreed on', () => {
  test('the API version is agreed on in one call for all that wait for it and give up together', async () => {
    await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, []))
    using engine = engineAt(stub.host)
    await Promise.all([engine.greet(signal), engine.lookAll(signal)])
    expect(stub.count('GET /version')).toBe(1)
  })

  test('the API version is agreed on by each for itself where they give up apart: one that does takes no other with it', async () => {
    await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, []))
    using engine = engineAt(stub.host)
    const given = new AbortController()
    const first = engine.greet(given.signal)
    const second = engine.greet(signal)
    given.abort()
    await expect(first).rejects.toMatchObject({ code: 'engine-timeout' })
    expect(await second).toMatchObject({ apiVersion: '1.51' })
  })

  test('the API version is agreed on anew after a failure', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-engine-'))
    using engine = engineAt(`unix://${join(folder, 'nobody.sock')}`)
    for (let n = 0; n < 2; n++) await expect(engine.greet(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
    rmSync(folder, { recursive: true })
  })
})

describe('an answer that makes no sense is an error, never an empty host', () => {
  test.for([
    ['an object', {}],
    ['null', null],
    ['text', 'OK'],
    ['containers without ids', [{ Names: ['/web'] }]],
  ] as const)('an answer that makes no sense is an error, never an empty host: %s', async ([, answer]) => {
    await using stub = await StubEngine.open((_path, _request, response) => answerWith(response, answer))
    using engine = engineAt(stub.host)
    await expect(engine.lookAll(signal)).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('makes no sense'),
    })
  })

  test('an answer that makes no sense is an error, never an empty host: an answer that is cut', async () => {
    await using stub = await StubEngine.open((_path, _request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '100' })
      response.write('[{"Id":')
      response.destroy()
    })
    using engine = engineAt(stub.host)
    await expect(engine.lookAll(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
  })

  test('an answer that makes no sense is an error, never an empty host: a web page', async () => {
    await using stub = await StubEngine.open((_path, _request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' })
      response.end('<html>welcome</html>')
    })
    using engine = engineAt(stub.host)
    await expect(engine.lookAll(signal)).rejects.toMatchObject({ code: 'engine-unreachable' })
  })
})

describe('an inspect', () => {
  test('a look at some containers tells who is gone, and asks for each once', async () => {
    await using host = await stage()
    using engine = engineAt(host.host)
    const { id } = host.simulator.container('web')
    const absent = 'f'.repeat(64)
    const seen = await engine.lookAt([id, absent, id], signal)
    expect(seen.containers.map(c => c.name)).toEqual(['web'])
    expect(seen.gone).toEqual([absent])
    expect(seen.networks.map(n => n.name)).toContain('stack')
    expect(host.simulator.calls.count('GET /containers/{id}/json')).toBe(2)
  })

  test('a look at some containers asks for the networks only where a container is on one that is not known', async () => {
    await using host = await stage()
    using engine = engineAt(host.host)
    const { id } = host.simulator.container('web')
    const { networks } = await engine.lookAll(signal)
    const before = host.simulator.calls.count('GET /networks')
    expect((await engine.lookAt([id], signal, networks)).networks).toBe(networks)
    expect(host.simulator.calls.count('GET /networks')).toBe(before)
    const stranger = networks.filter(n => n.name !== 'stack')
    expect((await engine.lookAt([id], signal, stranger)).networks).toEqual(networks)
    expect(host.simulator.calls.count('GET /networks')).toBe(before + 1)
  })

  test('a look at a container that hangs asks for the networks all the same: that proves that the engine answers', async () => {
    await using host = await stage()
    using engine = openEngine({ host: host.host, tls: null, timeout: 200 })
    const { id } = host.simulator.container('web')
    const { networks } = await engine.lookAll(signal)
    host.simulator.faults.hang({ route: 'GET /containers/{id}/json' })
    expect(await engine.lookAt([id], signal, networks)).toMatchObject({ unseen: [id], networks })
    host.simulator.freeze()
    await expect(engine.lookAt([id], signal, networks)).rejects.toMatchObject({ code: 'engine-timeout' })
  })

  test('a look at some containers of which one fails is an error as a whole', async () => {
    await using host = await stage()
    using engine = engineAt(host.host)
    host.simulator.faults.fail({ route: 'GET /containers/{id}/json' })
    await expect(engine.lookAt([host.simulator.container('web').id], signal)).rejects.toMatchObject({
      code: 'engine-refused',
    })
  })
})

describe.for<Generation>(['20.10', '26', '28'])('a command inside a container, on %s', generation => {
  test('a command inside a container gives its exit code and what it said', async () => {
    await using host = await stage(generation)
    using engine = engineAt(host.host)
    const programs = { mixed: () => ({ exitCode: 7, output: 'größe\nzwei\n' }) }
    host.simulator.image('app', { programs })
    const { id } = host.simulator.container('web')
    expect(await engine.exec(id, ['mixed'], signal)).toEqual({ kind: 'exited', exitCode: 7, output: 'größe\nzwei\n' })
    expect(await engine.exec(id, ['true'], signal)).toEqual({ kind: 'exited', exitCode: 0, output: '' })
    expect(await engine.exec(id, ['false'], signal)).toEqual({ kind: 'exited', exitCode: 1, output: '' })
  })

  test('a command inside a container that the image does not have is missing', async () => {
    await using host = await stage(generation)
    using engine = engineAt(host.host)
    host.simulator.image('app', { absent: ['getent'] })
    expect(await engine.exec(host.simulator.container('web').id, ['getent', 'hosts', 'db'], signal)).toEqual({
      kind: 'missing',
    })
  })

  test('a command inside a container that talks without end is read to its end, and not kept', async () => {
    await using host = await stage(generation)
    using engine = engineAt(host.host)
    host.simulator.image('app', { programs: { yes: () => ({ exitCode: 0, output: 'y\n'.repeat(2_000_000) }) } })
    const result = await engine.exec(host.simulator.container('web').id, ['yes'], signal)
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0 })
    expect(inspect(result).length).toBeLessThan(400_000)
  })

  test('a command inside a container is refused where nothing runs', async () => {
    await using host = await stage(generation)
    using engine = engineAt(host.host)
    await host.simulator.stopContainer('web', 0)
    const asked = engine.exec(host.simulator.container('web').id, ['true'], signal)
    await expect(asked).rejects.toMatchObject({
      code: 'engine-refused',
      message: expect.stringContaining('is not running (HTTP 409)'),
    })
  })
})

describe('deadlines', () => {
  test.for([
    ['GET /version', (engine: ReturnType<typeof engineAt>) => engine.greet(signal)],
    ['GET /networks', (engine: ReturnType<typeof engineAt>) => engine.lookAll(signal)],
    ['GET /events', (engine: ReturnType<typeof engineAt>) => engine.events(Date.now(), () => undefined, signal)],
    ['GET /_ping', (engine: ReturnType<typeof engineAt>) => engine.ping(signal)],
    ['POST /containers/{id}/exec', (engine: ReturnType<typeof engineAt>) => engine.exec('web', ['true'], signal)],
    [
      'POST /networks/{id}/connect',
      (engine: ReturnType<typeof engineAt>) => engine.connect('stack', 'web', options, signal),
    ],
  ] as const)('the deadline of a call: %s that hangs costs its deadline', async ([route, ask]) => {
    await using host = await stage()
    using engine = engineAt(host.host, 250)
    host.simulator.faults.hang({ route })
    await expect(ask(engine)).rejects.toMatchObject({
      code: 'engine-timeout',
      message: expect.stringContaining('no answer within 0.25 s'),
    })
  })

  test('an event stream that is open has no deadline', async () => {
    await using host = await stage()
    using engine = engineAt(host.host, 250)
    const heard: string[] = []
    const over = new AbortController()
    const { ended } = await engine.events(Date.now(), event => heard.push(event.action), over.signal)
    // Longer than the deadline: another call that hangs measures it.
    host.simulator.faults.hang({ route: 'GET /_ping' })
    await expect(engine.ping(signal)).rejects.toMatchObject({ code: 'engine-timeout' })
    await expect(engine.ping(signal)).rejects.toMatchObject({ code: 'engine-timeout' })
    await host.simulator.disconnect('stack', 'web')
    await until(() => heard.includes('disconnect'), { what: 'the event' })
    over.abort()
    expect(await ended).toBeDefined()
    await host.simulator.until(() => host.simulator.streams.open === 0)
  })
})
