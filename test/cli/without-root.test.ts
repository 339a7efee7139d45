// A user without root beside netheal: each command says that it may not look, and what to type; nothing that is not known.
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sudo, withSudo } from '../../src/cli/with-sudo.ts'
import { NethealError } from '../../src/core/errors.ts'
import { holdsUnseen } from '../../src/core/printable.ts'
import { acquireLock } from '../../src/record/lock.ts'
import { asNobody, isRoot } from '../record/folder.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'
import { NethealProcess } from './process.ts'

/** A desk on which netheal has healed as root: its folders are closed to others, and its config is not. */
async function closedDesk(): Promise<Desk> {
  const desk = await Desk.open()
  await desk.run('once')
  for (const folder of ['state', 'log', 'lock']) chmodSync(join(desk.folder, folder), 0o750)
  chmodSync(desk.folder, 0o755)
  return desk
}

/** As root alone there is anybody who may not. */
describe.runIf(isRoot)('without root', () => {
  test.each([
    ['status', ['status']],
    ['report', ['report', '--html', '-']],
    ['pause', ['pause', '30m']],
    ['once', ['once']],
    ['history', ['history']],
  ])('%s says that it may not, and what to type', async (_, argv) => {
    await using desk = await closedDesk()
    const { code, out, error } = await asNobody(() => desk.run(...argv))
    expect([code, out]).toEqual([3, ''])
    expect(error?.message).toMatch(/this user may not read|permission denied/)
    expect(error?.message).not.toContain('\n')
    expect(error?.hint).toBe(`type: sudo netheal ${argv.join(' ')} --config ${desk.file}`)
  })

  test('resume says so, too', async () => {
    await using desk = await closedDesk()
    await desk.run('pause', '30m')
    const { code, error } = await asNobody(() => desk.run('resume'))
    expect([code, error?.hint]).toEqual([3, `type: sudo netheal resume --config ${desk.file}`])
  })

  test('status asks a daemon that listens', async () => {
    await using desk = await Desk.open()
    desk.configure({ http: { listen: `127.0.0.1:${await freePort()}` } })
    // A process of its own: who this one is changes.
    await using _daemon = new NethealProcess(['run', '--config', desk.file])
    await until(() => desk.log().includes('SUCCESS'), { what: 'a heal' })
    for (const folder of ['state', 'log', 'lock']) chmodSync(join(desk.folder, folder), 0o750)
    chmodSync(desk.folder, 0o755)
    const asked = async (...flags: readonly string[]) => await asNobody(() => desk.run('status', ...flags))
    const shown = await until(
      async () => {
        const seen = await asked()
        return seen.error === null ? seen : null
      },
      { what: 'the port is open' },
    )
    expect(shown.code).toBe(0)
    expect(shown.out).toMatch(/^netheal is running \(pid \d+\), last pass .*, says http:\/\/127\.0\.0\.1:\d+\/status$/m)
    expect(shown.out).toMatch(/^attached +pms-backend {2}bccg/m)
    expect(shown.out).toContain('this user may not read more; type: sudo netheal status')
    expect(JSON.parse((await asked('--json')).out)).toMatchObject({ healer: { alive: true } })
  })

  test.each([['status'], ['status', '--json']])('a stranger on its port moves no cursor of %j %j', async (...argv) => {
    await using desk = await closedDesk()
    const healer = { alive: true, pid: 1, lastPassAt: 'x\u009b2J' }
    const attachments = [{ container: 'a\u202eb', network: 'n\u009b1m', state: 'attached' }]
    const body = `${JSON.stringify({ healer, attachments, loops: [], paused: null, problems: ['\u2028'] })}\r `
    const stranger = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    try {
      desk.configure({ http: { listen: `127.0.0.1:${(stranger.address() as AddressInfo).port}` } })
      const { out } = await asNobody(() => desk.run(...argv))
      expect(out).toContain('\\u009b')
      expect(holdsUnseen(out.replaceAll('\n', ''))).toBe(false)
    } finally {
      stranger.closeAllConnections()
      stranger.close()
    }
  })
})

describe('what root would type', () => {
  const refused = new NethealError('record', 'no', {
    cause: Object.assign(new Error('no'), { code: 'EACCES' }),
    hint: 'x',
  })
  const hintOf = (error: unknown) => (error instanceof NethealError ? error.hint : null)

  test('is the command itself', () => {
    expect(hintOf(withSudo(refused, ['pause', '30m', '--reason', "it's me"], {}))).toBe(
      `type: sudo netheal pause 30m --reason 'it'\\''s me'`,
    )
    expect(sudo(['history', '--container', 'pms-*'])).toBe(`sudo netheal history --container 'pms-*'`)
  })

  test.each<[string, unknown, readonly string[], Record<string, string>]>([
    ['the daemon', refused, ['run'], {}],
    ['a unit of systemd', refused, ['once'], { INVOCATION_ID: 'x' }],
    ['another fault', new NethealError('record', 'full', { cause: { code: 'ENOSPC' } }), ['once'], {}],
    ['a bug', new Error('x'), ['once'], {}],
  ])('is not said of %s', (_, error, argv, env) => {
    expect(withSudo(error, argv, env)).toBe(error)
  })
})

describe('a config that is broken on disk', () => {
  test('beside a daemon: status says that it heals on with the old one, and the mistakes', async () => {
    await using desk = await Desk.open()
    await desk.run('once')
    const lock = await acquireLock({
      directory: `${desk.folder}/lock`,
      mode: 'daemon',
      pid: process.pid,
      now: Date.now(),
    })
    if (lock.kind !== 'held') throw new Error('the lock is taken')
    await using _held = lock
    desk.configure({ hartbeat: { at: '07:00' } })
    const { code, out } = await desk.run('status')
    expect(code).toBe(3)
    expect(out).toMatch(new RegExp(`^netheal is running \\(pid ${process.pid}\\)`, 'm'))
    expect(out).toMatch(/^PROBLEM the config on disk has mistakes: the daemon \(pid \d+\) heals on with the one/m)
    expect(out).toMatch(/PROBLEM .*hartbeat/)
    expect(out).toMatch(/^attached /m)
    const diagnosis = await desk.run('diagnose')
    expect(diagnosis.code).toBe(3)
    expect(diagnosis.out).toMatch(
      /the config has mistakes: the daemon \(pid \d+\) heals on with the one that it read before/,
    )
  })

  test('without one it is the config that is told of: 2', async () => {
    await using desk = await Desk.open()
    mkdirSync(join(desk.folder, 'lock'))
    writeFileSync(desk.file, '{ "attachments": [')
    const { code, error } = await desk.run('status')
    expect([code, error?.code]).toEqual([2, 'config'])
  })
})
