// What a host does by itself: found in cron and systemd, through the scripts that these run, by file and line.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { removalOf, triggerText } from '../../src/diagnose/rules/automation-text.ts'
import { scanHost } from '../../src/host/scan.ts'
import { asNobody, isRoot } from '../record/folder.ts'
import { type FakeRoot, fakeRoot, script } from './fake-root.ts'

const OLD = '/usr/local/bin/pms_ensure_supabase_net.sh'
const ENTRY = '/etc/cron.d/pms_ensure_supabase_net'
const CRON_D = [
  '# PMS Supabase Network Auto-Heal',
  '# Runs every 2 minutes',
  'PATH=/usr/local/bin:/usr/bin:/bin',
  `*/2 * * * * root ${OLD} >> /var/log/pms_ensure_supabase_net.log 2>&1`,
  '',
].join('\n')

async function found({ root }: FakeRoot): Promise<readonly string[]> {
  const { findings } = await scanHost(root)
  return findings.map(
    f => `${f.file}:${f.line} ${f.kind} ${f.containers.join(',')} (${f.schedule}, ${triggerText(f.via)})`,
  )
}

/** What there is to type, each once. */
async function removals({ root }: FakeRoot): Promise<readonly string[]> {
  const { findings } = await scanHost(root)
  return [...new Set(findings.flatMap(f => removalOf(f.via)))]
}

test('a scan finds the old script and its entry in cron.d', async () => {
  await using host = await fakeRoot({ [OLD]: await script('pms_ensure_supabase_net.sh'), [ENTRY]: CRON_D })
  expect(await found(host)).toEqual([
    `${OLD}:27 connect pms-backend,pms-worker-v2 (*/2 * * * *, ${ENTRY}:4)`,
    `${OLD}:34 restart pms-backend,pms-worker-v2 (*/2 * * * *, ${ENTRY}:4)`,
  ])
  expect(await removals(host)).toEqual([`sudo mv ${ENTRY} /root/`])
})

describe('cron', () => {
  test('a scan of cron: a command in the entry itself, in each of the places', async () => {
    await using host = await fakeRoot({
      '/etc/crontab':
        'SHELL=/bin/sh\n17 * * * * root cd / && run-parts /etc/cron.hourly\n@reboot root docker start a\n',
      '/etc/cron.d/two': '0 3 * * * root docker restart b\n5  3 * * 1-5  deploy  docker stop c %input\n',
      '/etc/cron.d/two.bak': '0 3 * * * root docker restart left-behind\n',
      '/etc/cron.hourly/net': '#!/bin/sh\ndocker network connect net d\n',
      '/var/spool/cron/crontabs/root':
        '# m h  dom mon dow   command\nNET=net\n*/5 * * * * docker network connect $NET e\n',
      '/var/spool/cron/deploy': '0 0 * * * docker restart f\n',
    })
    expect(await found(host)).toEqual([
      '/etc/crontab:3 start a (@reboot, /etc/crontab:3)',
      '/etc/cron.d/two:1 restart b (0 3 * * *, /etc/cron.d/two:1)',
      '/etc/cron.d/two:2 stop c (5 3 * * 1-5, /etc/cron.d/two:2)',
      '/etc/cron.hourly/net:2 connect d (hourly, /etc/cron.hourly/net)',
      '/var/spool/cron/crontabs/root:3 connect e (*/5 * * * *, the crontab of root, line 3)',
      '/var/spool/cron/deploy:1 restart f (0 0 * * *, the crontab of deploy, line 1)',
    ])
    expect(await removals(host)).toEqual([
      "sudo sed -i '3s/^/# /' /etc/crontab",
      "sudo sed -i '1s/^/# /' /etc/cron.d/two",
      "sudo sed -i '2s/^/# /' /etc/cron.d/two",
      'sudo mv /etc/cron.hourly/net /root/',
      'sudo crontab -u root -e    # put a # before line 3',
      'sudo crontab -u deploy -e    # put a # before line 1',
    ])
  })

  test('a scan of cron: a unit that is restarted, and is the application', async () => {
    const unit = (exec: string): string => `[Service]\nExecStartPre=-/usr/bin/docker rm x\nExecStart=${exec}\n`
    await using host = await fakeRoot({
      '/etc/cron.d/nightly': '0 4 * * * root systemctl restart pms-backend nginx\n5 4 * * * root /opt/nightly.sh\n',
      '/opt/nightly.sh':
        '#!/bin/sh\nsystemctl --no-block try-restart stack.service\nsystemctl restart up\nsystemctl start pms-backend\n',
      '/etc/systemd/system/pms-backend.service': unit('/usr/bin/docker start -a pms-backend'),
      '/etc/systemd/system/stack.service': unit('/usr/bin/docker compose -f /srv/c.yml up web'),
      '/etc/systemd/system/up.service': unit('/opt/up.sh worker'),
      '/opt/up.sh': '#!/bin/sh\nexec docker run --rm --name "$1" image\n',
      '/lib/systemd/system/nginx.service': unit('/usr/sbin/nginx'),
    })
    expect((await found(host)).filter(f => f.includes('nightly'))).toEqual([
      '/etc/cron.d/nightly:1 restart pms-backend (0 4 * * *, /etc/cron.d/nightly:1)',
      '/opt/nightly.sh:2 compose-restart web (5 4 * * *, /etc/cron.d/nightly:2)',
      '/opt/nightly.sh:3 restart worker (5 4 * * *, /etc/cron.d/nightly:2)',
    ])
  })

  test('a scan of cron: what is said to be typed is typed, and nothing of it is found any more', async () => {
    await using host = await fakeRoot({
      '/etc/crontab': 'SHELL=/bin/sh\n0 1 * * * root docker restart a\n',
      '/etc/cron.d/two': '0 3 * * * root docker restart b\n0 4 * * * root docker stop c\n',
      '/etc/cron.d/one': '0 3 * * * root docker restart d\n',
      "/etc/cron.daily/it's mine": '#!/bin/sh\ndocker restart e\n',
      '/root/kept': '',
    })
    const typed = await removals(host)
    expect(typed).toHaveLength(5)
    // Below the root of the tree, by a shell; whoever types it is root there.
    for (const line of typed)
      execFileSync('sh', ['-c', line.replace('sudo ', '').replaceAll(/(?<=[ '])\/(?=etc|root)/g, `${host.root}/`)])
    expect(await found(host)).toEqual([])
    expect(readdirSync(join(host.root, 'root')).sort()).toEqual(["it's mine", 'kept', 'one'])
  })

  test('a scan of cron: scripts by another way: a shell before it, a folder, a bare name, a link, environment', async () => {
    const text = '#!/bin/sh\ndocker restart "$WHO" $1\n'
    await using host = await fakeRoot({
      '/etc/cron.d/x': [
        'WHO=w',
        '1 * * * * root /bin/bash /opt/x/one.sh a',
        '2 * * * * root cd /opt/x && ./two.sh b',
        '3 * * * * root three.sh c',
        '4 * * * * root [ -x /opt/x/four.sh ] && sudo -u root /opt/x/four.sh d >/dev/null',
        '5 * * * * root /opt/x/missing.sh',
      ].join('\n'),
      '/opt/x/one.sh': text,
      '/opt/x/two.sh': text,
      '/usr/local/sbin/three.sh': text,
      '/opt/x/four.sh': '-> /srv/real.sh',
      '/srv/real.sh': text,
    })
    expect((await found(host)).map(l => l.split(' (')[0])).toEqual([
      '/opt/x/one.sh:2 restart w,a',
      '/opt/x/two.sh:2 restart w,b',
      '/usr/local/sbin/three.sh:2 restart w,c',
      '/opt/x/four.sh:2 restart w,d',
    ])
  })
})

describe('systemd', () => {
  const SERVICE = '[Service]\nType=oneshot\n'

  test('a scan of systemd: a timer and its service, with a script that takes its container as an argument', async () => {
    const units = '/etc/systemd/system/pms-ensure-network'
    await using host = await fakeRoot({
      '/usr/local/bin/pms-ensure-network.sh': await script('pms-ensure-network.sh'),
      [`${units}.service`]: `${SERVICE}ExecStart=-/usr/local/bin/pms-ensure-network.sh pms-backend\n`,
      '/etc/systemd/system/timers.target.wants/pms-ensure-network.timer': `-> ${units}.timer`,
      [`${units}.timer`]: '[Timer]\nOnBootSec=30s\nOnUnitActiveSec=30s\n\n[Install]\nWantedBy=timers.target\n',
    })
    const schedule = 'OnUnitActiveSec=30s, OnBootSec=30s, pms-ensure-network.timer'
    expect(await found(host)).toEqual([
      `/usr/local/bin/pms-ensure-network.sh:10 connect pms-backend (${schedule})`,
      `/usr/local/bin/pms-ensure-network.sh:10 restart pms-backend (${schedule})`,
    ])
    expect(await removals(host)).toEqual(['sudo systemctl disable --now pms-ensure-network.timer'])
  })

  test('a scan of systemd: instances of a template, in each of the ways to have them', async () => {
    const at = '/etc/systemd/system'
    await using host = await fakeRoot({
      [`${at}/net@.service`]: `${SERVICE}ExecStart=/usr/bin/docker network connect net %i\n`,
      [`${at}/net@.timer`]: '[Timer]\nOnCalendar=*:0/2\n',
      [`${at}/timers.target.wants/net@api.timer`]: `-> ${at}/net@.timer`,
      [`${at}/multi-user.target.wants/net@worker.service`]: `-> ${at}/net@.service`,
    })
    expect(await found(host)).toEqual([
      `${at}/net@.service:3 connect worker (null, net@worker.service)`,
      `${at}/net@.service:3 connect api (OnCalendar=*:0/2, net@api.timer)`,
    ])
    expect(await removals(host)).toEqual([
      'sudo systemctl disable --now net@worker.service',
      'sudo systemctl disable --now net@api.timer',
    ])
  })

  test('a scan of systemd: a loop as a service, its environment, drop-ins that take back and add', async () => {
    const at = '/etc/systemd/system'
    await using host = await fakeRoot({
      [`${at}/loop.service`]: [
        '[Service]',
        'Environment="NET=net" WHO=a',
        'EnvironmentFile=-/etc/pms/loop.env',
        'ExecStart=/usr/bin/docker restart old',
        'Restart=always',
      ].join('\n'),
      [`${at}/loop.service.d/10.conf`]:
        '[Service]\nExecStart=\nExecStart=/bin/sh -c "while :; do docker network connect $NET $WHO; docker network connect $NET $LATE; \\\n sleep 5; done"\n',
      [`${at}/off.service`]: '-> /dev/null',
      '/usr/lib/systemd/system/off.service': '[Service]\nExecStart=/opt/off.sh\n',
      '/opt/off.sh': 'docker restart masked\n',
    })
    const { findings } = await scanHost(host.root)
    expect(findings.map(f => [f.file, f.line, f.kind, f.containers, f.networks, f.schedule])).toEqual([
      [`${at}/loop.service.d/10.conf`, 3, 'connect', ['a'], ['net'], 'Restart=always'],
    ])
    expect(findings[0]?.unresolved).toEqual(['$LATE (from /etc/pms/loop.env?)'])
  })

  test("a scan of systemd: the distribution's units count where they run a local script, or where somebody added a line to them", async () => {
    await using host = await fakeRoot({
      '/usr/lib/systemd/system/docker.service':
        '[Service]\nExecStart=/usr/bin/dockerd -H fd://\nExecStartPost=/usr/bin/docker start theirs\n',
      '/etc/systemd/system/docker.service.d/net.conf': '[Service]\nExecStartPost=/usr/local/bin/after.sh\n',
      '/usr/local/bin/after.sh': 'docker network connect net app\n',
      '/lib/systemd/system/vendor.service': '[Service]\nExecStart=/opt/vendor/run.sh\n',
      '/opt/vendor/run.sh': 'docker restart app\n',
    })
    expect(await found(host)).toEqual([
      '/usr/local/bin/after.sh:1 connect app (null, docker.service (through /etc/systemd/system/docker.service.d/net.conf))',
      '/opt/vendor/run.sh:1 restart app (null, vendor.service)',
    ])
    // Never docker.service itself.
    expect(await removals(host)).toEqual([
      'sudo mv /etc/systemd/system/docker.service.d/net.conf /root/',
      'sudo systemctl daemon-reload',
      'sudo systemctl disable --now vendor.service',
    ])
  })
})

describe('a unit', () => {
  const AT = '/etc/systemd/system'

  test.for([
    [
      'that is the application',
      {
        'app.service':
          '[Service]\nExecStartPre=-/usr/bin/docker rm -f app\nExecStart=/usr/bin/docker run --name app --rm img\nExecStop=/usr/bin/docker stop -t 5 app\n',
      },
    ],
    [
      'that is the application, started',
      {
        'app.service':
          '[Service]\nRestart=always\nExecStart=/usr/bin/docker start -a %N\nExecStop=/usr/bin/docker stop %N\n',
      },
    ],
    [
      'that is the project',
      {
        'app.service':
          '[Service]\nWorkingDirectory=/srv/app\nExecStart=/usr/bin/docker compose up\nExecStop=/usr/bin/docker compose down\n',
      },
    ],
    [
      'whose timer is disabled',
      {
        'x.service': '[Service]\nExecStart=/usr/bin/docker restart app\n',
        'x.timer': '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n',
      },
    ],
    [
      'whose timer is masked',
      { 'x.service': '[Service]\nExecStart=/usr/bin/docker restart app\n', 'x.timer': '-> /dev/null' },
    ],
    [
      'that is disabled',
      { 'x.service': '[Service]\nExecStart=/usr/bin/docker restart app\n[Install]\nWantedBy=multi-user.target\n' },
    ],
    [
      "for another host's engine",
      { 'x.service': '[Service]\nEnvironment=DOCKER_HOST=ssh://other\nExecStart=/usr/bin/docker restart app\n' },
    ],
  ] as const)('%s is not accused', async ([, units]) => {
    await using host = await fakeRoot(
      Object.fromEntries(Object.entries(units).map(([name, text]) => [`${AT}/${name}`, text])),
    )
    expect(await scanHost(host.root)).toEqual({ findings: [], unread: [] })
  })

  test('that is the application, and touches another one: that is told', async () => {
    await using host = await fakeRoot({
      [`${AT}/app.service`]:
        '[Service]\nExecStart=/usr/bin/docker start -a app\nExecStop=/usr/bin/docker stop app other\n',
    })
    expect(await found(host)).toEqual([`${AT}/app.service:3 stop other (null, app.service)`])
  })

  test('whose timer is enabled is told', async () => {
    await using host = await fakeRoot({
      [`${AT}/x.service`]: '[Service]\nExecStart=/usr/bin/docker restart app\n',
      [`${AT}/x.timer`]: '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n',
      [`${AT}/timers.target.wants/x.timer`]: `-> ${AT}/x.timer`,
    })
    expect(await found(host)).toEqual([`${AT}/x.service:2 restart app (OnCalendar=hourly, x.timer)`])
  })
})

test("netheal's own units and cron entry are no finding", async () => {
  const own = (name: string) => readFile(new URL(`../../systemd/${name}`, import.meta.url), 'utf8')
  await using host = await fakeRoot({
    '/etc/systemd/system/netheal.service': await own('netheal.service'),
    '/etc/systemd/system/netheal-once.service': await own('netheal-once.service'),
    '/etc/systemd/system/netheal-once.timer': await own('netheal-once.timer'),
    '/etc/cron.d/netheal': await own('netheal.cron'),
    '/usr/bin/netheal': await readFile(new URL('../../packaging/netheal', import.meta.url), 'utf8'),
    '/usr/local/bin/netheal': await readFile(new URL('../../packaging/netheal', import.meta.url), 'utf8'),
  })
  expect(await scanHost(host.root)).toEqual({ findings: [], unread: [] })
})

describe('what cannot be read', () => {
  test('what a scan cannot read is named, with the reason; what is not there is not', async () => {
    await using host = await fakeRoot({
      '/etc/cron.d/x': '* * * * * root /opt/loop.sh\n* * * * * root /opt/large.sh\n* * * * * root /opt/binary\n',
      '/opt/loop.sh': '-> /opt/loop.sh',
      '/opt/large.sh': `docker restart app\n${'#\n'.repeat(200_000)}`,
      '/opt/binary': 'ELF\0docker restart app\n',
    })
    const { findings, unread } = await scanHost(host.root)
    expect(findings.map(f => f.file)).toEqual(['/opt/large.sh'])
    expect(unread).toEqual([
      { file: '/opt/large.sh', closed: false, why: 'only its first 64 KiB were read' },
      { file: '/opt/binary', closed: false, why: 'a program, not a script: what it does cannot be read' },
    ])
  })

  test('what a scan cannot read: a closed folder is named, and once, however many names are looked for in it', async () => {
    await using host = await fakeRoot({
      '/var/spool/cron/crontabs/root': '',
      '/root/bin/x.sh': '',
      '/root/.config/systemd/user/x.service': '',
      '/etc/cron.d/x': '1 * * * * root test -x /a && one.sh\n2 * * * * root two.sh\n',
    })
    await chmod(host.root, 0o755)
    const closed = ['var/spool/cron/crontabs', 'root'].map(path => join(host.root, path))
    for (const path of closed) await chmod(path, 0)
    try {
      const { unread } = await asNobody(() => scanHost(host.root))
      expect(unread.map(u => u.file).toSorted()).toEqual([
        '/root/.config/systemd/user',
        '/root/bin',
        '/var/spool/cron/crontabs',
      ])
      expect(unread[0]).toMatchObject({ closed: true, why: expect.stringContaining('no permission') })
    } finally {
      for (const path of closed) await chmod(path, 0o700)
    }
  })

  test('a scan of an empty host finds nothing, and passes over folders in the place of files', async () => {
    await using host = await fakeRoot({})
    expect(await scanHost(host.root)).toEqual({ findings: [], unread: [] })
    await mkdir(join(host.root, 'etc/cron.d/folder'), { recursive: true })
    await mkdir(join(host.root, 'etc/systemd/system/x.service'), { recursive: true })
    await writeFile(join(host.root, 'etc/crontab'), '')
    expect(await scanHost(host.root)).toEqual({ findings: [], unread: [] })
  })
})

describe('beside cron and the system', () => {
  test("a scan beside cron and the system: anacron's jobs, and what waits for at", async () => {
    const job = '/var/spool/cron/atjobs/a00003019a0e38'
    await using host = await fakeRoot({
      '/etc/anacrontab': [
        'SHELL=/bin/sh',
        'WHO=a',
        '1\t5\tcron.daily\trun-parts --report /etc/cron.daily',
        '7 10 weekly.net docker restart $WHO',
        '@monthly 45 monthly.net docker network connect net b',
      ].join('\n'),
      [job]: '#!/bin/sh\n# atrun uid=0 gid=0\numask 22\ndocker restart c\n',
      '/var/spool/cron/atjobs/.SEQ': '00003\n',
    })
    expect(await found(host)).toEqual([
      '/etc/anacrontab:4 restart a (every 7 days, /etc/anacrontab:4)',
      '/etc/anacrontab:5 connect b (@monthly, /etc/anacrontab:5)',
      `${job}:4 restart c (once, 2021-02-04 02:00 UTC, ${job} (at))`,
    ])
    expect((await removals(host)).at(-1)).toBe('sudo atrm 3')
  })

  test('a scan beside cron and the system: units of a user, of every user, and of one whose home is elsewhere', async () => {
    const restart = (name: string) => `[Service]\nExecStart=/usr/bin/docker restart ${name}\n`
    const timer = '[Timer]\nOnUnitActiveSec=5min\nAccuracySec=1us\nAccuracySec=1s\n'
    await using host = await fakeRoot({
      '/etc/passwd': [
        'root:x:0:0:root:/root:/bin/bash',
        'app:x:1000:1000::/srv/app:/bin/bash',
        'daemon:x:1:1::/var/daemon:/usr/sbin/nologin',
      ].join('\n'),
      '/home/deploy/.config/systemd/user/net.service': restart('a'),
      '/home/deploy/.config/systemd/user/net.timer': timer,
      '/srv/app/.config/systemd/user/own.service': restart('b'),
      '/root/.config/systemd/user/roots.service': restart('c'),
      '/etc/systemd/user/all.service': restart('d'),
      '/var/daemon/.config/systemd/user/no.service': restart('never'),
    })
    expect((await found(host)).map(l => l.split(' ').slice(1).join(' ')).toSorted()).toEqual([
      'restart a (OnUnitActiveSec=5min, AccuracySec=1s, net.timer of the user deploy)',
      'restart b (null, own.service of the user app)',
      'restart c (null, roots.service of the user root)',
      'restart d (null, all.service of every user)',
    ])
    expect((await removals(host)).toSorted()).toEqual([
      'sudo systemctl --global disable all.service',
      'sudo systemctl --user -M app@ disable --now own.service',
      'sudo systemctl --user -M deploy@ disable --now net.timer',
      'sudo systemctl --user -M root@ disable --now roots.service',
    ])
  })

  test('a scan beside cron and the system: a script of a script, and one that runs itself', async () => {
    await using host = await fakeRoot({
      '/etc/cron.d/x': '* * * * * root /opt/one.sh app\n',
      '/opt/one.sh': '#!/bin/sh\n/opt/two.sh "$1"\n',
      '/opt/two.sh': '#!/bin/sh\n/opt/two.sh "$1"\nflock -n /tmp/l bash /opt/three.sh "$1"\n',
      '/opt/three.sh': '#!/bin/sh\ndocker restart "$1"\n/opt/four.sh\n',
      '/opt/four.sh': '#!/bin/sh\ndocker restart too-deep\n',
    })
    expect(await found(host)).toEqual(['/opt/three.sh:2 restart app (* * * * *, /etc/cron.d/x:1)'])
  })
})

/** Only root may read what is not its own. */
describe.runIf(isRoot)('a job of a user without root', () => {
  const NOBODY = 65_534
  const CRONTAB = '/var/spool/cron/crontabs/eve'
  const SECRET = 'hunter2'
  /** Closed by itself, or by the folder that it is in. */
  const closed = { '/etc/key': `${SECRET}\n`, '/root/deep/key': `${SECRET}$X\nexport K=${SECRET}\n` }

  async function hostOf(lines: readonly string[]): Promise<FakeRoot> {
    const host = await fakeRoot({
      ...closed,
      '/srv/open.env': 'CONTAINER=app\n',
      '/home/eve/own': 'db\n',
      [CRONTAB]: lines.map(line => `* * * * * ${line}\n`).join(''),
    })
    for (const path of [CRONTAB, '/home/eve', '/home/eve/own']) await chown(join(host.root, path), NOBODY, NOBODY)
    await chmod(join(host.root, '/home/eve/own'), 0o600)
    await chmod(join(host.root, '/etc/key'), 0o600)
    await chmod(join(host.root, '/root'), 0o700)
    return host
  }

  test.each([
    'docker restart $(cat /etc/key)',
    'docker restart $(cat /root/deep/key)',
    '. /etc/key',
    '. /root/deep/key; docker restart $K',
    'cat /root/deep/key | sh',
    'sh /root/deep/key',
    'while read a; do docker restart $a; done < /etc/key',
  ])('%s shows nothing of what that user may not read', async line => {
    await using host = await hostOf([line])
    const scanned = await scanHost(host.root)
    expect(JSON.stringify(scanned)).not.toContain(SECRET)
    expect(scanned.unread.map(u => u.why)).toContainEqual(expect.stringContaining(`a job of user ${NOBODY} reads it`))
  })

  test('what is its own, or open to everybody, is read', async () => {
    await using host = await hostOf([
      '. /srv/open.env; docker restart $CONTAINER',
      'docker restart $(cat /home/eve/own)',
    ])
    const { findings, unread } = await scanHost(host.root)
    expect(findings.map(f => f.containers)).toEqual([['app'], ['db']])
    expect(unread).toEqual([])
  })
})
