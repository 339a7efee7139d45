// What can be wrong with an event stream, each tested to happen.
import { expect, test } from 'vitest'
import { Listening } from './client.ts'
import { started } from './started.ts'

test('a cut event stream has an orderly end, and a new one works', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  using first = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.createNetwork('before')
  simulator.streams.cut()
  await first.until(() => first.ended !== 'open')
  expect(first.ended).toBe('eof')
  expect(first.actions).toEqual(['create'])
  using second = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.createNetwork('after')
  await second.until(() => second.actions.length === 1)
  expect(simulator.streams.opened).toBe(2)
})

test('an event stream that is cut abruptly breaks', async () => {
  await using scene = await started()
  using stream = await Listening.open(scene.socketPath)
  await scene.simulator.until(() => scene.simulator.streams.open === 1)
  scene.simulator.streams.cut('abrupt')
  await stream.until(() => stream.ended === 'broken')
})

test('a half-open event stream stays open and says nothing any more; one that is opened later does', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  using silent = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.streams.halfOpen()
  using loud = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 2)
  simulator.createNetwork('net')
  await loud.until(() => loud.actions.length === 1)
  expect(silent.ended).toBe('open')
  expect(silent.text).toBe('')
})

test('garbage in an event stream: binary, no JSON, empty lines, a very long line, and half a line that spoils the next one', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  for (const kind of ['binary', 'not-json', 'empty-lines', 'long-line'] as const) simulator.streams.garbage(kind)
  simulator.createNetwork('whole')
  await stream.until(() => stream.text.includes('"whole"'))
  expect(Buffer.concat(stream.chunks).includes(Buffer.from([0x00, 0xff, 0xfe]))).toBe(true)
  expect(stream.text).toContain('502 Bad Gateway')
  expect(Math.max(...stream.text.split('\n').map(line => line.length))).toBeGreaterThan(4_000_000)
  simulator.streams.garbage('half-line')
  simulator.createNetwork('spoilt')
  simulator.createNetwork('fine')
  await stream.until(() => stream.text.includes('"fine"'))
  const lines = stream.text.split('\n')
  expect(() => JSON.parse(lines.find(line => line.includes('"spoilt"')) ?? '')).toThrow()
  expect(() => JSON.parse(lines.find(line => line.includes('"fine"')) ?? '')).not.toThrow()
})

test('an event stream in pieces: chunks end inside lines and inside characters, and together they are whole', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.streams.fragment(3)
  simulator.createContainer({ name: 'app', labels: { stadt: 'Köln — 東京' } })
  await stream.until(() => stream.text.endsWith('\n'))
  expect(stream.text).toContain('Köln — 東京')
  expect(stream.chunks.length).toBeGreaterThan(50)
  expect(stream.chunks.some(chunk => chunk.toString().includes('\ufffd'))).toBe(true)
})

test('a frozen engine answers nothing and tells nothing; thawed, it does all that waited', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  using stream = await Listening.open(socketPath)
  await simulator.until(() => simulator.streams.open === 1)
  simulator.freeze()
  simulator.createNetwork('net')
  const before = simulator.calls.total
  const waiting = Listening.open(socketPath)
  await simulator.until(() => simulator.connections === 2)
  expect(simulator.calls.total).toBe(before)
  expect(stream.text).toBe('')
  simulator.thaw()
  await stream.until(() => stream.actions.length === 1)
  using second = await waiting
  expect(second.ended).toBe('open')
})

test('`since` replays the last 256 events and no more', async () => {
  await using scene = await started()
  const { simulator, socketPath } = scene
  for (let n = 0; n < 300; n += 1) simulator.createNetwork(`net-${n}`)
  using stream = await Listening.open(socketPath, '?since=0&until=9999999999')
  await stream.until(() => stream.text.includes('"net-299"'))
  expect(stream.actions).toHaveLength(256)
  expect(stream.text).not.toContain('"net-43"')
})
