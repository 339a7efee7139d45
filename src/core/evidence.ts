// How far it is proven that a container is on a network: its own entry, held against what was found beyond it
// (docs/design.md, "The ladder of evidence"). Rungs 1 to 3; what is proven from inside comes after that.
import { type Examination, type PairFinding, pairKey } from './examination.ts'
import { isAtLeast, type Proof } from './proof.ts'
import type { Endpoint, Network } from './world.ts'

/** Why an entry that looks live is dead all the same: what disconnecting and connecting heals. */
export type DeadReason = 'not-a-member' | 'interface-missing' | 'nobody-answers'

export interface Evidence {
  /** The highest of the first three rungs that is proven. */
  readonly rung: 'listed' | 'joined' | 'wired'
  readonly dead: DeadReason | null
  /** When that was found; null: nothing was found beyond the entry. */
  readonly at: number | null
}

/** @param entry one that is live by itself: with an endpoint, and the network's id */
export function evidenceOf(containerId: string, entry: Endpoint, network: Network, examined: Examination): Evidence {
  const found = examined.pairs.get(pairKey(containerId, network.id))
  if (found === undefined || found.endpointId !== entry.endpointId) return { rung: 'listed', dead: null, at: null }
  const dead = deadBy(found)
  const joined = dead === null && found.member === 'present' && found.interface === 'present'
  const wired = joined && found.wire === 'answers' && examined.bridges.get(network.id) === 'up'
  return { rung: wired ? 'wired' : joined ? 'joined' : 'listed', dead, at: found.at }
}

export function deadBy({ member, interface: own, wire }: PairFinding): DeadReason | null {
  if (member === 'missing') return 'not-a-member'
  if (own === 'missing') return 'interface-missing'
  return wire === 'nobody' ? 'nobody-answers' : null
}

/** Whether what was found then is proven to be gone, on the same rung. */
export function isMended(dead: DeadReason, found: PairFinding | undefined): boolean {
  switch (dead) {
    case 'not-a-member':
      return found?.member === 'present'
    case 'interface-missing':
      return found?.interface === 'present'
    case 'nobody-answers':
      return found?.wire === 'answers'
  }
}

/** As the end of "pms-backend ...". */
export function deadWords(reason: DeadReason, network: string): string {
  switch (reason) {
    case 'not-a-member':
      return `has an entry for ${network}, but is not on it: ${network} does not list it`
    case 'interface-missing':
      return `is listed on ${network}, but its network interface for it is gone`
    case 'nobody-answers':
      return `is listed on ${network}, but nothing answers at its address there`
  }
}

/** The proof that is kept of an endpoint: the highest rung, and of that the newest time. */
export function proofAfter(before: Proof | null, { rung, dead, at }: Evidence): Proof | null {
  if (dead !== null) return null
  if (rung === 'listed' || at === null) return before
  return before !== null && isAtLeast(before.rung, rung) && before.rung !== rung ? before : { rung, at }
}

/** What helps where a network's bridge is not as it must be; null: it is up, or cannot be seen from here. */
export function bridgeTrouble(
  network: Network,
  examined: Examination,
): { readonly detail: string; readonly hint: string } | null {
  const state = examined.bridges.get(network.id)
  if (state === 'down') {
    return {
      detail: `the bridge of ${network.name} on this host (${network.bridge}) is down`,
      hint: `ip link set ${network.bridge} up`,
    }
  }
  if (state !== 'gone') return null
  return {
    detail: `the bridge of ${network.name} on this host (${network.bridge}) is gone`,
    hint: 'restart the engine, which makes it again, and restarts its containers: systemctl restart docker',
  }
}
