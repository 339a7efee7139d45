// Small worlds for the tests of core: every field has a value, and a test names only those that matter to it.
import { createHash } from 'node:crypto'
import { type Attachment, resolve } from '../../src/core/attachment.ts'
import { type Examination, type PairFinding, pairKey, UNEXAMINED } from '../../src/core/examination.ts'
import type { Observation } from '../../src/core/observation.ts'
import { type Plan, plan } from '../../src/core/plan.ts'
import type { Unreachable } from '../../src/core/proof.ts'
import type { RestartPolicy, Rule } from '../../src/core/rule.ts'
import { type AttachmentState, EMPTY_STATE, type ObservedContainer, type State } from '../../src/core/state.ts'
import type { Container, ContainerStatus, Endpoint, Network, Run, World } from '../../src/core/world.ts'

/** 2025-12-29 14:32:01 UTC */
export const NOW: number = Date.UTC(2025, 11, 29, 14, 32, 1)
export const MINUTE = 60_000

export const SUPABASE = 'bccg4gs4o4kgsowocw08wkw4'
export const UUID = 'vgsco4owkko4ws4kk8sg0wcc'

/** A whole id of Docker's, the same for the same text. */
export function id(of: string): string {
  return createHash('sha256').update(of).digest('hex')
}

export function network(name: string, over: Partial<Network> = {}): Network {
  return { id: id(`network ${name}`), name, driver: 'bridge', internal: false, labels: {}, ...NETWORK, ...over }
}

/** What a network is that nobody asked anything special of. */
export const NETWORK = {
  subnets: [],
  ipv6: false,
  configOnly: false,
  attachable: true,
  icc: true,
  bridge: 'br-0123456789ab',
} as const

/** An entry with a live endpoint. */
export function on(target: Network, over: Partial<Endpoint> = {}): Endpoint {
  return {
    network: target.name,
    networkId: target.id,
    endpointId: id(`endpoint on ${target.id}`),
    aliases: [],
    ...{ ipv4: '', ipv6: '', settings: null },
    ...over,
  }
}

/** An entry of a container that is not running. */
export function waitingOn(target: Network, over: Partial<Endpoint> = {}): Endpoint {
  return on(target, { endpointId: '', ...over })
}

export function run(over: Partial<Run> = {}): Run {
  const never = { startedAt: NOW - 10 * MINUTE, finishedAt: null, restartCount: 0, exitCode: 0 }
  return { ...never, error: '', missingNetwork: null, ...over }
}

export function container(name: string, over: Partial<Container> = {}): Container {
  return {
    id: id(`container ${name}`),
    name,
    image: 'app:1',
    imageId: '',
    status: 'running',
    labels: {},
    networkMode: 'default',
    endpoints: [],
    createdAt: NOW - 11 * MINUTE,
    dynamicPorts: false,
    run: run(),
    ...over,
  }
}

export function world(
  containers: readonly Container[],
  networks: readonly Network[],
  over: Partial<World> = {},
): World {
  return {
    containers,
    networks,
    gatewayPriority: true,
    newestTakesRoute: false,
    examined: UNEXAMINED,
    engineStartedAt: null,
    ...over,
  }
}

export const NEVER: RestartPolicy = { when: 'never', cooldown: 15 * MINUTE, maxPerHour: 3, grace: 5_000 }

export function rule(over: Partial<Rule> = {}): Rule {
  return {
    containers: ['pms-backend'],
    network: SUPABASE,
    resolve: [],
    aliases: null,
    ipv4: null,
    gatewayPriority: -1,
    restart: NEVER,
    repair: true,
    onLoop: 'heal',
    ipv6: null,
    reach: [],
    onUnreachable: 'report',
    drift: 'report',
    leave: false,
    onDeploy: 'silent',
    ...over,
  }
}

export function state(over: Partial<State> = {}): State {
  return { ...EMPTY_STATE, ...over }
}

export interface Situation {
  readonly state?: State
  readonly pausedUntil?: number | null
  /** False when it is not given: a one-shot. */
  readonly seesStarts?: boolean
  /** Containers that do not answer, by id, and until when they are left alone. */
  readonly silent?: ReadonlyMap<string, number>
  readonly now?: number
}

export function lookAt(rules: readonly Rule[], seen: World, situation: Situation = {}): Observation {
  const attachments = resolve(rules, seen)
  return { attachments, world: seen, plan: planOf(attachments, seen, situation) }
}

function planOf(attachments: readonly Attachment[], seen: World, situation: Situation): Plan {
  const {
    state: known = EMPTY_STATE,
    pausedUntil = null,
    seesStarts = false,
    silent = new Map(),
    now = NOW,
  } = situation
  return plan(attachments, seen, known, { pausedUntil, seesStarts, silent }, now)
}

/** The plan in one string an item: what it is, of which container, and why. */
export function shortly(of: Plan): readonly string[] {
  return [
    ...of.actions.map(a => `${a.kind} ${a.container} (${a.effect})`),
    ...of.blocked.map(b => `blocked ${b.container} (${b.reason})`),
    ...of.skipped.map(s => `skipped ${s.container} (${s.reason})`),
    ...of.satisfied.map(s => `satisfied ${s.container}`),
  ]
}

/** What an examination found of a container on a network, for the entry that `on` makes: all is well unless told otherwise. */
export function examined(of: Container, target: Network, over: Partial<PairFinding> = {}): Examination {
  const { endpointId } = on(target)
  const well = { endpointId, member: 'present', interface: 'present', wire: 'answers', at: NOW } as const
  return {
    networks: new Map(),
    bridges: new Map([[target.id, 'up']]),
    pairs: new Map([[pairKey(of.id, target.id), { ...well, ...over }]]),
  }
}

/** A network with somebody else on it, so that no plan warns that it is empty. */
export const supabase: Network = network(SUPABASE)
export const coolify: Network = network('coolify')
export const database: Container = container(`supabase-db-${SUPABASE}`, {
  endpoints: [on(supabase, { aliases: ['supabase-db'] })],
})

/** pms-backend beside the Supabase stack, in a given state. */
export function backend(
  status: ContainerStatus,
  endpoints: readonly Endpoint[],
  over: Partial<Container> = {},
): Container {
  return container('pms-backend', { status, endpoints, ...over })
}

export function host(containers: readonly Container[], over: Partial<World> = {}): World {
  return world([...containers, database], [coolify, supabase], over)
}

/** The labels of a Coolify application (docs/coolify.md, "Labels"). */
export function application(over: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    'coolify.managed': 'true',
    'coolify.type': 'application',
    'coolify.applicationId': '7',
    'coolify.name': UUID,
    'coolify.resourceName': 'pms-backend',
    'coolify.serviceName': 'pms-backend',
    'coolify.pullRequestId': '0',
    ...over,
  }
}

export function compose(project: string, service: string, over: Readonly<Record<string, string>> = {}) {
  return {
    'com.docker.compose.project': project,
    'com.docker.compose.service': service,
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
    ...over,
  }
}

/** What cannot be reached although it is attached: its database does not resolve. */
export const UNRESOLVED: Unreachable = {
  reason: 'unresolved',
  detail: 'supabase-db does not resolve inside it',
  hint: 'docker start supabase-db',
  since: NOW - 5 * MINUTE,
}

/** One container's side of an attachment that is there, in the state. */
export function observed(over: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    ...{ name: 'pms-backend', createdAt: NOW - 11 * MINUTE, networkId: supabase.id, networkName: SUPABASE },
    ...{ endpointId: id('endpoint'), attached: true, attachedAt: NOW, startedAt: NOW - 10 * MINUTE, restartCount: 0 },
    ...{ aliases: [], lost: null, settings: null, unproven: null, proof: null, unreachable: null, asked: null },
    reattached: null,
    takenOff: null,
    ...over,
  }
}

/** An attachment in the state: attached, or unreachable where one of its containers is. */
export function remembered(seen: readonly ObservedContainer[], over: Partial<AttachmentState> = {}): AttachmentState {
  return {
    ...{ container: 'pms-backend', network: SUPABASE, wanted: true, since: NOW - 5 * MINUTE },
    state: seen.some(c => c.unreachable !== null) ? 'unreachable' : 'attached',
    ...{
      lastDetach: null,
      reported: null,
      seen: Object.fromEntries(seen.map((c, i) => [id(`container ${c.name} ${i}`), c])),
    },
    ...over,
  }
}
