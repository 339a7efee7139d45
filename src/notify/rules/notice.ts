// Notifications, as data: what is told to people who do not look, once an incident.

/** The kinds that a target may be told of (`on` in the config). */
export const NOTICE_KINDS = ['loop', 'failed', 'unresolved', 'unreachable', 'crashed', 'recovered'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** What a notice is about: one incident that began, that lasts (a day later), or that is over. */
export type NoticePhase = 'opened' | 'reminder' | 'closed'

/**
 * Whether to get up. `critical`: something is broken, and netheal does not mend it. `warning`: it is mended again and again, or
 * netheal itself needs somebody. `info`: a reminder, or an end.
 */
export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Times in milliseconds since the epoch. One message, the same for every target. */
export interface Notice {
  /** The same for a repeated delivery of the same message. */
  readonly id: string
  readonly kind: NoticeKind
  readonly phase: NoticePhase
  /** What the incident is: `loop`, `failed`, ... also for the message that it is over. */
  readonly incident: Exclude<NoticeKind, 'recovered'>
  readonly at: number
  /** When the incident began. */
  readonly since: number
  readonly container: string | null
  readonly network: string | null
  /** One line, for a subject: `pms-backend lost bccg... 3 times in 4 min, every ~120 s`. */
  readonly title: string
  /** What is known, a line each: cause, source, evidence, times. */
  readonly lines: readonly string[]
  /** What ends it for good, or what to do next; null for nothing to do. */
  readonly remedy: string | null
  readonly severity: Severity
  /** The same for all messages about one incident; the first one's is its own. */
  readonly thread: string
  /** The target that it is about: it gets all but this. Null: it is about none. */
  readonly target: string | null
}
