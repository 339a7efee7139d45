// The delivery queue: takes what is in the outbox to its targets, beside the passes. One message at a time for each target, in their
// order; what does not get through is tried again, later and later, and given up after a day. What a target refuses is kept as long,
// for whoever puts the target right, and stands in nobody's way. No heal ever waits for it.
import { backoffDelay } from '../core/backoff.ts'
import type { Clock, Journal } from '../heal/ports.ts'
import type { Slice } from '../record/slice.ts'
import type { Answer, Receiver } from './receiver.ts'
import { failingTargets } from './rules/failing.ts'
import { type Delivery, EMPTY_TARGET, type Failing, LONGEST_DELAY } from './rules/incident.ts'
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
  /** Somebody may have put a failing target right just now (a start, a reload): what waits for it is tried at once. */
  readonly isFresh: boolean
}

export interface DeliveryQueue {
  /** There is, or may be, something in the outbox. Returns at once. */
  go(): void
  /** A message of somebody's own has got through to this target: what waits for it is tried at once. */
  reached(target: string): void
  /** Each target's messages that are due, each once, until `signal` aborts or one does not get through. */
  round(signal: AbortSignal): Promise<void>
  /** Gives what is in flight a moment to end; the rest stays in the outbox. */
  stop(): Promise<void>
}

const RETRY_MIN = 5_000
const RETRY_MAX = 3_600_000
/** After a refusal. */
const REFUSED_MIN = 60_000
export const MOST_ATTEMPTS = 30
export const OLDEST = 86_400_000
/** For what is in flight at the end. */
export const GRACE = 2_000

export function openDeliveryQueue(deps: DeliveryQueueDeps): DeliveryQueue {
  const { receivers, notices, clock, journal } = deps
  const stopping = new AbortController()
  const giveUp = new AbortController()
  const working = new Map<string, Promise<void>>()
  /** Ends the wait of whoever waits for the next try. */
  let nap = new AbortController()
  moveStrays()
  if (deps.isFresh) {
    const failing = failingTargets(notices.value.targets, clock.now()).map(f => f.name)
    notices.update(n => dueNow(n, d => d.refused || failing.includes(d.target)))
  }

  return {
    go,
    reached(target) {
      notices.update(n =>
        counted(
          dueNow(n, d => d.target === target),
          target,
          { failing: null },
        ),
      )
      go()
    },
    async round(signal) {
      await Promise.all(
        receivers.map(async receiver => {
          for (let head = headOf(receiver); head !== undefined; head = headOf(receiver)) {
            if (signal.aborted || head.due > clock.now()) return
            if ((await deliver(receiver, head, signal)) === 'later') return
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

  function go(): void {
    nap.abort()
    nap = new AbortController()
    for (const receiver of receivers) {
      if (working.has(receiver.name) || stopping.signal.aborted) continue
      if (headOf(receiver) === undefined) continue
      working.set(receiver.name, work(receiver))
    }
  }

  async function work(receiver: Receiver): Promise<void> {
    for (let head = headOf(receiver); head !== undefined && !stopping.signal.aborted; head = headOf(receiver)) {
      // A time of the wall clock: where that was set back, the wait must not be as long as that.
      const wait = Math.min(LONGEST_DELAY, head.due - clock.now())
      if (wait > 0) await clock.sleep(wait, AbortSignal.any([stopping.signal, nap.signal]))
      else await deliver(receiver, head, giveUp.signal)
    }
    // In the same step as the last look into the outbox: what comes after that finds nobody at work.
    working.delete(receiver.name)
  }

  function headOf({ name }: Receiver): Delivery | undefined {
    const mine = notices.value.outbox.filter(d => d.target === name)
    return mine.find(d => !d.refused) ?? mine.toSorted((a, b) => a.due - b.due)[0]
  }

  /** `later`: nothing else can be tried of it now. */
  async function deliver(
    receiver: Receiver,
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<'gone' | 'later' | 'refused'> {
    const answer = await receiver.send(delivery.notice, signal)
    // Given up because netheal ends: that says nothing about the target.
    if (answer.kind === 'later' && signal.aborted) return 'later'
    const became = settle(delivery, answer)
    await deps.save()
    return became
  }

  function settle(delivery: Delivery, answer: Answer): 'gone' | 'later' | 'refused' {
    const { target, notice } = delivery
    const keys = { target, notice: notice.id, title: notice.title }
    const attempts = delivery.attempts + 1
    const now = clock.now()
    if (answer.kind === 'delivered') {
      // What it refused before is tried at once: it was put right, or that one message was the fault.
      const isWaiting = (d: Delivery): boolean => d.target === target && d.refused
      notices.update(n => counted(dueNow(without(n, delivery), isWaiting), target, { delivered: 1, failing: null }))
      journal.info({ ...keys, attempts }, 'notification delivered')
      return 'gone'
    }
    const refused = answer.kind === 'refused'
    const since = notices.value.targets[target]?.failing?.since ?? now
    const failing = { since, error: answer.why, refused }
    if (attempts >= MOST_ATTEMPTS || now - notice.at >= OLDEST) {
      notices.update(n => counted(without(n, delivery), target, { givenUp: 1, failing }))
      journal.error({ ...keys, attempts, error: answer.why }, 'notification given up')
      return 'gone'
    }
    const after = refused ? 0 : (answer.after ?? 0)
    const wait = Math.max(after, backoffDelay(attempts, deps.random(), refused ? REFUSED_MIN : RETRY_MIN, RETRY_MAX))
    const due = now + Math.min(LONGEST_DELAY, wait)
    const outbox = (n: Notices): Notices['outbox'] =>
      n.outbox.map(d => (isSame(d, delivery) ? { ...d, attempts, due, refused } : d))
    notices.update(n => counted({ ...n, outbox: outbox(n) }, target, { failing }))
    if (refused && !delivery.refused)
      journal.error({ ...keys, error: answer.why }, 'notification refused, kept for a day')
    else if (attempts === 1) journal.warn({ ...keys, error: answer.why }, 'notification not delivered, trying again')
    return answer.kind
  }

  function moveStrays(): void {
    const { notices: after, moved, dropped } = forTargets(notices.value, receivers, clock.now())
    notices.update(() => after)
    for (const [target, all] of Map.groupBy(moved, d => d.target))
      journal.warn({ target, count: all.length }, 'notifications of a target that is gone go to the new one')
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

/** Those that `which` names are due at once. */
function dueNow(notices: Notices, which: (delivery: Delivery) => boolean): Notices {
  return { ...notices, outbox: notices.outbox.map(d => (which(d) ? { ...d, due: d.notice.at } : d)) }
}

interface Change {
  readonly delivered?: number
  readonly givenUp?: number
  readonly failing: Failing | null
}

function counted(notices: Notices, target: string, { delivered = 0, givenUp = 0, failing }: Change): Notices {
  const known = notices.targets[target] ?? EMPTY_TARGET
  const record = { ...known, delivered: known.delivered + delivered, givenUp: known.givenUp + givenUp, failing }
  return { ...notices, targets: { ...notices.targets, [target]: record } }
}
