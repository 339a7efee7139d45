// `netheal init` from the command line on the simulated host of the runbook: what it proposes is good, and heals that host.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { DATABASE, NETWORK } from '../heal/rig.ts'
import { Desk } from './desk.ts'

const APP_UUID = 'z4wcskc0ogk8wo0s8kw4o8ck'
const coolify = { 'coolify.managed': 'true' }

/** A Supabase service stack of Coolify, its proxy, and applications with changing names. */
function runbookHost({ simulator }: Desk): void {
  simulator.createNetwork('coolify')
  simulator.createNetwork(NETWORK)
  for (const service of [DATABASE, 'supabase-kong']) {
    simulator.run({
      name: `${service}-${NETWORK}`,
      networkMode: NETWORK,
      networks: { [NETWORK]: { aliases: [service] } },
      labels: {
        ...coolify,
        'coolify.type': 'service',
        'coolify.service.subName': service,
        'com.docker.compose.project': NETWORK,
        'com.docker.compose.service': service,
      },
    })
  }
  const application = { ...coolify, 'coolify.type': 'application', 'coolify.resourceName': 'pms-backend' }
  simulator.run({
    name: `${APP_UUID}-165001234567`,
    networkMode: 'coolify',
    labels: { ...application, 'coolify.pullRequestId': '0', 'coolify.applicationId': '7' },
  })
  simulator.run({
    name: `${APP_UUID}-pr-12`,
    networkMode: 'coolify',
    labels: { ...application, 'coolify.pullRequestId': '12' },
  })
  simulator.run({ name: 'coolify-proxy', networkMode: 'coolify', labels: { 'coolify.proxy': 'true' } })
}

test('the proposal passes the schema, and heals the host without its previews', async () => {
  await using desk = await Desk.open({ furnished: false })
  runbookHost(desk)
  const { code, out } = await desk.plain('init', '--docker-host', desk.host)
  expect(code).toBe(0)
  expect(desk.simulator.calls.writes).toEqual([])
  const file = join(desk.folder, 'proposal.json')
  writeFileSync(file, out)
  const { config } = await loadConfig({ flags: { config: file }, env: {} })
  expect(config.attachments.map(a => a.network)).toEqual([NETWORK, { ofEach: { label: coolify } }])
  desk.configure({ attachments: JSON.parse(out).attachments })
  expect((await desk.run('once')).code).toBe(0)
  expect(desk.simulator.isAttached(`${APP_UUID}-165001234567`, NETWORK)).toBe(true)
  expect(desk.simulator.isAttached(`${APP_UUID}-pr-12`, NETWORK)).toBe(false)
  expect(desk.simulator.isAttached('coolify-proxy', NETWORK)).toBe(true)
})

test('--write never writes over a config, and says what keeps it from writing', async () => {
  await using desk = await Desk.open({ furnished: false })
  runbookHost(desk)
  const write = (file: string) => desk.plain('init', '--docker-host', desk.host, '--write', '--config', file)
  const file = join(desk.folder, 'new', 'config.json')
  const first = await write(file)
  expect(first.code).toBe(0)
  expect(readFileSync(file, 'utf8')).toBe(first.out)
  writeFileSync(file, 'mine')
  const second = await write(file)
  expect(second).toMatchObject({ code: 2, error: { message: `${file} exists, and was not overwritten` } })
  expect(readFileSync(file, 'utf8')).toBe('mine')
  const third = await write(join(file, 'below', 'a-file.json'))
  expect(third).toMatchObject({ code: 3, error: { code: 'record', message: expect.stringContaining('cannot write') } })
})
