// What a plan is made of: tagged unions, and the words for each.

import type { EndpointSettings } from './endpoint-settings.ts'
import { assertNever } from './errors.ts'
import type { DeadReason } from './evidence.ts'
import type { ReachTarget } from './rule.ts'

/** Something worth saying about an attachment, beside what is done about it. */
export interface Warning {
  readonly code:
    | 'network-empty'
    | 'drift'
    | 'off-home'
    | 'route-moves'
    | 'alias-taken'
    | 'address-taken'
    | 'address-outside'
    | 'gateway-priority'
    | 'restart-refused'
    | 'selector-ambiguous'
  readonly message: string
  readonly hint: string | null
}

export interface Target {
  /** The attachment's key. */
  readonly key: string
  readonly identity: string
  readonly containerId: string
  readonly container: string
  readonly networkId: string
  readonly network: string
}

/** What a rule's `restart` means for this action, now. */
export type RestartDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'after-attach' }
  | { readonly kind: 'if-unresolved'; readonly grace: number }

interface Change extends Target {
  readonly why: string
  readonly warnings: readonly Warning[]
  readonly aliases: readonly string[]
  readonly settings: EndpointSettings
  readonly restart: RestartDecision
  /** Names to resolve inside the container afterwards. */
  readonly resolve: readonly string[]
  /** Targets to reach from inside the container afterwards. */
  readonly reach: readonly ReachTarget[]
}

export interface Attach extends Change {
  readonly kind: 'attach'
  /** `at-start`: the container is not running, or between two runs; it joins when it starts. */
  readonly effect: 'now' | 'before-start' | 'at-next-start'
}

/** Disconnect an entry proven dead, then attach. */
export interface Repair extends Change {
  readonly kind: 'repair'
  readonly effect: 'now' | 'before-start' | 'at-next-start'
  /** The name of the dead entry. */
  readonly entry: string
  /** What was found of an entry that looks live; null: it is dead by itself. */
  readonly dead: DeadReason | null
  /** Start the container afterwards: the dead entry kept it from starting, and the rule's `restart` allows it. */
  readonly start: boolean
}

export type Action = Attach | Repair

export type BlockedReason =
  | 'network-missing'
  | 'network-ambiguous'
  | 'network-mode'
  | 'selector-ambiguous' // several Coolify resources have the name, and this container was never attached by it
  | 'swarm-task'
  | 'label-refused' // the container's labels ask for what they may not have, or wrongly
  | 'config-only' // the network is only a template
  | 'not-attachable' // an overlay that takes services alone
  | 'address-outside' // the rule's address is not in the network's subnet
  | 'address-taken' // another container has the rule's address
  | 'icc-off' // containers on the network may not talk to each other
  | 'bridge-missing' // gone from the host, or down: nothing that is attached to it reaches anything
  | 'stale-entry' // dead, and the rule says `"repair": false`

export interface Blocked {
  readonly kind: 'blocked'
  readonly key: string
  readonly container: string
  readonly network: string
  readonly reason: BlockedReason
  readonly hint: string
  /** The container that is attached all the same, and reaches nothing there: its id. Null: none is. */
  readonly attached: string | null
}

export type SkippedReason =
  | 'container-missing'
  | 'not-running'
  | 'nobody-there' // `ofEach`: none of its containers is on a network now
  | 'waiting-for-start' // between two runs: its entry takes effect at the next start, or it is attached then
  | 'taken-off' // off a network with nobody else on it: put back in a moment, unless the network is removed
  | 'network-removed' // after it had been taken off it: attached when the network is there again
  | 'paused' // netheal is paused
  | 'backing-off' // it failed a moment ago
  | 'looping' // it is being taken away again and again, and the rule says `"onLoop": "back-off"`

export interface Skipped {
  readonly kind: 'skipped'
  readonly key: string
  readonly container: string
  readonly network: string
  readonly reason: SkippedReason
  /** When it is due again, milliseconds since the epoch; null for "when something changes". */
  readonly until: number | null
}

export interface Satisfied extends Target {
  readonly kind: 'satisfied'
  readonly warnings: readonly Warning[]
}

/** Coolify does it on purpose each time that it stops a stack: it is where an attachment stands, and no line's worth. */
export const NETWORK_REMOVED = 'network-removed'

const QUIET: readonly SkippedReason[] = [
  ...(['container-missing', 'nobody-there', 'not-running', 'waiting-for-start', 'network-removed'] as const),
]

/** Skipped for a reason that leaves nothing to be done: the cron script's quiet no-op. */
export function isQuiet(skipped: Skipped): boolean {
  return QUIET.includes(skipped.reason)
}

/** The action in a few words, for a person who decides whether to let it happen. */
export function describe(action: Action): string {
  const aliases = action.aliases.length === 0 ? '' : ` as ${action.aliases.join(', ')}`
  const what =
    action.kind === 'attach'
      ? `connect ${action.container} to ${action.network}${aliases}`
      : `disconnect the dead entry ${action.entry} of ${action.container}, and connect it to ${action.network}${aliases}`
  return what + thenText(action)
}

/** What follows it, as the end of a sentence. */
export function thenText(action: Action): string {
  if (action.kind === 'repair' && action.start) return ', then start it'
  switch (action.restart.kind) {
    case 'after-attach':
      return ', then restart it'
    case 'if-unresolved':
      return ', then restart it if its names do not resolve'
    case 'none':
      return ', without a restart'
    default:
      return assertNever(action.restart)
  }
}
