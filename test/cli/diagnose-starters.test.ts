// What starts netheal on a host, and why it does not: a tree that stands for the host, a program of the test's own that stands
// for systemctl. Each remedy that changes a file is typed, and mends it.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startersOf } from '../../src/cli/diagnose/starters.ts'
import { starterFindings } from '../../src/diagnose/itself/starters.ts'
import type { ItsUnit } from '../../src/diagnose/itself-port.ts'
import { wellItself } from '../diagnose/asked.ts'
import { freshFolder, isRoot } from '../record/folder.ts'

const CRON = '/etc/cron.d/netheal'
const PACKAGED = readFileSync(fileURLToPath(new URL('../../systemd/netheal.cron', import.meta.url)), 'utf8')

class Host {
  readonly root: string

  /** Debian, with a cron that runs, the package's launcher, and its file in cron.d. */
  constructor(root: string) {
    this.root = root
    this.put('/etc/debian_version', '12.8\n')
    this.put('/etc/passwd', 'root:x:0:0::/root:/bin/bash\nnetheal:x:999:999::/var/lib/netheal:/usr/sbin/nologin\n')
    this.put('/proc/1/comm', 'systemd\n')
    this.put('/proc/77/comm', 'cron\n')
    this.put('/usr/bin/netheal', '#!/bin/sh\n', 0o755)
    this.put(CRON, PACKAGED)
  }

  put(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text)
    chmodSync(join(this.root, path), mode)
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true })
  }

  /** Types a remedy below the root of the tree. */
  type(remedy: string): void {
    const command = remedy.replaceAll('sudo ', '').replaceAll(/(?<=\s)\/(?=etc|usr)/g, `${this.root}/`)
    execFileSync('sh', ['-c', command])
  }

  starters(systemctl: string | null = null): Promise<readonly ItsUnit[]> {
    return startersOf(this.root, systemctl)
  }

  async remedies(): Promise<readonly string[]> {
    return starterFindings({ ...wellItself, units: await this.starters() }).flatMap(f => f.remedy)
  }
}

const kindsOf = (units: readonly ItsUnit[]) => units.flatMap(u => u.faults.map(f => f.kind))

test('starters: the file that comes with netheal starts it, as it is installed', async () => {
  await using folder = freshFolder()
  expect(await new Host(folder.path).starters()).toEqual([
    { name: 'cron', file: CRON, enabled: true, faults: [], lastRun: null },
  ])
})

test('starters: nothing that starts it, on a host without any of it', async () => {
  await using folder = freshFolder()
  expect(await startersOf(folder.path, null)).toEqual([])
})

/** What is broken, how, what is found, and whether what is to be typed mends it. */
const BROKEN: readonly (readonly [string, (host: Host) => void, string, boolean])[] = [
  ['a file that its group may write', h => h.put(CRON, PACKAGED, 0o664), 'mode', true],
  ['a file without a line end', h => h.put(CRON, PACKAGED.trimEnd()), 'line-end', true],
  [
    'a file whose name has a dot',
    h => {
      h.remove(CRON)
      h.put(`${CRON}.cron`, PACKAGED)
    },
    'name',
    true,
  ],
  ['a launcher that is not executable', h => h.put('/usr/bin/netheal', '#!/bin/sh\n', 0o644), 'not-executable', true],
  ['a launcher that is not there', h => h.remove('/usr/bin/netheal'), 'no-command', false],
  ['a path that leads nowhere', h => h.put(CRON, '*/2 * * * * root /opt/netheal/netheal once\n'), 'no-command', false],
  ['a PATH without the launcher', h => h.put(CRON, 'PATH=/bin\n*/2 * * * * root netheal once\n'), 'no-command', false],
  ['a user who is not there', h => h.put(CRON, '*/2 * * * * healer /usr/bin/netheal once\n'), 'no-user', false],
  ['a line that is commented out', h => h.put(CRON, '# */2 * * * * root /usr/bin/netheal once\n'), 'no-line', false],
  ['no cron at work', h => h.remove('/proc/77'), 'no-cron', false],
  [
    "root's crontab, with a path that leads nowhere",
    h => {
      h.remove(CRON)
      h.put('/var/spool/cron/crontabs/root', '*/2 * * * * /usr/local/bin/netheal once\n', 0o600)
    },
    'no-command',
    false,
  ],
  [
    'the system crontab, with a user who is not there',
    h => {
      h.remove(CRON)
      h.put('/etc/crontab', '*/2 * * * * nobody2 netheal once --config /etc/netheal/config.json\n')
    },
    'no-user',
    false,
  ],
]

test.for(BROKEN)('starters: %s', async ([, breakIt, kind, mends]) => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  breakIt(host)
  expect(kindsOf(await host.starters())).toEqual([kind])
  const remedies = await host.remedies()
  expect(remedies).not.toEqual([])
  if (!mends) return
  for (const remedy of remedies) host.type(remedy)
  expect(kindsOf(await host.starters())).toEqual([])
})

test.skipIf(!isRoot)("starters: a file that belongs to somebody else, until it is root's again", async () => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  chownSync(join(folder.path, CRON), 1000, 1000)
  expect((await host.starters())[0]?.faults).toEqual([{ kind: 'owner', uid: 1000 }])
  for (const remedy of await host.remedies()) host.type(remedy)
  expect(kindsOf(await host.starters())).toEqual([])
})

test('starters: cronie passes over a file that may be run, and reads names with a dot', async () => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  host.remove('/etc/debian_version')
  host.remove(CRON)
  host.put(`${CRON}.cron`, PACKAGED, 0o755)
  expect((await host.starters())[0]?.faults).toEqual([{ kind: 'mode', mode: '0755' }])
})

test("starters: whose processes cannot be seen, of that host's cron nothing is said", async () => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  host.remove('/proc')
  expect(kindsOf(await host.starters())).toEqual([])
})

const TIMER = 'netheal-once.timer'
/** What systemctl says of the timer and of its service, what is found, and when it last ran. */
const TIMERS: readonly (readonly [string, Record<string, string>, Record<string, string>, readonly unknown[]])[] = [
  ['a timer at work', { ActiveState: 'active' }, { Result: 'success', ExecMainStatus: '0' }, []],
  [
    'a timer whose passes find something wrong',
    { ActiveState: 'active' },
    { Result: 'exit-code', ExecMainStatus: '3' },
    [],
  ],
  [
    'a timer that is off until the next boot',
    { ActiveState: 'inactive' },
    { Result: 'success' },
    [{ kind: 'inactive', state: 'inactive' }],
  ],
  ['a timer that is masked', { LoadState: 'masked', ActiveState: 'inactive' }, {}, [{ kind: 'masked' }]],
  [
    'a service that cannot be run',
    { ActiveState: 'active' },
    { Result: 'exit-code', ExecMainStatus: '203' },
    [{ kind: 'not-run', unit: 'netheal-once.service', result: 'status 203' }],
  ],
  [
    'a service that was started too often',
    { ActiveState: 'active' },
    { Result: 'start-limit-hit', ExecMainStatus: '0' },
    [{ kind: 'not-run', unit: 'netheal-once.service', result: 'start-limit-hit' }],
  ],
]

test.for(TIMERS)('starters: %s', async ([, timer, service, faults]) => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  host.remove(CRON)
  host.put(`/usr/lib/systemd/system/${TIMER}`, '')
  mkdirSync(join(folder.path, '/etc/systemd/system/timers.target.wants'), { recursive: true })
  symlinkSync(`/usr/lib/systemd/system/${TIMER}`, join(folder.path, '/etc/systemd/system/timers.target.wants', TIMER))
  const lines = (all: Record<string, string>): string =>
    Object.entries(all)
      .map(([k, v]) => `echo '${k}=${v}'`)
      .join('\n')
  const said = `#!/bin/sh\ncase "$*" in\n*.timer)\n${lines({ LastTriggerUSec: 'Mon 2025-12-29 14:32:00 UTC', ...timer })}\n;;\n*)\n${lines(service)}\n:;;\nesac\n`
  host.put('/systemctl', said, 0o755)
  expect(await host.starters(join(folder.path, 'systemctl'))).toEqual([
    {
      name: TIMER,
      file: `/usr/lib/systemd/system/${TIMER}`,
      enabled: true,
      faults,
      lastRun: 'Mon 2025-12-29 14:32:00 UTC',
    },
  ])
})

test('starters: a unit that is not enabled is meant to be off', async () => {
  await using folder = freshFolder()
  const host = new Host(folder.path)
  host.put('/lib/systemd/system/netheal.service', '')
  expect((await host.starters(join(folder.path, 'no-such-systemctl')))[0]).toEqual({
    ...{
      name: 'netheal.service',
      file: '/lib/systemd/system/netheal.service',
      enabled: false,
      faults: [],
      lastRun: null,
    },
  })
})
