// What happens beside the passes, with the real daemon on a simulated engine and a real receiver: heals never wait for it, and
// a restart of the daemon loses nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Observer } from '../../src/cli/observers/observer.ts'
import { openObservers } from '../../src/cli/observers/observers.ts'
import type { NotifyTarget } from '../../src/config/config.ts'
import { EMPTY_TARGET } from '../../src/notify/rules/incident.ts'
import { NOTICE_KINDS } from '../../src/notify/rules/notice.ts'
import type { Crash } from '../../src/notify/rules/notice-words.ts'
import { NO_NOTICES } from '../../src/notify/rules/notices.ts'
import { NOTIFY_AFTER, NOTIFY_OF_ENGINE_AFTER } from '../../src/notify/rules/problem.ts'
import { type Healer, startHealer } from '../heal/healer.ts'
import { APP, DATABASE, NETWORK, Rig, type RigOptions, ruleFor, WORKER } from '../heal/rig.ts'
import { WebServer } from '../notify/web-server.ts'
import { freshFolder } from '../record/folder.ts'

interface Stage extends AsyncDisposable {
  readonly rig: Rig
  readonly web: WebServer
  readonly healer: Healer
  readonly observers: Observer
  /** Titles of what the receiver got, oldest first. */
  titles(): readonly unknown[]
  /** SIGTERM: the daemon and what is beside it end; what is saved is left. */
  stop(): Promise<Pick<RigOptions, 'state' | 'notices'>>
}

interface StageOptions extends RigOptions {
  readonly web?: WebServer
  readonly crash?: Crash
  readonly ping?: boolean
  readonly notify?: boolean
  readonly textfile?: string | null
  /** The names of the targets, each at a path of its name. */
  readonly targets?: readonly string[]
}

async function stage({
  crash,
  ping = false,
  notify = true,
  textfile = null,
  targets = ['json-1'],
  ...options
}: StageOptions = {}): Promise<Stage> {
  const rig = await Rig.open(options)
  const web = options.web ?? (await WebServer.open())
  const target = (name: string): NotifyTarget => ({
    name,
    on: NOTICE_KINDS,
    format: 'json',
    url: { kind: 'plain', value: `${web.origin}/PlantedHookPlanted/${name}` },
    token: { kind: 'env', name: 'TOKEN' },
  })
  const observers = await openObservers({
    config: {
      notify: notify ? targets.map(target) : [],
      heartbeat: { at: '00:00', pingUrl: ping ? { kind: 'plain', value: `${web.origin}/PlantedPingPlanted` } : null },
      metrics: { textfile },
      http: { url: null },
    },
    wired: rig,
    env: { TOKEN: 'PlantedTokenPlanted' },
    build: { version: '0.1.0', commit: 'test', runtime: 'Node v24.0.0' },
    journal: rig.journal,
    mode: 'daemon',
    crash: crash ?? null,
    written: () => true,
  })
  observers.started()
  const healer = await startHealer(rig, undefined, {
    onPass: result => observers.passed(result),
    onFailedPass: error => observers.failed(error),
    onFollowUp: (item, { resolutions }) => observers.followedUp(item, resolutions),
  })
  const end = async (): Promise<void> => {
    healer.stop()
    await healer.ended
    const ended = observers.end(healer.abortSignal)
    rig.clock.advance(10_000)
    await ended
    await rig.deps.recorder.save(true)
  }
  return {
    ...{ rig, web, healer, observers },
    titles: () => web.messages.map(m => m.title),
    async stop() {
      await end()
      return { state: rig.state.saved, notices: rig.state.savedNotices }
    },
    async [Symbol.asyncDispose]() {
      await healer[Symbol.asyncDispose]()
      const ended = observers.end(healer.abortSignal)
      rig.clock.advance(10_000)
      await ended
      await rig[Symbol.asyncDispose]()
      if (options.web === undefined) await web[Symbol.asyncDispose]()
    },
  }
}

async function lose({ rig }: Stage, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const healed = rig.log.of('success').length
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => rig.log.of('success').length > healed && rig.isAttached(), `heal ${i + 1}`)
  }
}

test('a loop arrives with the times and the cause that are remembered; heals go on while the receiver hangs', async () => {
  await using it = await stage()
  const { rig, web } = it
  web.replies.push('hang')
  await lose(it, 3)
  await web.got(1)
  // It hangs: nothing of it is done, and time does not go by.
  const before = rig.clock.now()
  await lose(it, 3)
  expect(rig.clock.now()).toBe(before)
  expect(web.received).toHaveLength(1)
  expect(rig.notices.value.outbox).toHaveLength(1)

  await rig.eventually(() => web.received.length === 2, 'the second try', 1_000)
  const [loop] = rig.notebook.state.loops
  const [first, second] = web.messages
  expect(second).toEqual(first)
  expect(first).toMatchObject({
    kind: 'loop',
    container: APP,
    network: NETWORK,
    since: new Date(loop?.since ?? 0).toISOString(),
    lines: expect.arrayContaining([
      expect.stringMatching(/^now: pms-backend is /),
      expect.stringContaining('attaches it again by itself each time'),
    ]),
  })
  await rig.eventually(() => rig.notices.value.outbox.length === 0, 'the end of the delivery')
  expect(rig.notices.value.targets['json-1']).toMatchObject({ delivered: 1 })
})

test('what is not delivered when the daemon ends is delivered by the next one', async () => {
  await using web = await WebServer.open()
  web.fallback = { status: 500 }
  let left: Pick<RigOptions, 'state' | 'notices'>
  {
    await using it = await stage({ web })
    await lose(it, 3)
    await web.got(1)
    await it.rig.eventually(() => it.rig.notices.value.outbox[0]?.attempts === 1, 'the note of the failure')
    left = await it.stop()
  }
  expect(left.notices?.outbox).toMatchObject([{ target: 'json-1', attempts: 1 }])
  web.fallback = { status: 200 }
  await using next = await stage({ web, ...left })
  await next.rig.eventually(() => next.rig.notices.value.outbox.length === 0, 'the delivery', 1_000)
  expect(web.messages[1]).toEqual(web.messages[0])
  // It is the same incident still: nothing is told anew.
  expect(web.received).toHaveLength(2)
})

test('an engine that is away makes one message after two minutes, and one when it is back', async () => {
  await using it = await stage({ rules: [ruleFor({ containers: [APP, WORKER] })] })
  const { rig, web } = it
  await rig.simulator.stop()
  const gone = rig.clock.now()
  // The schedule finds that out; no event does.
  rig.clock.tick()
  await rig.eventually(() => web.received.length === 1, 'the word that it is gone', 1_000)
  expect(rig.clock.now() - gone).toBeGreaterThanOrEqual(NOTIFY_OF_ENGINE_AFTER)
  await rig.simulator.start()
  await rig.eventually(() => web.received.length === 2, 'the word that it is back', 1_000)
  expect(it.titles()).toEqual([
    'the Docker engine cannot be reached: nothing on this host is healed',
    expect.stringMatching(/^over after .*: the Docker engine cannot be reached/),
  ])
})

test('an attach that the engine refuses: told once it lasts, with the words of the engine, and when it works', async () => {
  await using it = await stage()
  const { rig, web } = it
  const fault = rig.simulator.faults.fail({
    route: 'POST /networks/{id}/connect',
    status: 500,
    message: 'no available IPv4 addresses',
  })
  await rig.simulator.disconnect(NETWORK, APP)
  await rig.eventually(() => fault.hits > 0, 'the first try')
  const begun = rig.clock.now()
  await rig.eventually(() => web.received.length === 1, 'the message', 500)
  expect(rig.clock.now() - begun).toBeGreaterThanOrEqual(NOTIFY_AFTER - 1_000)
  expect(web.messages[0]).toMatchObject({ kind: 'failed', container: APP })
  expect(JSON.stringify(web.messages[0]?.lines)).toContain('no available IPv4 addresses')
  fault.clear()
  await rig.eventually(() => web.received.length === 2, 'the word that it is over', 1_000)
  expect(web.messages[1]).toMatchObject({
    kind: 'recovered',
    lines: expect.arrayContaining([expect.stringMatching(`^now: ${APP} is attached.*; it was off for `)]),
  })
})

test('a name that does not resolve is told by name, and that it does again', async () => {
  await using it = await stage({ rules: [ruleFor({ resolve: [DATABASE, 'nobody'] })] })
  const { rig, web } = it
  await rig.eventually(() => web.received.length === 1, 'the message', 1_000)
  expect(web.messages[0]).toMatchObject({
    kind: 'unresolved',
    title: `${APP} is attached to ${NETWORK}, but nobody does not resolve inside it`,
  })
  rig.simulator.run({
    name: 'nobody',
    networkMode: NETWORK,
    networks: { [NETWORK]: { aliases: ['nobody'] } },
    restart: 'no',
  })
  await rig.eventually(() => web.received.length === 2, 'the word that it is over', 1_000)
  expect(web.messages[1]).toMatchObject({ kind: 'recovered', incident: 'unresolved' })
})

test('a crash of the daemon before is told at the start', async () => {
  await using it = await stage({ crash: { pid: 1, since: 0, lastPassAt: null } })
  await it.web.got(1)
  expect(it.web.messages).toMatchObject([
    { kind: 'crashed', lines: expect.arrayContaining([expect.stringContaining('pid 1')]) },
  ])
})

describe('pings', () => {
  test('pings: started, then well; failed with the reason once that lasts', async () => {
    await using it = await stage({ ping: true, notify: false })
    const { rig, web } = it
    await web.got(2)
    rig.simulator.faults.fail({ route: 'POST /networks/{id}/connect', status: 500, message: 'no' })
    await rig.simulator.disconnect(NETWORK, APP)
    await rig.eventually(() => web.received.length >= 3, 'the failure', 500)
    expect(web.received.slice(0, 3).map(r => `${r.method} ${r.path} ${r.body}`)).toEqual([
      'GET /PlantedPingPlanted/start ',
      'GET /PlantedPingPlanted ',
      `POST /PlantedPingPlanted/fail ${APP} is not attached to ${NETWORK}`,
    ])
  })

  test('pings: hang, and heals go on', async () => {
    await using it = await stage({ ping: true, notify: false })
    it.web.fallback = 'hang'
    await lose(it, 5)
    expect(it.rig.isAttached()).toBe(true)
  })
})

test('no secret is ever in the journal, the log or the state', async () => {
  await using it = await stage({ ping: true })
  const { rig, web } = it
  web.fallback = ({ path, headers }) => ({ status: 404, body: `nothing at ${path} for ${headers.authorization}` })
  await lose(it, 3)
  await rig.eventually(() => rig.journal.count('notification refused, kept for a day') === 1, 'the refusal', 500)
  web.fallback = 'cut'
  await lose(it, 1)
  const state = await it.stop()
  expect(web.received.some(r => r.headers.authorization === 'Bearer PlantedTokenPlanted')).toBe(true)
  expect(JSON.stringify([rig.journal.lines, rig.log.entries, state])).not.toContain('Planted')
})

test('a target that refuses for good is a problem, is told through the other target, and both end with its repair', async () => {
  await using it = await stage({ targets: ['revoked', 'pager'] })
  const { rig, web } = it
  web.fallback = ({ path }) => ({ status: path.endsWith('/revoked') ? 404 : 200, body: 'no_service' })
  const titles = (path: string): unknown[] =>
    web.received.filter(r => r.path.endsWith(path)).map(r => JSON.parse(r.body).title)
  await lose(it, 3)
  await rig.eventually(() => titles('/pager').length === 2, 'the word of the failing target', 500)
  expect(titles('/pager')[1]).toContain('cannot send notifications to revoked')
  await rig.eventually(() => rig.state.saved.problems.length === 1, 'the problem')
  expect(rig.state.saved.problems).toEqual([
    expect.stringMatching(/^notifications to revoked are refused since .*HTTP 404 no_service/),
  ])
  await rig.eventually(() => rig.notices.value.outbox.length === 1, 'the delivery to the other')
  expect(rig.notices.value.outbox).toMatchObject([{ target: 'revoked', refused: true, notice: { kind: 'loop' } }])

  web.fallback = { status: 200 }
  await rig.eventually(() => rig.notices.value.outbox.length === 0, 'what was refused', 1_000)
  expect(titles('/revoked').at(-1)).toBe(titles('/pager')[0])
  await rig.eventually(() => titles('/pager').some(t => String(t).startsWith('over after')), 'the end', 500)
  await rig.eventually(() => rig.state.saved.problems.length === 0, 'the end of the problem')
})

test('without targets nothing is kept of what was begun for them', async () => {
  const notices = await (async () => {
    await using web = await WebServer.open()
    web.fallback = { status: 500 }
    await using it = await stage({ web })
    await lose(it, 3)
    await it.rig.eventually(() => it.rig.notices.value.outbox.length === 1, 'a message')
    return it.rig.notices.value
  })()
  expect([notices.incidents.length, notices.outbox.length]).toEqual([1, 1])
  await using it = await stage({ notify: false, notices })
  expect(it.rig.notices.value).toEqual({ incidents: [], outbox: [], targets: {} })
})

test('notices that lie in the future are drawn back to now: no limit lasts as long as a clock was set back', async () => {
  const recent = [Date.UTC(2100, 0, 1)]
  const notices = { ...NO_NOTICES, targets: { 'json-1': { ...EMPTY_TARGET, recent } } }
  await using it = await stage({ notices })
  const { rig } = it
  await rig.eventually(() => rig.state.savedCounts.passes > 0, 'a pass')
  expect(rig.notices.value.targets['json-1']?.recent).toEqual([rig.clock.now()])
})

describe('the textfile', () => {
  test('the textfile has what was counted after each pass, and is whole at the end', async () => {
    await using folder = freshFolder()
    const textfile = join(folder.path, 'netheal.prom')
    await using it = await stage({ notify: false, textfile })
    await lose(it, 2)
    await it.stop()
    const text = readFileSync(textfile, 'utf8')
    expect(text).toContain(`netheal_detaches_total{container="${APP}",network="${NETWORK}",cause="explicit"} 2\n`)
    expect(text).toContain(`netheal_heal_duration_seconds_count{container="${APP}",network="${NETWORK}"} 2\n`)
    expect(text).toContain('netheal_build_info{version="0.1.0",commit="test",node="v24.0.0",host="')
    expect(readdirSync(folder.path)).toEqual(['netheal.prom'])
  })

  test('the textfile: one that cannot be written is said once, and stops nothing', async () => {
    await using folder = freshFolder()
    const textfile = join(folder.path, 'none', 'netheal.prom')
    await using it = await stage({ notify: false, textfile })
    await lose(it, 2)
    await it.stop()
    expect(it.rig.journal.count('metrics not written')).toBe(1)
    expect(it.rig.isAttached()).toBe(true)
  })
})
