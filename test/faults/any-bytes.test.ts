// Whatever bytes come where netheal reads (the event stream, an engine's answers, its own files): an answer or a clear
// error, never a crash. Config, state, single log lines and container logs have the same test where they are tested.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NethealError } from '../../src/core/errors.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { readEvents } from '../../src/docker/events.ts'
import { NO_WIRE } from '../../src/heal/examine.ts'
import { openNotebook } from '../../src/heal/notebook.ts'
import { pass } from '../../src/heal/pass.ts'
import type { PassDeps } from '../../src/heal/pass-deps.ts'
import type { Engine, EngineEvent } from '../../src/heal/ports.ts'
import { openRecorder } from '../../src/heal/recorder.ts'
import { relevanceFilter } from '../../src/heal/relevance.ts'
import { readActionLog } from '../../src/history/log-reader.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { LOCK_FILE, readLock } from '../../src/record/lock-holder.ts'
import { openPause } from '../../src/record/pause.ts'
import { answerWith, StubEngine } from '../docker/stub-engine.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { HeartbeatInMemory, JournalInMemory, LogInMemory, PauseInMemory, StateInMemory } from '../heal/records.ts'
import { APP, DATABASE, NETWORK, ruleFor, WORKER } from '../heal/rig.ts'
import { freshFolder } from '../record/folder.ts'

/** What Docker says, where it says it, and what it never says. */
const keys = fc.constantFrom(
  ...['Type', 'Action', 'Actor', 'ID', 'Id', 'Attributes', 'container', 'name', 'Name', 'Names', 'State', 'Status'],
  ...['HostConfig', 'NetworkMode', 'NetworkSettings', 'Networks', 'NetworkID', 'EndpointID', 'Aliases', 'Labels'],
  ...['Config', 'Image', 'Created', 'StartedAt', 'RestartCount', 'message', '__proto__', NETWORK],
)
const words = fc.constantFrom(
  ...['container', 'network', 'connect', 'start', 'running', 'created', APP, `/${WORKER}`, DATABASE, NETWORK],
  ...['', '\u0000\u001b[2J', '2026-11-24T10:17:40Z', 'host', 'a'.repeat(64)],
)
const { near } = fc.letrec(tie => ({
  near: fc.oneof(
    { depthSize: 'medium' },
    words,
    fc.constantFrom(null, true, 0, -1, 1e300),
    fc.array(tie('near'), { maxLength: 3 }),
    fc.dictionary(keys, tie('near'), { maxKeys: 6 }),
  ),
}))

describe('the event stream', () => {
  /** What came of these bytes, in pieces of so many. */
  async function reading(bytes: Uint8Array, piece: number): Promise<readonly EngineEvent[]> {
    const stream = new PassThrough()
    const events: EngineEvent[] = []
    const { ended } = readEvents(stream, event => events.push(event), 'unix:///s')
    for (let at = 0; at < bytes.length && !stream.destroyed; at += piece) stream.write(bytes.subarray(at, at + piece))
    stream.end()
    const problem = await ended
    expect(problem === null || problem instanceof NethealError).toBe(true)
    return events
  }

  test('the event stream: any bytes, in any pieces', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(near, { maxLength: 5 }).map(lines => Buffer.from(lines.map(l => `${JSON.stringify(l)}\n`).join(''))),
      fc.json().map(text => Buffer.from(`${text}\n`)),
    )
    const filter = relevanceFilter([ruleFor(), ruleFor({ network: { of: DATABASE } })])
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 40 }), async (content, piece) => {
        for (const event of await reading(content, piece)) filter.of(event, null)
      }),
      { numRuns: 300 },
    )
  })

  test('the event stream: an event is the same event, whatever pieces it comes in', async () => {
    const event = { Type: 'network', Action: 'connect', Actor: { ID: 'größe', Attributes: { name: '\u{1f600}' } } }
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`.repeat(3))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: bytes.length }), async piece => {
        expect((await reading(bytes, piece)).map(e => e.name)).toEqual(Array(3).fill('\u{1f600}'))
      }),
    )
  })
})

describe('an engine that answers anything', () => {
  const loop = { detaches: 3, within: 900_000, clearAfter: 900_000 }
  const rules = [ruleFor({ containers: [APP, WORKER, '*'] }), ruleFor({ network: { of: DATABASE } })]
  const settings = { rules, loop, mode: 'daemon', pid: 1, seesStarts: true, prove: null } as const

  /** `ok`: the pass ended well. Any error but a NethealError is thrown. */
  async function passOf(engine: Engine, full: boolean): Promise<'ok' | 'told'> {
    const scope = full ? ({ kind: 'full' } as const) : ({ kind: 'containers', ids: new Set(['c1']) } as const)
    try {
      await pass(depsFor(engine), settings, scope, new AbortController().signal)
      return 'ok'
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      expect(error.message).not.toBe('')
      return 'told'
    }
  }

  test('an engine that answers anything: whatever it is: a pass, or an error that says so', async () => {
    let answer: { readonly body: unknown; readonly raw: Buffer | null; readonly status: number } | null = null
    await using stub = await StubEngine.open((_path, _request, response) => {
      if (answer?.raw == null) answerWith(response, answer?.body ?? null, answer?.status ?? 200)
      else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.raw)
    })
    using engine = openEngine({ host: stub.host, tls: null, timeout: 10_000 })
    // What has no text, where a text is made of it.
    const noText = fc.constantFrom<unknown>({ toString: 1 }, { message: { toString: '' } }, [[{ toString: null }]])
    const anyAnswer = fc.record({
      body: fc.oneof(fc.array(near, { maxLength: 3 }), near, fc.jsonValue(), noText),
      raw: fc.option(
        fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes)),
        { freq: 4 },
      ),
      status: fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 404, 500, 503),
    })
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.boolean(), async (any, full) => {
        answer = any
        await passOf(engine, full)
      }),
      { numRuns: 300 },
    )
  })

  test('an engine that answers anything: what is nearly right, with anything in the place of some of it', async () => {
    const answers = new Map<string, unknown>()
    await using stub = await StubEngine.open((path, request, response) => {
      if (request.method === 'POST') answerWith(response, answers.get('POST') ?? null)
      else if (path.startsWith('/networks')) answerWith(response, answers.get('networks'))
      else if (path.startsWith('/containers/json')) answerWith(response, answers.get('containers'))
      else answerWith(response, answers.get('inspect'))
    })
    using engine = openEngine({ host: stub.host, tls: null, timeout: 10_000 })
    const spoiled = (right: object) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(right) },
        { weight: 1, arbitrary: fc.dictionary(keys, near, { maxKeys: 2 }).map(wrong => ({ ...right, ...wrong })) },
      )
    const endpoint = { NetworkID: '', EndpointID: '', Aliases: null }
    const listed = { Id: 'c1', Names: [`/${APP}`], State: 'running', HostConfig: { NetworkMode: 'coolify' } }
    const inspected = {
      ...{ Id: 'c1', Name: `/${APP}`, State: { Status: 'running' }, Config: { Image: 'app', Labels: {} } },
      ...{ HostConfig: { NetworkMode: 'coolify' }, NetworkSettings: { Networks: { [NETWORK]: endpoint } } },
    }
    const world = fc.record({
      containers: fc.array(spoiled(listed), { maxLength: 3 }),
      networks: fc.array(spoiled({ Id: 'n1', Name: NETWORK, Driver: 'bridge' }), { maxLength: 3 }),
      inspect: spoiled(inspected),
      POST: near,
    })
    let well = 0
    await fc.assert(
      fc.asyncProperty(world, fc.boolean(), async (any, full) => {
        for (const [key, value] of Object.entries(any)) answers.set(key, value)
        if ((await passOf(engine, full)) === 'ok') well += 1
      }),
      { numRuns: 300 },
    )
    // It must be near enough to get far.
    expect(well).toBeGreaterThan(50)
  })
})

/** One healer with an empty state, and nothing on disk. */
function depsFor(engine: PassDeps['engine']): PassDeps {
  const notebook = openNotebook(EMPTY_STATE)
  const journal = new JournalInMemory()
  return {
    engine,
    wire: NO_WIRE,
    past: null,
    journal,
    notebook,
    clock: new ManualClock(),
    counter: { finished: () => undefined, failed: () => undefined },
    heartbeat: new HeartbeatInMemory(),
    pause: new PauseInMemory(),
    recorder: openRecorder(new LogInMemory(), new StateInMemory(), notebook, journal),
    random: () => 0.5,
  }
}

describe('files', () => {
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map(bytes => Buffer.from(bytes)),
    fc.json().map(text => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom('[2025-12-29 14:32:01 UTC] ', 'FIXING: a not attached to b', '\n', '{"kind":"', '\u0000', 'é'),
      )
      .map(parts => Buffer.from(parts.join(''))),
  )

  test('files of any bytes: the action log, plain and compressed', async () => {
    await using folder = freshFolder()
    const plain = join(folder.path, 'actions.1.log')
    const packed = join(folder.path, 'actions.1.log-20251229.gz')
    await fc.assert(
      fc.asyncProperty(anyFile, anyFile, fc.boolean(), async (one, two, whole) => {
        writeFileSync(plain, one)
        writeFileSync(packed, whole ? gzipSync(two) : two)
        const { entries, unreadable, found } = await readActionLog(folder.path, { since: null, until: null })
        expect(found).toBe(true)
        // What is no entry is counted, or its file is named.
        if (entries.length === 0 && one.some(byte => byte !== 10 && byte !== 13) && !isQuiet(one))
          expect(unreadable.lines).toBeGreaterThan(0)
        if (!whole && two.length > 0) expect(unreadable.files.map(f => f.name)).toContain('actions.1.log-20251229.gz')
      }),
    )
  })

  test('files of any bytes: the pause: no pause, or one that ends', async () => {
    await using folder = freshFolder()
    const now = Date.UTC(2025, 11, 29)
    const like = fc.record({ until: fc.oneof(fc.double(), fc.constant(null)), reason: fc.option(fc.string()) })
    const content = fc.oneof(
      anyFile,
      like.map(value => Buffer.from(JSON.stringify(value))),
    )
    await fc.assert(
      fc.asyncProperty(content, async bytes => {
        writeFileSync(join(folder.path, 'pause.json'), bytes)
        const until = await openPause({ directory: folder.path }).until(now)
        if (until !== null) expect(until - now).toBeLessThanOrEqual(7 * 86_400_000)
      }),
    )
  })

  test('files of any bytes: the lock: whatever is in it, it is not held by anybody', async () => {
    await using folder = freshFolder()
    await fc.assert(
      fc.asyncProperty(anyFile, async bytes => {
        writeFileSync(join(folder.path, LOCK_FILE), bytes)
        expect(readLock({ directory: folder.path }).kind).not.toBe('held')
        const lock = await acquireLock({ directory: folder.path, mode: 'once', pid: process.pid, now: Date.now() })
        expect(lock.kind).not.toBe('taken')
        if (lock.kind !== 'taken') await lock[Symbol.asyncDispose]()
      }),
      { numRuns: 50 },
    )
  })
})

/** A line of the old script that says that nothing was wrong is no entry, and nothing to complain of. */
function isQuiet(bytes: Buffer): boolean {
  return bytes
    .toString()
    .split('\n')
    .every(line => line.trim() === '' || /^\[[\d-]+ [\d:]+ UTC\] (OK|DEGRADED|=)/.test(line))
}
