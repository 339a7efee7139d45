// The config in force, written as a file again: it is the same config, and a person reads `5m` in it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { writtenConfig } from '../../src/config/written.ts'
import { NOTICE_KINDS } from '../../src/notify/rules/notice.ts'
import { diskWith } from './disk.ts'

async function load(file: unknown): Promise<Config> {
  return (await loadConfig({ flags: {}, env: {}, disk: diskWith(JSON.stringify(file)) })).config
}

const duration = (from: number, to: number) => fc.integer({ min: from, max: to }).map(seconds => `${seconds}s`)
const some = <T>(record: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(record, { requiredKeys: [] })
const name = fc.constantFrom('pms-backend', 'a', 'b_c.d')
const selector = fc.oneof(
  name,
  fc.record({ compose: fc.constant('supabase/db') }),
  fc.record({ coolify: name }),
  fc.record({ label: fc.dictionary(name, name, { minKeys: 1, maxKeys: 2 }) }),
)
const secret = fc.oneof(
  fc.constant('https://hooks.example.com/services/x'),
  fc.record({ env: fc.constant('HOOK') }),
  fc.record({ file: fc.constant('/etc/netheal/hook') }),
)
const policy = some({
  cooldown: duration(0, 86_400),
  maxPerHour: fc.integer({ min: 1, max: 60 }),
  grace: duration(0, 600),
}).chain(rest => fc.record({ when: fc.constantFrom('never', 'after-attach'), ...constants(rest) }))

function constants(values: object): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)]))
}

const rule = fc.record(
  {
    containers: fc.oneof(
      selector,
      fc.uniqueArray(selector, { minLength: 1, maxLength: 3, selector: one => JSON.stringify(one) }),
    ),
    network: fc.constantFrom('n', { of: 'db' }, { ofEach: 'app-*' }),
    resolve: fc.constant(['supabase-db']),
    aliases: fc.constantFrom([], ['backend']),
    gatewayPriority: fc.integer({ min: -32768, max: 32767 }),
    restart: fc.oneof(fc.constantFrom('never', 'after-attach', 'if-unresolved'), policy),
    repair: fc.boolean(),
    onLoop: fc.constantFrom('heal', 'back-off'),
    onDeploy: fc.constantFrom('silent', 'tell'),
  },
  { requiredKeys: ['containers', 'network', 'resolve'] },
)
const on = fc.subarray([...NOTICE_KINDS], { minLength: 1 })
const target = fc.oneof(
  fc.record(
    {
      format: fc.constantFrom('json', 'slack', 'discord', 'ntfy'),
      url: secret,
      token: fc.constant({ env: 'TOKEN' }),
      on,
    },
    { requiredKeys: ['format', 'url'] },
  ),
  fc.record(
    {
      format: fc.constant('email'),
      to: fc.constantFrom('root', ['root', 'ops@example.com']),
      from: fc.constant('root'),
    },
    { requiredKeys: ['format', 'to'] },
  ),
  fc.record({ format: fc.constant('command'), command: fc.constant(['/usr/local/bin/tell', '']) }),
)
const probe = fc.oneof(
  fc.record(
    {
      name: fc.constant('sync'),
      container: selector,
      command: fc.constant(['true']),
      expect: fc.constant('0'),
      remedy: fc.constant('restart it'),
      timeout: duration(1, 60),
    },
    { requiredKeys: ['name', 'container', 'command'] },
  ),
  fc.record(
    {
      preset: fc.constant('pms-database'),
      container: selector,
      user: name,
      migrations: fc.constant('/srv/migrations'),
    },
    { requiredKeys: ['preset', 'container'] },
  ),
)
/** The same text for the same selector, in whatever order its keys are. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.entries(part).sort() : part,
  )

const ready = fc.constant('http://localhost:3000/ready')
const file = fc.record(
  {
    // Two rules on one network must not ask for the same container.
    attachments: fc.uniqueArray(rule, { minLength: 1, maxLength: 2, selector: one => sorted(one.network) }),
    labels: some({ prefix: fc.constantFrom('own', 'a.b') }).map(rest => ({ networks: ['bccg*'], ...rest })),
    watch: some({ poll: fc.constantFrom(false, '*/5 * * * *') }),
    loop: some({
      detaches: fc.integer({ min: 2, max: 9 }),
      within: duration(1, 604_800),
      clearAfter: duration(1, 9_999),
    }),
    log: some({ format: fc.constantFrom('text', 'json'), maxSize: fc.constantFrom('4k', '1024k', '3m', '10g') }),
    heartbeat: some({ at: fc.constant('07:30'), pingUrl: secret }),
    docker: fc.constantFrom(
      {},
      { host: 'ssh://root@db' },
      { host: 'tcp://db', tls: { ca: '/etc/ca.pem' }, timeout: '90s' },
      { host: 'tcp://db:1', tls: { cert: '/etc/cert.pem', key: '/etc/key.pem' } },
    ),
    notify: fc.array(target, { maxLength: 4 }),
    metrics: some({ textfile: fc.constant('/var/lib/netheal.prom') }),
    http: some({ listen: fc.constantFrom('8790', '[::1]:1', 'localhost:2', '0.0.0.0:3'), hosts: fc.constant(['A.b']) }),
    diagnose: some({
      readiness: fc.oneof(ready, fc.array(fc.oneof(ready, fc.record({ url: ready, timeout: duration(1, 300) })))),
      probes: fc.array(probe, { maxLength: 1 }),
    }),
  },
  { requiredKeys: ['attachments'] },
)

test('what a config is written as is read as the same config', async () => {
  await fc.assert(
    fc.asyncProperty(file, async written => {
      const config = await load(written)
      expect(await load(writtenConfig(config))).toEqual(config)
    }),
  )
})

test('durations and sizes stand in the largest unit that fits', async () => {
  const attachments = [{ containers: 'a', network: 'n', restart: { when: 'never', cooldown: '300s', grace: '1500ms' } }]
  const config = await load({ attachments, loop: { within: '24h' }, log: { maxSize: '2048k' } })
  expect(writtenConfig(config)).toMatchObject({
    attachments: [{ restart: { cooldown: '5m', grace: '1500ms' } }],
    loop: { within: '1d', clearAfter: '15m' },
    log: { maxSize: '2m' },
    docker: { timeout: '10s' },
  })
})
