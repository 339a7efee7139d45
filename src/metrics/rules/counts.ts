// What is counted for metrics, across processes: one-shots from cron count on where the one before stopped. A value, plain JSON.
import { type DetachCause, perCause } from '../../core/cause.ts'
import { lossOf, type Outage, outageOf } from '../../core/outage.ts'
import type { FinishedPass, Outcome } from '../../core/outcome.ts'
import type { State } from '../../core/state.ts'

export interface Counts {
  readonly passes: number
  readonly failedPasses: number
  /** By the attachment's key. */
  readonly attachments: Readonly<Record<string, AttachmentCounts>>
}

export interface AttachmentCounts {
  /** As they were called when counting began. */
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
  /** Of all healed losses together, in seconds: how long they were not there, at least and at most. */
  readonly outage: Outage
}

/** Upper bounds in seconds: an engine's connect takes tens of milliseconds, the cron script took two minutes. */
export const HEAL_BUCKETS: readonly number[] = [
  ...[0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
]

export const NO_COUNTS: Counts = { passes: 0, failedPasses: 0, attachments: {} }

const NO_DETACHES: AttachmentCounts['detaches'] = perCause(() => 0)

/** With a finished pass counted. `state`: as the pass leaves it; what netheal has forgotten is counted no longer. */
export function withPass(counts: Counts, pass: FinishedPass, state: State): Counts {
  const attachments: Record<string, AttachmentCounts> = { ...counts.attachments }
  for (const key of Object.keys(attachments)) if (state.attachments[key] === undefined) delete attachments[key]
  const change = (key: string, changed: (counts: AttachmentCounts) => AttachmentCounts): void => {
    const known = attachments[key] ?? begun(key, state)
    if (known !== null) attachments[key] = changed(known)
  }
  // Every attachment has its series from the start, at zero: a rate needs a first value to begin at.
  for (const [key, { wanted }] of Object.entries(state.attachments)) if (wanted) change(key, known => known)
  for (const { key, cause } of pass.detaches)
    change(key, t => ({ ...t, detaches: { ...t.detaches, [cause]: t.detaches[cause] + 1 } }))
  for (const outcome of pass.outcomes) change(outcome.action.key, t => withOutcome(t, outcome, state, pass))
  return { ...counts, passes: counts.passes + 1, attachments }
}

/** With a pass counted that could not see the engine. */
export function withFailedPass(counts: Counts): Counts {
  return { ...counts, failedPasses: counts.failedPasses + 1 }
}

function begun(key: string, state: State): AttachmentCounts | null {
  const remembered = state.attachments[key]
  if (remembered === undefined) return null
  const { container, network } = remembered
  const buckets = [...HEAL_BUCKETS.map(() => 0), 0]
  return {
    container,
    network,
    detaches: NO_DETACHES,
    heals: 0,
    failures: 0,
    buckets,
    seconds: 0,
    outage: { min: 0, max: 0 },
  }
}

function withOutcome(counts: AttachmentCounts, outcome: Outcome, state: State, pass: FinishedPass): AttachmentCounts {
  if (outcome.kind !== 'verified') {
    const isFailure = outcome.kind === 'failed' || outcome.kind === 'unverified'
    return isFailure ? { ...counts, failures: counts.failures + 1 } : counts
  }
  // Attached for the first time: nothing was lost, so nothing was healed.
  if (outcome.cause === null) return counts
  const seconds = secondsOf(outcome, state, pass)
  const at = HEAL_BUCKETS.findIndex(bound => seconds <= bound)
  const bucket = at === -1 ? HEAL_BUCKETS.length : at
  const buckets = [...HEAL_BUCKETS.map((_, i) => counts.buckets[i] ?? 0), counts.buckets[HEAL_BUCKETS.length] ?? 0]
  buckets[bucket] = (buckets[bucket] ?? 0) + 1
  const loss = lossOf(state.detaches, outcome.action.key, outcome.action.containerId)
  const off = loss === undefined ? { min: seconds * 1000, max: seconds * 1000 } : outageOf(loss, pass.endedAt)
  const outage = { min: counts.outage.min + off.min / 1000, max: counts.outage.max + off.max / 1000 }
  return { ...counts, heals: counts.heals + 1, buckets, seconds: counts.seconds + seconds, outage }
}

/**
 * From noticed to attached, in seconds, as the action log has it: the engine's calls where it was noticed in this very
 * pass, else the time since it was noticed.
 */
function secondsOf({ action, milliseconds }: Outcome, state: State, { startedAt, endedAt }: FinishedPass): number {
  const loss = lossOf(state.detaches, action.key, action.containerId)
  const since = loss === undefined || loss.at >= startedAt ? milliseconds : endedAt - loss.at
  return Math.max(0, since) / 1000
}
