// The story of a host as the action log tells it: what was lost, why, what became of it, and how long that took.

import type { DetachCause, LoopKind, LoopSource } from '../../core/cause.ts'
import type { Outage } from '../../core/outage.ts'
import type { Evidence } from '../../core/state.ts'

/** All times in milliseconds since the epoch; oldest first in each list. */
export interface Story {
  readonly losses: readonly Loss[]
  readonly loops: readonly LoopEpisode[]
  readonly restarts: readonly RestartMade[]
  readonly warnings: readonly WarningSeen[]
  /** From the first to the last line that was read; null where there was none. */
  readonly span: { readonly from: number; readonly to: number } | null
}

/**
 * One attachment that was not there, from the moment it was noticed until it was there again.
 * `healed`: attached and verified. `waiting`: accepted, joins at the next start. `left`: nothing could be done then (LOST).
 * `failed`: tried and not (yet) done. `returned`: on its network again, and no heal is known that did it. `open`: the log says no
 * more.
 */
export interface Loss {
  readonly container: string
  readonly network: string
  readonly at: number
  /** Null: it had never been attached before, so nothing was lost (its first attach); unless `untold` says otherwise. */
  readonly cause: DetachCause | null
  /**
   * Why the cause is not known although something was lost. `cut`: the log has only the end of it (`at` is that end).
   * `script`: the operators' old script wrote it, which knew no causes. Null: the log tells it all.
   */
  readonly untold: 'cut' | 'script' | null
  /** Where the log is JSON, or the state still has it (see `withEvidence`). */
  readonly evidence: Evidence | null
  readonly outcome: 'healed' | 'waiting' | 'left' | 'failed' | 'returned' | 'open'
  readonly healedAt: number | null
  /**
   * From noticed to attached. As the log says it (the engine's call) where it was healed in the pass that noticed it; else
   * the time between the two lines. Null: not healed.
   */
  readonly milliseconds: number | null
  /**
   * How long it was not there, first seen lost or last seen attached included: from the evidence, else as the log's line says
   * it. Until its names were proven to resolve again, where they were. Null: not healed, nothing lost, or not told.
   */
  readonly outage: Outage | null
  /** How often it was tried without success before. */
  readonly failures: number
  /** The last error with its hint, or why nothing was done; null for none. */
  readonly why: string | null
}

export interface LoopEpisode {
  readonly container: string
  readonly network: string | null
  readonly kind: LoopKind
  readonly cause: string
  readonly source: LoopSource
  /** How often it was lost, those after the flag included. */
  readonly count: number
  /** The rhythm in milliseconds, null where there is none. */
  readonly every: number | null
  /** The first loss of it, and the last one. */
  readonly since: number
  readonly last: number
  readonly flaggedAt: number
  /** Null: not over yet, as far as the log goes. */
  readonly clearedAt: number | null
  readonly remedy: string
}

/** A restart or start that netheal made, because a rule asked for it. */
export interface RestartMade {
  readonly container: string
  readonly at: number
  readonly verb: 'restart' | 'start'
  readonly succeeded: boolean
}

export interface WarningSeen {
  readonly at: number
  readonly container: string | null
  readonly network: string | null
  readonly message: string
  /** When the log says that it is over; null: it does not, or it is nothing that ends. */
  readonly over: number | null
}

/** One line of the heartbeat file. `day`: `2025-12-29`. */
export interface HeartbeatDay {
  readonly day: string
  readonly at: number
  /** `OK`, else `DEGRADED`. */
  readonly well: boolean
  readonly text: string
}
