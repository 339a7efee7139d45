// `netheal config`: what is in force, and where each value came from.
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Desk } from './desk.ts'

/** The line of one value: its text and its origin. */
function lineOf(out: string, path: string): string {
  const line = out.split('\n').find(l => l.startsWith(`${path} `)) ?? ''
  return line.replace(/ +/g, ' ')
}

test('each value stands with its origin', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.env = { NETHEAL_LOG_FORMAT: 'json', DOCKER_HOST: 'unix:///elsewhere.sock' }
  const { code, out, err } = await desk.run('config', '--docker-host', 'unix:///by/flag.sock')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.split('\n')[0]).toBe(desk.file)
  expect(lineOf(out, 'log.format')).toBe('log.format "json" environment NETHEAL_LOG_FORMAT')
  expect(lineOf(out, 'docker.host')).toBe('docker.host "unix:///by/flag.sock" flag --docker-host')
  expect(lineOf(out, 'log.directory')).toBe(`log.directory "${desk.folder}/log" file`)
  expect(lineOf(out, 'watch.events')).toBe('watch.events true default')
  expect(lineOf(out, 'attachments[0].network')).toMatch(/ file$/)
  expect(lineOf(out, 'attachments[0].restart.when')).toBe('attachments[0].restart.when "never" default')
})

test('the directories of systemd are better defaults, and no more', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({ log: {} })
  desk.env = { LOGS_DIRECTORY: '/var/log/private/netheal', STATE_DIRECTORY: '/var/lib/private/netheal' }
  const { out } = await desk.run('config')
  expect(lineOf(out, 'log.directory')).toBe('log.directory "/var/log/private/netheal" systemd LOGS_DIRECTORY')
  expect(lineOf(out, 'state.directory')).toBe(`state.directory "${desk.folder}/state" file`)
})

test('as JSON it has the file, the config and the origins', async () => {
  await using desk = await Desk.open({ furnished: false })
  const { code, out } = await desk.run('config', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    version: 1,
    file: desk.file,
    config: { docker: { host: desk.host }, attachments: [{ restart: { when: 'never' } }] },
    origins: { 'docker.host': { kind: 'file', name: desk.file }, 'log.format': { kind: 'default', name: '' } },
  })
})

test('what it prints as JSON is a config file, and in force the same', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({
    loop: { within: '24h' },
    log: { maxSize: '2m' },
    http: { listen: '8790' },
    notify: [{ format: 'ntfy', url: { env: 'NETHEAL_NTFY' } }],
  })
  desk.env = { NETHEAL_NTFY: 'https://ntfy.sh/x' }
  const { config } = JSON.parse((await desk.run('config', '--json')).out)
  expect(config).toMatchObject({
    attachments: [{ restart: { cooldown: '5m', grace: '10s' } }],
    loop: { within: '1d', clearAfter: '15m' },
    log: { maxSize: '2m' },
  })
  writeFileSync(desk.file, JSON.stringify(config))
  const again = await desk.run('config', '--json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.out).config).toEqual(config)
})

test('durations and sizes are told as they are written', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({ loop: { within: '90m' } })
  const { out } = await desk.run('config')
  expect(lineOf(out, 'loop.within')).toBe('loop.within "90m" file')
  expect(lineOf(out, 'loop.clearAfter')).toBe('loop.clearAfter "15m" default')
  expect(lineOf(out, 'attachments[0].restart.cooldown')).toBe('attachments[0].restart.cooldown "5m" default')
  expect(lineOf(out, 'attachments[0].aliases')).toBe('attachments[0].aliases (the ones it had) default')
  expect(lineOf(out, 'log.maxSize')).toBe('log.maxSize "10m" default')
})

test('mistakes as JSON are data, and 2', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({ log: { format: 'xml' }, loop: { detaches: 1 } })
  const { code, out, error } = await desk.run('config', '--json')
  expect({ code, error }).toEqual({ code: 2, error: null })
  expect(JSON.parse(out)).toMatchObject({
    version: 1,
    problems: expect.arrayContaining([
      expect.objectContaining({ path: 'log.format' }),
      expect.objectContaining({ path: 'loop.detaches' }),
    ]),
  })
})

test('secrets are not shown, in no form; where they are is', async () => {
  await using desk = await Desk.open({ furnished: false })
  const hook = 'https://hooks.slack.com/services/T0/PLANTED'
  desk.configure({
    heartbeat: { pingUrl: hook },
    notify: [
      { format: 'slack', url: hook },
      { format: 'ntfy', url: { env: 'NETHEAL_NTFY' }, token: { file: 'ntfy-token' } },
    ],
  })
  desk.env = { NETHEAL_NTFY: 'https://ntfy.sh/PLANTED' }
  const { code, out } = await desk.run('config')
  expect(code).toBe(0)
  expect(out).not.toContain('PLANTED')
  expect(lineOf(out, 'heartbeat.pingUrl')).toBe('heartbeat.pingUrl "https://hooks.slack.com/..." file')
  expect(lineOf(out, 'notify[0].url')).toBe('notify[0].url "https://hooks.slack.com/..." file')
  expect(lineOf(out, 'notify[1].url')).toBe('notify[1].url {"env":"NETHEAL_NTFY"} file')
  expect(lineOf(out, 'notify[1].token')).toBe('notify[1].token {"file":"ntfy-token"} file')
  expect(lineOf(out, 'http.listen')).toBe('http.listen (no port is opened) default')
  desk.env = { ...desk.env, NETHEAL_HEARTBEAT_PING_URL: 'https://hc-ping.com/PLANTED' }
  const json = await desk.run('config', '--json')
  expect(json.out).not.toContain('PLANTED')
  expect(JSON.parse(json.out)).toMatchObject({
    config: { heartbeat: { pingUrl: 'https://hc-ping.com/...' } },
    origins: {
      'heartbeat.pingUrl': { kind: 'environment', name: 'NETHEAL_HEARTBEAT_PING_URL' },
      notify: { kind: 'file', name: desk.file },
    },
  })
})

test('mistakes beside secrets do not show them either', async () => {
  await using desk = await Desk.open({ furnished: false })
  desk.configure({ notify: [{ format: 'slack', url: 'PLANTED', token: 'PLANTED' }] })
  desk.env = { NETHEAL_HEARTBEAT_PING_URL: 'PLANTED' }
  const text = await desk.run('config')
  const json = await desk.run('config', '--json')
  const told = [text.out, text.err, text.error?.message, text.error?.hint, json.out, json.err].join('\n')
  expect([text.code, json.code]).toEqual([2, 2])
  expect(told).toContain('notify[0].token')
  expect(told).not.toContain('PLANTED')
})
