// A teardown is not a loss. `docker network disconnect N C; docker network rm N` is how Coolify stops a compose application and
// deletes a preview (docs/coolify.md, "What removes and connects networks"); whoever puts C back in between makes the removal
// fail. So an attachment that was taken off a network with nobody else on it is left off for a moment: being there helps nobody.
import { type Attachment, entryFor } from './attachment.ts'
import { failedToStart } from './failed-start.ts'
import type { Situation } from './plan-item.ts'
import type { Restraint } from './restraint.ts'
import type { ObservedContainer, TakenOff } from './state.ts'
import type { Container, World } from './world.ts'

/** Milliseconds without a change of who is on the network: Coolify sends the two commands one after the other, over SSH. */
export const QUIET = 5_000
/** Milliseconds after which it is put back, however the network changes. */
const LONGEST = 60_000

/** `until`: when it is decided, milliseconds since the epoch; null: whenever the network is there again. */
export interface Teardown {
  readonly reason: 'taken-off' | 'network-removed'
  readonly until: number | null
}

/**
 * Null: it is none, or the wait is over. Only who follows the events begins to wait: a one-shot would leave what was really
 * lost to the next one, minutes later, and it hardly ever comes between the two commands.
 */
export function teardownOf(
  attachment: Attachment,
  container: Container,
  { world, state, isEmpty, now }: Pick<Situation, 'world' | 'state' | 'isEmpty' | 'now'>,
  { seesStarts }: Pick<Restraint, 'seesStarts'>,
): Teardown | null {
  const { key, network: answer } = attachment
  const seen = state.attachments[key]?.seen ?? {}
  const own = seen[container.id]
  if ((answer.kind !== 'found' && answer.kind !== 'missing') || failedToStart(container)) return null
  if (answer.kind === 'missing') {
    if (own?.attached !== true) {
      const isGone = Object.values(seen).some(s => s.takenOff?.removed === true)
      return isGone ? { reason: 'network-removed', until: null } : null
    }
    if (world.networks.some(n => n.id === own.networkId) || hasEntryOf(container, own)) return null
    const until = seesStarts || own.takenOff !== null ? untilOf(own.takenOff, '', now) : now
    return now < until ? { reason: 'taken-off', until } : { reason: 'network-removed', until: null }
  }
  const { network } = answer
  // One that was made anew under its name is another one, and is joined at once.
  if (own?.attached !== true || network.id !== own.networkId || entryFor(container, network) !== undefined) return null
  if (!(seesStarts || own.takenOff !== null) || !isEmpty(network)) return null
  const until = untilOf(own.takenOff, membersOf(network.id, world), now)
  return now < until ? { reason: 'taken-off', until } : null
}

function hasEntryOf({ endpoints }: Container, { networkId, networkName }: ObservedContainer): boolean {
  return endpoints.some(e => e.networkId === networkId || e.network === networkName)
}

function untilOf(known: TakenOff | null, members: string, now: number): number {
  if (known === null) return now + QUIET
  // A clock that was set back must not stretch the wait.
  const changedAt = known.members === members ? Math.min(known.changedAt, now) : now
  return Math.min(changedAt + QUIET, known.since + LONGEST)
}

/** Who has an endpoint on it, as one text; empty where there is no such network. */
export function membersOf(networkId: string, world: World): string {
  const members = world.containers.filter(c => c.endpoints.some(e => e.networkId === networkId && e.endpointId !== ''))
  return members
    .map(c => c.id.slice(0, 12))
    .sort()
    .join(' ')
}
