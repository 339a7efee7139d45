// The notifier: after each pass it works out which incidents began, last and ended (notify/rules/incidents-now.ts), and
// puts the messages about them into the outbox. It only reads what a pass has left; delivery-queue.ts does the rest.
import type { NethealError } from '../core/errors.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import type { Notebook } from '../heal/notebook.ts'
import type { Clock, Journal } from '../heal/ports.ts'
import type { Slice } from '../record/slice.ts'
import { failingTargets } from './rules/failing.ts'
import type { Incident } from './rules/incident.ts'
import { incidentsNow } from './rules/incidents-now.ts'
import type { Crash } from './rules/notice-words.ts'
import { clampedNotices, type Notices } from './rules/notices.ts'
import { type Address, post, roomAt } from './rules/outbox.ts'
import type { Inputs, Visibility } from './rules/problem.ts'

export interface NotifierDeps {
  readonly addresses: readonly Address[]
  readonly notebook: Pick<Notebook, 'state'>
  readonly notices: Slice<Notices>
  readonly clock: Clock
  readonly journal: Journal
  readonly mode: 'daemon' | 'once'
  /** What cannot be written, and why the page is not served, now and in words. */
  readonly problems: () => Pick<Inputs, 'unwritten' | 'unserved'>
  /** Something was to be written, so that `unwritten` can be believed. */
  readonly written: () => boolean
  /** There is something new in `notices`: to be saved, and then to be delivered. */
  readonly onNews: () => void
}

export interface Notifier {
  /** The daemon before this one did not shut down cleanly. */
  crashed(crash: Crash): void
  passed(result: Seen): void
  failed(error: NethealError): void
  /** Proofs of an attachment ended: the state has what they showed. */
  proven(): void
  /** A target began or ceased to fail. */
  targetsChanged(): void
  stop(): void
}

export interface Seen {
  readonly plan: Plan
  readonly outcomes: readonly Outcome[]
  readonly pausedUntil: number | null
}

/** No timer is longer: whatever is due later is found by a pass before. */
const LONGEST_WAIT = 3_600_000

export function openNotifier(deps: NotifierDeps): Notifier {
  const { clock, mode, journal } = deps
  let visibility: Visibility | null = null
  let timer = new AbortController()
  let isOver = false

  return {
    crashed: crash => look(crash),
    passed({ plan, outcomes, pausedUntil }) {
      visibility = { kind: 'seen', plan, outcomes, pausedUntil }
      look()
    },
    failed({ message, hint }) {
      visibility = { kind: 'unseen', error: message, hint }
      look()
    },
    proven: () => look(),
    targetsChanged: () => look(),
    stop() {
      isOver = true
      timer.abort()
    },
  }

  function look(crash: Crash | null = null): void {
    if (isOver) return
    const now = clock.now()
    const before = deps.notices.update(n => clampedNotices(n, now))
    const { unwritten, unserved } = deps.problems()
    const failing = failingTargets(before.targets, now)
    const inputs = { visibility, mode, unwritten, unserved, failing, written: deps.written(), crash }
    const { incidents, notices, due } = incidentsNow(before.incidents, deps.notebook.state, inputs, now)
    const { outbox, targets, dropped } = post(before, notices, deps.addresses, now)
    const after = deps.notices.update(() => ({ incidents, outbox, targets }))
    if (dropped.length > 0) journal.error({ count: dropped.length }, 'notifications dropped, the outbox is full')
    if (isNews(before, after)) deps.onNews()
    arm(due, roomAt(targets), now)
  }

  /** An incident may become old enough to be told without another pass. */
  function arm(due: number | null, room: number | null, now: number): void {
    timer.abort()
    const next = Math.min(due ?? Number.POSITIVE_INFINITY, room ?? Number.POSITIVE_INFINITY)
    if (next === Number.POSITIVE_INFINITY || mode === 'once') return
    timer = new AbortController()
    const mine = timer.signal
    void clock.sleep(Math.min(LONGEST_WAIT, Math.max(1_000, next - now)), mine).then(() => mine.aborted || look())
  }
}

/** Whether the state must be written: not for an incident that was only seen once more. */
function isNews(before: Notices, after: Notices): boolean {
  if (after.outbox.length !== before.outbox.length || after.incidents.length !== before.incidents.length) return true
  if (after.outbox.some((d, i) => d !== before.outbox[i])) return true
  const known = new Map(before.incidents.map(i => [i.key, i]))
  return after.incidents.some(i => !isSame(i, known.get(i.key)))
}

function isSame(a: Incident, b: Incident | undefined): boolean {
  return b !== undefined && a.toldAt === b.toldAt && a.over === b.over && a.returns === b.returns
}
