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

test('a target that is gone takes its messages with it; the very same where there is nothing to do', () => {
  const full = posted(NO_NOTICES, [notice('x')])
  expect(forTargets(full, ['all']).notices).toBe(full)
  const { notices: left, dropped } = forTargets(full, ['other'])
  expect(dropped).toHaveLength(1)
  expect(left.outbox).toEqual([])
  expect(left.targets).toEqual({})
})
