// How long an attachment was not there. A heal is from noticing to attached; the outage began before it was noticed.

import { span } from './entry.ts'
import type { Detach, Evidence } from './state.ts'

/** Milliseconds: at least and at most so long. Equal where the moment of the loss is known, and not only looks around it. */
export interface Outage {
  readonly min: number
  readonly max: number
}

/** @param endedAt when it was there again, milliseconds since the epoch */
export function outageOf(
  { at, evidence }: { readonly at: number; readonly evidence: Evidence },
  endedAt: number,
): Outage {
  const since = (from: number): number => Math.max(0, endedAt - from)
  const { lostAt, lastAttachedAt } = evidence
  if (lostAt !== null) return { min: since(lostAt), max: since(lostAt) }
  return { min: since(at), max: since(lastAttachedAt === null ? at : Math.min(at, lastAttachedAt)) }
}

/** The loss that a heal of this container's attachment ends: the last one that is known. */
export function lossOf(detaches: readonly Detach[], key: string, containerId: string): Detach | undefined {
  return detaches.findLast(d => d.key === key && d.evidence.containerId === containerId)
}

/** `off for 46 s`, `off for 110 ms to 46 s`. */
export function outageText({ min, max }: Outage): string {
  const [least, most] = [span(min), span(max)]
  return least === most ? `off for ${most}` : `off for ${least} to ${most}`
}
