// How far it is proven that a container can reach what it is attached for: a ladder, each rung worth more than the one below
// (docs/design.md, "The ladder of evidence").

/**
 * `listed`: the container's entry has an endpoint and the network's id. `joined`: the network's own list of members has that
 * endpoint, and the container's interfaces are there. `wired`: the host has the network's bridge, and the container's address
 * answers. `named`: the rule's names resolve inside, to running members. `reached`: a TCP connection from inside works.
 */
export const RUNGS = ['listed', 'joined', 'wired', 'named', 'reached'] as const
export type Rung = (typeof RUNGS)[number]

/** The highest rung that was proven for an endpoint, and when; milliseconds since the epoch. */
export interface Proof {
  readonly rung: Rung
  readonly at: number
}

export const UNREACHABLE_REASONS = [
  'bridge-missing', // the host has no interface of the network: only making it anew, or restarting the engine, helps
  'unresolved', // a name of `resolve` does not resolve inside
  'foreign-address', // it resolves to an address outside the network, or to one that no running member has
  'several-answer', // more than one container answers to the name
  'target-paused', // the container behind the name is paused
  'refused', // nothing listens at the port of `reach`
  'no-answer', // nobody answers at the address: stopped, disconnected, or the packets are dropped
] as const
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number]

/** What a new endpoint, or a new process, may help against: not a container that is paused, nor a name that another one has. */
export function isCurableReason(reason: UnreachableReason): boolean {
  return reason === 'unresolved' || reason === 'refused' || reason === 'no-answer'
}

/** What is attached and cannot reach what it is attached for. `since` in milliseconds since the epoch. */
export interface Unreachable {
  readonly reason: UnreachableReason
  /** What was seen, as a clause: `supabase-db does not resolve inside it`. */
  readonly detail: string
  /** What helps; null: nothing that could be named. */
  readonly hint: string | null
  readonly since: number
}

/** True where `rung` is at least as high as the other. */
export function isAtLeast(rung: Rung, other: Rung): boolean {
  return RUNGS.indexOf(rung) >= RUNGS.indexOf(other)
}
