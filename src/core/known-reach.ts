// What is known of what an attachment reaches, over all of its containers, for whoever tells of it.
import { span } from './entry.ts'
import { isAtLeast, type Proof, type Rung, type Unreachable } from './proof.ts'
import type { AttachmentState, ObservedContainer, State } from './state.ts'

export interface KnownReach {
  /** The lowest rung that is proven of those attached, and when; null: nothing but the entry. */
  readonly proof: Proof | null
  /** A proof was asked for, and there is no answer yet. */
  readonly isPending: boolean
  /** Null: nothing is known to be wrong. */
  readonly unreachable: Unreachable | null
  /** What was asked and got no answer, in words; null: nothing. */
  readonly doubt: string | null
}

export const UNKNOWN_REACH: KnownReach = { proof: null, isPending: false, unreachable: null, doubt: null }

/** Of what is not attached nothing is known, and nothing is to be proven. */
export function knownReachOf({ state, seen, since }: AttachmentState): KnownReach {
  if (state !== 'attached' && state !== 'unreachable') return UNKNOWN_REACH
  const attached = Object.values(seen).filter(c => c.attached)
  const known = reachOfAll(attached.map(ofContainer))
  return state === 'attached' || known.unreachable !== null ? known : { ...known, unreachable: unexplained(since) }
}

/** The status alone is known. */
function unexplained(since: number): Unreachable {
  return { reason: 'no-answer', detail: 'it does not reach what it is attached for', hint: null, since }
}

function ofContainer({ proof, unproven, unreachable, asked }: ObservedContainer): KnownReach {
  const isPending = unproven !== null && unreachable === null
  return { proof, isPending, unreachable, doubt: asked?.doubt ?? null }
}

/** Of one container, as the state has it. */
export function knownReachIn(state: State, key: string, containerId: string): KnownReach {
  const seen = state.attachments[key]?.seen[containerId]
  return seen === undefined ? UNKNOWN_REACH : ofContainer(seen)
}

export interface UnreachableAttachment extends Pick<AttachmentState, 'container' | 'network'> {
  readonly unreachable: Unreachable
}

/** All that are wanted and attached, and cannot reach what they are attached for. */
export function unreachableIn(state: State): readonly UnreachableAttachment[] {
  return Object.values(state.attachments).flatMap(attachment => {
    const { container, network, wanted } = attachment
    const { unreachable } = knownReachOf(attachment)
    return wanted && unreachable !== null ? [{ container, network, unreachable }] : []
  })
}

/** Of several: the lowest, and what is wrong of any. */
export function reachOfAll(all: readonly KnownReach[]): KnownReach {
  const proofs = all.map(r => r.proof)
  return {
    proof: proofs.reduce((lowest, proof) => lower(lowest, proof), proofs[0] ?? null),
    isPending: all.some(r => r.isPending),
    unreachable: all.find(r => r.unreachable !== null)?.unreachable ?? null,
    doubt: all.find(r => r.doubt !== null)?.doubt ?? null,
  }
}

/** Of two on the same rung, the older one. */
function lower(a: Proof | null, b: Proof | null): Proof | null {
  if (a === null || b === null) return null
  if (a.rung === b.rung) return a.at <= b.at ? a : b
  return isAtLeast(a.rung, b.rung) ? b : a
}

/** `proven: named, 3 min ago`; `listed` where nothing is proven but the entry. `now` in milliseconds since the epoch. */
export function proofText({ proof, isPending, doubt }: KnownReach, now: number): string {
  const when = proof === null ? '' : `, ${span(Math.max(0, now - proof.at))} ago`
  return `proven: ${proof?.rung ?? 'listed'}${when}${isPending ? ', the next proof is pending' : ''}${doubt === null ? '' : `; ${doubt}`}`
}

/** The lowest of those that were proven for some attachments; `listed` where one has none. */
export function lowestRung(all: readonly KnownReach[]): Rung {
  return reachOfAll(all).proof?.rung ?? 'listed'
}
