// Which of several places a value is taken from, and that each value says which it was.
import { describe, expect, test } from 'vitest'
import type { LoadedConfig, Origin } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/environment.ts'
import { type ConfigFlags, loadConfig } from '../../src/config/load.ts'
import { problemsOf } from '../../src/config/problem.ts'
import { diskWith, failureOf } from './disk.ts'

const RULE = { containers: 'pms-backend', network: 'bccg4gs4o4kgsowocw08wkw4' }
const DEFAULT: Origin = { kind: 'default', name: '' }

function load(file: object, env: Environment = {}, flags: ConfigFlags = {}): Promise<LoadedConfig> {
  return loadConfig({ flags, env, disk: diskWith({ attachments: [RULE], ...file }) })
}

async function messageOf(file: object | string, env: Environment, flags: ConfigFlags = {}): Promise<readonly string[]> {
  const error = await failureOf(loadConfig({ flags, env, disk: diskWith(file) }))
  return error.message.split('\n')
}

describe('the smallest config', () => {
  test('the smallest config gets every default, with its unit made plain', async () => {
    expect((await load({})).config).toEqual({
      attachments: [
        {
          containers: ['pms-backend'],
          network: 'bccg4gs4o4kgsowocw08wkw4',
          resolve: [],
          aliases: null,
          ipv4: null,
          ipv6: null,
          gatewayPriority: -1,
          restart: { when: 'never', cooldown: 300_000, maxPerHour: 4, grace: 10_000 },
          repair: true,
          onLoop: 'heal',
          reach: [],
          onUnreachable: 'report',
          drift: 'report',
          leave: false,
          onDeploy: 'silent',
        },
      ],
      watch: { events: true, poll: '*/2 * * * *', prove: 600_000 },
      loop: { detaches: 3, within: 900_000, clearAfter: 900_000 },
      log: { directory: '/var/log/netheal', format: 'text', maxSize: 10 * 1024 ** 2, keep: 5 },
      heartbeat: { at: '00:00', pingUrl: null },
      state: { directory: '/var/lib/netheal' },
      lock: { directory: '/run/netheal' },
      docker: { host: 'unix:///var/run/docker.sock', tls: null, timeout: 10_000 },
      notify: [],
      metrics: { textfile: null },
      http: { listen: null, hosts: [], url: null },
      diagnose: { readiness: [], probes: [] },
    })
  })

  test('the smallest config says which values are defaults', async () => {
    const { origins } = await load({})
    const file = { kind: 'file', name: '/etc/netheal/config.json' }
    expect(origins['attachments[0].containers']).toEqual(file)
    expect(origins['attachments[0].network']).toEqual(file)
    const others = Object.entries(origins).filter(([, origin]) => origin.kind !== 'file')
    expect(others.map(([path]) => path)).toEqual([
      ...['resolve', 'aliases', 'ipv4', 'ipv6', 'gatewayPriority'].map(key => `attachments[0].${key}`),
      ...['when', 'cooldown', 'maxPerHour', 'grace'].map(key => `attachments[0].restart.${key}`),
      ...['repair', 'onLoop', 'onDeploy', 'reach', 'onUnreachable', 'drift', 'leave'].map(
        key => `attachments[0].${key}`,
      ),
      ...['labels.networks', 'labels.prefix'],
      ...['watch.events', 'watch.poll', 'watch.prove', 'loop.detaches', 'loop.within', 'loop.clearAfter'],
      ...[
        'log.directory',
        'log.format',
        'log.maxSize',
        'log.keep',
        'heartbeat.at',
        'heartbeat.pingUrl',
        'state.directory',
        'lock.directory',
      ],
      ...['docker.host', 'docker.tls.ca', 'docker.tls.cert', 'docker.tls.key', 'docker.timeout'],
      ...[
        'notify',
        'metrics.textfile',
        'http.listen',
        'http.hosts',
        'http.url',
        'diagnose.readiness',
        'diagnose.probes',
      ],
    ])
    expect(others.every(([, origin]) => origin.kind === 'default')).toBe(true)
  })
})

describe('a rule', () => {
  test('a rule with all selectors, the long restart, and everything set', async () => {
    const rule = {
      containers: ['pms-*', { label: { tier: 'web' } }, { compose: 'shop/backend' }, { coolify: 'pms backend' }],
      network: { of: 'supabase-db' },
      resolve: ['supabase-db'],
      aliases: [],
      gatewayPriority: 0,
      restart: { when: 'if-unresolved', cooldown: '90s', grace: '500ms' },
      repair: false,
      onLoop: 'back-off',
      onDeploy: 'tell',
      reach: ['supabase-db:5432'],
      onUnreachable: 'reattach',
      drift: 'repair',
      leave: false,
    }
    const { config, origins } = await load({ attachments: [rule] })
    expect(config.attachments).toEqual([
      {
        ...rule,
        ...{ ipv4: null, ipv6: null, reach: [{ host: 'supabase-db', port: 5432 }] },
        restart: { when: 'if-unresolved', cooldown: 90_000, maxPerHour: 4, grace: 500 },
      },
    ])
    expect(origins['attachments[0].restart.grace']?.kind).toBe('file')
    expect(origins['attachments[0].restart.maxPerHour']?.kind).toBe('default')
  })

  test('a rule for each network of some containers, and labels, which are the last rule', async () => {
    const rule = { containers: 'coolify-proxy', network: { ofEach: { label: { 'coolify.managed': 'true' } } } }
    const { config } = await load({ attachments: [rule], labels: { networks: ['bccg*'] } })
    const [each, labels, ...rest] = config.attachments
    expect([each?.network, labels?.network, labels?.containers, rest]).toEqual([
      rule.network,
      { labels: { networks: ['bccg*'], prefix: 'netheal' } },
      [],
      [],
    ])
    expect({ ...labels, containers: [], network: '' }).toEqual({ ...each, containers: [], network: '' })
  })

  test('a rule is not needed where there are labels', async () => {
    const { config } = await load({ attachments: [], labels: { networks: ['bccg*'], prefix: 'own' } })
    expect(config.attachments).toHaveLength(1)
  })

  test('a rule with the short restart says only when', async () => {
    const { config, origins } = await load({ attachments: [{ ...RULE, restart: 'after-attach' }] })
    expect(config.attachments[0]?.restart.when).toBe('after-attach')
    expect(origins['attachments[0].restart.when']?.kind).toBe('file')
    expect(origins['attachments[0].restart.cooldown']?.kind).toBe('default')
  })

  test('a rule may ask for a single address for a single container', async () => {
    const addresses = { ipv4: '10.0.5.20', ipv6: 'FD00:5::20' }
    const { config } = await load({ attachments: [{ ...RULE, ...addresses }] })
    expect(config.attachments[0]).toMatchObject({
      ipv4: '10.0.5.20',
      ipv6: 'fd00:5::20',
    })
  })
})

describe('which file', () => {
  test('which config file: flag, then NETHEAL_CONFIG, then the default', async () => {
    const env = { NETHEAL_CONFIG: '/a' }
    expect((await load({}, env, { config: './b' })).file).toBe('./b')
    expect((await load({}, env)).file).toBe('/a')
    expect((await load({}, { NETHEAL_CONFIG: '' })).file).toBe('/etc/netheal/config.json')
  })
})

describe('precedence', () => {
  const file = { docker: { host: 'unix:///file' }, log: { directory: '/file', format: 'text' } }

  test('precedence: flag, NETHEAL_DOCKER_HOST, DOCKER_HOST, file, default', async () => {
    const env = { NETHEAL_DOCKER_HOST: 'unix:///ours', DOCKER_HOST: 'unix:///docker' }
    const hosts = [
      await load(file, env, { dockerHost: 'unix:///flag' }),
      await load(file, env),
      await load(file, { DOCKER_HOST: 'unix:///docker' }),
      await load(file, { DOCKER_HOST: '' }),
      await load({}),
    ].map(({ config, origins }) => [config.docker.host, origins['docker.host']])
    expect(hosts).toEqual([
      ['unix:///flag', { kind: 'flag', name: '--docker-host' }],
      ['unix:///ours', { kind: 'environment', name: 'NETHEAL_DOCKER_HOST' }],
      ['unix:///docker', { kind: 'environment', name: 'DOCKER_HOST' }],
      ['unix:///file', { kind: 'file', name: '/etc/netheal/config.json' }],
      ['unix:///var/run/docker.sock', DEFAULT],
    ])
  })

  test("precedence: systemd's directories stand in for the defaults only", async () => {
    const env = {
      LOGS_DIRECTORY: '/systemd:/other',
      STATE_DIRECTORY: '/s',
      RUNTIME_DIRECTORY: '/r',
      NETHEAL_STATE_DIRECTORY: '/ours',
    }
    const { config, origins } = await load({ log: { directory: '/file' } }, env)
    expect([config.log.directory, config.state.directory, config.lock.directory]).toEqual(['/file', '/ours', '/r'])
    expect(origins['lock.directory']).toEqual({ kind: 'systemd', name: 'RUNTIME_DIRECTORY' })
    expect((await load({}, env)).config.log.directory).toBe('/systemd')
  })

  test('precedence: every type of value can come from the environment', async () => {
    const { config } = await load(
      { watch: { events: false } },
      {
        NETHEAL_WATCH_EVENTS: 'true',
        NETHEAL_WATCH_POLL: 'false',
        NETHEAL_LOOP_DETACHES: '7',
        NETHEAL_LOOP_CLEAR_AFTER: '1h',
        NETHEAL_LOG_MAX_SIZE: '1m',
        NETHEAL_HEARTBEAT_AT: '06:30',
        NETHEAL_HEARTBEAT_PING_URL: 'https://hc-ping.com/uuid',
        NETHEAL_METRICS_TEXTFILE: '/x/netheal.prom',
        NETHEAL_HTTP_LISTEN: '8790',
        NETHEAL_HTTP_HOSTS: 'Netheal.example.com, 192.168.1.5',
        NETHEAL_DIAGNOSE_READINESS: 'http://localhost:3000/health/ready',
        NETHEAL_TEST_ANYTHING: 'x',
      },
    )
    expect(config.watch).toEqual({ events: true, poll: null, prove: 600_000 })
    expect(config.loop).toMatchObject({ detaches: 7, clearAfter: 3_600_000 })
    expect(config.log.maxSize).toBe(1024 ** 2)
    expect(config.heartbeat).toEqual({ at: '06:30', pingUrl: { kind: 'plain', value: 'https://hc-ping.com/uuid' } })
    expect(config.metrics.textfile).toBe('/x/netheal.prom')
    expect(config.http).toEqual({
      listen: { host: '127.0.0.1', port: 8790 },
      hosts: ['netheal.example.com', '192.168.1.5'],
      url: null,
    })
    expect(config.diagnose.readiness).toEqual([{ url: 'http://localhost:3000/health/ready', timeout: 5_000 }])
  })
})

describe('TLS', () => {
  const tls = { ca: '/etc/netheal/ca.pem' }

  test("Docker's TLS variables count for a tcp:// host, and set its port", async () => {
    const env = { DOCKER_HOST: 'tcp://10.0.0.5', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' }
    const { config, origins } = await load({}, env)
    expect(config.docker).toMatchObject({
      host: 'tcp://10.0.0.5:2376',
      tls: { ca: '/certs/ca.pem', cert: '/certs/cert.pem', key: '/certs/key.pem' },
    })
    expect(origins['docker.tls.ca']).toEqual({ kind: 'environment', name: 'DOCKER_CERT_PATH' })
  })

  test('TLS: without DOCKER_CERT_PATH the certificates are in ~/.docker', async () => {
    const env = { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1', HOME: '/home/a' }
    expect((await load({}, env)).config.docker.tls?.ca).toBe('/home/a/.docker/ca.pem')
  })

  test("Docker's TLS variables mean nothing for a socket", async () => {
    expect((await load({}, { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: 'x' })).config.docker.tls).toBeNull()
  })

  test('TLS: what the file says about TLS ends with the host of the file', async () => {
    const file = { docker: { host: 'tcp://h:1', tls } }
    expect((await load(file)).config.docker.tls?.ca).toBe('/etc/netheal/ca.pem')
    expect((await load(file, {}, { dockerHost: 'unix:///s' })).config.docker.tls).toBeNull()
  })

  test('TLS: a plain tcp:// host gets the plain port', async () => {
    expect((await load({ docker: { host: 'tcp://[::1]/' } })).config.docker.host).toBe('tcp://[::1]:2375')
  })
})

describe('problems', () => {
  test('problems of file, environment and command line are told together, each by the name it was typed under', async () => {
    const env = {
      NETHEAL_LOG_FORMAT: 'xml',
      NETHEAL_LOG_KEEP: 'many',
      NETHEAL_LOGFORMAT: 'text',
      NETHEAL_HEARTBEAT_PING_URL: 'x',
      NETHEAL_FROBNICATE: 'x',
      STATE_DIRECTORY: 'state',
      DOCKER_TLS_VERIFY: '1',
    }
    expect(await messageOf({ attachments: [RULE], loop: { whitin: 1 } }, env, { dockerHost: 'ftp://x' })).toEqual(
      [
        '/etc/netheal/config.json and the environment and the command line have 7 problems:',
        '  loop.whitin: unknown key. Did you mean "within"?',
        '  NETHEAL_LOG_FORMAT (environment): expected "text" or "json"; got "xml". For example: text.',
        '  NETHEAL_LOG_KEEP (environment): expected a whole number from 1 to 1000; got "many". For example: 5.',
        '  NETHEAL_HEARTBEAT_PING_URL (environment): expected an http:// or https:// URL; got a string (not shown). It must begin with "https://" or "http://".',
        '  STATE_DIRECTORY (systemd): expected an absolute path; got "state". It must begin with "/". For example: "/var/lib/netheal".',
        '  --docker-host (flag): expected the address of the engine: unix://, tcp:// or ssh://; got "ftp://x". "ftp://" is not one of unix://, tcp:// and ssh://. For example: "unix:///var/run/docker.sock".',
        '  NETHEAL_FROBNICATE (environment): unknown variable. There is no such variable: remove it.',
        '  NETHEAL_LOGFORMAT (environment): unknown variable. Did you mean NETHEAL_LOG_FORMAT?',
      ].map((line, i) =>
        i === 0 ? '/etc/netheal/config.json and the environment and the command line have 8 problems:' : line,
      ),
    )
  })

  test('problems of the environment alone are told', async () => {
    const env = { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1' }
    expect(await messageOf({ attachments: [RULE] }, env)).toEqual([
      'The environment has 1 problem:',
      '  DOCKER_TLS_VERIFY (environment): it asks for TLS, but the path of the certificates is not set. Set DOCKER_CERT_PATH as well.',
    ])
  })

  test('a config that asks for a container twice is told', async () => {
    const compose = { containers: [{ label: { a: '1', b: '2' } }], network: { of: 'db' } }
    const again = { containers: ['x', { label: { b: '2', a: '1' } }], network: { of: 'db' } }
    const bad = { containers: 5, network: 'n' }
    expect(
      await messageOf({ attachments: [compose, RULE, bad, again, RULE, { ...RULE, network: 'other' }] }, {}),
    ).toEqual([
      '/etc/netheal/config.json has 3 problems:',
      '  attachments[2].containers: expected a container name, or an object with "label", "compose" or "coolify", or a list of these; got 5 (a number). For example: ["pms-backend"].',
      '  attachments[3].containers[1]: attachments[0].containers[0] already asks for the same container on the same network. Remove one of the two.',
      '  attachments[4].containers: attachments[1].containers already asks for the same container on the same network. Remove one of the two.',
    ])
  })

  test('a key that is written twice in a config is told', async () => {
    expect(await messageOf('{"attachments": [{"containers": "a", "network": "n",\n"network": "m"}]}', {})).toEqual([
      '/etc/netheal/config.json has 1 problem:',
      '  attachments[0].network: written on line 1 and again on line 2. Keep one.',
    ])
  })

  test('problems of a config are data as well', async () => {
    const error = await failureOf(load({ log: { keep: 0 } }))
    expect(error.hint).toBe('fix it, then check it with `netheal config`')
    expect(problemsOf(error)).toEqual([
      {
        kind: 'value',
        path: 'log.keep',
        origin: { kind: 'file', name: '/etc/netheal/config.json' },
        expected: 'a whole number from 1 to 1000',
        got: '0 (a number)',
        advice: 'For example: 5.',
      },
    ])
    expect(problemsOf(new Error('another'))).toEqual([])
  })

  test('problems of a config beyond fifty are counted', async () => {
    const keys = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`frobnicate${i}`, 1]))
    const lines = await messageOf({ attachments: [RULE], ...keys }, {})
    expect(lines).toHaveLength(52)
    expect(lines.at(-1)).toBe('  ... and 10 more.')
  })

  test('problems name a relative file name in its own case', async () => {
    const [headline] = await messageOf({}, {}, { config: 'the config.json' })
    expect(headline).toBe('the config.json has 1 problem:')
  })
})
