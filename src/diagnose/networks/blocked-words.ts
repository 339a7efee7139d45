import type { BlockedReason } from '../../core/action.ts'
import { assertNever } from '../../core/errors.ts'

/** Why a container cannot be attached to a network, as a clause after a colon. */
export function blockedWords(reason: BlockedReason): string {
  switch (reason) {
    case 'network-missing':
      return 'there is no such network'
    case 'network-ambiguous':
      return 'several networks could be meant'
    case 'network-mode':
      return 'its network mode allows no other network'
    case 'config-only':
      return 'it is only a template for other networks'
    case 'not-attachable':
      return 'it takes swarm services only'
    case 'address-outside':
      return "the rule's address is not in its subnet"
    case 'address-taken':
      return "another container has the rule's address"
    case 'icc-off':
      return 'its containers may not talk to each other'
    case 'bridge-missing':
      return 'its bridge on this host is gone or down'
    case 'swarm-task':
      return 'it is a task of swarm'
    case 'selector-ambiguous':
      return 'several Coolify resources have the name that its rule says'
    case 'label-refused':
      return 'a label may not ask for it, or asks wrongly'
    case 'stale-entry':
      return 'it has a dead entry, and the rule forbids the repair'
    default:
      return assertNever(reason)
  }
}
