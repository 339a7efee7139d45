// A config that speaks of nobody is not green: what the commands and the records say of a selector that has never matched.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { APP, NETWORK } from '../heal/rig.ts'
import { until } from '../support/until.ts'
import { Desk } from './desk.ts'

const NAME = 'pms-api-abc123def'
const NEAR = { container: NAME, selector: '{"coolify":"pms-api"}' }

/** The smallest config, for a Coolify application whose container has another name. */
async function mistaken(terminal = false): Promise<Desk> {
  const desk = await Desk.open({ terminal })
  desk.configure({ attachments: [{ containers: ['pms-api'], network: NETWORK }] })
  const labels = {
    'coolify.managed': 'true',
    'coolify.type': 'application',
    'coolify.applicationId': '7',
    'coolify.resourceName': 'pms-api',
  }
  desk.simulator.run({ name: NAME, networkMode: 'coolify', labels })
  return desk
}

test('check says it, with what would match, and ends with 3', async () => {
  await using desk = await mistaken()
  const { code, out } = await desk.run('check')
  expect(code).toBe(3)
  expect(out).toMatch(new RegExp(`^UNMATCHED +pms-api on ${NETWORK}: no container has ever matched it$`, 'm'))
  expect(out).toContain(`similar: ${NAME}, which {"coolify":"pms-api"} would match`)
  expect(out).toMatch(/^1 unmatched$/m)
  expect(JSON.parse((await desk.run('check', '--json')).out)).toMatchObject({
    unmatched: [{ selector: 'pms-api', network: NETWORK, near: [NEAR] }],
  })
})

test('what is said to match does', async () => {
  await using desk = await mistaken()
  desk.configure({ attachments: [{ containers: [JSON.parse(NEAR.selector)], network: NETWORK }] })
  const { out } = await desk.run('check')
  expect(out).toMatch(new RegExp(`^DETACHED +${NAME}`, 'm'))
  expect(out).not.toContain('UNMATCHED')
})

test('diagnose says it, with the line to write, and ends with 3', async () => {
  await using desk = await mistaken()
  const { code, out } = await desk.run('diagnose')
  expect(code).toBe(3)
  expect(out).toMatch(/WRONG networks +no container has ever matched pms-api/)
  expect(out).toContain(`if ${NAME} is meant, write {"coolify":"pms-api"} under "containers" in the config`)
})

test('status, the heartbeat and the action log say it; the log once', async () => {
  await using desk = await mistaken()
  expect((await desk.run('once')).code).toBe(3)
  await desk.run('once')
  const { code, out } = await desk.run('status')
  expect(code).toBe(3)
  expect(out).toContain(`UNMATCHED no container has ever matched pms-api; similar: ${NAME}`)
  const beats = readFileSync(join(desk.folder, 'log', 'heartbeat.log'), 'utf8')
  expect(beats).toContain('DEGRADED: Daily heartbeat - no container has ever matched pms-api; similar:')
  expect(desk.log().match(/WARNING: no container has ever matched pms-api/g)).toHaveLength(1)
  expect(JSON.parse((await desk.run('status', '--json')).out).unmatched).toMatchObject([{ near: [NEAR] }])
})

test('the log at the start of the daemon says it', async () => {
  await using desk = await mistaken()
  const running = desk.run('run')
  await until(() => desk.log().includes('no container has ever matched pms-api'))
  desk.stop.abort()
  const { code, out } = await running
  expect(code).toBe(0)
  expect(out).toMatch(/"selector":"pms-api".*no container has ever matched pms-api/)
})

test('where nothing is near it is said as well, and is no fault', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: [APP, 'not-deployed-yet'], network: NETWORK }] })
  await desk.run('once')
  const { code, out } = await desk.run('check')
  expect(code).toBe(0)
  expect(out).toContain(`SKIPPED     not-deployed-yet on ${NETWORK}: no container has ever matched it`)
  expect((await desk.run('status')).code).toBe(0)
  expect((await desk.run('diagnose')).code).toBe(0)
})

test('a container that was there and is gone is no news, whoever runs under a name like it', async () => {
  await using desk = await Desk.open()
  desk.configure({ attachments: [{ containers: [APP], network: NETWORK }] })
  await desk.run('once')
  await desk.simulator.removeContainer(APP)
  desk.simulator.run({ name: `${APP}-2`, networkMode: 'coolify' })
  expect((await desk.run('once')).code).toBe(0)
  const { code, out } = await desk.run('check')
  expect([code, out]).toEqual([0, expect.stringContaining(`SKIPPED     ${APP} on ${NETWORK}: container-missing`)])
  expect((await desk.run('status')).out).not.toContain('has ever matched')
  expect((await desk.run('diagnose')).code).toBe(0)
})
