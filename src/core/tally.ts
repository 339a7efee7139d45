// What is counted for metrics, across processes: one-shots from cron count on where the one before stopped.
import type { DetachCause } from './detach.ts'

export interface Tally {
  readonly passes: number
  readonly failedPasses: number
  /** By the attachment's key. */
  readonly attachments: Readonly<Record<string, AttachmentTally>>
}

export interface AttachmentTally {
  readonly container: string
  readonly network: string
  readonly detaches: Readonly<Record<DetachCause, number>>
  readonly heals: number
  /** Attaches that did not work. */
  readonly failures: number
  /** How many heals took at most `HEAL_BUCKETS[i]` seconds and more than the one before; one more at the end for the rest. */
  readonly buckets: readonly number[]
  /** All of them together, in seconds. */
  readonly seconds: number
}

export const EMPTY_TALLY: Tally = { passes: 0, failedPasses: 0, attachments: {} }
