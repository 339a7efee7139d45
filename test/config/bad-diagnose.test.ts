// The same for what is asked and what is served: the ping, metrics, http, diagnose.
import { describe, expect, test } from 'vitest'
import { check } from '../../src/config/check.ts'
import { problemText } from '../../src/config/problem.ts'

const HOOK = 'https://hooks.slack.com/services/T0SECRET/B0SECRET/xSECRETx'

const CASES: readonly [string, object, readonly string[]][] = [
  [
    'ping',
    { heartbeat: { pingUrl: 'hc-ping.com/SECRET' } },
    [
      'heartbeat.pingUrl: expected an http:// or https:// URL; got a string (not shown). It must begin with "https://" or "http://".',
    ],
  ],
  [
    'ping number',
    { heartbeat: { pingUrl: 5 } },
    [
      'heartbeat.pingUrl: expected an http:// or https:// URL, {"env": "NAME"} or {"file": "/path"}; got 5 (a number). For example: {"file":"/etc/netheal/ping-url"}.',
    ],
  ],
  [
    'heartbeat is the url',
    { heartbeat: 'https://hc-ping.com/SECRET' },
    ['heartbeat: expected an object; got "https://hc-ping.com/...". For example: {"at":"00:00"}.'],
  ],
  ['pingurl', { heartbeat: { pingurl: HOOK } }, ['heartbeat.pingurl: unknown key. Did you mean "pingUrl"?']],
  [
    'a relative textfile',
    { metrics: { textfile: 'x.prom' } },
    [
      'metrics.textfile: expected an absolute path that ends in .prom; got "x.prom". It must begin with "/". For example: "/var/lib/node_exporter/netheal.prom".',
    ],
  ],
  [
    'a textfile without .prom',
    { metrics: { textfile: '/x/netheal.txt' } },
    [
      'metrics.textfile: expected an absolute path that ends in .prom; got "/x/netheal.txt". node_exporter reads files that end in ".prom" only.',
    ],
  ],
  [
    'listen number',
    { http: { listen: 8790 } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got 8790 (a number). Write it in quotes: "8790".',
    ],
  ],
  [
    'listen big',
    { http: { listen: '127.0.0.1:87900' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "127.0.0.1:87900". A port is at most 65535.',
    ],
  ],
  [
    'listen :8790',
    { http: { listen: ':8790' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got ":8790". Write "8790" for this host only, or "0.0.0.0:8790" for everyone.',
    ],
  ],
  [
    'listen *',
    { http: { listen: '*:8790' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "*:8790". Write "8790" for this host only, or "0.0.0.0:8790" for everyone.',
    ],
  ],
  [
    'listen http',
    { http: { listen: 'http://127.0.0.1:8790/' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "http://127.0.0.1:8790/". Write "127.0.0.1:8790".',
    ],
  ],
  [
    'listen no port',
    { http: { listen: '127.0.0.1' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "127.0.0.1". A port is missing: write "127.0.0.1:8790".',
    ],
  ],
  [
    'an address of six without brackets',
    { http: { listen: '::1:8790' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "::1:8790". Put the address in brackets: "[::1]:8790".',
    ],
  ],
  [
    'an address of six without a port',
    { http: { listen: '[::1]' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "[::1]". A port is missing: write "[::1]:8790".',
    ],
  ],
  [
    'another one without brackets',
    { http: { listen: 'fd00::5:8790' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "fd00::5:8790". Put the address in brackets: "[fd00::5]:8790".',
    ],
  ],
  [
    'listen name',
    { http: { listen: 'myhost:8790' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "myhost:8790". Write an address, not a name: "127.0.0.1", "localhost", or one of this host.',
    ],
  ],
  [
    'listen text',
    { http: { listen: 'yes' } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got "yes". For example: "127.0.0.1:8790".',
    ],
  ],
  [
    'listen true',
    { http: { listen: true } },
    [
      'http.listen: expected an address and a port, or a port alone for this host only; got true (a boolean). For example: "127.0.0.1:8790".',
    ],
  ],
  [
    'hosts text',
    { http: { hosts: 'a.b' } },
    ['http.hosts: expected a list of host names; got "a.b". For example: ["netheal.example.com"].'],
  ],
  [
    'hosts url',
    { http: { hosts: ['https://a.b/'] } },
    [
      'http.hosts[0]: expected a host name; got "https://a.b/". Write the host name only, without "://" and what is around it.',
    ],
  ],
  [
    'hosts port',
    { http: { hosts: ['a.b:8790'] } },
    ['http.hosts[0]: expected a host name; got "a.b:8790". Write it without the port: "a.b".'],
  ],
  [
    'hosts star',
    { http: { hosts: ['*.b'] } },
    ['http.hosts[0]: expected a host name; got "*.b". Write each name in full: "*" is not allowed here.'],
  ],
  ['port', { http: { port: 8790 } }, ['http.port: unknown key. Valid keys: listen, hosts, url.']],
  [
    'no scheme',
    { diagnose: { readiness: 'localhost:3000/health/ready' } },
    [
      'diagnose.readiness: expected an http:// or https:// URL; got "localhost:3000/health/ready". It must begin with "https://" or "http://".',
    ],
  ],
  [
    'a misspelt key of readiness',
    { diagnose: { readiness: [{ ulr: 'x' }] } },
    [
      'diagnose.readiness[0].url: missing; expected an http:// or https:// URL. For example: "http://localhost:3000/health/ready".',
      'diagnose.readiness[0].ulr: unknown key. Did you mean "url"?',
    ],
  ],
  [
    'a password, and a number',
    { diagnose: { readiness: ['http://a:b@x/y', { url: 'http://x', timeout: 5 }] } },
    [
      'diagnose.readiness[0]: expected an http:// or https:// URL; got "http://***@x/...". It must not contain a user or a password.',
      'diagnose.readiness[1].timeout: expected a duration from 100ms to 5m; got 5 (a number). A number needs a unit: write "5s" for seconds or "5m" for minutes.',
    ],
  ],
  [
    'a number as readiness',
    { diagnose: { readiness: 5 } },
    [
      'diagnose.readiness: expected a URL, {"url": ..., "timeout": ...}, or a list of these; got 5 (a number). For example: "http://localhost:3000/health/ready".',
    ],
  ],
  [
    'probe empty',
    { diagnose: { probes: [{}] } },
    [
      'diagnose.probes[0].container: missing; expected a container name, or an object with "label", "compose" or "coolify". For example: "pms-backend".',
      'diagnose.probes[0].name: missing; expected a name of letters, digits, dashes and underscores. For example: "sync-logs".',
      'diagnose.probes[0].command: missing; expected a list: the program and its arguments. For example: ["sh","-c","test -e /tmp/ready"].',
    ],
  ],
  [
    'probe preset',
    { diagnose: { probes: [{ preset: 'pms-databse', container: 'a' }] } },
    ['diagnose.probes[0].preset: expected "pms-database"; got "pms-databse". Did you mean "pms-database"?'],
  ],
  [
    'probe preset + command',
    { diagnose: { probes: [{ preset: 'pms-database', container: 'a', command: ['x'], expect: 'y' }] } },
    [
      'diagnose.probes[0].command: it is only for a probe without "preset". Remove it, or change "preset".',
      'diagnose.probes[0].expect: it is only for a probe without "preset". Remove it, or change "preset".',
    ],
  ],
  [
    'probe command + migrations',
    { diagnose: { probes: [{ name: 'x', container: 'a', command: ['x'], migrations: '/x', user: 'y' }] } },
    [
      'diagnose.probes[0].user: it is only for a probe with a "preset". Remove it, or change "preset".',
      'diagnose.probes[0].migrations: it is only for a probe with a "preset". Remove it, or change "preset".',
    ],
  ],
  [
    'probe command text',
    { diagnose: { probes: [{ name: 'x', container: 'a', command: 'psql -c x' }] } },
    [
      'diagnose.probes[0].command: expected a list: the program and its arguments; got "psql -c x". There is no shell: write the program and each argument as an entry of a list, for example ["sh", "-c", "test -e /tmp/ready"].',
    ],
  ],
  [
    'probe expect',
    { diagnose: { probes: [{ name: 'x', container: 'a', command: ['x'], expect: 'ok\n' }] } },
    [
      'diagnose.probes[0].expect: expected the text of a good answer; got "ok\\n". White space around the answer is ignored: remove it here too.',
    ],
  ],
  [
    'probe expect number',
    { diagnose: { probes: [{ name: 'x', container: 'a', command: ['x'], expect: 0 }] } },
    ['diagnose.probes[0].expect: expected the text of a good answer; got 0 (a number). Write "0".'],
  ],
  [
    'probe db',
    { diagnose: { probes: [{ preset: 'pms-database', container: 'a', database: 'postgres://u:p@h/db' }] } },
    [
      'diagnose.probes[0].database: expected the name of a database; got "postgres://u:***@h/db". For example: "postgres".',
    ],
  ],
  [
    'probes twice',
    {
      diagnose: {
        probes: [
          { preset: 'pms-database', container: 'a' },
          { preset: 'pms-database', container: 'b' },
        ],
      },
    },
    ['diagnose.probes[1].name: "pms-database" is also the name of entry 1 of the list. Rename one of them.'],
  ],
  [
    'probe container',
    { diagnose: { probes: [{ preset: 'pms-database', container: 5 }] } },
    [
      'diagnose.probes[0].container: expected a container name, or an object with "label", "compose" or "coolify"; got 5 (a number). For example: "pms-backend".',
    ],
  ],
  [
    'probes object',
    { diagnose: { probes: { preset: 'pms-database', container: 'a' } } },
    [
      'diagnose.probes: expected a list of probes; got {"preset":"pms-database","container":"a"} (an object). For example: [{"preset":"pms-database","container":"supabase-db-*"}].',
    ],
  ],
  ['key url at top', { url: HOOK }, ['url: unknown key. It belongs in "notify".']],
]

describe('a bad section', () => {
  test.each(CASES)('a bad "diagnose" section is told: %s', (_, more, lines) => {
    const checked = check({ attachments: [{ containers: 'a', network: 'n' }], ...more }, () => ({
      kind: 'file',
      name: '/etc/netheal/config.json',
    }))
    expect(checked.kind === 'bad' ? checked.problems.map(problemText) : []).toEqual(lines)
  })
})
