// The engine as diagnosing sees it: a container whole, its log in bounds, and what the engine remembers of events.
import { mkdtempSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LogEnd, LogLine, LogOptions } from '../../src/diagnose/ports.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { nanoseconds } from '../../src/docker/seconds.ts'
import type { Generation } from '../support/simulator/generations.ts'
import { type Simulator, startSimulator } from '../support/simulator/simulator.ts'
import { answerWith, StubEngine } from './stub-engine.ts'

const { signal } = new AbortController()
const MOST: LogOptions = { since: null, longestLine: 1000, limit: 1_000_000 }

type Opened = ReturnType<typeof openEngine>

interface Stage extends AsyncDisposable {
  readonly simulator: Simulator
  readonly engine: Opened
}

async function stage(generation: Generation = '28', apiVersion?: string): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-inspector-'))
  const socketPath = join(folder, 's')
  const simulator = await startSimulator({
    socketPath,
    generation,
    ...(apiVersion === undefined ? {} : { apiVersion }),
  })
  const engine = openEngine({ host: `unix://${socketPath}`, tls: null, timeout: 20_000 })
  return {
    simulator,
    engine,
    async [Symbol.asyncDispose]() {
      engine[Symbol.dispose]()
      await simulator[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function logOf(engine: Opened, id: string, options = MOST): Promise<LogEnd & { readonly lines: LogLine[] }> {
  const lines: LogLine[] = []
  return { ...(await engine.log(id, options, line => lines.push(line), signal)), lines }
}

describe.for([
  ['20.10', undefined],
  ['26', undefined],
  ['28', undefined],
  ['28', '1.52'],
] as const)('engine %s, API %s', ([generation, apiVersion]) => {
  test('the inspector reads a container, whole', async () => {
    await using scene = await stage(generation, apiVersion)
    const { simulator, engine } = scene
    simulator.createNetwork('stack')
    const { id } = simulator.run({
      name: 'web',
      image: 'app:1',
      command: ['uvicorn', 'app.main:app', '--workers', '2'],
      networkMode: 'stack',
      labels: { tier: 'app' },
      restart: 'always',
    })
    const address = simulator.entry('web', 'stack')?.address ?? ''
    expect(await engine.details('web', signal)).toEqual({
      id,
      name: 'web',
      image: 'app:1',
      imageId: expect.stringMatching(/^sha256:/),
      createdAt: expect.any(Number),
      startedAt: expect.any(Number),
      finishedAt: null,
      status: 'running',
      running: true,
      exitCode: 0,
      error: '',
      missingNetwork: null,
      oomKilled: false,
      restartCount: 0,
      restartPolicy: 'always',
      labels: { tier: 'app' },
      argv: ['uvicorn', 'app.main:app', '--workers', '2'],
      logDriver: 'json-file',
      health: null,
      addresses: { stack: address },
    })
    await simulator.stopContainer('web')
    expect(await engine.details(id, signal)).toMatchObject({
      running: false,
      status: 'exited',
      exitCode: 143,
      finishedAt: expect.any(Number),
      addresses: {},
    })
    expect(await engine.details('nobody', signal)).toBeNull()
  })

  test('the inspector reads a log, of both streams, and of a terminal', async () => {
    await using scene = await stage(generation, apiVersion)
    const { simulator, engine } = scene
    for (const tty of [false, true]) {
      const name = `web-${tty}`
      simulator.run({ name, tty })
      simulator.log(name, 'one')
      simulator.log(name, 'two \u{1f600}', tty ? 'stdout' : 'stderr')
      const { end, lines } = await logOf(engine, name)
      expect(end).toBe('whole')
      expect(lines.map(l => l.text)).toEqual(['one', 'two \u{1f600}'])
      expect(await logOf(engine, name, { ...MOST, since: (lines[1]?.at ?? 0) + 60_000 })).toMatchObject({ lines: [] })
    }
  })

  test('the inspector reads what is remembered of events: what lies between, with times', async () => {
    await using scene = await stage(generation, apiVersion)
    const { simulator, engine } = scene
    const before = Date.now()
    const { id } = simulator.run({ name: 'web' })
    await simulator.stopContainer('web')
    const after = Date.now() + 1000
    const past = await engine.replay(before, after, signal)
    const own = past.filter(({ event }) => event.kind === 'container' && event.id === id)
    expect(own.map(({ event }) => event.action).sort()).toEqual(['create', 'die', 'kill', 'start', 'stop'])
    expect(own.find(({ event }) => event.action === 'kill')?.event).toMatchObject({ labels: { signal: '15' } })
    expect(own.find(({ event }) => event.action === 'die')?.event).toMatchObject({ labels: { exitCode: '143' } })
    const times = past.map(({ at }) => at)
    expect(times.every(at => at >= before - 1 && at <= after)).toBe(true)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(await engine.replay(0, before - 60_000, signal)).toEqual([])
  })
})

test('the inspector and the engine ask for the version once, on the same connections', async () => {
  await using stub = await StubEngine.open((path, _request, response) =>
    answerWith(response, path.startsWith('/containers/web') ? { Id: 'a', State: {}, Name: '/web' } : []),
  )
  using engine = openEngine({ host: stub.host, tls: null, timeout: 20_000 })
  await engine.greet(signal)
  await engine.details('web', signal)
  await engine.lookAll(signal)
  expect(stub.count('GET /version')).toBe(1)
  engine.forget()
  await engine.details('web', signal)
  expect(stub.count('GET /version')).toBe(2)
})

/** An engine whose logs are what a test writes; `asked` are the queries. */
async function logging(write: (response: ServerResponse, query: URLSearchParams) => void, timeout = 20_000) {
  const asked: URLSearchParams[] = []
  const stub = await StubEngine.open((path, _request, response) => {
    const query = new URLSearchParams(path.split('?')[1])
    asked.push(query)
    write(response, query)
  })
  const engine = openEngine({ host: stub.host, tls: null, timeout })
  return {
    engine,
    asked,
    async [Symbol.asyncDispose]() {
      engine[Symbol.dispose]()
      await stub[Symbol.asyncDispose]()
    },
  }
}

const line = (n: number, text = `line ${n}`) =>
  `2026-11-24T10:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.${String(n).padStart(9, '0')}Z ${text}\n`

describe('a long log', () => {
  test('a run is asked for among the newest lines of a long log first: the engine would read all from the beginning', async () => {
    await using scene = await logging(response => response.end(line(1) + line(2)))
    const { lines } = await logOf(scene.engine, 'web', { ...MOST, since: 1_795_515_461_097.5 })
    expect(lines.map(l => l.text)).toEqual(['line 1', 'line 2'])
    expect(scene.asked.map(q => q.get('tail'))).toEqual(['20000', '20000'])
    expect(scene.asked.map(q => q.get('since'))).toEqual(['1795515461.097500000', '1795515461.097500000'])
  })

  test('a run that is longer than the newest lines is read from where it begins', async () => {
    const many = Array.from({ length: 12_000 }, (_, n) => line(n)).join('')
    await using scene = await logging(response => response.end(many))
    const { lines, end } = await logOf(scene.engine, 'web', { ...MOST, since: 1000, limit: 10_000_000 })
    expect(lines).toHaveLength(12_000)
    expect(end).toBe('whole')
    expect(scene.asked.map(q => q.get('tail'))).toEqual(['20000', null])
  })

  test('beyond the limit only the newest lines of a long log follow, none of them twice', async () => {
    const all = Array.from({ length: 3000 }, (_, n) => line(n))
    await using scene = await logging((response, query) =>
      response.end(query.get('tail') === null ? all.join('') : all.slice(-10).join('')),
    )
    const { lines, end, bytes } = await logOf(scene.engine, 'web', { ...MOST, limit: 4000 })
    expect(end).toBe('limit')
    const numbers = lines.map(l => Number(l.text.split(' ')[1]))
    expect(numbers.slice(0, 3)).toEqual([0, 1, 2])
    expect(numbers.slice(-10)).toEqual([2990, 2991, 2992, 2993, 2994, 2995, 2996, 2997, 2998, 2999])
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(numbers.length).toBeLessThan(150)
    expect(bytes).toBeLessThan(5000)
    expect(scene.asked.map(q => q.get('tail'))).toEqual([null, '5000'])
  })

  test('a long log that does not come to its end in time is left there', async () => {
    await using scene = await logging((response, query) => {
      response.write(line(1))
      if (query.get('tail') !== null) response.end(line(2, 'newest'))
    }, 200)
    const { lines, end } = await logOf(scene.engine, 'web')
    expect(end).toBe('limit')
    expect(lines.map(l => l.text)).toEqual(['line 1', 'newest'])
  })

  test('a long log is not waited for when netheal stops', async () => {
    await using scene = await logging(response => void response.write(line(1)))
    const over = new AbortController()
    const asked = scene.engine.log('web', MOST, () => over.abort(), over.signal)
    // The last line is given once the next begins: end it from outside, too.
    setImmediate(() => over.abort())
    await expect(asked).rejects.toMatchObject({ code: 'engine-timeout' })
  })

  test('a long log that breaks off is an error, not a whole log', async () => {
    await using scene = await logging(response => {
      response.write(line(1))
      setImmediate(() => response.destroy())
    })
    await expect(logOf(scene.engine, 'web')).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringContaining('broke off'),
    })
  })
})

describe('a log that cannot be read', () => {
  test.for([
    [501, 'configured logging driver does not support reading'],
    [500, 'Unix syslog delivery error'],
  ] as const)('a log that cannot be read: %i %s', async ([status, message]) => {
    await using scene = await logging(response => answerWith(response, { message }, status))
    await expect(logOf(scene.engine, 'web')).rejects.toMatchObject({
      code: 'log-unreadable',
      message: `the log of web cannot be read: ${message} (HTTP ${status})`,
      hint: expect.stringContaining('logging driver'),
    })
  })

  test('a log that cannot be read: of a driver that keeps nothing', async () => {
    await using scene = await stage()
    scene.simulator.run({ name: 'web', logDriver: 'none' })
    await expect(logOf(scene.engine, 'web')).rejects.toMatchObject({ code: 'log-unreadable' })
  })

  test('a log that cannot be read: of nobody', async () => {
    await using scene = await stage()
    await expect(logOf(scene.engine, 'nobody')).rejects.toMatchObject({ code: 'unknown-container' })
  })

  test('a log that cannot be read: behind a proxy that denies it: which line of the allow-list it would be', async () => {
    await using scene = await logging(response => {
      response.writeHead(403, { 'Content-Type': 'text/html' })
      response.end('<html><body>Forbidden</body></html>')
    })
    await expect(logOf(scene.engine, 'web')).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('GET /containers/{id}/logs (the line "diagnose" of its allow-list)'),
    })
  })
})

test('an event’s time is read from its digits, not from what a number makes of them', async () => {
  await using stub = await StubEngine.open((_path, _request, response) => {
    const actor = `"Type":"container","Action":"start","Actor":{"ID":"a","Attributes":{"name":"\\"timeNano\\":1"}}`
    response.end(`{${actor},"time":1795516121,"timeNano":1795516121153067747}\n{${actor},"time":1795516122}\n`)
  })
  using engine = openEngine({ host: stub.host, tls: null, timeout: 20_000 })
  const past = await engine.replay(1_795_516_000_000.25, 1_795_516_200_000, signal)
  expect(past.map(({ at }) => at)).toEqual([expect.closeTo(1_795_516_121_153.067, 2), 1_795_516_122_000])
  expect(stub.calls.at(-1)).toContain('since=1795516000.00025&until=1795516200')
})

test('seconds with nine digits', () => {
  expect([0, 1, 1_795_515_461_097.5, 1_795_515_461_999.999].map(nanoseconds)).toEqual([
    '0.000000000',
    '0.001000000',
    '1795515461.097500000',
    expect.stringMatching(/^1795515461\.99999\d{4}$/),
  ])
})
