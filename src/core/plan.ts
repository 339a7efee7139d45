// The one decision of the product: what would have to be done, as pure data (DESIGN 4). `check` prints this value,
// `once` and `run` apply it, and a second plan on a second look is how they verify.
import type { Action, Blocked, BlockedReason, Satisfied, Skipped, SkippedReason, Target } from './action.ts'
import { aliasesFor } from './alias.ts'
import { type Attachment, entryFor, networkLabel } from './attachment.ts'
import { MAX_BACKOFF } from './backoff.ts'
import { emptinessOf } from './emptiness.ts'
import { assertNever } from './errors.ts'
import { isSwarmTask } from './identity.ts'
import { loopDelay } from './loop.ts'
import type { Memory } from './memory.ts'
import { restartDecision } from './restart.ts'
import { routeWarnings } from './route.ts'
import type { Container, Endpoint, Network, World } from './world.ts'

export interface Plan {
  readonly actions: readonly Action[]
  readonly blocked: readonly Blocked[]
  readonly skipped: readonly Skipped[]
  readonly satisfied: readonly Satisfied[]
}

type Item = Action | Blocked | Skipped | Satisfied

/** What holds actions back, whatever the world looks like. */
export interface Restraint {
  /** Milliseconds since the epoch, null: not paused. */
  readonly pausedUntil: number | null
  /** Somebody follows the events, and looks again when a container starts. */
  readonly seesStarts: boolean
}

/**
 * Total, synchronous, and the same for the same input. `now` in milliseconds since the epoch.
 * The world may come from a list; where it proposes an action, look closer and plan again before acting.
 */
export function plan(
  attachments: readonly Attachment[],
  world: World,
  memory: Memory,
  restraint: Restraint,
  now: number,
): Plan {
  const context: Context = { world, memory, restraint, now, emptiness: emptinessOf(attachments, world) }
  const items = attachments.map(attachment => restrain(decide(attachment, context), attachment, context))
  return {
    actions: items.filter(i => i.kind === 'attach' || i.kind === 'repair'),
    blocked: items.filter(i => i.kind === 'blocked'),
    skipped: items.filter(i => i.kind === 'skipped'),
    satisfied: items.filter(i => i.kind === 'satisfied'),
  }
}

interface Context {
  readonly world: World
  readonly memory: Memory
  readonly restraint: Restraint
  readonly now: number
  readonly emptiness: ReturnType<typeof emptinessOf>
}

/** The rows of DESIGN 4, from the top. */
function decide(attachment: Attachment, context: Context): Item {
  const { container, network: answer } = attachment
  if (container === null) return skip(attachment, 'container-missing')
  switch (container.status) {
    case 'dead':
    case 'removing':
      return skip(attachment, 'not-running')
    case 'exited':
      return decideExited(attachment, container, context)
    case 'created':
    case 'running':
    case 'paused':
    case 'restarting':
      break
    default:
      return assertNever(container.status)
  }
  const mode = container.networkMode
  if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) {
    return block(
      attachment,
      'network-mode',
      `its network mode is ${mode}: a container like this can join no network; run it on a network of its own`,
    )
  }
  if (answer.kind === 'missing') return block(attachment, 'network-missing', answer.hint)
  if (answer.kind === 'ambiguous') return block(attachment, 'network-ambiguous', answer.hint)
  const { network } = answer
  const entry = entryFor(container, network)
  // Between two runs an engine before 28 gives it an endpoint at once, and leaves that one behind when the container is
  // removed before its next start: a successor of the same name is then refused for ever (403), and the network cannot be
  // removed. Measured on 20.10.24 and 26.1.5; 28.5.2 only notes the entry. Who sees the start waits for it. A one-shot would
  // meet an application that crashes for want of its network in its back-off again and again: it takes the risk.
  const tooEarly = container.status === 'restarting' && !context.world.gatewayPriority && context.restraint.seesStarts
  if (entry === undefined) {
    if (isSwarmTask(container)) return swarm(attachment, container, network)
    return tooEarly ? skip(attachment, 'waiting-for-start') : attach(attachment, container, network, context)
  }
  if (entry.networkId !== network.id && context.world.networks.some(n => n.id === entry.networkId)) {
    return block(attachment, 'network-ambiguous', twinHint(entry, container))
  }
  switch (standing(entry, container, network)) {
    case 'live':
      return satisfied(attachment, container, network, context)
    case 'waiting':
      return container.status === 'created'
        ? satisfied(attachment, container, network, context)
        : skip(attachment, 'waiting-for-start')
    case 'dead':
      if (isSwarmTask(container)) return swarm(attachment, container, network)
      return tooEarly ? skip(attachment, 'waiting-for-start') : repair(attachment, container, network, entry, context)
  }
}

/**
 * A stopped container is left alone, but for an entry that holds the id of a network which no longer exists: with it the
 * container can never start again, even after the network is made anew (ENGINE.md; ExitCode 128 is how that shows).
 * DESIGN 4 repairs after the failed start; the entry is as dead before, so the start need not fail first.
 */
function decideExited(attachment: Attachment, container: Container, context: Context): Item {
  const { network: answer } = attachment
  if (answer.kind !== 'found' || isSwarmTask(container)) return skip(attachment, 'not-running')
  const entry = entryFor(container, answer.network)
  const stale =
    entry !== undefined && entry.networkId !== '' && !context.world.networks.some(n => n.id === entry.networkId)
  return stale ? repair(attachment, container, answer.network, entry, context) : skip(attachment, 'not-running')
}

/**
 * `live`: attached, now. `waiting`: takes effect at the next start. `dead`: an old network's id, or the empty endpoint
 * that a failed connect leaves on a running container.
 */
export function standing(entry: Endpoint, container: Container, network: Network): 'live' | 'waiting' | 'dead' {
  const current = entry.networkId === network.id
  const running = container.status === 'running' || container.status === 'paused'
  if (running) return current && entry.endpointId !== '' ? 'live' : 'dead'
  return current || entry.networkId === '' ? 'waiting' : 'dead'
}

function targetOf(attachment: Attachment, container: Container, network: Network): Target {
  return {
    key: attachment.key,
    identity: attachment.identity,
    containerId: container.id,
    container: attachment.label,
    networkId: network.id,
    network: network.name,
  }
}

function attach(attachment: Attachment, container: Container, network: Network, context: Context): Item {
  return {
    kind: 'attach',
    why: `not attached to ${network.name}`,
    effect: effectOn(container),
    ...changeOf(attachment, container, network, context),
  }
}

function repair(
  attachment: Attachment,
  container: Container,
  network: Network,
  entry: Endpoint,
  context: Context,
): Item {
  const stale = entry.networkId !== network.id && entry.networkId !== ''
  const why = stale
    ? `holds the id of an old ${entry.network} (${entry.networkId.slice(0, 12)}, now ${network.id.slice(0, 12)})`
    : `has an entry for ${network.name} with no endpoint behind it`
  if (!attachment.rule.repair) {
    // An entry without an endpoint cannot be disconnected; a connect fills it (measured on 20.10, 26.1 and 28.5).
    const remedy = stale
      ? `docker network disconnect -f ${entry.network} ${container.name}, then netheal attaches it`
      : `docker network connect ${network.name} ${container.name}`
    return block(attachment, 'stale-entry', `it ${why}, and the rule says "repair": false; ${remedy}`)
  }
  const change = changeOf(attachment, container, network, context)
  const startable =
    container.status === 'exited' &&
    // ExitCode is 128 then, unless an earlier run had left another one (measured on 20.10, 26.1 and 28.5).
    /network \S+ not found/.test(container.run?.error ?? '') &&
    attachment.rule.restart.when !== 'never'
  const refused = startable
    ? restartDecision(attachment, { ...container, status: 'running' }, context.memory, context.now).refused
    : null
  return {
    kind: 'repair',
    why,
    effect: effectOn(container),
    entry: entry.network,
    start: startable && refused === null,
    ...change,
    warnings: refused === null ? change.warnings : [...change.warnings, refused],
  }
}

function effectOn(container: Container): 'now' | 'before-start' | 'at-next-start' {
  if (container.status === 'created') return 'before-start'
  return container.status === 'restarting' || container.status === 'exited' ? 'at-next-start' : 'now'
}

function changeOf(attachment: Attachment, container: Container, network: Network, context: Context) {
  const { rule } = attachment
  const { world } = context
  const aliases = aliasesFor(attachment, container, network, world, context.memory)
  const restart = restartDecision(attachment, container, context.memory, context.now)
  const warnings = [
    ...routeWarnings(rule.gatewayPriority, container, network, world),
    ...aliases.warnings,
    ...context.emptiness(network),
    ...(restart.refused === null ? [] : [restart.refused]),
  ]
  return {
    ...targetOf(attachment, container, network),
    warnings,
    aliases: aliases.aliases,
    ipv4: rule.ipv4,
    gatewayPriority: world.gatewayPriority ? rule.gatewayPriority : null,
    restart: restart.decision,
    resolve: rule.resolve,
  }
}

function satisfied(attachment: Attachment, container: Container, network: Network, context: Context): Satisfied {
  const running = container.status === 'running' || container.status === 'paused'
  const warnings = running ? context.emptiness(network) : []
  return { kind: 'satisfied', ...targetOf(attachment, container, network), warnings }
}

function swarm(attachment: Attachment, container: Container, network: Network): Blocked {
  const service = container.labels['com.docker.swarm.service.name'] ?? 'SERVICE'
  return block(
    attachment,
    'swarm-task',
    `swarm makes its tasks anew; docker service update --network-add ${network.name} ${service}`,
  )
}

function block(attachment: Attachment, reason: BlockedReason, hint: string): Blocked {
  return {
    kind: 'blocked',
    key: attachment.key,
    container: attachment.label,
    network: networkLabel(attachment),
    reason,
    hint,
  }
}

/** A container's entries go by the name of the network: it cannot be on two of one name, and this entry is not dead. */
function twinHint(entry: Endpoint, container: Container): string {
  const id = entry.networkId.slice(0, 12)
  return `it is on another network of this name (${id}): docker network disconnect ${id} ${container.name}, then netheal attaches it`
}

function skip(attachment: Attachment, reason: SkippedReason, until: number | null = null): Skipped {
  return {
    kind: 'skipped',
    key: attachment.key,
    container: attachment.label,
    network: networkLabel(attachment),
    reason,
    until,
  }
}

/** Holds an action back: paused, failed a moment ago and nothing has changed, or looping under `"onLoop": "back-off"`. */
function restrain(item: Item, attachment: Attachment, context: Context): Item {
  if (item.kind !== 'attach' && item.kind !== 'repair') return item
  const { memory, now, restraint } = context
  if (restraint.pausedUntil !== null) return skip(attachment, 'paused', restraint.pausedUntil)
  const backoff = memory.backoffs[item.key]
  if (
    backoff !== undefined &&
    now < backoff.until &&
    // A clock that was set back must not stretch the wait.
    backoff.until - now <= MAX_BACKOFF * 2 &&
    backoff.fingerprint === fingerprintOf(attachment)
  ) {
    return skip(attachment, 'backing-off', backoff.until)
  }
  if (attachment.rule.onLoop === 'back-off') {
    const due = loopDelay(memory.loops, item.key, now)
    if (due !== null) return skip(attachment, 'looping', due)
  }
  return item
}

/** What an attachment looks like: while this stays the same, a failed action is only tried again when its wait is over. */
export function fingerprintOf(attachment: Attachment): string {
  const { container, network } = attachment
  const entries =
    container?.endpoints
      .map(e => `${e.networkId}:${e.endpointId}`)
      .sort()
      .join(',') ?? ''
  return [container?.id, container?.status, network.kind === 'found' ? network.network.id : network.kind, entries].join(
    ' ',
  )
}
