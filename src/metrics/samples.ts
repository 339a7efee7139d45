// What netheal counts, as samples in Prometheus' own terms: base units, `_total` for counters, label values that are bounded.

import { DETACH_CAUSES, perCause } from '../core/cause.ts'
import { lastingName } from '../core/identity.ts'
import { type KnownReach, knownReachOf, reachOfAll } from '../core/known-reach.ts'
import type { State } from '../core/state.ts'
import type { AttachmentCounts, Counts } from './rules/counts.ts'
import { HEAL_BUCKETS } from './rules/counts.ts'

/** One metric with its values, as the registry of Prometheus' client library takes it. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly values: readonly Value[]
}

interface Value {
  readonly value: number
  readonly labels: Labels
  /** Where it differs from the metric's: `_bucket`, `_sum` and `_count` of a histogram. */
  readonly metricName?: string
}

type Labels = Readonly<Record<string, string | number>>

/** What is neither remembered nor counted. */
export interface Facts {
  readonly version: string
  readonly commit: string
  /** This host's name. */
  readonly host: string
  readonly node: string
  readonly pausedUntil: number | null
  /** How many of the logs and files cannot be written now. */
  readonly unwritten: number
  /** The targets of notifications. */
  readonly targets: readonly CountedTarget[]
  readonly now: number
}

interface CountedTarget {
  readonly name: string
  readonly pending: number
  readonly heldBack: number
  readonly delivered: number
  readonly givenUp: number
  /** Null: it does not fail. */
  readonly failing: object | null
}

/** So many attachments have series of their own; the rest is one, `(others)`: a wildcard must not fill a Prometheus. */
export const MOST_SERIES = 200

/** All metrics, in the order in which they are printed. */
export function samples(state: State, counts: Counts, facts: Facts): readonly Metric[] {
  const { lastPass } = state
  const rows = rowsOf(state, counts)
  const each = (value: (row: Row) => number): readonly Value[] =>
    rows.map(row => ({ value: value(row), labels: { container: row.container, network: row.network } }))
  return [
    gauge('netheal_build_info', 'Which netheal this is; always 1.', [
      { value: 1, labels: { version: facts.version, commit: facts.commit, node: facts.node, host: facts.host } },
    ]),
    gauge(
      'netheal_attachments_wanted',
      'Containers that the rules want on the network.',
      each(r => r.wanted),
    ),
    gauge(
      'netheal_attachments_attached',
      'Of those, the ones that are on it.',
      each(r => r.attached),
    ),
    gauge(
      'netheal_attachment_reachable',
      'Of those that are on it, the ones that are not known to miss what they are attached for.',
      each(r => r.reachable),
    ),
    gauge(
      'netheal_attachment_proof_timestamp_seconds',
      'When it was last proven how far an attachment works, in seconds since the epoch; rung says how far. 0: never.',
      rows.flatMap(({ container, network, attached, reach }) =>
        attached === 0
          ? []
          : [
              {
                value: (reach.proof?.at ?? 0) / 1000,
                labels: { container, network, rung: reach.proof?.rung ?? 'listed' },
              },
            ],
      ),
    ),
    counter(
      'netheal_detaches_total',
      'Attachments that were lost, by cause. Stops, crashes and restarts are none.',
      rows.flatMap(({ container, network, counts: { detaches } }) =>
        DETACH_CAUSES.map(cause => ({ value: detaches[cause], labels: { container, network, cause } })),
      ),
    ),
    histogram(rows),
    counter(
      'netheal_outage_seconds_total',
      'How long attachments that were lost were not there until they were healed, in seconds; bound says whether it is the least or the most that it can have been.',
      rows.flatMap(({ container, network, counts: { outage } }) => [
        { value: outage.min, labels: { container, network, bound: 'lower' } },
        { value: outage.max, labels: { container, network, bound: 'upper' } },
      ]),
    ),
    counter(
      'netheal_heal_failures_total',
      'Attaches that did not work.',
      each(r => r.counts.failures),
    ),
    gauge('netheal_loops', 'Loops that are flagged now.', loopsOf(state)),
    gauge('netheal_looping', 'Who is in a loop now; always 1.', loopingIn(state)),
    counter('netheal_passes_total', 'Passes that looked at the engine and finished.', [bare(counts.passes)]),
    counter('netheal_failed_passes_total', 'Passes that could not see the engine.', [bare(counts.failedPasses)]),
    gauge(
      'netheal_last_pass_timestamp_seconds',
      'When the last pass ended, in seconds since the epoch; 0: there was none yet.',
      [bare(lastPass === null ? 0 : lastPass.at / 1000)],
    ),
    gauge('netheal_engine_reachable', 'Whether the last pass could see the engine.', [bare(lastPass?.ok ? 1 : 0)]),
    gauge('netheal_paused', 'Whether healing is paused.', [
      bare(facts.pausedUntil !== null && facts.pausedUntil > facts.now ? 1 : 0),
    ]),
    gauge('netheal_record_problems', 'Logs and files that cannot be written now.', [bare(facts.unwritten)]),
    gauge('netheal_notifications_pending', 'Notifications that are not delivered yet.', [
      bare(facts.targets.reduce((sum, t) => sum + t.pending, 0)),
    ]),
    gauge(
      'netheal_notification_target_failing',
      'Whether a target of notifications refuses them, or got none for ten minutes of trying.',
      perTarget(facts, t => (t.failing === null ? 0 : 1)),
    ),
    gauge(
      'netheal_notifications_held_back',
      'Notifications above the hourly limit, which one more will speak of.',
      perTarget(facts, t => t.heldBack),
    ),
    counter(
      'netheal_notifications_delivered_total',
      'Notifications that a target has taken.',
      perTarget(facts, t => t.delivered),
    ),
    counter(
      'netheal_notifications_given_up_total',
      'Notifications that were given up after a day.',
      perTarget(facts, t => t.givenUp),
    ),
  ]
}

interface Row {
  readonly container: string
  readonly network: string
  readonly wanted: number
  readonly attached: number
  readonly reachable: number
  /** Of what is attached. */
  readonly reach: KnownReach
  readonly counts: AttachmentCounts
}

/** One a (container, network): two keys may carry the same names, and a series must be there once. */
function rowsOf(state: State, counts: Counts): readonly Row[] {
  const rows = new Map<string, Row>()
  // What no rule asks for any more has no series: it would stand there as it was for ever.
  const names = Object.entries(counts.attachments)
    .flatMap(([key, counts]) => {
      const remembered = state.attachments[key]
      return remembered?.wanted ? [{ ...labelsOf(remembered), remembered, counts }] : []
    })
    .toSorted((a, b) => compare(`${a.container} ${a.network}`, `${b.container} ${b.network}`))
  names.forEach(({ remembered, counts, ...own }, index) => {
    const { container, network } = index < MOST_SERIES ? own : { container: '(others)', network: '(others)' }
    const on = remembered.state === 'attached' || remembered.state === 'unreachable' ? 1 : 0
    const reach = knownReachOf(remembered)
    const reachable = on === 1 && reach.unreachable === null ? 1 : 0
    const row: Row = { container, network, wanted: 1, attached: on, reachable, reach, counts }
    const label = JSON.stringify([container, network])
    const known = rows.get(label)
    rows.set(label, known === undefined ? row : together(known, row))
  })
  return [...rows.values()]
}

function together(a: Row, b: Row): Row {
  return {
    ...a,
    wanted: a.wanted + b.wanted,
    attached: a.attached + b.attached,
    reachable: a.reachable + b.reachable,
    reach: a.attached === 0 ? b.reach : b.attached === 0 ? a.reach : reachOfAll([a.reach, b.reach]),
    counts: {
      ...a.counts,
      detaches: perCause(cause => a.counts.detaches[cause] + b.counts.detaches[cause]),
      heals: a.counts.heals + b.counts.heals,
      failures: a.counts.failures + b.counts.failures,
      buckets: a.counts.buckets.map((n, i) => n + (b.counts.buckets[i] ?? 0)),
      seconds: a.counts.seconds + b.counts.seconds,
      outage: { min: a.counts.outage.min + b.counts.outage.min, max: a.counts.outage.max + b.counts.outage.max },
    },
  }
}

function histogram(rows: readonly Row[]): Metric {
  const name = 'netheal_heal_duration_seconds'
  const values = rows.flatMap(({ container, network, counts }): readonly Value[] => {
    const labels = { container, network }
    let below = 0
    const buckets = HEAL_BUCKETS.map((le, i) => {
      below += counts.buckets[i] ?? 0
      return { metricName: `${name}_bucket`, value: below, labels: { le, ...labels } }
    })
    return [
      ...buckets,
      { metricName: `${name}_bucket`, value: counts.heals, labels: { le: '+Inf', ...labels } },
      { metricName: `${name}_sum`, value: counts.seconds, labels },
      { metricName: `${name}_count`, value: counts.heals, labels },
    ]
  })
  const help = 'From the moment a loss was noticed until the container was attached again, in seconds.'
  return { name, help, type: 'histogram', values }
}

function loopsOf(state: State): readonly Value[] {
  return (['detach-loop', 'restart-loop'] as const).map(kind => ({
    value: state.loops.filter(l => l.kind === kind).length,
    labels: { kind },
  }))
}

function gauge(name: string, help: string, values: readonly Value[]): Metric {
  return { name, help, type: 'gauge', values }
}

function counter(name: string, help: string, values: readonly Value[]): Metric {
  return { name, help, type: 'counter', values }
}

function perTarget({ targets }: Facts, value: (target: CountedTarget) => number): readonly Value[] {
  return targets.map(target => ({ value: value(target), labels: { target: target.name } }))
}

function bare(value: number): Value {
  return { value, labels: {} }
}

/** The application's name, which `netheal diagnose` knows, and not that of the container which a deploy has taken away. */
function labelsOf({ container, network }: { readonly container: string; readonly network: string }) {
  return { container: lastingName(container), network }
}

/** A loop of restarts is about no network. */
function loopingIn(state: State): readonly Value[] {
  const all = state.loops.map(({ container, network, kind }) => ({
    ...labelsOf({ container, network: network ?? '' }),
    kind,
  }))
  return [...new Map(all.map(labels => [JSON.stringify(labels), { value: 1, labels }])).values()]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
