// The delivery queue: takes what is in the outbox to its targets, beside the passes. One message at a time for each target, in their
// order; what does not get through is tried again, later and later, and given up after a day. No heal ever waits for it.
import { backoffDelay } from '../core/backoff.ts'
import type { Clock, Journal } from '../heal/ports.ts'
import type { Slice } from '../record/slice.ts'
import type { Answer, Receiver } from './receiver.ts'
import { type Delivery, EMPTY_TARGET, LONGEST_DELAY } from './rules/incident.ts'
import type { Notices } from './rules/notices.ts'
import { forTargets } from './rules/outbox.ts'

export interface DeliveryQueueDeps {
  readonly receivers: readonly Receiver[]
  readonly notices: Slice<Notices>
  /** Writes the state; what the disk refuses is said elsewhere. */
  readonly save: () => Promise<unknown>
  readonly clock: Clock
  readonly journal: Journal
  /** In [0, 1). */
  readonly random: () => number
}

export interface DeliveryQueue {
  /** There is, or may be, something in the outbox. Returns at once. */
  go(): void
  /** Each target's messages that are due, each once, until `signal` aborts or one does not get through. */
  round(signal: AbortSignal): Promise<void>
  /** Gives what is in flight a moment to end; the rest stays in the outbox. */
  stop(): Promise<void>
}

const RETRY_MIN = 5_000
const RETRY_MAX = 3_600_000
export const MOST_ATTEMPTS = 30
export const OLDEST = 86_400_000
/** For what is in flight at the end. */
export const GRACE = 2_000

/** What is in the outbox for a target that is in the config no more is thrown away here, and said. */
export function openDeliveryQueue(deps: DeliveryQueueDeps): DeliveryQueue {
  const { receivers, notices, clock, journal } = deps
  const stopping = new AbortController()
  const giveUp = new AbortController()
  const working = new Map<string, Promise<void>>()
  dropStrays()

  return {
    go() {
      for (const receiver of receivers) {
        if (working.has(receiver.name) || stopping.signal.aborted) continue
        if (headOf(receiver) === undefined) continue
        working.set(receiver.name, work(receiver))
      }
    },
    async round(signal) {
      await Promise.all(
        receivers.map(async receiver => {
          for (let head = headOf(receiver); head !== undefined; head = headOf(receiver)) {
            if (signal.aborted || head.due > clock.now()) return
            if (!(await deliver(receiver, head, signal))) return
          }
        }),
      )
    },
    async stop() {
      stopping.abort()
      const done = new AbortController()
      void clock.sleep(GRACE, done.signal).then(() => giveUp.abort())
      await Promise.all(working.values())
      done.abort()
    },
  }

  async function work(receiver: Receiver): Promise<void> {
    for (let head = headOf(receiver); head !== undefined && !stopping.signal.aborted; head = headOf(receiver)) {
      // A time of the wall clock: where that was set back, the wait must not be as long as that.
      const wait = Math.min(LONGEST_DELAY, head.due - clock.now())
      if (wait > 0) await clock.sleep(wait, stopping.signal)
      else await deliver(receiver, head, giveUp.signal)
    }
    // In the same step as the last look into the outbox: what comes after that finds nobody at work.
    working.delete(receiver.name)
  }

  function headOf({ name }: Receiver): Delivery | undefined {
    return notices.value.outbox.find(d => d.target === name)
  }

  /** False: it is still there. */
  async function deliver(receiver: Receiver, delivery: Delivery, signal: AbortSignal): Promise<boolean> {
    const answer = await receiver.send(delivery.notice, signal)
    // Given up because netheal ends: that says nothing about the target.
    if (answer.kind === 'later' && signal.aborted) return false
    const gone = settle(delivery, answer)
    await deps.save()
    return gone
  }

  function settle(delivery: Delivery, answer: Answer): boolean {
    const { target, notice } = delivery
    const keys = { target, notice: notice.id, title: notice.title }
    const attempts = delivery.attempts + 1
    if (answer.kind === 'delivered') {
      notices.update(n => counted(without(n, delivery), target, { delivered: 1, givenUp: 0 }))
      journal.info({ ...keys, attempts }, 'notification delivered')
      return true
    }
    const isOld = attempts >= MOST_ATTEMPTS || clock.now() - notice.at >= OLDEST
    if (answer.kind === 'refused' || isOld) {
      notices.update(n => counted(without(n, delivery), target, { delivered: 0, givenUp: 1 }))
      journal.error({ ...keys, attempts, error: answer.why }, 'notification given up')
      return true
    }
    const wait = Math.max(answer.after ?? 0, backoffDelay(attempts, deps.random(), RETRY_MIN, RETRY_MAX))
    const due = clock.now() + Math.min(LONGEST_DELAY, wait)
    notices.update(n => ({
      ...n,
      outbox: n.outbox.map(d => (isSame(d, delivery) ? { ...d, attempts, due } : d)),
    }))
    if (attempts === 1) journal.warn({ ...keys, error: answer.why }, 'notification not delivered, trying again')
    return false
  }

  function dropStrays(): void {
    const names = receivers.map(r => r.name)
    const { dropped } = forTargets(notices.value, names)
    notices.update(n => forTargets(n, names).notices)
    for (const [target, all] of Map.groupBy(dropped, d => d.target))
      journal.warn({ target, count: all.length }, 'notifications dropped, their target is not in the config any more')
  }
}

function isSame(a: Delivery, b: Delivery): boolean {
  return a.target === b.target && a.notice.id === b.notice.id
}

function without(notices: Notices, delivery: Delivery): Notices {
  return { ...notices, outbox: notices.outbox.filter(d => !isSame(d, delivery)) }
}

function counted(notices: Notices, target: string, more: { delivered: number; givenUp: number }): Notices {
  const known = notices.targets[target] ?? EMPTY_TARGET
  const record = {
    ...known,
    delivered: known.delivered + more.delivered,
    givenUp: known.givenUp + more.givenUp,
  }
  return { ...notices, targets: { ...notices.targets, [target]: record } }
}
