// The one decision of the product: what would have to be done, as pure data (docs/design.md, "The decision table").
// `check` prints this value, `once` and `run` apply it, and a second plan on a second look is how they verify.
import type { Action, Blocked, Satisfied, Skipped } from './action.ts'
import { ambiguities } from './ambiguous.ts'
import { type Attachment, entryFor } from './attachment.ts'
import { emptinessOf, emptyOfOthers } from './emptiness.ts'
import { assertNever } from './errors.ts'
import { bridgeTrouble, type DeadReason, evidenceOf } from './evidence.ts'
import { isSwarmTask } from './identity.ts'
import { modeObstacle, networkObstacle } from './obstacle.ts'
import {
  attach,
  block,
  drifted,
  type PlanItem,
  reattach,
  repair,
  type Situation,
  satisfied,
  skip,
  swarm,
  twinHint,
} from './plan-item.ts'
import { reattachFor } from './reattach.ts'
import { type Restraint, restrain } from './restraint.ts'
import type { State } from './state.ts'
import { teardownOf } from './teardown.ts'
import { type Container, type Endpoint, isUp, type Network, type World } from './world.ts'

export interface Plan {
  readonly actions: readonly Action[]
  readonly blocked: readonly Blocked[]
  readonly skipped: readonly Skipped[]
  readonly satisfied: readonly Satisfied[]
}

/**
 * Total, synchronous, and the same for the same input. `now` in milliseconds since the epoch.
 * The world may come from a list; where it proposes an action, look closer and plan again before acting.
 */
export function plan(
  attachments: readonly Attachment[],
  world: World,
  state: State,
  restraint: Restraint,
  now: number,
): Plan {
  const situation: Situation = {
    ...{ world, state, now },
    emptiness: emptinessOf(attachments, world),
    isEmpty: emptyOfOthers(attachments, world),
    ambiguities: ambiguities(attachments),
  }
  const items = attachments.map(attachment =>
    restrain(
      unambiguous(decide(attachment, situation, restraint), attachment, situation),
      attachment,
      state,
      restraint,
      now,
    ),
  )
  return {
    actions: items.filter(i => i.kind === 'attach' || i.kind === 'repair'),
    blocked: items.filter(i => i.kind === 'blocked'),
    skipped: items.filter(i => i.kind === 'skipped'),
    satisfied: items.filter(i => i.kind === 'satisfied'),
  }
}

/** The rows of the table in docs/design.md, "The decision table", from the top. */
function decide(attachment: Attachment, situation: Situation, restraint: Restraint): PlanItem {
  const { container, network: answer } = attachment
  if (container === null) return skip(attachment, 'container-missing')
  if (answer.kind === 'refused') return block(attachment, 'label-refused', answer.hint)
  if (answer.kind === 'nobody-there') return skip(attachment, 'nobody-there')
  if (container.status === 'dead' || container.status === 'removing') return skip(attachment, 'not-running')
  const teardown = teardownOf(attachment, container, situation, restraint)
  if (teardown !== null) return skip(attachment, teardown.reason, teardown.until)
  switch (container.status) {
    case 'exited':
      return decideExited(attachment, container, situation)
    case 'created':
    case 'running':
    case 'paused':
    case 'restarting':
      break
    default:
      return assertNever(container.status)
  }
  const mode = modeObstacle(attachment, container, situation.world)
  if (mode !== null) return mode
  if (answer.kind === 'missing') return block(attachment, 'network-missing', answer.hint)
  if (answer.kind === 'ambiguous') return block(attachment, 'network-ambiguous', answer.hint)
  const { network } = answer
  const entry = entryFor(container, network)
  const trouble = bridgeTrouble(network, situation.world.examined)
  if (trouble !== null) {
    const isAttached = entry !== undefined && entryState(entry, container, network) === 'live'
    return block(attachment, 'bridge-missing', `${trouble.detail}; ${trouble.hint}`, isAttached ? container.id : null)
  }
  // Between two runs an engine before 28 gives it an endpoint at once, and leaves that one behind when the container is
  // removed before its next start: a successor of the same name is then refused for ever (403), and the network cannot
  // be removed. Measured on 20.10.24 and 26.1.5; 28.5.2 only notes the entry. Who sees the start waits for it. A
  // one-shot would meet an application that crashes for want of its network in its back-off again and again: it takes
  // the risk.
  const tooEarly = container.status === 'restarting' && !situation.world.gatewayPriority && restraint.seesStarts
  if (entry === undefined) {
    if (isSwarmTask(container)) return swarm(attachment, container, network)
    if (tooEarly) return skip(attachment, 'waiting-for-start')
    return (
      networkObstacle(attachment, container, network, situation) ?? attach(attachment, container, network, situation)
    )
  }
  if (entry.networkId !== network.id && situation.world.networks.some(n => n.id === entry.networkId)) {
    return block(attachment, 'network-ambiguous', twinHint(entry, container))
  }
  const mend = (dead: DeadReason | null): PlanItem =>
    isSwarmTask(container)
      ? swarm(attachment, container, network)
      : (networkObstacle(attachment, container, network, situation) ??
        repair(attachment, container, network, entry, dead, situation))
  switch (entryState(entry, container, network)) {
    case 'live': {
      const { dead } = evidenceOf(container.id, entry, network, situation.world.examined)
      if (dead !== null) return mend(dead)
      const lost = reattachFor(attachment, container, entry, situation.state, restraint, situation.now)
      return lost !== null && !isSwarmTask(container)
        ? reattach(attachment, container, network, entry, lost, situation)
        : drifted(attachment, container, network, entry, situation)
    }
    case 'waiting':
      return container.status === 'created'
        ? satisfied(attachment, container, network, situation)
        : skip(attachment, 'waiting-for-start')
    case 'dead':
      return tooEarly && !isSwarmTask(container) ? skip(attachment, 'waiting-for-start') : mend(null)
  }
}

/** Nothing is done to a container that the rule may not mean. */
function unambiguous(item: PlanItem, attachment: Attachment, { ambiguities, state }: Situation): PlanItem {
  const hint = item.kind === 'attach' || item.kind === 'repair' ? ambiguities.get(attachment) : undefined
  if (hint === undefined || wasAttached(attachment, state)) return item
  return block(attachment, 'selector-ambiguous', hint)
}

/** Under this identity, ever: the next container of an application that a rule has kept is no news. */
function wasAttached({ key }: Attachment, state: State): boolean {
  return Object.values(state.attachments[key]?.seen ?? {}).some(c => c.attachedAt !== null)
}

/**
 * A stopped container is left alone, but for an entry that holds the id of a network which no longer exists: with it the
 * container can never start again, even after the network is made anew
 * (docs/engine-facts.md, "Stale entries"). The entry is as dead before a start has failed for it as after.
 */
function decideExited(attachment: Attachment, container: Container, situation: Situation): PlanItem {
  const { network: answer } = attachment
  if (answer.kind !== 'found' || isSwarmTask(container)) return skip(attachment, 'not-running')
  const entry = entryFor(container, answer.network)
  const stale =
    entry !== undefined && entry.networkId !== '' && !situation.world.networks.some(n => n.id === entry.networkId)
  return stale ? repair(attachment, container, answer.network, entry, null, situation) : skip(attachment, 'not-running')
}

/**
 * `live`: attached, by the entry. `waiting`: takes effect at the next start. `dead`: an old network's id, or the empty endpoint
 * that a failed connect leaves on a running container.
 */
export function entryState(entry: Endpoint, container: Container, network: Network): 'live' | 'waiting' | 'dead' {
  const current = entry.networkId === network.id
  const running = isUp(container.status)
  if (running) return current && entry.endpointId !== '' ? 'live' : 'dead'
  return current || entry.networkId === '' ? 'waiting' : 'dead'
}
