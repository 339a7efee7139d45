// What a local user writes into a crontab or a script, read by root: whatever it is, the scan ends, names what was too much,
// and has read the rest.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type ScanLimits, scanInThread } from '../../src/cli/scan-thread.ts'
import { fakeRoot } from '../host/fake-root.ts'
import { Desk } from './desk.ts'
import { NethealProcess } from './process.ts'

const SIZE = 60 * 1024
const upTo = (piece: string): string => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE)

/** Lines of a crontab, each made to hurt its reader in a way of its own. */
const HOSTILE: readonly string[] = [
  `A=${upTo('(A=')}`,
  upTo('A=(A=('),
  `A=x${' '.repeat(80_000)}x`,
  `* * * * * ${upTo(' \u2028')}`,
  `* * * * * ${upTo('"$(')}`,
  `* * * * * ${upTo('${a:-')}`,
  `* * * * * ${Array.from({ length: 60 }, (_, i) => `v${60 - i}="$v${61 - i}$v${61 - i}xx"`).join(';')}; docker restart $v1`,
  `* * * * * f() { f; f; }; f`,
  `* * * * * ${'for a in 1 2 3 4 5 6 7 8 9; do '.repeat(20)}x; ${'done;'.repeat(20)}`,
  `* * * * * ${'if a; then X=$X$X; else Y=$Y$X; fi;'.repeat(500)}`,
  upTo('*'),
  upTo('* '),
  upTo('@'),
]
const USERS = Object.fromEntries(HOSTILE.map((line, i) => [`/var/spool/cron/crontabs/user${i}`, `${line}\n`]))
function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')
}

/** A line too long for the file system, and so a file that cannot be read; each another one. */
const closed = (n: number): string => `/${'x'.repeat(260)}${n}`
const A_LOT: Readonly<Record<string, string>> = {
  // For each job of its own the variables of all lines before.
  '/var/spool/cron/crontabs/settings': `${lines(4_000, n => `A${n.toString(36)}=`)}${lines(2_500, () => '* * * * * x')}`,
  '/var/spool/cron/crontabs/jobs': lines(2_000, n => `* * * * * /home/u/closed ${n}`),
  '/home/u/closed': `#!/bin/sh\n${lines(40, n => `. ${closed(n)}$1`)}`,
  '/var/spool/cron/crontabs/lines': lines(1_000, n => `* * * * * /home/u/lines ${n}`),
  '/home/u/lines': `#!/bin/sh\nX=${'x'.repeat(4_000)}\n${lines(600, () => `docker restart ${'a$1$X '.repeat(5)}`)}`,
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [
      `/home/u/.config/systemd/user/u${n}.service`,
      `[Service]\n${lines(8_000, () => 'A=')}${lines(1_000, () => 'ExecStart=docker restart a')}`,
    ]),
  ),
}
const PLAIN = { '/etc/cron.d/plain': '*/5 * * * * root docker restart app\n' }

describe('a scan in a thread of its own', () => {
  test('hostile crontabs: each is read to its end or named, and the plain one beside them is found', async () => {
    await using host = await fakeRoot({ ...USERS, ...PLAIN })
    const { findings, unread } = await scanInThread(host.root).scan()
    expect(findings.map(f => f.file)).toContain('/etc/cron.d/plain')
    const named = unread.map(u => u.file)
    // Calls without an end, and loops in loops.
    expect(named).toContain('/var/spool/cron/crontabs/user7')
    expect(named).toContain('/var/spool/cron/crontabs/user8')
  })

  const SLOW = `#!/bin/sh\n${upTo('<<E ')}\n`
  const slow = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`/opt/slow${i}.sh`, SLOW]))
  const runsAll = Object.keys(slow).join('; ')

  /** Its bounds are the subject here, and not how busy this machine is. */
  const patient: ScanLimits = { start: 120_000, step: 120_000, whole: 240_000, memoryMib: 256 }

  test('a user who writes a lot: it is cut and named, what comes of it has a bound, and the others are read', {
    timeout: 300_000,
  }, async () => {
    await using host = await fakeRoot({
      ...A_LOT,
      ...PLAIN,
      '/etc/systemd/system/plain.service': '[Service]\nExecStart=docker restart b\n',
      '/var/spool/cron/crontabs/zoe': '* * * * * docker restart c\n',
    })
    const { findings, unread } = await scanInThread(host.root, patient).scan()
    for (const plain of ['/etc/cron.d/plain', '/etc/systemd/system/plain.service', '/var/spool/cron/crontabs/zoe'])
      expect(findings.map(f => f.file)).toContain(plain)
    const why = new Map(unread.map(u => [u.file, u.why]))
    expect(why.get('/var/spool/cron/crontabs/settings')).toBe(
      'it was not read to its end: it leads to more than 1000 jobs',
    )
    expect(why.get('/var/spool/cron/crontabs/jobs')).toContain('more than 50 files that cannot be read')
    expect(why.get('/var/spool/cron/crontabs/lines')).toContain('more than 500 lines that touch containers')
    expect(why.get('/home/u/.config/systemd/user')).toContain('units were read')
    expect(findings.length).toBeLessThan(1_100)
    expect(unread.length).toBeLessThan(300)
    expect(JSON.stringify(findings).length).toBeLessThan(5_000_000)
  })

  test('a line that is too much takes the rest of its file with it, and no other file', async () => {
    await using host = await fakeRoot({
      ...slow,
      '/etc/cron.d/a': lines(20, n => `${n} * * * * root ${runsAll}`),
      '/etc/cron.d/b': '3 * * * * root docker restart b\n',
    })
    const limits: ScanLimits = { start: 30_000, step: 2_000, whole: 60_000, memoryMib: 256 }
    const { findings, unread } = await scanInThread(host.root, limits).scan()
    expect(findings.map(f => f.file)).toEqual(['/etc/cron.d/b'])
    expect(unread.map(u => u.file)).toEqual(['/etc/cron.d/a'])
  })

  test('a job that takes too long is ended and named; those before and behind it are read', async () => {
    await using host = await fakeRoot({
      ...slow,
      '/etc/cron.d/a': '1 * * * * root docker restart a\n',
      '/etc/cron.d/b': `2 * * * * root ${runsAll}\n`,
      '/etc/cron.d/c': '3 * * * * root docker restart c\n',
    })
    const limits: ScanLimits = { start: 30_000, step: 3_000, whole: 60_000, memoryMib: 256 }
    const { findings, unread } = await scanInThread(host.root, limits).scan()
    expect(findings.map(f => f.file)).toEqual(['/etc/cron.d/a', '/etc/cron.d/c'])
    expect(unread).toEqual([{ file: '/etc/cron.d/b', closed: false, why: expect.stringContaining('too much to read') }])
  })

  test('a thread that gets no memory: everything is named as unread, and nothing is thrown', async () => {
    await using host = await fakeRoot(PLAIN)
    const limits: ScanLimits = { start: 30_000, step: 10_000, whole: 60_000, memoryMib: 4 }
    const { findings, unread } = await scanInThread(host.root, limits).scan()
    expect(findings).toEqual([])
    expect(unread.map(u => u.file)).toEqual(['the jobs of this host'])
  })

  test('a script to take over from that is too much is said to be, and its name is in it', async () => {
    await using host = await fakeRoot({ ...slow, '/opt/all.sh': Object.keys(slow).join('\n') })
    const limits: ScanLimits = { start: 2_000, step: 2_000, whole: 2_000, memoryMib: 256 }
    const { takeover, unread } = await scanInThread(host.root, limits).takeOver('/opt/all.sh')
    expect(takeover).toBeNull()
    expect(unread).toMatchObject([{ file: '/opt/all.sh', why: expect.stringContaining('too much to read') }])
  })
})

const PROGRAM = fileURLToPath(new URL('../../dist/netheal.js', import.meta.url))

describe('the built program', () => {
  test.for(['diagnose', 'init'] as const)(
    '%s over hostile crontabs comes to its end, and names them',
    async command => {
      await using host = await fakeRoot({
        ...Object.fromEntries(
          HOSTILE.map((line, i) => [`/etc/cron.d/user${i}`, `${line.replace('* * * * *', '* * * * * root')}\n`]),
        ),
        '/etc/cron.d/plain': '*/5 * * * * root docker restart pms-backend\n',
      })
      await using desk = await Desk.open()
      // In a mount namespace of its own this host's crontabs are those.
      const seen = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$1" /etc/cron.d && shift && exec "$@"', 'sh']
      const argv =
        command === 'init'
          ? ['init', '--network', 'coolify', '--docker-host', desk.host]
          : ['diagnose', '--config', desk.file]
      await using netheal = new NethealProcess([...argv, '--json'], {}, [
        ...seen,
        join(host.root, 'etc/cron.d'),
        process.execPath,
        PROGRAM,
      ])
      const { code } = await netheal.ended
      expect(netheal.err).toBe('')
      expect([0, 3]).toContain(code)
      expect(netheal.out).toContain('/etc/cron.d/plain')
      for (const name of ['user7', 'user8']) expect(netheal.out).toContain(`/etc/cron.d/${name}`)
      expect(netheal.out).toContain('it was not read to its end')
    },
  )
})
