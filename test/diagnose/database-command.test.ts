/** Probes of the operator's own, in real containers; which container is asked; and who may not ask. */
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { database } from '../../src/diagnose/database/database.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import type { CommandProbe } from '../../src/diagnose/rules/probe.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { StubEngine } from '../docker/stub-engine.ts'
import { describeReal, realEngine, sandbox } from '../support/real-engine.ts'

const { signal } = new AbortController()

const PROBE: CommandProbe = {
  ...{ kind: 'command', name: 'alembic', container: 'app', command: ['true'], expect: null },
  ...{ timeout: 40_000, remedy: 'alembic upgrade head' },
}

async function ask(
  probe: Partial<CommandProbe>,
  { host = `unix://${realEngine().socketPath}`, timeout = 60_000 } = {},
): Promise<Finding> {
  using engine = openEngine({ host, tls: null, timeout })
  const world = await engine.lookAll(signal)
  const context = { look: { world }, engineError: null, engine, probes: [{ ...PROBE, ...probe }], migrations: null }
  const findings = await database(context, signal)
  expect(findings).toHaveLength(1)
  return findings[0] as Finding
}

describeReal('a command in a container', () => {
  test.for([
    [{ command: ['true'], expect: null }, 'probe-passed', 'well', 'alembic: exit code 0'],
    [{ command: ['echo', ' 4711 (head) '], expect: '4711 (head)' }, 'probe-passed', 'well', 'alembic: 4711 (head)'],
    [{ command: ['echo', '1234'], expect: '4711 (head)' }, 'probe-failed', 'wrong', 'answers 1234, not 4711 (head)'],
    [{ command: ['true'], expect: 'head' }, 'probe-failed', 'wrong', 'answers nothing, not head'],
    [{ command: ['sh', '-c', 'echo head; exit 3'], expect: 'head' }, 'probe-failed', 'wrong', 'exited with code 3'],
    [{ command: ['no-such-program'] }, 'probe-unanswered', 'unseen', 'has no no-such-program'],
  ] as const)('a command in a container, %j: %s', async ([probe, code, verdict, words]) => {
    await using box = sandbox()
    const container = await box.container('app')
    const found = await ask({ ...probe, container: container.name })
    expect(found).toMatchObject({ topic: 'database', subject: 'alembic', code, verdict })
    expect(found.summary).toContain(words)
    if (verdict === 'wrong') expect(found.remedy).toEqual(['alembic upgrade head'])
  })

  test('a command in a container takes its arguments as they are: no shell reads them', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    const expected = '$(id) `id` ; echo *'
    expect((await ask({ container: container.name, command: ['echo', expected], expect: expected })).code).toBe(
      'probe-passed',
    )
  })

  test('a command in a container that does not end is given up', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    const found = await ask({ container: container.name, command: ['sleep', '600'], timeout: 1_000 })
    expect(found).toMatchObject({ code: 'probe-timeout', verdict: 'wrong', remedy: ['alembic upgrade head'] })
    expect(found.summary).toBe('alembic gave no answer within 1 s')
  })

  test('a command in a container that the engine gives up first says whose deadline it was', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    const found = await ask({ container: container.name, command: ['sleep', '600'] }, { timeout: 3_000 })
    expect(found).toMatchObject({ code: 'probe-timeout', verdict: 'unseen' })
    expect(found.remedy.join()).toContain('docker.timeout')
  })

  test('a command in a container that says a lot shows little of it', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    const found = await ask({
      container: container.name,
      command: ['sh', '-c', 'yes password | head -c 9000000; exit 1'],
    })
    expect(found.code).toBe('probe-failed')
    expect(found.evidence).toHaveLength(5)
  })
})

describeReal('the container of a probe', () => {
  test('the container of a probe is not there', async () => {
    const found = await ask({ container: 'nobody-has-this-name' })
    expect(found).toMatchObject({ code: 'probe-container-missing', verdict: 'wrong' })
    expect(found.summary).toContain('no container matches nobody-has-this-name')
  })

  test('the container of a probe is stopped', async () => {
    await using box = sandbox()
    const container = await box.container('app', { start: false })
    const found = await ask({ container: container.name })
    expect(found).toMatchObject({ code: 'probe-container-stopped', verdict: 'wrong' })
    expect(found.summary).toContain('is created, not running')
  })

  test('the container of a probe is paused', async () => {
    await using box = sandbox()
    const container = await box.container('app')
    await container.handle.pause()
    const found = await ask({ container: container.name })
    await container.handle.unpause()
    expect(found).toMatchObject({ code: 'probe-container-stopped', remedy: [`docker unpause ${container.name}`] })
  })

  test('the container of a probe is one of two that run', async () => {
    await using box = sandbox()
    const label = { probe: box.suffix }
    await box.container('app', { labels: label })
    await box.container('app', { labels: label })
    const found = await ask({ container: { label } })
    expect(found).toMatchObject({ code: 'probe-container-ambiguous', verdict: 'unseen' })
    expect(found.evidence).toHaveLength(2)
  })

  test('the container of a probe is the one that runs, beside one that was left over', async () => {
    await using box = sandbox()
    const label = { probe: box.suffix }
    await box.container('app', { labels: label })
    await box.container('app', { labels: label, start: false })
    expect((await ask({ container: { label } })).code).toBe('probe-passed')
  })
})

describe('who may not ask', () => {
  const listed = [
    {
      Id: 'a'.repeat(64),
      Names: ['/app'],
      Image: 'app',
      State: 'running',
      Created: 1,
      Labels: {},
      HostConfig: { NetworkMode: 'bridge' },
    },
  ]

  test('a probe that may not ask: a proxy that denies exec', async () => {
    await using stub = await StubEngine.open((path, _request, response) => {
      if (path.startsWith('/containers/json')) return void response.end(JSON.stringify(listed))
      if (path.startsWith('/networks')) return void response.end('[]')
      response.writeHead(403, { 'Content-Type': 'text/html' }).end('<html><body><h1>403 Forbidden</h1></body></html>')
    })
    const found = await ask({}, { host: stub.host })
    expect(found).toMatchObject({ code: 'probe-unanswered', verdict: 'unseen' })
    expect(found.summary).toMatch(
      /alembic could not be queried: exec: denied by the proxy .*POST \/containers\/\{id\}\/exec/,
    )
  })

  test('a probe that may not ask: a container that was removed in the meantime', async () => {
    await using stub = await StubEngine.open((path, _request, response) => {
      if (path.startsWith('/containers/json')) return void response.end(JSON.stringify(listed))
      if (path.startsWith('/networks')) return void response.end('[]')
      response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"message":"No such container: app"}')
    })
    expect(await ask({}, { host: stub.host })).toMatchObject({ code: 'probe-unanswered', verdict: 'unseen' })
  })

  test('a probe that may not ask: no engine, or one that is too old', async () => {
    using engine = openEngine({ host: 'unix:///nonexistent/docker.sock', tls: null, timeout: 1_000 })
    const engineError = new NethealError('engine-too-old', 'API 1.40 is too old')
    const context = { look: null, engineError, engine, probes: [PROBE, { ...PROBE, name: 'b' }], migrations: null }
    const [found, ...rest] = await database(context, signal)
    expect(rest).toEqual([])
    expect(found).toMatchObject({ code: 'database-unseen', verdict: 'unseen', evidence: ['alembic', 'b'] })
    expect(found?.summary).toBe('2 probes were not queried: API 1.40 is too old')
  })

  test('a probe that may not ask: nobody asked', async () => {
    using engine = openEngine({ host: 'unix:///nonexistent/docker.sock', tls: null, timeout: 1_000 })
    const context = { look: null, engineError: null, engine, probes: [], migrations: null }
    expect(await database(context, signal)).toMatchObject([{ code: 'database-unconfigured', verdict: 'note' }])
  })
})
