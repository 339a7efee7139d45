// What notify, http, metrics and diagnose become: every form they may be written in, every default filled in.
import { describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { NOTICE_KINDS } from '../../src/notify/rules/notice.ts'
import { diskWith } from './disk.ts'

async function load(more: object, env: Record<string, string> = {}): Promise<Config> {
  const file = { attachments: [{ containers: 'a', network: 'n' }], ...more }
  return (await loadConfig({ flags: {}, env, disk: diskWith(file) })).config
}

const HOOK = 'https://hooks.slack.com/services/T/B/x'
const PLAIN = { kind: 'plain', value: HOOK }

describe('targets', () => {
  test('notify targets are named after format and position, and told of everything', async () => {
    const { notify } = await load({
      notify: [
        { url: HOOK },
        { format: 'slack', url: HOOK },
        { format: 'email', to: 'root' },
        { url: HOOK, name: 'ops' },
      ],
    })
    expect(notify.map(target => target.name)).toEqual(['json-1', 'slack-2', 'email-3', 'ops'])
    expect(notify.every(target => target.on.join() === NOTICE_KINDS.join())).toBe(true)
    expect(notify[0]).toEqual({ name: 'json-1', on: NOTICE_KINDS, format: 'json', url: PLAIN, token: null })
  })

  test('notify targets of the web have secrets in three forms, and a token in two', async () => {
    const { notify } = await load({
      notify: [
        { format: 'ntfy', url: { env: 'NTFY_URL' }, token: { file: 'ntfy-token' }, on: ['recovered', 'loop', 'loop'] },
        { format: 'discord', url: { file: '/etc/netheal/discord' }, token: { env: 'TOKEN' } },
      ],
    })
    expect(notify).toEqual([
      {
        name: 'ntfy-1',
        on: ['loop', 'recovered'],
        format: 'ntfy',
        url: { kind: 'env', name: 'NTFY_URL' },
        token: { kind: 'file', path: 'ntfy-token' },
      },
      {
        name: 'discord-2',
        on: NOTICE_KINDS,
        format: 'discord',
        url: { kind: 'file', path: '/etc/netheal/discord' },
        token: { kind: 'env', name: 'TOKEN' },
      },
    ])
  })

  test('notify targets for e-mail and commands', async () => {
    const { notify } = await load({
      notify: [
        { format: 'email', to: 'ops@example.com' },
        { format: 'email', to: ['a@b.c', 'root'], from: 'netheal@example.com', sendmail: '/usr/bin/msmtp' },
        { format: 'command', command: ['/usr/local/bin/tell', '', '-x "y"\n'] },
      ],
    })
    expect(notify).toEqual([
      expect.objectContaining({ format: 'email', to: ['ops@example.com'], from: null, sendmail: '/usr/sbin/sendmail' }),
      expect.objectContaining({ to: ['a@b.c', 'root'], from: 'netheal@example.com', sendmail: '/usr/bin/msmtp' }),
      { name: 'command-3', on: NOTICE_KINDS, format: 'command', command: ['/usr/local/bin/tell', '', '-x "y"\n'] },
    ])
  })
})

test('the ping in its three forms', async () => {
  for (const [written, meant] of [
    [HOOK, PLAIN],
    [{ env: 'PING' }, { kind: 'env', name: 'PING' }],
    [{ file: 'ping' }, { kind: 'file', path: 'ping' }],
  ])
    expect((await load({ heartbeat: { pingUrl: written } })).heartbeat.pingUrl).toEqual(meant)
})

test('a variable that the file names for a secret may be called as ours are', async () => {
  const file = { notify: [{ url: { env: 'NETHEAL_HOOK' } }], heartbeat: { pingUrl: { env: 'NETHEAL_PING' } } }
  const env = { NETHEAL_HOOK: HOOK, NETHEAL_PING: HOOK }
  expect((await load(file, env)).notify).toHaveLength(1)
  await expect(load(file, { ...env, NETHEAL_OTHER: 'x' })).rejects.toThrow('NETHEAL_OTHER')
})

test('http and metrics', async () => {
  const { http, metrics } = await load({
    http: { listen: '[::1]:8790', hosts: ['Netheal.Example.com', '[fd00::5]'] },
    metrics: { textfile: '/var/lib/node_exporter/netheal.prom' },
  })
  expect(http).toEqual({ listen: { host: '::1', port: 8790 }, hosts: ['netheal.example.com', '[fd00::5]'], url: null })
  expect(metrics.textfile).toBe('/var/lib/node_exporter/netheal.prom')
})

describe('diagnose', () => {
  const url = 'http://localhost:3000/health/ready?a=b'

  test.each([
    ['a URL', url, [{ url, timeout: 5_000 }]],
    ['an object', { url }, [{ url, timeout: 5_000 }]],
    [
      'a list',
      [url, { url, timeout: '500ms' }],
      [
        { url, timeout: 5_000 },
        { url, timeout: 500 },
      ],
    ],
    ['an empty list', [], []],
  ])('diagnose: readiness as %s', async (_, readiness, meant) => {
    expect((await load({ diagnose: { readiness } })).diagnose.readiness).toEqual(meant)
  })

  test('diagnose: probes', async () => {
    const { diagnose } = await load({
      diagnose: {
        probes: [
          { name: 'ready', container: { coolify: 'pms-backend' }, command: ['test', '-e', '/ready'] },
          { name: 'rows', container: 'db', command: ['psql'], expect: '', timeout: '1m', remedy: 'call Bob' },
          { preset: 'pms-database', container: 'supabase-db-*' },
          {
            ...{ preset: 'pms-database', name: 'other', container: 'x', user: 'ro', database: 'pms' },
            ...{ migrations: '/data/migrations', timeout: '2s' },
          },
        ],
      },
    })
    expect(diagnose.probes).toEqual([
      {
        ...{ kind: 'command', name: 'ready', container: { coolify: 'pms-backend' }, command: ['test', '-e', '/ready'] },
        ...{ expect: null, timeout: 10_000, remedy: null },
      },
      {
        ...{ kind: 'command', name: 'rows', container: 'db', command: ['psql'] },
        ...{ expect: '', timeout: 60_000, remedy: 'call Bob' },
      },
      {
        ...{ kind: 'pms-database', name: 'pms-database', container: 'supabase-db-*' },
        ...{ user: 'postgres', database: 'postgres', migrations: null, timeout: 10_000 },
      },
      {
        ...{ kind: 'pms-database', name: 'other', container: 'x' },
        ...{ user: 'ro', database: 'pms', migrations: '/data/migrations', timeout: 2_000 },
      },
    ])
  })
})
