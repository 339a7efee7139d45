// Which target gets what, how many an hour, and what is said of the rest.
import { describe, expect, test } from 'vitest'
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts'
import { KEPT_DELIVERIES } from '../../src/core/telling/incident.ts'
import { NOTICE_KINDS, type Notice } from '../../src/core/telling/notice.ts'
import { type Address, forTargets, MOST_AN_HOUR, post, roomAt, wants } from '../../src/core/telling/outbox.ts'
import { MINUTE, NOW } from './builders.ts'

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

function posted(memory: Memory, notices: readonly Notice[], now = NOW): Memory {
  const { outbox, targets } = post(memory, notices, [ALL], now)
  return { ...memory, outbox, targets }
}

describe('the limit', () => {
  const many = Array.from({ length: 14 }, (_, i) => notice(String(i)))

  test('holds back what is above it, and one message tells of that as soon as there is room', () => {
    let memory = posted(EMPTY_MEMORY, many)
    expect(memory.outbox.map(d => d.notice.id)).toEqual(many.slice(0, MOST_AN_HOUR).map(n => n.id))
    expect(memory.targets.all?.heldBack).toEqual({ count: 4, titles: ['title 10', 'title 11', 'title 12', 'title 13'] })
    expect(roomAt(memory.targets)).toBe(NOW + 60 * MINUTE)
    memory = posted(memory, [], NOW + 59 * MINUTE)
    expect(memory.outbox).toHaveLength(MOST_AN_HOUR)
    memory = posted(memory, [], NOW + 60 * MINUTE)
    expect(memory.outbox.at(-1)?.notice).toMatchObject({
      title: '4 more messages were held back: 10 an hour is the most',
      lines: ['title 10', 'title 11', 'title 12', 'title 13'],
    })
    expect(roomAt(memory.targets)).toBeNull()
    expect(posted(memory, [], NOW + 61 * MINUTE).outbox).toHaveLength(MOST_AN_HOUR + 1)
  })

  test('is for each target alone', () => {
    const loops: Address = { name: 'loops', on: ['loop'] }
    const { targets } = post(EMPTY_MEMORY, many, [loops, ALL], NOW)
    expect(targets.loops).toBeUndefined()
    expect(targets.all?.heldBack.count).toBe(4)
  })
})

test('a full outbox throws out the oldest, and says how many', () => {
  const [delivery] = posted(EMPTY_MEMORY, [notice('x')]).outbox
  if (delivery === undefined) throw new Error('nothing posted')
  const full = { ...EMPTY_MEMORY, outbox: Array.from({ length: KEPT_DELIVERIES }, () => delivery) }
  const { outbox, dropped } = post(full, [notice('new')], [ALL], NOW)
  expect(outbox).toHaveLength(KEPT_DELIVERIES)
  expect(outbox.at(-1)?.notice.id).toBe('new')
  expect(dropped).toHaveLength(1)
})

test('a target that is gone takes its messages with it; the same memory where there is nothing to do', () => {
  const memory = posted(EMPTY_MEMORY, [notice('x')])
  expect(forTargets(memory, ['all']).memory).toBe(memory)
  const { memory: left, dropped } = forTargets(memory, ['other'])
  expect(dropped).toHaveLength(1)
  expect(left.outbox).toEqual([])
  expect(left.targets).toEqual({})
})
