// `netheal diagnose` as an operator runs it: a typo, no config, a bad one, no engine, JSON, and the bundle.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APP, NETWORK, WORKER } from '../heal/rig.ts'
import { Desk, type Ran } from './desk.ts'

interface Answer {
  readonly version: number
  readonly well: boolean
  readonly containers: readonly string[]
  readonly findings: readonly {
    readonly topic: string
    readonly code: string
    readonly verdict: string
    readonly subject: string | null
    readonly causes: readonly { readonly code: string }[]
  }[]
}

const answerOf = ({ out }: Ran): Answer => JSON.parse(out) as Answer
const codesOf = (ran: Ran, verdict: string): readonly string[] =>
  answerOf(ran)
    .findings.filter(f => f.verdict === verdict)
    .map(f => f.code)

test('a detached container: what, what to do, exit code 3; and nothing is changed', async () => {
  await using desk = await Desk.open()
  const ran = await desk.run('diagnose', APP)
  expect(ran.code).toBe(3)
  expect(ran.out).toMatch(new RegExp(`1 WRONG networks +${APP} is not attached to ${NETWORK}`))
  expect(ran.out).toContain('netheal once')
  expect(desk.log()).toBe('')
  expect(existsSync(join(desk.folder, 'state'))).toBe(false)
  expect(codesOf(await desk.run('diagnose', APP, '--json'), 'wrong')).toContain('detached')
})

test('a healthy host fits on one screen, and ends with 0', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  const ran = await desk.run('diagnose')
  expect(ran.out).toMatch(/^Nothing is wrong/)
  expect(ran.code).toBe(0)
  expect(ran.out.split('\n').length).toBeLessThanOrEqual(24)
  expect(answerOf(await desk.run('diagnose', '--json'))).toMatchObject({
    version: 1,
    well: true,
    containers: [APP, WORKER],
  })
})

test('a typo in the name is said with the name that is near, and ends with 2', async () => {
  await using desk = await Desk.open()
  const ran = await desk.run('diagnose', 'pms-bakend')
  expect(ran.code).toBe(2)
  expect(ran.error?.message).toMatch(/no container matches "pms-bakend"/)
  expect(ran.error?.hint).toMatch(/did you mean pms-backend/)
})

test('a typo in the flag is said with the flag that is near', async () => {
  await using desk = await Desk.open()
  const ran = await desk.run('diagnose', '--bundel', 'x')
  expect(ran.code).toBe(2)
  expect(ran.err).toMatch(/Did you mean --bundle/)
})

test('by the beginning of an id, and one container only', async () => {
  await using desk = await Desk.open()
  const id = desk.simulator.container(WORKER).id.slice(0, 12)
  expect(answerOf(await desk.run('diagnose', id, '--json')).containers).toEqual([WORKER])
})

test('without a config, for a container that is named', async () => {
  await using desk = await Desk.open()
  const ran = await desk.plain('diagnose', APP, '--docker-host', desk.host, '--json')
  expect(answerOf(ran).containers).toEqual([APP])
  expect(codesOf(ran, 'well')).toContain('engine-well')
})

test('a config file that was named and is not there ends with 2', async () => {
  await using desk = await Desk.open()
  const ran = await desk.plain('diagnose', APP, '--config', join(desk.folder, 'no.json'))
  expect(ran).toMatchObject({ code: 2, error: { message: expect.stringMatching(/does not exist/) as unknown } })
})

test('a bad config is a finding, and what is good of it is used', async () => {
  await using desk = await Desk.open()
  desk.configure({ loop: { detachs: 3 } })
  const ran = await desk.run('diagnose', '--json')
  expect(ran.code).toBe(3)
  expect(codesOf(ran, 'wrong')).toEqual(expect.arrayContaining(['config-bad', 'detached']))
  expect(answerOf(ran).containers).toEqual([APP, WORKER])
})

test('no config that could be parsed is a finding too', async () => {
  await using desk = await Desk.open()
  writeFileSync(desk.file, '{"attachments": [')
  const ran = await desk.run('diagnose', APP, '--docker-host', desk.host, '--json')
  expect(codesOf(ran, 'wrong')).toContain('config-bad')
  expect(answerOf(ran).containers).toEqual([APP])
})

test('no engine: that is the first cause, and nothing about containers is called healthy', async () => {
  await using desk = await Desk.open()
  desk.configure({ docker: { host: `unix://${desk.folder}/none.sock` } })
  const ran = await desk.run('diagnose', '--json')
  expect(ran.code).toBe(3)
  const { findings } = answerOf(ran)
  expect(findings[0]).toMatchObject({ topic: 'netheal', verdict: 'wrong', causes: [] })
  const blind = ['networks', 'restarts', 'pools', 'database']
  expect(findings.filter(f => f.verdict === 'well' && blind.includes(f.topic))).toEqual([])
})

test('a torn state file stays where it is', async () => {
  await using desk = await Desk.open()
  mkdirSync(join(desk.folder, 'state'))
  const file = join(desk.folder, 'state', 'state.json')
  writeFileSync(file, '{"version":1,')
  expect((await desk.run('diagnose')).code).toBe(3)
  expect(readFileSync(file, 'utf8')).toBe('{"version":1,')
})

test('the bundle holds what it says, and none of the planted secrets', async () => {
  const planted = [
    'planted-in-url',
    'planted-in-env',
    'planted-in-file',
    'planted-in-log',
    'planted-in-command',
    'planted-as-a-word',
  ]
  await using desk = await Desk.open()
  writeFileSync(join(desk.folder, 'token'), 'planted-in-file\n')
  desk.env = { SLACK_URL: 'https://hooks.slack.com/services/T0/B0/planted-in-env' }
  desk.configure({
    heartbeat: { pingUrl: 'https://ping.example.com/planted-in-url' },
    notify: [
      { format: 'slack', url: { env: 'SLACK_URL' } },
      { format: 'command', command: ['/usr/bin/tell', '--token', 'planted-as-a-word'] },
      { url: 'https://example.com/x', token: { file: join(desk.folder, 'token') } },
    ],
    diagnose: {
      probes: [{ name: 'p', container: APP, command: ['sh', '-c', 'PGPASSWORD=planted-in-command psql'] }],
    },
  })
  // What an error has written down: the values themselves must go, wherever they stand.
  mkdirSync(join(desk.folder, 'log'))
  const lines = [
    'a url with planted-in-env in it',
    'DATABASE_URL=postgresql://u:planted-in-log@db/x',
    'planted-in-file',
  ]
  writeFileSync(join(desk.folder, 'log', 'current.log'), `${lines.join('\n')}\n`)
  const file = join(desk.folder, 'b.tar.gz')
  const ran = await desk.run('diagnose', APP, '--bundle', file)
  expect(ran.err).toMatch(/^netheal: wrote .*\. Look through it before you send it/m)
  const out = join(desk.folder, 'unpacked')
  mkdirSync(out)
  execFileSync('tar', ['xzf', file, '-C', out])
  const names = execFileSync('tar', ['tzf', file], { encoding: 'utf8' }).trim().split('\n')
  expect(names).toEqual([
    'netheal/diagnosis.txt',
    'netheal/diagnosis.json',
    'netheal/versions.json',
    'netheal/config.json',
    'netheal/state.json',
    'netheal/logs/current.log',
    'netheal/logs/heartbeat.log',
  ])
  const texts = names.map(name => readFileSync(join(out, name), 'utf8'))
  for (const secret of planted) expect(texts.filter(text => text.includes(secret))).toEqual([])
  expect(JSON.parse(texts[1] ?? '')).toMatchObject({ version: 1, containers: [APP] })
  expect(JSON.parse(texts[2] ?? '')).toMatchObject({ netheal: { version: '0.1.0' }, docker: { apiVersion: '1.51' } })
  expect(JSON.parse(texts[3] ?? '')).toMatchObject({ config: { log: { format: 'text' } } })
  expect(texts[5]).toBe('a url with *** in it\nDATABASE_URL=postgresql://u:***@db/x\n***\n')
  const again = await desk.run('diagnose', APP, '--bundle', file)
  expect(again).toMatchObject({
    code: 2,
    error: { message: expect.stringMatching(/the file exists, and was not overwritten/) as unknown },
  })
})

test.skipIf(process.geteuid?.() !== 0)(
  'the bundle that root makes holds nothing that the owner of the logs may not read',
  async () => {
    await using desk = await Desk.open()
    desk.configure({})
    const [secret, logs] = [join(desk.folder, 'shadow'), join(desk.folder, 'log')]
    writeFileSync(secret, 'root:planted\n', { mode: 0o600 })
    mkdirSync(logs)
    symlinkSync(secret, join(logs, 'current.log'))
    chmodSync(desk.folder, 0o755)
    chownSync(logs, 65534, 65534)
    const file = join(desk.folder, 'b.tar.gz')
    await desk.run('diagnose', APP, '--bundle', file)
    const text = execFileSync('tar', ['xzOf', file, 'netheal/logs/current.log'], { encoding: 'utf8' })
    expect(text).not.toContain('planted')
    expect(text).toContain('cannot be read')
  },
)
