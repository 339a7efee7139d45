/** What systemd is told, and when: by a stand-in for systemd-notify that writes down its arguments, on a clock of the test's own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type NotifyOptions, type ServiceNotify, serviceNotify } from '../../src/cli/service-notify.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { JournalInMemory } from '../heal/records.ts'
import { until } from '../support/until.ts'

let folder: string
let clock: ManualClock
let journal: JournalInMemory

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-notify-'))
  clock = new ManualClock()
  journal = new JournalInMemory()
  // One line a message; and the environment that it was given.
  const script = `#!/bin/sh\nIFS='|'\nenv >${folder}/env\nprintf '%s\\n' "$*" >>${folder}/told; sleep 0.4\n`
  writeFileSync(join(folder, 'systemd-notify'), script, { mode: 0o755 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function notifier(options: Partial<NotifyOptions> = {}): ServiceNotify {
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', PATH: '/usr/bin:/bin', WATCHDOG_USEC: '90000000', HOME: '/root' }
  return serviceNotify({ env, pid: 7, clock, journal, command: join(folder, 'systemd-notify'), ...options })
}

function told(): string[] {
  try {
    // Whole lines only: the shell opens the file a moment before it writes.
    return readFileSync(join(folder, 'told'), 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

const toldSoFar = (count: number): Promise<true> =>
  until(
    () => {
      // What was to be told while the child of the last message had not ended yet is put off once more.
      if (clock.sleeping.length > 0) clock.advance(1_000)
      return told().length === count || null
    },
    { what: `${count} messages` },
  ).then(() => true)

test('systemd is told of the first pass, of each change of the status, and the watchdog once in a third of its time', async () => {
  const notify = notifier()
  notify.passed('OK: a healthy')
  await toldSoFar(1)
  for (let passes = 0; passes < 29; passes++) {
    clock.advance(1_000)
    notify.passed('OK: a healthy')
  }
  expect(clock.sleeping).toEqual([])
  clock.advance(1_000)
  notify.passed('OK: a healthy')
  // Not at once: the next heal may be waiting.
  expect(clock.sleeping).toEqual([1_000])
  clock.advance(1_000)
  await toldSoFar(2)
  notify.passed('DEGRADED: a')
  notify.passed('OK: a healthy again')
  clock.advance(1_000)
  await toldSoFar(3)
  expect(told()).toEqual([
    'READY=1|WATCHDOG=1|STATUS=OK: a healthy',
    'WATCHDOG=1|STATUS=OK: a healthy',
    'WATCHDOG=1|STATUS=OK: a healthy again',
  ])
})

test('the status for systemd is one line, and of bounded length', async () => {
  notifier().passed(`a\nWATCHDOG=trigger\u001b[2J${'x'.repeat(1_000)}`)
  await toldSoFar(1)
  expect(told()[0]).toMatch(/^READY=1\|WATCHDOG=1\|STATUS=a\\nWATCHDOG=trigger\\u001b\[2Jx{200,300}$/)
})

test('a reload ends with the first pass of the new config, or at once with the old one', async () => {
  const notify = notifier()
  notify.passed('one')
  notify.reloading()
  notify.passed('two')
  notify.restarted()
  notify.passed('three')
  notify.reloading()
  notify.kept()
  notify.stopping()
  notify.passed('four')
  notify.reloading()
  await toldSoFar(6)
  expect(told().map(line => line.replace(/\|STATUS=/, ' '))).toEqual([
    ...['READY=1|WATCHDOG=1 one', 'RELOADING=1 one', 'READY=1|WATCHDOG=1 three'],
    ...['RELOADING=1 three', 'READY=1 three', 'STOPPING=1'],
  ])
})

test('systemd-notify gets only what it needs in its environment', async () => {
  notifier().passed('OK')
  await toldSoFar(1)
  expect(readFileSync(join(folder, 'env'), 'utf8')).toContain('NOTIFY_SOCKET=/run/systemd/notify\n')
  expect(readFileSync(join(folder, 'env'), 'utf8')).not.toMatch(/^(HOME=\/root|WATCHDOG_USEC=)/m)
})

test('where nothing else makes a pass, one is made for the watchdog; a pass that hangs is not asked for twice at once', async () => {
  const wakes: string[] = []
  const stop = new AbortController()
  const notify = notifier()
  notify.keepFed(reason => wakes.push(reason), stop.signal)
  const advance = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds)
    await Promise.resolve().then(() => undefined)
    await new Promise(setImmediate)
  }
  await advance(20_000)
  notify.passed('OK')
  await advance(29_999)
  expect(wakes).toEqual([])
  await advance(1)
  expect(wakes).toEqual(['watchdog'])
  await advance(29_999)
  expect(wakes).toEqual(['watchdog'])
  stop.abort()
  await advance(60_000)
  expect(wakes).toEqual(['watchdog'])
})

test.for([
  ['no service', { PATH: '/usr/bin' }],
  ['an empty name', { NOTIFY_SOCKET: '' }],
] as const)('service-notify is silent: %s', async ([, env]) => {
  const notify = notifier({ env })
  notify.passed('OK')
  notify.stopping()
  notify.keepFed(() => expect.unreachable(), new AbortController().signal)
  expect(clock.sleeping).toEqual([])
  expect(told()).toEqual([])
})

test('a watchdog that is for another process is none', () => {
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '90000000', WATCHDOG_PID: '8' }
  notifier({ env }).keepFed(() => expect.unreachable(), new AbortController().signal)
  expect(clock.sleeping).toEqual([])
})

test.for([
  ['missing', 'nowhere/systemd-notify', 'ENOENT'],
  ['failing', 'failing', 'ended with 1'],
])('a systemd-notify that is %s is said once', async ([, name, why]) => {
  writeFileSync(join(folder, 'failing'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const notify = notifier({ command: join(folder, name ?? '') })
  notify.passed('one')
  await until(() => journal.lines.length > 0, { what: 'a complaint' })
  notify.reloading()
  notify.kept()
  await until(() => {
    clock.advance(1_000)
    notify.passed('two')
    return clock.sleeping.length === 1
  })
  expect(journal.lines).toHaveLength(1)
  expect(journal.lines[0]).toMatchObject({
    level: 'warn',
    message: 'cannot report to systemd; healing goes on',
  })
  expect(journal.lines[0]?.keys.error).toContain(why)
})
