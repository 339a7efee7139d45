// The delivery queue: in order, again and again, for a day; what it leaves is in the outbox, and what it says is in the journal.
import { describe, expect, test } from 'vitest'
import { GRACE, MOST_ATTEMPTS, OLDEST, openDeliveryQueue } from '../../src/notify/delivery-queue.ts'
import type { Answer, Receiver } from '../../src/notify/receiver.ts'
import { EMPTY_TARGET } from '../../src/notify/rules/incident.ts'
import { NOTICE_KINDS, type Notice } from '../../src/notify/rules/notice.ts'
import { NO_NOTICES, type Notices } from '../../src/notify/rules/notices.ts'
import { openSlice, type Slice } from '../../src/record/slice.ts'
import { ManualClock } from '../heal/manual-clock.ts'
import { JournalInMemory } from '../heal/records.ts'
import { until } from '../support/until.ts'
import { AT, notice } from './notices.ts'

const DELIVERED: Answer = { kind: 'delivered', detail: 'ok' }
const LATER: Answer = { kind: 'later', why: 'HTTP 500', after: null }

class Desk {
  readonly clock = new ManualClock(AT)
  readonly journal = new JournalInMemory()
  saved: Notices = NO_NOTICES
  readonly sent: string[] = []
  /** By target: what it answers next; DELIVERED where there is nothing. */
  readonly answers: Record<string, (Answer | 'hang')[]> = {}
  readonly notices: Slice<Notices>
  readonly deliveryQueue

  constructor(names: readonly string[], start: Notices, { isFresh = false }: { readonly isFresh?: boolean } = {}) {
    this.notices = openSlice(start)
    const { clock, journal, notices } = this
    const save = async (): Promise<void> => {
      this.saved = notices.value
    }
    const receivers = names.map(name => this.#receiver(name))
    this.deliveryQueue = openDeliveryQueue({ receivers, notices, save, clock, journal, random: () => 0.5, isFresh })
  }

  #receiver(name: string): Receiver {
    return {
      name,
      on: NOTICE_KINDS,
      send: async (message, signal) => {
        this.sent.push(`${name} ${message.id}`)
        const answer = this.answers[name]?.shift() ?? DELIVERED
        if (answer !== 'hang') return answer
        const { promise, resolve } = Promise.withResolvers<void>()
        signal.addEventListener('abort', () => resolve(), { once: true })
        await promise
        return LATER
      },
    }
  }

  get outbox(): readonly string[] {
    return this.notices.value.outbox.map(d => `${d.target} ${d.notice.id}`)
  }

  quiet(): Promise<true> {
    return until(() => this.outbox.length === 0, { what: `an empty outbox; it holds ${this.outbox}` }).then(() => true)
  }
}

function waiting(...posts: readonly (readonly [string, Notice])[]): Notices {
  return {
    ...NO_NOTICES,
    outbox: posts.map(([target, n]) => ({ notice: n, target, attempts: 0, due: AT, refused: false })),
  }
}

const [A, B, C] = [notice({ id: 'a' }), notice({ id: 'b' }), notice({ id: 'c' })]

test('the queue delivers what it finds, each target in its order, and counts it', async () => {
  const desk = new Desk(['x', 'y'], waiting(['x', A], ['y', A], ['x', B]))
  desk.deliveryQueue.go()
  await desk.quiet()
  expect(desk.sent.filter(s => s.startsWith('x'))).toEqual(['x a', 'x b'])
  expect(desk.sent).toContain('y a')
  expect(desk.notices.value.targets).toMatchObject({ x: { delivered: 2, givenUp: 0 }, y: { delivered: 1 } })
  expect(desk.saved.outbox).toEqual([])
  expect(desk.journal.count('notification delivered')).toBe(3)
  await desk.deliveryQueue.stop()
})

test('the queue waits longer after each failure, lets nothing overtake, and says so once', async () => {
  const desk = new Desk(['x'], waiting(['x', A], ['x', B]))
  desk.answers.x = [LATER, LATER, LATER]
  desk.deliveryQueue.go()
  for (const wait of [3_750, 7_500, 15_000]) {
    await until(() => desk.clock.sleeping.includes(wait), {
      what: `a wait of ${wait}; it sleeps ${desk.clock.sleeping}`,
    })
    desk.deliveryQueue.go()
    desk.clock.advance(wait)
  }
  await desk.quiet()
  expect(desk.sent).toEqual(['x a', 'x a', 'x a', 'x a', 'x b'])
  expect(desk.journal.count('notification not delivered, trying again')).toBe(1)
})

test('a target that hangs or fails holds up no other', async () => {
  const desk = new Desk(['x', 'y', 'z'], waiting(['x', A], ['y', A], ['z', A], ['z', B]))
  desk.answers.x = ['hang']
  desk.answers.y = [LATER]
  desk.deliveryQueue.go()
  await until(() => desk.sent.includes('z b') && desk.sent.includes('y a'))
  await until(() => desk.outbox.length === 2)
  expect(desk.outbox).toEqual(['x a', 'y a'])
  const stopped = desk.deliveryQueue.stop()
  desk.clock.advance(GRACE)
  await stopped
})

test('Retry-After is waited for where it is longer', async () => {
  const desk = new Desk(['x'], waiting(['x', A]))
  desk.answers.x = [{ kind: 'later', why: 'HTTP 429', after: 600_000 }]
  desk.deliveryQueue.go()
  await until(() => desk.clock.sleeping.includes(600_000))
  expect(desk.notices.value.outbox).toMatchObject([{ attempts: 1, due: AT + 600_000 }])
  await desk.deliveryQueue.stop()
})

const REFUSED: Answer = { kind: 'refused', why: 'HTTP 404 no_service' }

describe('refused', () => {
  test('what is refused is kept and stands in nobody’s way: what comes later goes first, and then it is tried again', async () => {
    const desk = new Desk(['x'], waiting(['x', A], ['x', B]))
    desk.answers.x = [REFUSED]
    desk.deliveryQueue.go()
    await desk.quiet()
    expect(desk.sent).toEqual(['x a', 'x b', 'x a'])
    expect(desk.notices.value.targets.x).toMatchObject({ delivered: 2, givenUp: 0, failing: null })
    expect(desk.journal.lines.find(l => l.message.startsWith('notification refused'))).toMatchObject({
      level: 'error',
      keys: { target: 'x', notice: 'a', error: 'HTTP 404 no_service' },
    })
  })

  test('a target that refuses is known as failing; a message that comes while it waits is tried at once', async () => {
    const desk = new Desk(['x'], waiting(['x', A]))
    desk.answers.x = [REFUSED, REFUSED]
    desk.deliveryQueue.go()
    await until(() => desk.clock.sleeping.length === 1)
    expect(desk.notices.value.targets.x).toMatchObject({ failing: { since: AT, error: REFUSED.why, refused: true } })
    desk.notices.update(n => ({ ...n, outbox: [...n.outbox, ...waiting(['x', B]).outbox] }))
    desk.deliveryQueue.go()
    await until(() => desk.sent.length === 2)
    expect(desk.sent).toEqual(['x a', 'x b'])
    expect(desk.outbox).toEqual(['x a', 'x b'])
    await desk.deliveryQueue.stop()
  })

  test('an alarm that was refused goes out after its target was put right, by a reload or by a trial that got through', async () => {
    const first = new Desk(['x'], waiting(['x', A]))
    first.answers.x = [REFUSED]
    first.deliveryQueue.go()
    await until(() => first.clock.sleeping.length === 1)
    await first.deliveryQueue.stop()

    const reloaded = new Desk(['x'], first.notices.value, { isFresh: true })
    reloaded.deliveryQueue.go()
    await reloaded.quiet()
    expect(reloaded.sent).toEqual(['x a'])

    const tried = new Desk(['x'], first.notices.value)
    tried.deliveryQueue.go()
    await until(() => tried.clock.sleeping.length === 1)
    expect(tried.sent).toEqual([])
    tried.deliveryQueue.reached('x')
    await tried.quiet()
    expect(tried.sent).toEqual(['x a'])
    expect(tried.notices.value.targets.x?.failing).toBeNull()
  })
})

describe('gives up', () => {
  test('the queue gives up after so many attempts', async () => {
    const [delivery] = waiting(['x', A]).outbox
    if (delivery === undefined) throw new Error('nothing to deliver')
    const tried = (attempts: number): Notices => ({ ...NO_NOTICES, outbox: [{ ...delivery, attempts }] })
    const last = new Desk(['x'], tried(MOST_ATTEMPTS - 1))
    last.answers.x = [LATER]
    last.deliveryQueue.go()
    await last.quiet()
    expect(last.journal.count('notification given up')).toBe(1)
    const one = new Desk(['x'], tried(MOST_ATTEMPTS - 2))
    one.answers.x = [LATER]
    one.deliveryQueue.go()
    await until(() => one.clock.sleeping.length === 1)
    expect(one.notices.value.outbox).toMatchObject([{ attempts: MOST_ATTEMPTS - 1 }])
    await one.deliveryQueue.stop()
  })

  test('the queue gives up after a day', async () => {
    const desk = new Desk(['x'], waiting(['x', A]))
    desk.answers.x = [LATER]
    desk.clock.jump(OLDEST)
    desk.deliveryQueue.go()
    await desk.quiet()
    expect(desk.sent).toEqual(['x a'])
    expect(desk.journal.count('notification given up')).toBe(1)
  })
})

describe('at the end', () => {
  test('at the end of the queue: what is in flight has a moment, and what was not delivered stays for the next start, uncounted', async () => {
    const desk = new Desk(['x'], waiting(['x', A], ['x', B]))
    desk.answers.x = ['hang']
    desk.deliveryQueue.go()
    await until(() => desk.sent.length === 1)
    const stopped = desk.deliveryQueue.stop()
    await until(() => desk.clock.sleeping.includes(GRACE))
    desk.clock.advance(GRACE)
    await stopped
    expect(desk.notices.value.outbox).toMatchObject([
      { notice: { id: 'a' }, attempts: 0 },
      { notice: { id: 'b' }, attempts: 0 },
    ])
    desk.deliveryQueue.go()
    expect(desk.sent).toHaveLength(1)

    const next = new Desk(['x'], desk.notices.value)
    next.deliveryQueue.go()
    await next.quiet()
    expect(next.sent).toEqual(['x a', 'x b'])
  })

  test('at the end of the queue: one that waits for its next try is not waited for', async () => {
    const desk = new Desk(['x'], waiting(['x', A]))
    desk.answers.x = [LATER]
    desk.deliveryQueue.go()
    await until(() => desk.clock.sleeping.length === 1)
    await desk.deliveryQueue.stop()
    expect(desk.clock.sleeping).toEqual([])
  })
})

test('a target that is not in the config any more takes its messages with it, and that is said', () => {
  const known = { ...waiting(['gone', A], ['gone', B], ['x', C]), targets: { x: EMPTY_TARGET } }
  const desk = new Desk(['x'], known)
  expect(desk.outbox).toEqual(['x c'])
  expect(desk.journal.lines).toMatchObject([{ level: 'warn', keys: { target: 'gone', count: 2 } }])
})

test('what waits for a target that was renamed goes to the one that is new, and that is said', () => {
  const desk = new Desk(['x', 'new'], { ...waiting(['gone', A], ['x', C]), targets: { x: EMPTY_TARGET } })
  expect(desk.outbox).toEqual(['x c', 'new a'])
  expect(desk.journal.lines).toMatchObject([{ level: 'warn', keys: { target: 'new', count: 1 } }])
})

describe('a round (a one-shot)', () => {
  const go = new AbortController().signal

  test('the queue of a one-shot tries each that is due once, and stops at the first that does not get through', async () => {
    const desk = new Desk(['x', 'y'], waiting(['x', A], ['x', B], ['y', A], ['y', B]))
    desk.answers.x = [DELIVERED, LATER]
    desk.answers.y = [LATER]
    await desk.deliveryQueue.round(go)
    expect(desk.outbox).toEqual(['x b', 'y a', 'y b'])
    desk.sent.length = 0
    // The next one comes before they are due again.
    await desk.deliveryQueue.round(go)
    expect(desk.sent).toEqual([])
    desk.clock.advance(60_000)
    await desk.deliveryQueue.round(go)
    expect(desk.outbox).toEqual([])
  })

  test('the queue of a one-shot ends when its time is over', async () => {
    const desk = new Desk(['x'], waiting(['x', A]))
    desk.answers.x = ['hang']
    const over = new AbortController()
    const round = desk.deliveryQueue.round(over.signal)
    await until(() => desk.sent.length === 1)
    over.abort()
    await round
    expect(desk.notices.value.outbox).toMatchObject([{ attempts: 0 }])
  })
})
