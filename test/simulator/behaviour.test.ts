// What the contract cannot ask a real engine for: versions at will, clocks, latencies, raw execs, logs.
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { realisticLatency } from '../../src/simulator/engine.ts'
import { logOf } from '../support/simulator/log.ts'
import { call, open } from './client.ts'
import { ManualClock } from './manual-clock.ts'
import { started } from './started.ts'

test('crash back-off doubles from 100 ms, and a long run makes it forget', async () => {
  const clock = new ManualClock(1_700_000_000_000)
  await using scene = await started({ clock })
  const { simulator } = scene
  simulator.run({ name: 'app', restart: 'always' })
  for (const wait of [100, 200, 400]) {
    await simulator.crashContainer('app')
    expect(simulator.container('app').status).toBe('restarting')
    clock.advance(wait - 1)
    await simulator.container('app').lock.run(() => undefined)
    expect(simulator.container('app').status).toBe('restarting')
    clock.advance(1)
    await simulator.container('app').lock.run(() => undefined)
    expect(simulator.container('app').status).toBe('running')
  }
  expect(simulator.container('app').restartCount).toBe(3)
  clock.advance(60_000)
  await simulator.crashContainer('app')
  clock.advance(100)
  await simulator.container('app').lock.run(() => undefined)
  expect(simulator.container('app').status).toBe('running')
})

test('realistic latency: a connect takes its 35 ms', async () => {
  const clock = new ManualClock(1_700_000_000_000)
  await using scene = await started({ clock, latency: realisticLatency })
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  simulator.run({ name: 'app' })
  const answered = call(socketPath, 'POST', '/networks/net/connect', { Container: 'app' })
  while (clock.pending === 0) await turn()
  expect(simulator.isAttached('app', 'net')).toBe(false)
  clock.advance(35)
  expect((await answered).status).toBe(200)
  expect(simulator.isAttached('app', 'net')).toBe(true)
})

test('a process that ignores TERM waits out the grace and is killed', async () => {
  const clock = new ManualClock(1_700_000_000_000)
  await using scene = await started({ clock })
  const { simulator } = scene
  simulator.image('stubborn', { termExit: null })
  simulator.run({ name: 'app', image: 'stubborn' })
  const stopped = simulator.stopContainer('app', 5000)
  expect(simulator.container('app').status).toBe('running')
  clock.advance(5000)
  await stopped
  expect(simulator.container('app').exitCode).toBe(137)
  const kills = simulator.engine.events.buffered.filter(event => event.action === 'kill')
  expect(kills.map(event => event.attributes.signal)).toEqual(['15', '9'])
})

test('an exec of a program that the image brings, on a terminal', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.image('app', { programs: { psql: argv => ({ exitCode: 3, output: `${argv.length} words\n` }) } })
  simulator.run({ name: 'app', image: 'app' })
  const created = await call(socketPath, 'POST', '/containers/app/exec', {
    Cmd: ['psql', '-c', 'select 1'],
    AttachStdout: true,
  })
  const id = String(Object.values(created.json ?? {})[0])
  const { response } = await open(socketPath, 'POST', `/exec/${id}/start`, { Detach: false, Tty: true })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  expect(Buffer.concat(chunks).toString()).toBe('3 words\r\n')
  expect((await call(socketPath, 'GET', `/exec/${id}/json`)).json).toMatchObject({ ExitCode: 3, Running: false })
})

test('logs: framed, with what came since, and with their times', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.run({ name: 'app' })
  simulator.log('app', 'pool created (generation=1)')
  simulator.log('app', 'oh no', 'stderr')
  const { response } = await open(socketPath, 'GET', '/containers/app/logs?stdout=1&stderr=1&timestamps=1')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const data = Buffer.concat(chunks)
  expect(data[0]).toBe(1)
  expect(data.toString()).toMatch(/\d\dZ pool created \(generation=1\)\n/)
  expect(data.toString()).toContain('oh no')
})

test('logs: what a script prints at each start, once a start', async () => {
  await using scene = await started()
  const { simulator } = scene
  const command = ['sh', '-c', 'echo "a b"; echo oh >&2; printf %3d 0; echo; sleep 60']
  const log = logOf(simulator.run({ name: 'app', command }))
  const first = ['a b', '  0', 'oh']
  expect(log.map(entry => entry.text)).toEqual(first)
  await simulator.restartContainer('app')
  expect(log.map(entry => entry.text)).toEqual([...first, ...first])
})

test('a wait answers when the process ends', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.run({ name: 'app' })
  const waited = call(socketPath, 'POST', '/containers/app/wait')
  await simulator.until(() => simulator.engine.events.subscribers === 1)
  await simulator.crashContainer('app', 7)
  expect((await waited).json).toEqual({ StatusCode: 7 })
})

test('a container that asked for it is removed when it ends', async () => {
  await using scene = await started()
  const { simulator } = scene
  simulator.run({ name: 'helper', autoRemove: true })
  await simulator.stopContainer('helper')
  expect(() => simulator.container('helper')).toThrow('No such container: helper')
})

test('getent and nslookup answer by the embedded DNS, and not on the default bridge', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  simulator.createNetwork('net')
  simulator.run({ name: 'db', networkMode: 'net', networks: { net: { aliases: ['supabase-db'] } } })
  simulator.run({ name: 'app' })
  simulator.run({ name: 'peer' })
  const getent = async (name: string) => {
    const created = await call(socketPath, 'POST', '/containers/app/exec', { Cmd: ['getent', 'hosts', name] })
    const id = String(Object.values(created.json ?? {})[0])
    await call(socketPath, 'POST', `/exec/${id}/start`, { Detach: true })
    const seen = await call(socketPath, 'GET', `/exec/${id}/json`)
    return Object(seen.json).ExitCode
  }
  expect(await getent('supabase-db')).toBe(2)
  expect(await getent('peer')).toBe(2)
  await simulator.connect('net', 'app')
  expect(await getent('supabase-db')).toBe(0)
  expect(await getent('peer')).toBe(2)
})
