// The cause before its effects: which finding explains which. A diagnosis is read from the top, and the top is what to
// mend first.
import { type Finding, TOPICS, type Topic, type Verdict } from './finding.ts'

/** A finding in its place. */
export interface Ranked {
  readonly finding: Finding
  /** What explains it, by their place in the list, the most telling first; empty: it is a root itself. */
  readonly causes: readonly number[]
  /** How deep under its root, for the eye: 0 a root. */
  readonly depth: number
}

/** Off the network that it needs. */
const OFF = [
  ...['detached', 'detached-without-rule', 'stale-entry', 'network-missing', 'network-ambiguous', 'network-mode'],
  ...['bridge-missing', 'foreign-address', 'several-answer', 'target-paused', 'refused', 'no-answer'],
  ...['config-only', 'not-attachable', 'address-outside', 'address-taken', 'icc-off'],
  ...['swarm-task', 'network-empty'],
]

/** netheal does not heal, so that what was lost stays lost. */
const UNHEALED = ['paused', 'pass-failed', 'healer-dead', 'healer-hangs', 'lock-stuck']

/** Nothing can be asked of the engine or done with it. What an old engine or Podman cannot do is no such thing. */
const ENGINE_AWAY = [
  ...['engine-unreachable', 'engine-forbidden', 'engine-timeout', 'engine-too-old', 'engine-refused', 'engine-unseen'],
]

/** One network is the cause for each container that needs it: told once, and the others below it. */
const SHARED = [
  ...['network-missing', 'network-ambiguous', 'network-empty', 'bridge-missing'],
  ...['several-answer', 'target-paused', 'refused', 'no-answer'],
]

/** The application runs, and has no database that it could use. */
const APP_DOWN = [
  ...OFF,
  ...['dns-missing', 'degraded', 'pool-creation-failed', 'starting-*', 'database-*', 'probe-container-*', 'schema-*'],
  ...['migrations-pending', 'restarted-by-host', 'crash-loop'],
]

/** No container that could answer. */
const APP_GONE = [
  ...[
    'container-*',
    'start-failed*',
    'stopped-with-engine',
    'ended-by-itself',
    'redeploy-loop',
    'crash-loop',
    'unhealthy',
  ],
]

/**
 * Effect -> what explains it, the most telling first. A name that ends in `*` stands for all codes that begin so.
 * From the runbook: root causes and symptoms of each of its sections.
 */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  // Off its network: because something takes it off, or because nobody puts it back.
  detached: ['automation-disconnects', 'detach-loop', 'automation-prunes', ...UNHEALED],
  'detached-without-rule': ['automation-disconnects', 'automation-prunes'],
  'stale-entry': ['automation-prunes', ...UNHEALED],
  'network-missing': ['automation-prunes'],
  'container-stopped': ['automation-restarts', 'start-failed*', 'ended-by-itself', 'stopped-with-engine', 'crash-loop'],
  'network-empty': ['container-stopped'],
  'dns-missing': OFF,
  'no-answer': ['bridge-missing', 'stale-entry'],

  // Restarted, and by whom.
  'detach-loop': [
    'redeploy-loop',
    'automation-disconnects',
    'automation-prunes',
    'automation-restarts',
    'automation-perhaps',
  ],
  'restart-loop': ['automation-restarts', 'automation-perhaps', 'restarted-by-host', 'crash-loop'],
  'restarted-by-host': ['automation-restarts', 'automation-perhaps'],
  'start-failed-network': ['stale-entry', 'automation-prunes'],
  'crash-loop': [...OFF, 'dns-missing', 'schema-*', 'migrations-pending'],
  unhealthy: [...OFF, 'dns-missing', 'degraded', 'pool-creation-failed', 'schema-*', 'migrations-pending'],
  'deploy-rolled-back': [...OFF, 'dns-missing', 'unhealthy', 'crash-loop'],

  // The application, as its own log tells it.
  degraded: [...OFF, 'dns-missing', 'database-*'],
  'pool-creation-failed': [...OFF, 'dns-missing', 'database-*'],
  'starting-stuck': [...OFF, 'dns-missing', 'database-*'],
  'startup-twice': ['several-workers', 'automation-restarts', 'restarted-by-host'],
  'pool-duplicate': ['pool-duplicate-modules', 'startup-twice', 'several-workers'],
  'pool-generation': ['pool-reset', 'startup-twice'],
  'schema-drift': [
    'schema-missing',
    'index-missing',
    'migrations-pending',
    'migrations-untracked',
    'migration-changed',
  ],

  // What the world sees of it.
  'not-ready': APP_DOWN,
  'not-ready-yet': APP_DOWN,
  'ready-db-down': APP_DOWN,
  'not-ready-proxy': [...APP_GONE, ...APP_DOWN],
  'readiness-unreachable': APP_GONE,
  'readiness-timeout': ['restart-loop', 'restarted-by-host', ...APP_GONE, ...APP_DOWN],

  // The database itself.
  'schema-missing': ['migrations-pending', 'migrations-untracked'],
  'index-missing': ['migrations-pending', 'migrations-untracked'],
  'database-full': ['pool-duplicate*', 'pool-reset'],
  'stale-sync-logs': ['restart-loop', 'restarted-by-host', 'crash-loop'],

  // netheal itself.
  'heartbeat-old': ['healer-*', 'pass-failed', 'lock-stuck', 'directory-*', 'disk-full', ...ENGINE_AWAY],
  'records-problem': ['directory-*', 'disk-full'],
  'healer-dead': ['config-*', 'start-broken', 'lock-stuck', ...ENGINE_AWAY],
  'healer-never-ran': ['config-*', 'start-broken'],
  'pass-failed': ENGINE_AWAY,
  'healer-hangs': ENGINE_AWAY,
}

/** Worst first: what is wrong with its effects below it, then what could not be seen, then notes, then what is well. */
export function ranked(findings: readonly Finding[]): readonly Ranked[] {
  const wrong = findings.filter(f => f.verdict === 'wrong')
  const causes = new Map(wrong.map(f => [f, causesOf(f, findings)]))
  const order: { finding: Finding; depth: number }[] = []
  const placed = new Set<Finding>()
  const place = (finding: Finding, depth: number): void => {
    if (placed.has(finding)) return
    placed.add(finding)
    order.push({ finding, depth })
    const effects = wrong.filter(f => causes.get(f)?.[0] === finding)
    for (const effect of byWeight(effects, causes)) place(effect, depth + 1)
  }
  const roots = wrong.filter(f => !causes.get(f)?.some(c => c.verdict === 'wrong'))
  for (const root of byWeight(roots, causes)) place(root, 0)
  // What is left explains itself in a circle: none of it is a root, all of it is said.
  for (const finding of wrong) place(finding, 0)
  for (const verdict of ['unseen', 'note', 'well'] satisfies Verdict[])
    for (const finding of inTopicOrder(findings.filter(f => f.verdict === verdict))) place(finding, 0)
  const at = new Map(order.map(({ finding }, index) => [finding, index]))
  return order.map(({ finding, depth }) => ({
    finding,
    depth,
    causes: (causes.get(finding) ?? []).flatMap(c => at.get(c) ?? []),
  }))
}

/** What is wrong and explains it; where nothing wrong does, what is only worth knowing and does. */
function causesOf(effect: Finding, findings: readonly Finding[]): readonly Finding[] {
  const same = sameBefore(effect, findings)
  if (same !== undefined) return [same]
  const found = (CAUSES[effect.code] ?? []).flatMap(pattern =>
    findings.filter(f => f !== effect && fits(pattern, f.code) && isExplaining(f) && related(f, effect)),
  )
  const wrong = found.filter(f => f.verdict === 'wrong')
  return [...new Set(wrong.length > 0 ? wrong : found)]
}

/** The first that says the same of another container: the same thing to be done is the same cause. */
function sameBefore(effect: Finding, findings: readonly Finding[]): Finding | undefined {
  if (!SHARED.includes(effect.code)) return undefined
  const first = findings.find(
    f => f.code === effect.code && f.verdict === effect.verdict && f.remedy.join('\n') === effect.remedy.join('\n'),
  )
  return first === effect ? undefined : first
}

function isExplaining({ verdict, code }: Finding): boolean {
  return verdict === 'wrong' || (verdict === 'note' && !UNASKED.test(code))
}

function fits(pattern: string, code: string): boolean {
  return pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern
}

/**
 * That nobody configured a question is worth knowing, and the cause of nothing; and a job of this host is a cause only where its
 * rhythm or its times fit, which makes it wrong.
 */
const UNASKED = /-unconfigured$|^automation-/

const OF_CONTAINERS: readonly Topic[] = ['networks', 'restarts', 'pools', 'loops']

/** Two findings about two containers have nothing to do with each other; one about the host may have with any. */
function related(cause: Finding, effect: Finding): boolean {
  const own = (f: Finding): boolean => OF_CONTAINERS.includes(f.topic)
  return !(own(cause) && own(effect)) || cause.subject === null || cause.subject === effect.subject
}

/** First an engine that cannot be asked: until it can, nothing else can be mended. Then the root that explains most. */
function byWeight(findings: readonly Finding[], causes: ReadonlyMap<Finding, readonly Finding[]>): readonly Finding[] {
  const weight = (finding: Finding): number =>
    [...causes].reduce((sum, [effect, by]) => sum + (effect !== finding && by.includes(finding) ? 1 : 0), 0)
  return inTopicOrder(findings)
    .map(finding => ({ finding, weight: ENGINE_AWAY.includes(finding.code) ? Number.MAX_VALUE : weight(finding) }))
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ finding }) => finding)
}

function inTopicOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => TOPICS.indexOf(a.topic) - TOPICS.indexOf(b.topic))
}
