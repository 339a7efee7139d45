// What is attached and does not reach what it is attached for, in the words and the JSON of the commands that only look.
import { expect, test } from 'vitest'
import type { Unreachable } from '../../src/core/proof.ts'
import { mapValues } from '../../src/core/state.ts'
import { APP, NETWORK } from '../heal/rig.ts'
import { Desk } from './desk.ts'

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const DETAIL = 'nowhere does not resolve inside it'

/** It was found that a name does not resolve; nobody has mended it since. */
async function unresolved(terminal = false): Promise<Desk> {
  const desk = await Desk.open({ terminal })
  desk.configure({ attachments: [{ containers: APP, network: NETWORK, resolve: ['nowhere'] }] })
  await desk.run('once')
  const unreachable: Unreachable = { reason: 'unresolved', detail: DETAIL, hint: 'start nowhere', since: Date.now() }
  desk.remember(m => ({
    ...m,
    attachments: mapValues(m.attachments, a => ({
      ...a,
      state: 'unreachable',
      seen: mapValues(a.seen, c => ({ ...c, unproven: null, unreachable })),
    })),
  }))
  return desk
}

test('check tells of it, and so does its exit code', async () => {
  await using desk = await unresolved()
  const { code, out } = await desk.run('check')
  expect(code).toBe(3)
  expect(out).toMatch(
    new RegExp(`^UNREACHABLE +${APP} is attached to ${NETWORK}, but ${DETAIL} \\(since .* UTC\\)$`, 'm'),
  )
  expect(out).not.toMatch(/^OK/m)
  expect(out).toMatch(/^1 unreachable$/m)
})

test('status tells of it, and so does its exit code', async () => {
  await using desk = await unresolved()
  const { code, out } = await desk.run('status')
  expect(code).toBe(3)
  expect(out).toMatch(new RegExp(`^unreachable +${APP}  ${NETWORK}  ${DETAIL}; .*; since .*proven: [a-z]+`, 'm'))
})

test('the JSON of check and status has the reason, since when, and what helps', async () => {
  await using desk = await unresolved()
  const unreachable = { reason: 'unresolved', detail: DETAIL, hint: expect.any(String), since: ISO }
  const check = JSON.parse((await desk.run('check', '--json')).out)
  expect(check.unreachable).toEqual([{ container: APP, network: NETWORK, ...unreachable }])
  expect(check.satisfied).toMatchObject([{ container: APP, unreachable }])
  const status = JSON.parse((await desk.run('status', '--json')).out)
  expect(status.attachments).toMatchObject([{ container: APP, state: 'unreachable', unreachable }])
  const live = JSON.parse((await desk.run('status', '--live', '--json')).out)
  expect(live.attachments).toMatchObject([{ container: APP, state: 'unreachable', unreachable }])
})

test('once tells of it in its JSON, and again to whoever looks at a terminal', async () => {
  await using desk = await unresolved(true)
  const json = JSON.parse((await desk.run('once', '--json')).out)
  expect(json.unreachable).toMatchObject([{ container: APP, network: NETWORK, reason: 'unresolved' }])
  const { code, out } = await desk.run('once')
  expect(code).toBe(3)
  expect(out).toContain(`WARNING: ${APP} is attached to ${NETWORK}, but ${DETAIL}`)
})

test('check and status say how far the rest is proven', async () => {
  await using desk = await Desk.open()
  await desk.run('once')
  const proven = /\(proven: [a-z]+(, \d+ m?s ago)?\)$/m
  expect((await desk.run('check')).out).toMatch(proven)
  expect((await desk.run('status')).out).toMatch(/ago; proven: [a-z]+/)
})
