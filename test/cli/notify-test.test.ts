// `netheal notify-test`, and `once` with targets: as a user runs them, against a real receiver.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { WebServer } from '../notify/web-server.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'
import { NethealProcess } from './process.ts'

const BLOCKED = [{ containers: [APP, WORKER], network: 'nowhere' }]

const ALONE =
  'no daemon runs here, so this command sent them itself: that proves what its user may send, not what the service may'

describe('notify-test', () => {
  test('notify-test sends one to each target and a ping, and says what each answered', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    const sendmail = join(desk.folder, 'sendmail')
    writeFileSync(sendmail, '#!/bin/sh\ncat > /dev/null\necho postdrop may not >&2\nexit 75\n')
    chmodSync(sendmail, 0o755)
    desk.env = { HOOK: `${web.origin}/PlantedHookPlanted` }
    desk.configure({
      notify: [
        { name: 'ops-chat', format: 'slack', url: { env: 'HOOK' } },
        { format: 'discord', url: `${web.origin}/PlantedDiscordPlanted`, on: ['loop'] },
        { format: 'email', to: 'root', sendmail },
        { format: 'command', command: ['/bin/sh', '-c', 'exit 0'] },
      ],
      heartbeat: { pingUrl: `${web.origin}/PlantedPingPlanted` },
    })
    web.fallback = ({ path }) =>
      path.includes('Discord') ? { status: 404, body: 'Unknown Webhook' } : { status: 200, body: `ok ${path}` }
    const { code, out, err } = await desk.run('notify-test')
    expect({ code, err }).toEqual({ code: 3, err: '' })
    expect(out.split('\n')).toEqual([
      'ops-chat           slack    delivered      HTTP 200 (its answer is not shown: it repeats the address or the token)',
      'discord-2          discord  not delivered  HTTP 404 Unknown Webhook',
      'email-3            email    not delivered  it exited with 75: postdrop may not',
      'command-4          command  delivered      it exited with 0',
      expect.stringMatching(/^heartbeat.pingUrl {2}ping {5}delivered {6}HTTP 200/),
      ALONE,
      '',
    ])
    expect(web.received).toHaveLength(3)
    expect(web.received.find(r => r.path === '/PlantedHookPlanted')?.body).toContain('this is a test')
    expect(out).not.toContain('Planted')
  })

  test('notify-test sends only to the targets that are named, and prints JSON', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    desk.configure({ notify: [{ url: web.origin }, { name: 'b', url: web.origin }] })
    const { code, out } = await desk.run('notify-test', 'b', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      version: 1,
      targets: [{ target: 'b', format: 'json', delivered: true, answer: 'HTTP 200 ok' }],
      by: 'this process',
      caveat: ALONE,
    })
    expect(web.messages).toMatchObject([{ test: true, kind: 'recovered' }])
    expect((await desk.run('notify-test', 'c')).error).toMatchObject({ code: 'usage', hint: 'targets: json-1, b' })
  })

  test('notify-test has the running daemon send: its environment is what counts, and it says what a reload is needed for', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    const notify = [
      { name: 'ops', url: { env: 'HOOK' } },
      { name: 'secretless', url: { env: 'NOT_THERE' } },
    ]
    desk.configure({ notify })
    await using daemon = new NethealProcess(['run', '--config', desk.file], { HOOK: web.origin })
    await daemon.says('"watching"')
    await until(() => desk.simulator.isAttached(APP, NETWORK) || null)
    desk.configure({ notify: [...notify, { name: 'new', url: web.origin }] })
    desk.env = { NOT_THERE: web.origin }
    const { code, out } = await desk.run('notify-test', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(out)).toMatchObject({
      by: 'daemon',
      caveat: null,
      targets: [
        { target: 'ops', delivered: true },
        { target: 'secretless', delivered: false, answer: expect.stringContaining('NOT_THERE') },
        { target: 'new', delivered: false, answer: expect.stringContaining('systemctl reload netheal') },
      ],
    })
    expect(web.messages).toMatchObject([{ test: true }])
    expect(readdirSync(join(desk.folder, 'state')).filter(name => name.startsWith('notify-test'))).toEqual([])
  })

  test('notify-test: a trial that gets through to a target that refused brings out what waited for it', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    web.fallback = { status: 404, body: 'no_service' }
    desk.configure({ attachments: BLOCKED, notify: [{ name: 'ops', url: web.origin }] })
    expect((await desk.run('once')).code).toBe(3)
    const status = await desk.run('status', '--json')
    expect(JSON.parse(status.out).notifications).toMatchObject([
      { target: 'ops', pending: 1, failing: { error: 'HTTP 404 no_service' } },
    ])
    await using daemon = new NethealProcess(['run', '--config', desk.file])
    await daemon.says('"watching"')
    await until(() => web.received.length === 2 || null)
    const said = 'PROBLEM notifications to ops are refused since '
    await until(async () => (await desk.run('status')).out.includes(said) || null)
    web.fallback = { status: 200 }
    expect((await desk.run('notify-test')).code).toBe(0)
    await until(() => web.received.length === 4 || null)
    expect(web.messages.at(-1)).toMatchObject({ kind: 'failed', test: false })
    await until(async () => !(await desk.run('status')).out.includes('PROBLEM') || null)
  })

  test('notify-test tells a watcher nothing good of an engine that is down: what it sends changes no state', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    desk.configure({ heartbeat: { pingUrl: `${web.origin}/ping` } })
    await desk.simulator.stop()
    expect((await desk.run('once')).code).toBe(4)
    web.received.length = 0
    expect((await desk.run('notify-test')).code).toBe(0)
    expect(web.received.map(r => `${r.method} ${r.path}`)).toEqual(['POST /ping/log'])
    await desk.simulator.start()
    expect((await desk.run('once')).code).toBe(0)
    web.received.length = 0
    expect((await desk.run('notify-test')).code).toBe(0)
    expect(web.received.map(r => `${r.method} ${r.path}`)).toEqual(['GET /ping'])
  })

  test('notify-test without any target says how to add one', async () => {
    await using desk = await Desk.open()
    const { code, out } = await desk.run('notify-test')
    expect(code).toBe(3)
    expect(out).toContain('"notify": [{"format": "slack"')
  })
})

describe('once', () => {
  test('once tells at once what it leaves broken, once, and that it is over', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    const notify = [{ url: web.origin }]
    desk.configure({ attachments: BLOCKED, notify })
    for (let i = 0; i < 3; i++) expect((await desk.run('once')).code).toBe(3)
    expect(web.messages).toMatchObject([
      { kind: 'failed', title: expect.stringMatching(/^2 containers: pms-backend cannot be attached to nowhere/) },
    ])
    desk.simulator.createNetwork('nowhere')
    expect((await desk.run('once')).code).toBe(0)
    expect(web.messages.slice(1)).toMatchObject([{ kind: 'recovered', incident: 'failed' }])
    expect(desk.stored().notices).toMatchObject({ outbox: [], targets: { 'json-1': { delivered: 2 } } })
  })

  test('once writes the textfile after its deliveries: what it has delivered is pending no more', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    const textfile = join(desk.folder, 'netheal.prom')
    desk.configure({ attachments: BLOCKED, notify: [{ name: 'ops', url: web.origin }], metrics: { textfile } })
    expect((await desk.run('once')).code).toBe(3)
    const lines = readFileSync(textfile, 'utf8').split('\n')
    expect(lines).toContain('netheal_notifications_pending 0')
    expect(lines).toContain('netheal_notifications_delivered_total{target="ops"} 1')
  })

  test('once leaves what is not delivered to a later one, says so once, and shows no secret', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    web.fallback = ({ path }) => ({ status: 500, body: `broken at ${path}` })
    desk.configure({ attachments: BLOCKED, notify: [{ url: `${web.origin}/PlantedHookPlanted` }] })
    const first = await desk.run('once')
    expect(first.err).toMatch(/^netheal: notification not delivered, trying again; target: json-1; .*HTTP 500/)
    const second = await desk.run('once')
    expect(second.err).toBe('')
    expect(web.received).toHaveLength(1)
    desk.keep(s => ({ ...s, notices: { ...s.notices, outbox: s.notices.outbox.map(d => ({ ...d, due: 0 })) } }))
    web.fallback = { status: 200 }
    await desk.run('once')
    expect(web.received).toHaveLength(2)
    expect(web.messages[1]).toEqual(web.messages[0])
    expect(desk.stored().notices.outbox).toEqual([])
    expect(JSON.stringify([first, second, desk.log(), desk.stored()])).not.toContain('Planted')
  })

  test('once that could not write its state tells nobody: the next one would do it again', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    // Below a file no directory can be.
    const nowhere = { directory: join(desk.file, 'state') }
    desk.configure({ attachments: BLOCKED, notify: [{ url: web.origin }], state: nowhere })
    for (let i = 0; i < 2; i++) expect((await desk.run('once')).code).toBe(3)
    expect(web.received).toEqual([])
  })

  test('once that sees no engine says so the second time, and pings the failure each time', async () => {
    await using desk = await Desk.open()
    await using web = await WebServer.open()
    desk.configure({ notify: [{ url: web.origin }], heartbeat: { pingUrl: `${web.origin}/ping` } })
    await desk.simulator.stop()
    expect((await desk.run('once')).code).toBe(4)
    expect(web.received.map(r => r.path)).toEqual(['/ping/start', '/ping/fail'])
    desk.keep(s => {
      const incidents = s.notices.incidents.map(i => ({ ...i, since: i.since - 120_000 }))
      return { ...s, notices: { ...s.notices, incidents } }
    })
    expect((await desk.run('once')).code).toBe(4)
    expect(web.received.filter(r => r.path === '/').map(r => JSON.parse(r.body))).toMatchObject([
      { kind: 'failed', container: null, title: expect.stringContaining('the Docker engine cannot be reached') },
    ])
  })
})
