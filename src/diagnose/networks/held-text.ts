// Why netheal does not mend by itself just now what is not attached.
import { assertNever } from '../../core/errors.ts'

export function heldText(reason: 'taken-off' | 'paused' | 'backing-off' | 'looping'): string {
  switch (reason) {
    case 'taken-off':
      return 'nobody else is on the network: netheal waits a few seconds to see whether it is being removed, then attaches it'
    case 'paused':
      return 'netheal is paused: sudo netheal resume'
    case 'backing-off':
      return 'netheal tried and failed, and waits before it tries again: netheal history shows why'
    case 'looping':
      return 'it keeps losing the network, and the rule says "onLoop": "back-off"'
    default:
      return assertNever(reason)
  }
}
