// The answers of a plan, made whole: an attach or a repair with all that goes with it, or why there is none.
import type { Action, Blocked, BlockedReason, Satisfied, Skipped, SkippedReason, Target, Warning } from './action.ts'
import { aliasesFor } from './alias.ts'
import { type Attachment, networkLabel } from './attachment.ts'
import { driftOf } from './drift.ts'
import type { emptinessOf, emptyOfOthers } from './emptiness.ts'
import { type DeadReason, deadWords } from './evidence.ts'
import { homeWarnings } from './home-network.ts'
import { isSwarmTask } from './identity.ts'
import type { Unreachable } from './proof.ts'
import { restartDecision } from './restart.ts'
import { routeWarnings } from './route.ts'
import type { State } from './state.ts'
import { settingsFor } from './wanted-settings.ts'
import { type Container, type Endpoint, isUp, type Network, type World } from './world.ts'

export type PlanItem = Action | Blocked | Skipped | Satisfied

/** What an answer depends on, beside the attachment itself. `now` in milliseconds since the epoch. */
export interface Situation {
  readonly world: World
  readonly state: State
  readonly now: number
  readonly emptiness: ReturnType<typeof emptinessOf>
  readonly isEmpty: ReturnType<typeof emptyOfOthers>
  /** What is to be said of containers that answer to a name of several resources. */
  readonly ambiguities: ReadonlyMap<Attachment, string>
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

export function attach(attachment: Attachment, container: Container, network: Network, situation: Situation): PlanItem {
  return {
    kind: 'attach',
    why: `not attached to ${network.name}`,
    effect: effectOn(container),
    ...changeOf(attachment, container, network, situation),
  }
}

export function repair(
  attachment: Attachment,
  container: Container,
  network: Network,
  entry: Endpoint,
  dead: DeadReason | null,
  situation: Situation,
): PlanItem {
  const stale = entry.networkId !== network.id && entry.networkId !== ''
  const why =
    dead !== null
      ? deadWords(dead, network.name)
      : stale
        ? `holds the id of an old ${entry.network} (${entry.networkId.slice(0, 12)}, now ${network.id.slice(0, 12)})`
        : `has an entry for ${network.name} with no endpoint behind it`
  if (!attachment.rule.repair) {
    // An entry without an endpoint, or one that is no member, cannot be disconnected; a connect fills it (20.10, 26.1, 28.5).
    const remedy =
      stale || (dead !== null && dead !== 'not-a-member')
        ? `docker network disconnect -f ${entry.network} ${container.name}; netheal then attaches it`
        : `docker network connect ${network.name} ${container.name}`
    return block(attachment, 'stale-entry', `it ${why}, and the rule says "repair": false; ${remedy}`)
  }
  const change = changeOf(attachment, container, network, situation)
  const startable =
    container.status === 'exited' &&
    // ExitCode is 128 then, unless an earlier run had left another one (measured on 20.10, 26.1 and 28.5).
    (container.run?.missingNetwork ?? null) !== null &&
    attachment.rule.restart.when !== 'never'
  const refused = startable
    ? restartDecision(attachment, { ...container, status: 'running' }, situation.state, situation.now).refused
    : null
  return {
    kind: 'repair',
    why,
    effect: effectOn(container),
    entry: entry.network,
    dead,
    start: startable && refused === null,
    ...change,
    warnings: refused === null ? change.warnings : [...change.warnings, refused],
  }
}

/**
 * On the network. Not as the rule asks: said, or with `"drift": "repair"` disconnected and connected again, unless that is known
 * to fail.
 */
export function drifted(
  attachment: Attachment,
  container: Container,
  network: Network,
  entry: Endpoint,
  situation: Situation,
): PlanItem {
  const { rule } = attachment
  const { world, state } = situation
  // What another member answers to is left out on purpose.
  const given = rule.aliases === null ? [] : aliasesFor(attachment, container, network, world, state).aliases
  const drift = driftOf(attachment, container, network, entry, state, given)
  const well = satisfied(attachment, container, network, situation)
  if (drift.length === 0) return well
  const { problem } = settingsFor(attachment, container, network, world, state)
  const why = drift.join(' and ')
  if (rule.drift === 'repair' && problem === null && !isSwarmTask(container)) {
    const change = changeOf(attachment, container, network, situation)
    return { kind: 'repair', why, effect: 'now', entry: entry.network, dead: null, start: false, ...change }
  }
  const hint =
    problem?.hint ??
    'netheal connects it anew with "drift": "repair" in the rule, which takes it off the network for a moment'
  const message = `${attachment.label} is on ${network.name}, but ${why}`
  return { ...well, warnings: [{ code: 'drift', message, hint }, ...well.warnings] }
}

/** On the network, and known not to reach what it is attached for: disconnected and connected again, as the rule says. */
export function reattach(
  attachment: Attachment,
  container: Container,
  network: Network,
  entry: Endpoint,
  unreachable: Unreachable,
  situation: Situation,
): PlanItem {
  const why = `is attached to ${network.name}, but ${unreachable.detail}`
  const change = changeOf(attachment, container, network, situation)
  return { kind: 'repair', why, effect: 'now', entry: entry.network, dead: null, start: false, ...change }
}

function effectOn(container: Container): 'now' | 'before-start' | 'at-next-start' {
  if (container.status === 'created') return 'before-start'
  return container.status === 'restarting' || container.status === 'exited' ? 'at-next-start' : 'now'
}

function changeOf(attachment: Attachment, container: Container, network: Network, situation: Situation) {
  const { rule } = attachment
  const { world } = situation
  const aliases = aliasesFor(attachment, container, network, world, situation.state)
  const wanted = settingsFor(attachment, container, network, world, situation.state)
  const restart = restartDecision(attachment, container, situation.state, situation.now)
  const warnings = [
    ...routeWarnings(wanted.settings.gatewayPriority ?? rule.gatewayPriority, container, network, world),
    ...wanted.warnings,
    ...homeWarnings(container, attachment.label, network, world),
    ...aliases.warnings,
    ...ambiguityWarnings(attachment, situation),
    ...situation.emptiness(network),
    ...(restart.refused === null ? [] : [restart.refused]),
  ]
  return {
    ...targetOf(attachment, container, network),
    warnings,
    aliases: aliases.aliases,
    settings: wanted.settings,
    restart: restart.decision,
    resolve: rule.resolve,
    reach: rule.reach,
  }
}

export function satisfied(
  attachment: Attachment,
  container: Container,
  network: Network,
  situation: Situation,
): Satisfied {
  const running = isUp(container.status)
  const home = homeWarnings(container, attachment.label, network, situation.world)
  const ambiguity = ambiguityWarnings(attachment, situation)
  const warnings = running ? [...ambiguity, ...home, ...situation.emptiness(network)] : []
  return { kind: 'satisfied', ...targetOf(attachment, container, network), warnings }
}

function ambiguityWarnings(attachment: Attachment, { ambiguities }: Situation): readonly Warning[] {
  const hint = ambiguities.get(attachment)
  if (hint === undefined) return []
  const message = `${attachment.label} is not the only one that the rule may mean`
  return [{ code: 'selector-ambiguous', message, hint }]
}

export function swarm(attachment: Attachment, container: Container, network: Network): Blocked {
  const service = container.labels['com.docker.swarm.service.name'] ?? 'SERVICE'
  return block(
    attachment,
    'swarm-task',
    `swarm recreates its tasks, so an attach by hand is lost; type: docker service update --network-add ${network.name} ${service}`,
  )
}

export function block(
  attachment: Attachment,
  reason: BlockedReason,
  hint: string,
  attached: string | null = null,
): Blocked {
  return {
    attached,
    kind: 'blocked',
    key: attachment.key,
    container: attachment.label,
    network: networkLabel(attachment),
    reason,
    hint,
  }
}

/** A container's entries go by the name of the network: it cannot be on two of one name, and this entry is not dead. */
export function twinHint(entry: Endpoint, container: Container): string {
  const id = entry.networkId.slice(0, 12)
  return `it is on another network of this name (${id}): docker network disconnect ${id} ${container.name}; netheal then attaches it`
}

export function skip(attachment: Attachment, reason: SkippedReason, until: number | null = null): Skipped {
  return {
    kind: 'skipped',
    key: attachment.key,
    container: attachment.label,
    network: networkLabel(attachment),
    reason,
    until,
  }
}
