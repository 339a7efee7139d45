// E-mail and commands with real programs: what they are given, what their exit codes mean, and that none of them stays.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { COMMAND_DEADLINE, commandReceiver } from '../../src/notify/command.ts'
import { emailReceiver } from '../../src/notify/email.ts'
import { NOTICE_KINDS } from '../../src/notify/rules/notice.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { until } from '../support/until.ts'
import { NOTICE, notice, SENDER } from './notices.ts'

const never = new AbortController().signal
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-notify-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(body: string): string {
  const path = join(folder, 'program')
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

function at(name: string): string {
  return join(folder, name)
}

function read(name: string): string {
  return readFileSync(at(name), 'utf8')
}

function command(argv: readonly string[], clock = new ManualClock()) {
  return commandReceiver({ name: 'command-1', on: NOTICE_KINDS, command: argv }, SENDER, clock)
}

function email(sendmail: string) {
  return emailReceiver(
    { name: 'email-1', on: NOTICE_KINDS, to: ['ops@example.com'], from: 'netheal@example.com', sendmail },
    SENDER,
    new ManualClock(),
  )
}

describe('a command', () => {
  test('a command that fails and repeats its arguments shows no secret of them', async () => {
    const path = program('echo "cannot send with $2, PASSWORD=hunter3-x"; exit 1')
    const answer = await command([path, '--token', 'hunter2-Xy9']).send(NOTICE, never)
    expect(answer).toMatchObject({ kind: 'later', why: 'it exited with 1: cannot send with ***, PASSWORD=***' })
  })

  test('a command gets the notice as JSON, its arguments as they are, and little of our environment', async () => {
    process.env.NETHEAL_TEST_PLANTED = 'planted'
    try {
      const path = program(
        `cat > ${at('in')}; printf '%s|' "$@" > ${at('argv')}; env > ${at('env')}; pwd > ${at('cwd')}`,
      )
      const hostile = '$(touch x) `y`; "z"'
      const answer = await command([path, 'ops', hostile]).send(NOTICE, never)
      expect(answer).toEqual({ kind: 'delivered', detail: 'it exited with 0' })
      expect(JSON.parse(read('in'))).toMatchObject({ version: 1, kind: 'loop', host: 'host-1', title: NOTICE.title })
      expect(read('argv')).toBe(`ops|${hostile}|`)
      expect(read('env')).not.toContain('planted')
      expect(read('env')).toContain('PATH=/usr/local/sbin')
      expect(read('cwd')).toBe('/\n')
    } finally {
      delete process.env.NETHEAL_TEST_PLANTED
    }
  })

  test('a command that fails is tried again, and the last that it said is told, short', async () => {
    const path = program('head -c 100000 /dev/zero | tr "\\0" x; echo; printf "the end \\033[31m of it" >&2; exit 3')
    const answer = await command([path]).send(NOTICE, never)
    expect(answer).toMatchObject({ kind: 'later', why: expect.stringMatching(/^it exited with 3: x/) })
    expect(JSON.stringify(answer).length).toBeLessThan(500)
    expect(await command([program('echo why >&2; exit 1')]).send(NOTICE, never)).toMatchObject({
      why: 'it exited with 1: why',
    })
  })

  test('a command that does not read its input is heard all the same', async () => {
    const long = notice({ lines: ['x'.repeat(2_000_000)] })
    expect(await command([program('exit 0')]).send(long, never)).toMatchObject({ kind: 'delivered' })
  })

  test('a command that cannot be started, or is killed', async () => {
    expect(await command([at('nothing')]).send(NOTICE, never)).toEqual({
      kind: 'later',
      why: `${at('nothing')} cannot be run (ENOENT)`,
      after: null,
    })
    expect(await command([program('kill -9 $$')]).send(NOTICE, never)).toMatchObject({ why: 'SIGKILL killed it' })
  })

  test('a command that hangs is killed after its deadline', async () => {
    const clock = new ManualClock()
    const sent = command([program(`echo $$ > ${at('pid')}; exec sleep 1000`)], clock).send(NOTICE, never)
    const pid = await until(() => Number(read('pid')) || null)
    clock.advance(COMMAND_DEADLINE)
    expect(await sent).toEqual({ kind: 'later', why: 'it did not finish within 30 s, and was killed', after: null })
    await until(() => isGone(pid), { what: 'the end of the command' })
  })

  test('a command that leaves a child behind with its pipes is not waited for', async () => {
    const clock = new ManualClock()
    const sent = command([program(`sleep 1000 & echo $! > ${at('pid')}`)], clock).send(NOTICE, never)
    const pid = await until(() => Number(read('pid')) || null)
    try {
      await until(() => clock.sleeping.includes(500))
      clock.advance(500)
      expect(await sent).toMatchObject({ kind: 'delivered' })
    } finally {
      process.kill(pid, 'SIGKILL')
    }
  })

  test('a command ends at once when netheal does', async () => {
    const stop = new AbortController()
    const sent = command([program(`echo $$ > ${at('pid')}; exec sleep 1000`)]).send(NOTICE, stop.signal)
    const pid = await until(() => Number(read('pid')) || null)
    stop.abort()
    expect(await sent).toMatchObject({ kind: 'later' })
    await until(() => isGone(pid), { what: 'the end of the command' })
  })
})

describe('sendmail', () => {
  test('sendmail gets the whole message, and reads the recipients from it', async () => {
    const path = program(`printf '%s|' "$@" > ${at('argv')}; cat > ${at('mail')}`)
    expect(await email(path).send(NOTICE, never)).toEqual({ kind: 'delivered', detail: `${path} accepted it` })
    expect(read('argv')).toBe('-t|-i|-f|netheal@example.com|')
    expect(read('mail')).toMatch(/^From: netheal@example.com\nTo: ops@example.com\nSubject: \[netheal\] host-1: pms-/)
  })

  test.each([
    [75, 'later'],
    [69, 'later'],
    [71, 'later'],
    [1, 'later'],
    [64, 'refused'],
    [65, 'refused'],
    [67, 'refused'],
  ] as const)('sendmail exit code %i: %s', async (code, kind) => {
    const answer = await email(program(`echo postdrop says no >&2; exit ${code}`)).send(NOTICE, never)
    expect(answer).toMatchObject({ kind, why: expect.stringContaining(`it exited with ${code}: postdrop says no`) })
  })

  test('sendmail that is not there may be installed meanwhile', async () => {
    expect(await email(at('nothing')).send(NOTICE, never)).toMatchObject({ kind: 'later' })
  })
})

/** A zombie that is not waited for counts as gone. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return true
  }
}
