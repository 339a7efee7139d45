// Which API version is spoken with which engine.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commonVersion, isNewerThanTested, knowsGatewayPriority, NEWEST_TESTED } from '../../src/docker/api-version.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { startSimulator } from '../support/simulator/simulator.ts'
import { until } from '../support/until.ts'

const HOST = 'unix:///s'

test.for([
  ['1.41', '1.12', '1.41'],
  ['1.45', '1.24', '1.45'],
  ['1.51', '1.24', '1.51'],
  ['1.52', '1.44', '1.52'],
  // Newer than we are, and still ready to speak ours.
  ['1.60', '1.44', '1.52'],
  ['2.0', '1.52', '1.52'],
  // 1.9 is older than 1.41.
  ['1.41', '1.9', '1.41'],
  ['1.44', undefined, '1.44'],
] as const)('an engine that speaks %s, and %s at least, is spoken to in %s', ([newest, oldest, spoken]) => {
  expect(commonVersion(newest, oldest, HOST)).toBe(spoken)
})

test.for([
  ['20.10.24+dfsg1', false],
  ['28.5.2', false],
  ['28.5.9', false],
  ['28.6.0', true],
  ['29.7.2', true],
  ['100.0.1', true],
  ['', false],
  ['dev', false],
] as const)('Docker %s is newer than what was tested: %s', ([version, newer]) => {
  expect(isNewerThanTested(version)).toBe(newer)
})

test('the newest that was tested is the newest of docs/engines.md', () => {
  const page = readFileSync(new URL('../../docs/engines.md', import.meta.url), 'utf8')
  const tested = [...page.matchAll(/^\| Docker (\d+\.\d+)\.\d+ \|/gm)].map(([, version = '']) => version)
  expect(tested).toContain(NEWEST_TESTED)
  expect(tested.filter(version => isNewerThanTested(`${version}.0`))).toEqual([])
})

test.for([
  [
    '1.40',
    '1.12',
    'the engine at unix:///s speaks API 1.40; netheal needs 1.41 (Docker 20.10) or later',
    'update Docker',
  ],
  [
    '1.9',
    undefined,
    'the engine at unix:///s speaks API 1.9; netheal needs 1.41 (Docker 20.10) or later',
    'update Docker',
  ],
  [
    '1.60',
    '1.53',
    'the engine at unix:///s speaks API 1.53 and later; this netheal speaks 1.41 to 1.52',
    'update netheal',
  ],
] as const)('%s, %s at least, is refused', ([newest, oldest, message, hint]) => {
  expect(() => commonVersion(newest, oldest, HOST)).toThrow(
    expect.objectContaining({ code: 'engine-too-old', message, hint }),
  )
})

test.for([undefined, null, 1.41, '', 'v1.41', '1.41.2', {}])('%j is no engine’s answer', version => {
  expect(() => commonVersion(version, undefined, HOST)).toThrow(
    expect.objectContaining({
      code: 'engine-unreachable',
      message: 'what answers at unix:///s is not a Docker engine',
    }),
  )
})

test('priorities of gateways came with 1.48', () => {
  expect(['1.41', '1.47', '1.48', '1.52'].map(knowsGatewayPriority)).toEqual([false, false, true, true])
})

test.for([
  ['20.10', undefined, '1.41'],
  ['26', undefined, '1.45'],
  ['28', undefined, '1.51'],
  ['28', '1.52', '1.52'],
  ['28', '1.60', '1.52'],
] as const)(
  'with engine %s (%s) it agrees on %s, and looks and follows in it',
  async ([generation, apiVersion, spoken]) => {
    const folder = mkdtempSync(join(tmpdir(), 'netheal-api-'))
    const options = { socketPath: join(folder, 's'), generation, ...(apiVersion === undefined ? {} : { apiVersion }) }
    await using simulator = await startSimulator(options)
    using engine = openEngine({ host: `unix://${options.socketPath}`, tls: null, timeout: 20_000 })
    const over = new AbortController()
    expect(await engine.greet(over.signal)).toMatchObject({ apiVersion: spoken })
    simulator.createNetwork('stack')
    simulator.run({ name: 'web', networkMode: 'stack' })
    const world = await engine.lookAll(over.signal)
    expect(world.containers.map(c => c.name)).toEqual(['web'])
    expect(world.gatewayPriority).toBe(generation === '28')
    const heard: string[] = []
    const { ended } = await engine.events(
      Date.now(),
      event => heard.push(`${event.kind} ${event.action} ${event.name}`),
      over.signal,
    )
    await simulator.until(() => simulator.streams.open === 1)
    await simulator.removeContainer('web')
    await until(() => heard.includes('container destroy web'), { what: 'the event' })
    over.abort()
    await ended
    rmSync(folder, { recursive: true, force: true })
  },
)

test('an engine older than 20.10 is refused before anything is asked of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-api-'))
  await using simulator = await startSimulator({
    socketPath: join(folder, 's'),
    generation: '20.10',
    apiVersion: '1.40',
  })
  using engine = openEngine({ host: `unix://${folder}/s`, tls: null, timeout: 20_000 })
  await expect(engine.lookAll(new AbortController().signal)).rejects.toMatchObject({ code: 'engine-too-old' })
  expect(simulator.calls.byRoute).toEqual({ 'GET /version': 1 })
  rmSync(folder, { recursive: true, force: true })
})

test('it agrees once, and anew when the engine may be another one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-api-'))
  await using simulator = await startSimulator({ socketPath: join(folder, 's'), generation: '28' })
  using engine = openEngine({ host: `unix://${folder}/s`, tls: null, timeout: 20_000 })
  const { signal } = new AbortController()
  for (let n = 0; n < 3; n += 1) await engine.lookAll(signal)
  expect(simulator.calls.count('GET /version')).toBe(1)
  engine.forget()
  await engine.lookAll(signal)
  expect(simulator.calls.count('GET /version')).toBe(2)
  rmSync(folder, { recursive: true, force: true })
})
