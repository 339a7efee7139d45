// What is remembered of the people who are told: the incidents that they know or will hear of, the messages on their way, and
// what each target got. A value, plain JSON.
import { mapValues } from '../../core/state.ts'
import { type Delivery, type Incident, LONGEST_DELAY, type TargetRecord } from './incident.ts'

/** All times in milliseconds since the epoch. */
export interface Notices {
  /** What people are told of. It lasts where `over` is null, and they know where `toldAt` is not; kept for an hour after. */
  readonly incidents: readonly Incident[]
  /** Messages that are not delivered yet, oldest first, at most `KEPT_DELIVERIES`. */
  readonly outbox: readonly Delivery[]
  /** By the target's name. */
  readonly targets: Readonly<Record<string, TargetRecord>>
}

export const NO_NOTICES: Notices = { incidents: [], outbox: [], targets: {} }

/**
 * Nothing in it lies in the future: after the clock was set back, a reminder or a limit must not last for as long as it was
 * set back. The very same where nothing does.
 */
export function clampedNotices(notices: Notices, now: number): Notices {
  const { incidents, outbox, targets } = notices
  const past = (at: number): number => Math.min(at, now)
  const latest = [
    ...incidents.flatMap(i => [i.since, i.seenAt, i.toldAt ?? i.since, i.over ?? i.since]),
    ...outbox.flatMap(d => [d.notice.at, d.due - LONGEST_DELAY]),
    ...Object.values(targets).flatMap(t => t.recent),
  ]
  if (latest.every(at => at <= now)) return notices
  return {
    incidents: incidents.map(i => ({
      ...i,
      since: past(i.since),
      seenAt: past(i.seenAt),
      toldAt: i.toldAt === null ? null : past(i.toldAt),
      over: i.over === null ? null : past(i.over),
    })),
    outbox: outbox.map(d => ({
      ...d,
      notice: { ...d.notice, at: past(d.notice.at), since: past(d.notice.since) },
      due: Math.min(d.due, now + LONGEST_DELAY),
    })),
    targets: mapValues(targets, t => ({
      ...t,
      recent: t.recent.map(past),
      failing: t.failing === null ? null : { ...t.failing, since: past(t.failing.since) },
    })),
  }
}
