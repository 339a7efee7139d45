// What a topic is given, made as `diagnose` makes it: on a real engine by the real look and the real ports.
import { systemClock } from '../../src/cli/clock.ts'
import type { RestartPolicy, Rule } from '../../src/core/rule.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { Context, TopicAnswer } from '../../src/diagnose/context.ts'
import type { Itself } from '../../src/diagnose/itself-port.ts'
import type { EngineJournal, HostFiles } from '../../src/diagnose/ports.ts'
import type { Automation } from '../../src/diagnose/rules/automation.ts'
import type { Finding } from '../../src/diagnose/rules/finding.ts'
import { subjectsOf } from '../../src/diagnose/subjects.ts'
import { openEngine } from '../../src/docker/engine.ts'
import { NO_WIRE } from '../../src/heal/examine.ts'
import { openWays } from '../../src/heal/inside.ts'
import { observeReadOnly } from '../../src/heal/observe-read-only.ts'
import { prove } from '../../src/heal/prove.ts'
import { resolveNames } from '../../src/heal/resolve-names.ts'

const never = new AbortController().signal
const NEVER: RestartPolicy = { when: 'never', cooldown: 900_000, maxPerHour: 3, grace: 5_000 }

/** A journal that holds nothing, of an engine that it knows. */
export const quietJournal: EngineJournal = { read: async () => ({ kind: 'read', lines: [], cut: false }) }

/** A host without any of the files that are asked for. */
export const noFiles: HostFiles = {
  modified: async () => ({ kind: 'missing' }),
  engineStarted: async () => ({ kind: 'missing' }),
}

/** Somebody heals, and all is well with it. */
export const wellItself: Itself = {
  config: { kind: 'valid', file: '/etc/netheal/config.json' },
  state: { note: null, closed: false },
  healer: { alive: true, mode: 'daemon', pid: 1, lastPassAt: null, lastPassOk: true, oldest: 600_000 },
  lock: { kind: 'free' },
  pause: { until: null, reason: null, note: null },
  heartbeat: { kind: 'none', file: '/var/log/netheal/heartbeat.log' },
  places: [],
  units: [],
  service: null,
}

export interface Asked {
  readonly rules?: readonly Rule[]
  /** A container by its name; null: all that the rules speak of. */
  readonly named?: string | null
  readonly state?: State
  readonly journal?: EngineJournal | null
  readonly files?: HostFiles | null
  /** What this host does by itself; nothing unless told otherwise. */
  readonly automation?: Automation | null
  readonly itself?: Itself
  /** Milliseconds for each call. */
  readonly timeout?: number
}

/** What the topics that are tested here use. */
type Used =
  | 'now'
  | 'look'
  | 'subjects'
  | 'rules'
  | 'state'
  | 'engine'
  | 'inspector'
  | 'mentions'
  | 'prove'
  | 'reach'
  | 'journal'
  | 'files'
  | 'automation'
  | 'clock'
  | 'itself'

export function ruleFor(containers: readonly string[], network: string, resolve: readonly string[] = []): Rule {
  return {
    containers,
    network,
    resolve,
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
  }
}

/** One topic's answer about a real engine. */
export async function answerOf(topic: TopicAnswer, socketPath: string, asked: Asked): Promise<readonly Finding[]> {
  const { rules = [], named = null, state = EMPTY_STATE, journal = quietJournal, files = noFiles } = asked
  using engine = openEngine({ host: `unix://${socketPath}`, timeout: asked.timeout ?? 60_000, tls: null })
  const clock = systemClock()
  const ways = openWays()
  const now = clock.now()
  const { seen } = await observeReadOnly({ engine, wire: NO_WIRE, rules, state, now, pausedUntil: null }, never)
  const context: Pick<Context, Used> = {
    now,
    look: seen,
    subjects: (await subjectsOf(named, seen, { inspector: engine, rules }, never)).subjects,
    rules,
    state,
    engine,
    inspector: engine,
    mentions: engine,
    prove: (id, names, signal) => resolveNames({ id, imageId: '' }, names, { engine, clock, ways }, signal),
    reach: (id, network, targets, world, signal) => prove(id, network, targets, { engine, clock, ways, world }, signal),
    journal,
    files,
    clock,
    automation: asked.automation === null ? null : async () => asked.automation ?? { findings: [], unread: [] },
    itself: async () => asked.itself ?? wellItself,
  }
  return await topic(context as Context, never)
}

/** `code verdict`, in the order in which the topic gave them. */
export function shortly(findings: readonly Finding[]): readonly string[] {
  return findings.map(f => `${f.code} ${f.verdict}`)
}

/** The one finding of this code; throws with all that there are where there is none. */
export function findingOf(findings: readonly Finding[], code: string): Finding {
  const found = findings.filter(f => f.code === code)
  if (found[0] === undefined || found.length > 1)
    throw new Error(`not one ${code}: ${JSON.stringify(findings, null, 1)}`)
  return found[0]
}
