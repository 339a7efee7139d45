// `netheal once`, as cron runs it: silent when all is well, the log's own lines when not, across processes.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mapValues } from '../../src/core/state.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { APP, DATABASE, NETWORK, WORKER } from '../heal/rig.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'

const RESTART = 'POST /containers/{id}/restart'
const STAMP = String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\]`

test('once prints the lines of the action log, in the words that are grepped for', async () => {
  await using desk = await Desk.open()
  await desk.simulator.connect(NETWORK, WORKER)
  const { code, out, err } = await desk.run('once')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(
    new RegExp(
      `^${STAMP} FIXING: ${APP} not attached to ${NETWORK}\n${STAMP} ACTION: Connecting ${APP} to ${NETWORK}...\n${STAMP} SUCCESS: Connected ${APP} to ${NETWORK} in \\d+ ms\n$`,
    ),
  )
  expect(desk.log()).toBe(out)
})

test('once prints and writes nothing when all is well', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  const log = desk.log()
  expect(await desk.run('once')).toMatchObject({ code: 0, out: '', err: '' })
  expect(desk.log()).toBe(log)
})

test.each([
  ['an engine that answers', true, 0],
  ['no engine at all', false, 4],
])("the runbook's own tails and greps work on a host that never acted, with %s", async (_, isThere, code) => {
  await using desk = await Desk.open()
  for (const name of [APP, WORKER]) await desk.simulator.connect(NETWORK, name)
  if (!isThere) desk.configure({ docker: { host: `unix://${join(desk.folder, 'nowhere.sock')}` } })
  expect((await desk.run('check')).code).toBe(code)
  expect(existsSync(join(desk.folder, 'log'))).toBe(false)
  expect((await desk.run('once')).code).toBe(code)
  const said = (...command: readonly [string, ...string[]]): string =>
    spawnSync(command[0], command.slice(1), { cwd: join(desk.folder, 'log'), encoding: 'utf8' }).stderr
  expect(said('tail', '-20', 'current.log')).toBe('')
  expect(said('grep', 'FIXING', 'current.log')).toBe('')
  if (isThere) expect(said('tail', '-5', 'heartbeat.log')).toBe('')
})

test.each([
  ['since the event, where the engine remembers it', false, /\(off for [\d.]+ m?s\)$/],
  ['within bounds, where it does not tell', true, /\(off for [\d.]+ m?s to [\d.]+ m?s\)$/],
] as const)('once tells how long it was off: %s', async (_, isRefused, form) => {
  await using desk = await Desk.open()
  await desk.run('once')
  // As if it were a minute ago, which no heal takes.
  const ago = (at: number | null): number | null => (at === null ? null : at - 60_000)
  desk.remember(state => ({
    ...state,
    attachments: mapValues(state.attachments, a => ({
      ...a,
      seen: mapValues(a.seen, c => ({ ...c, attachedAt: ago(c.attachedAt) })),
    })),
  }))
  if (isRefused) desk.simulator.faults.fail({ route: 'GET /events', status: 403, message: 'not allowed' })
  await desk.simulator.disconnect(NETWORK, APP)
  const { code, out, err } = await desk.run('once')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.split('\n').find(l => l.includes('SUCCESS'))).toMatch(form)
})

test.each([
  ['a person each time', true, 3],
  ['cron once: each line is a mail', false, 1],
])('once tells what is still wrong to %s, and logs it once', async (_, terminal, times) => {
  await using desk = await Desk.open({ terminal })
  desk.configure({ attachments: [{ containers: APP, network: 'nowhere' }] })
  const runs = [await desk.run('once'), await desk.run('once'), await desk.run('once')]
  expect(runs.map(r => r.code)).toEqual([3, 3, 3])
  expect(runs.filter(r => r.out.includes(`${APP} cannot be attached to nowhere (network-missing)`))).toHaveLength(times)
  expect(desk.log().trimEnd().split('\n')).toHaveLength(1)
})

test.each([
  ['a person each time, with the next try', true],
  ['cron once, as the log', false],
])('once tells what fails again as it failed before to %s', async (_, terminal) => {
  await using desk = await Desk.open({ terminal })
  desk.configure({ attachments: [{ containers: APP, network: NETWORK }] })
  const fault = desk.simulator.faults.fail({ route: 'POST /networks/{id}/connect' })
  const first = await desk.run('once')
  expect([first.code, first.out.includes('FAILED'), first.out.includes('next try in')]).toEqual([3, true, false])
  const log = desk.log()
  const isOver = (): void =>
    desk.remember(state => ({ ...state, backoffs: mapValues(state.backoffs, b => ({ ...b, until: 0 })) }))
  for (const prepare of [() => undefined, isOver]) {
    prepare()
    const again = await desk.run('once')
    expect([again.code, desk.log()]).toEqual([3, log])
    if (terminal)
      expect(again.out).toMatch(/is not attached .* and the last try failed: .*; netheal tries again after /)
    else expect(again.out).toBe('')
  }
  expect(fault.hits).toBeGreaterThan(1)

  // What ends otherwise is told whole.
  fault.clear()
  isOver()
  const { code, out } = await desk.run('once')
  expect(code).toBe(0)
  expect(out).toMatch(/FIXING: [\s\S]*ACTION: [\s\S]*SUCCESS: Connected/)
})

test('once writes one heartbeat a day, however often it runs', async () => {
  await using desk = await Desk.open()
  for (let n = 0; n < 3; n += 1) await desk.run('once')
  const lines = readFileSync(join(desk.folder, 'log', 'heartbeat.log'), 'utf8')
  expect(lines).toMatch(
    new RegExp(`^${STAMP} OK: Daily heartbeat - ${APP} and ${WORKER} healthy \\(proven: [a-z]+\\)\n$`),
  )
})

test('three one-shots that each find it detached flag the loop, as the daemon does', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  const codes: number[] = []
  for (let n = 0; n < 3; n += 1) {
    await desk.simulator.disconnect(NETWORK, APP)
    codes.push((await desk.run('once')).code)
  }
  expect(codes).toEqual([0, 0, 3])
  expect(desk.log()).toMatch(new RegExp(`LOOP: ${APP} lost ${NETWORK} 3 times .*source: outside-detach`))
})

test('a proof that takes its time holds up no heal: the one-shot that holds the lock makes it', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: [APP, WORKER], network: NETWORK, resolve: ['supabase-db'] }] })
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  desk.simulator.faults.before('POST /containers/{id}/exec', async () => {
    asked.resolve()
    await answered.promise
  })
  const running = desk.run('once')
  await asked.promise
  await until(() => desk.simulator.isAttached(WORKER, NETWORK), { what: 'the first heal' })
  await desk.simulator.disconnect(NETWORK, WORKER)
  await until(() => desk.simulator.isAttached(WORKER, NETWORK), { what: 'the second heal' })
  answered.resolve()
  const { code, out } = await running
  expect({ code, heals: out.split(`SUCCESS: Connected ${WORKER} `).length - 1 }).toEqual({ code: 0, heals: 2 })
})

test('the cooldown of a restart holds from one process to the next', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: APP, network: NETWORK, restart: 'after-attach' }] })
  const first = await desk.run('once', '--json')
  expect(JSON.parse(first.out).outcomes).toMatchObject([{ kind: 'verified', restarted: true }])
  await desk.simulator.disconnect(NETWORK, APP)
  const second = await desk.run('once', '--json')
  expect(JSON.parse(second.out).outcomes).toMatchObject([{ kind: 'verified', restarted: false }])
  expect(desk.simulator.calls.writesTo(RESTART)).toHaveLength(1)
})

test('once exits 3 when a name does not resolve', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: APP, network: NETWORK, resolve: [DATABASE, 'nowhere'] }] })
  const { code, out } = await desk.run('once')
  expect(code).toBe(3)
  expect(out).toContain(`WARNING: ${APP} is attached to ${NETWORK}, but nowhere does not resolve inside it`)
})

test('once beside a running healer only checks, and says why', async () => {
  await using desk = await Desk.open()
  const lock = await acquireLock({
    directory: join(desk.folder, 'lock'),
    mode: 'daemon',
    pid: process.pid,
    now: Date.now(),
  })
  if (lock.kind !== 'held') throw new Error('the lock is taken')
  await using _held = lock
  const { code, out, err } = await desk.run('once')
  expect(code).toBe(3)
  expect(err).toBe(
    `netheal: netheal run (pid ${process.pid}) is already healing this host, so this run only checks and changes nothing\n`,
  )
  expect(out).toContain('would be attached')
  expect(desk.simulator.calls.writes).toEqual([])
})

test('a second daemon is refused', async () => {
  await using desk = await Desk.open()
  const lock = await acquireLock({
    directory: join(desk.folder, 'lock'),
    mode: 'daemon',
    pid: process.pid,
    now: Date.now(),
  })
  if (lock.kind !== 'held') throw new Error('the lock is taken')
  await using _held = lock
  const { code, error } = await desk.run('run')
  expect(code).toBe(3)
  expect(error?.message).toBe(`netheal run (pid ${process.pid}) is already healing this host`)
})

test('once heals without a record where the disk takes none, says so on stderr, and exits 3', async () => {
  await using desk = await Desk.open()
  // A file where the folder would be: nothing can be made there, not even by root.
  desk.configure({ log: { directory: desk.file }, state: { directory: desk.file } })
  const { code, err } = await desk.run('once')
  expect(code).toBe(3)
  expect(desk.simulator.isAttached(APP, NETWORK)).toBe(true)
  expect(err).toContain('action log')
  expect(err).toContain('state.json')
})

test('once tells cron of a standing problem when it begins and when it ends, and not each time; a terminal each time', async () => {
  await using desk = await Desk.open()
  expect((await desk.run('once')).code).toBe(0)
  await desk.simulator.stop()
  const first = await desk.run('once')
  expect([first.code, first.error?.message]).toEqual([4, expect.stringContaining('no engine at')])
  for (let i = 0; i < 3; i++) expect(await desk.run('once')).toEqual({ code: 4, out: '', err: '', error: null })
  await desk.simulator.start()
  expect(await desk.run('once')).toMatchObject({ code: 0, out: '', err: `netheal: over: ${first.error?.message}\n` })
  expect(await desk.run('once')).toMatchObject({ code: 0, out: '', err: '' })
})

test('once tells cron of a pause that leaves something off its network once, and when nothing is left of that', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  await desk.run('pause', '1h')
  await desk.simulator.disconnect(NETWORK, APP)
  const first = await desk.run('once')
  expect(first.out).toContain('netheal is paused until ')
  expect(await desk.run('once')).toMatchObject({ out: '', err: '' })
  await desk.run('resume')
  const healed = await desk.run('once')
  expect(healed.out).toContain('SUCCESS: ')
  expect(healed.err).toMatch(/^netheal: over: netheal is paused until .*\n$/)
})
