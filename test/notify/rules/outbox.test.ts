// Which target gets what, how many an hour, and what is said of the rest.
import { describe, expect, test } from 'vitest'
import { KEPT_DELIVERIES } from '../../../src/notify/rules/incident.ts'
import { NOTICE_KINDS, type Notice } from '../../../src/notify/rules/notice.ts'
import { NO_NOTICES, type Notices } from '../../../src/notify/rules/notices.ts'
import { type Address, forTargets, MOST_AN_HOUR, post, roomAt, wants } from '../../../src/notify/rules/outbox.ts'
import { MINUTE, NOW } from '../../core/builders.ts'

const ALL: Address = { name: 'all', on: NOTICE_KINDS }

function notice(id: string, over: Partial<Notice> = {}): Notice {
  return {
    id,
    kind: 'failed',
    phase: 'opened',
    incident: 'failed',
    at: NOW,
    since: NOW,
    container: null,
    network: null,
    title: `title ${id}`,
    lines: [],
    remedy: null,
    severity: 'warning',
    target: null,
    thread: '',
    ...over,
  }
}

const over = notice('over', { kind: 'recovered', phase: 'closed', incident: 'loop' })

test.each<[readonly Notice['kind'][], Notice, boolean]>([
  [['loop'], notice('a'), false],
  [['failed'], notice('a'), true],
  [['loop'], over, false],
  [['loop', 'recovered'], over, true],
  [['failed', 'recovered'], over, false],
  [['recovered'], over, true],
])('on %j: %j is sent: %s', (on, message, sent) => {
  expect(wants({ name: 'x', on }, message)).toBe(sent)
})

function posted(before: Notices, notices: readonly Notice[], now = NOW): Notices {
  const { outbox, targets } = post(before, notices, [ALL], now)
  return { ...before, outbox, targets }
}

describe('the limit', () => {
  const many = Array.from({ length: 14 }, (_, i) => notice(String(i)))

  test('the limit of messages holds back what is above it, and one message tells of that as soon as there is room', () => {
    let held = posted(NO_NOTICES, many)
    expect(held.outbox.map(d => d.notice.id)).toEqual(many.slice(0, MOST_AN_HOUR).map(n => n.id))
    expect(held.targets.all?.heldBack).toEqual({ count: 4, titles: ['title 10', 'title 11', 'title 12', 'title 13'] })
    expect(roomAt(held.targets)).toBe(NOW + 60 * MINUTE)
    held = posted(held, [], NOW + 59 * MINUTE)
    expect(held.outbox).toHaveLength(MOST_AN_HOUR)
    held = posted(held, [], NOW + 60 * MINUTE)
    expect(held.outbox.at(-1)?.notice).toMatchObject({
      title: '4 more messages were held back: at most 10 are sent an hour',
      lines: ['title 10', 'title 11', 'title 12', 'title 13'],
    })
    expect(roomAt(held.targets)).toBeNull()
    expect(posted(held, [], NOW + 61 * MINUTE).outbox).toHaveLength(MOST_AN_HOUR + 1)
  })

  test('the limit of messages holds back nothing that is critical; ends and reminders wait', () => {
    const small = Array.from({ length: 5 }, (_, i) => notice(`small ${i}`))
    const ends = Array.from({ length: 7 }, (_, i) => ({ ...over, id: `end ${i}`, severity: 'info' as const }))
    const held = posted(NO_NOTICES, [...ends, ...small])
    expect(held.targets.all?.heldBack.count).toBe(2)
    const outage = notice('the engine is down', { severity: 'critical' })
    const after = posted(held, [outage])
    expect(after.outbox.at(-1)?.notice.id).toBe('the engine is down')
    expect(after.targets.all?.heldBack.count).toBe(2)
  })

  test('the limit of messages is for each target alone', () => {
    const loops: Address = { name: 'loops', on: ['loop'] }
    const { targets } = post(NO_NOTICES, many, [loops, ALL], NOW)
    expect(targets.loops).toBeUndefined()
    expect(targets.all?.heldBack.count).toBe(4)
  })
})

test('a full outbox throws out the oldest, and says how many', () => {
  const [delivery] = posted(NO_NOTICES, [notice('x')]).outbox
  if (delivery === undefined) throw new Error('nothing posted')
  const full = { ...NO_NOTICES, outbox: Array.from({ length: KEPT_DELIVERIES }, () => delivery) }
  const { outbox, dropped } = post(full, [notice('new')], [ALL], NOW)
  expect(outbox).toHaveLength(KEPT_DELIVERIES)
  expect(outbox.at(-1)?.notice.id).toBe('new')
  expect(dropped).toHaveLength(1)
})

test('a target that is gone, without one that takes its place, takes its messages with it; the very same where there is nothing to do', () => {
  const full = posted(NO_NOTICES, [notice('x')])
  expect(forTargets(full, [ALL], NOW).notices).toBe(full)
  const { notices: left, dropped } = forTargets(full, [{ name: 'other', on: ['loop'] }], NOW)
  expect(dropped).toHaveLength(1)
  expect(left.outbox).toEqual([])
  expect(left.targets).toEqual({})
})

test('what is on its way to a target that was renamed goes to its new name, with what was held back for it', () => {
  const many = Array.from({ length: MOST_AN_HOUR + 1 }, (_, i) => notice(String(i)))
  const full = posted(NO_NOTICES, many)
  const renamed: Address = { name: 'renamed', on: NOTICE_KINDS }
  const { notices: left, moved, dropped } = forTargets(full, [renamed], NOW)
  expect(dropped).toEqual([])
  expect(moved).toHaveLength(MOST_AN_HOUR)
  expect(left.outbox.map(d => `${d.target} ${d.notice.id}`)).toEqual(full.outbox.map(d => `renamed ${d.notice.id}`))
  expect(left.targets).toMatchObject({ renamed: { heldBack: { count: 1 } } })
})

test('a target that fails is told of to the others alone', () => {
  const { outbox } = post(NO_NOTICES, [notice('x', { target: 'all' })], [ALL, { name: 'other', on: ['failed'] }], NOW)
  expect(outbox.map(d => d.target)).toEqual(['other'])
})
