// Metrics as Prometheus' own tool reads them: promtool finds nothing to say, and the values are those of the memory.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Proof } from '../../src/core/proof.ts'
import { type AttachmentState, mapValues } from '../../src/core/state.ts'
import { exposition } from '../../src/metrics/exposition.ts'
import { HEAL_BUCKETS } from '../../src/metrics/rules/counts.ts'
import { type Facts, MOST_SERIES, samples } from '../../src/metrics/samples.ts'
import { EMPTY, type Stored } from '../../src/record/state-shape.ts'
import { observed, remembered, UNRESOLVED } from '../core/builders.ts'
import { FULL, FULL_COUNTS, FULL_STORED } from '../record/states.ts'
import { prepareCommand } from '../support/debian-package.ts'

const FACTS: Facts = {
  version: '1.2.3',
  commit: 'abc',
  host: 'host-1',
  node: 'v24.21.0',
  pausedUntil: null,
  now: 0,
  unwritten: 0,
  targets: [
    {
      name: 'ops',
      pending: 2,
      heldBack: 3,
      delivered: 4,
      givenUp: 1,
      failing: { since: 1, error: 'no', refused: true },
    },
    { name: 'pager', pending: 0, heldBack: 0, delivered: 0, givenUp: 0, failing: null },
  ],
}
const text = ({ state, counts }: Sampled, facts: Partial<Facts> = {}): Promise<string> =>
  exposition(samples(state, counts, { ...FACTS, ...facts }))

type Sampled = Pick<Stored, 'state' | 'counts'>

const promtool = await prepareCommand('promtool', 'prometheus')
const DOCS = fileURLToPath(new URL('../../docs/monitoring/', import.meta.url))

function many(count: number): Sampled {
  const [attachment] = Object.values(FULL.attachments)
  const [counts] = Object.values(FULL_COUNTS.attachments)
  if (attachment === undefined || counts === undefined) throw new Error('FULL has one')
  const keys = Array.from({ length: count }, (_, i) => `key ${i}`)
  const named = <T>(value: T) => Object.fromEntries(keys.map(key => [key, { ...value, container: key }]))
  return {
    state: { ...FULL, attachments: named(attachment) },
    counts: { ...FULL_COUNTS, attachments: named(counts) },
  }
}

describe.skipIf('absence' in promtool)('promtool', () => {
  const program = 'program' in promtool ? promtool.program : ''

  test.each([
    ['full state', FULL_STORED],
    ['empty state', EMPTY],
    ['more attachments than series', many(MOST_SERIES + 50)],
  ])('promtool: check metrics is silent about %s', async (_, state) => {
    const checked = spawnSync(program, ['check', 'metrics'], { input: await text(state), encoding: 'utf8' })
    expect({ status: checked.status, said: checked.stdout + checked.stderr }).toEqual({ status: 0, said: '' })
  })

  test('promtool: check metrics does say something about a metric that is not named well', () => {
    const bad = '# HELP netheal_x x\n# TYPE netheal_x counter\nnetheal_x 1\n'
    expect(spawnSync(program, ['check', 'metrics'], { input: bad, encoding: 'utf8' }).status).not.toBe(0)
  })

  test('promtool: the alert rules are well-formed, and alert when they should', () => {
    execFileSync(program, ['check', 'rules', 'netheal.rules.yml'], { cwd: DOCS, stdio: 'pipe' })
    const tested = spawnSync(program, ['test', 'rules', 'netheal.rules.test.yml'], { cwd: DOCS, encoding: 'utf8' })
    expect(tested.stderr + tested.stdout).toMatch(/SUCCESS/)
    expect(tested.status).toBe(0)
  })
})

/** Every `netheal_...` that a text names, without what belongs to a histogram's samples. */
function namesIn(source: string): Set<string> {
  const names = source.match(/netheal_[a-z_]+/g) ?? []
  return new Set(names.map(name => name.replace(/_(bucket|sum|count)$/, '')))
}

test.each(['netheal.rules.yml', 'grafana-dashboard.json', 'README.md'])(
  '%s names no metric that is not there',
  file => {
    const known = new Set(samples(FULL, FULL_COUNTS, FACTS).map(m => m.name))
    const named = namesIn(readFileSync(`${DOCS}${file}`, 'utf8'))
    expect([...named].filter(name => !known.has(name))).toEqual([])
    expect(named.size).toBeGreaterThan(0)
  },
)

test('every metric is in the document', () => {
  const documented = namesIn(readFileSync(`${DOCS}README.md`, 'utf8'))
  expect(
    samples(FULL, FULL_COUNTS, FACTS)
      .map(m => m.name)
      .filter(name => !documented.has(name)),
  ).toEqual([])
})

test('the values of the metrics are those of the state', async () => {
  const lines = (await text(FULL_STORED, { pausedUntil: 10 })).split('\n')
  const labels = 'container="pms-backend",network="net"'
  for (const line of [
    'netheal_build_info{version="1.2.3",commit="abc",node="v24.21.0",host="host-1"} 1',
    `netheal_attachments_wanted{${labels}} 1`,
    `netheal_detaches_total{${labels},cause="explicit"} 2`,
    `netheal_heal_duration_seconds_bucket{le="0.01",${labels}} 1`,
    `netheal_heal_duration_seconds_bucket{le="+Inf",${labels}} 3`,
    `netheal_heal_duration_seconds_sum{${labels}} 0.25`,
    `netheal_heal_duration_seconds_count{${labels}} 3`,
    `netheal_heal_failures_total{${labels}} 1`,
    'netheal_passes_total 7',
    'netheal_failed_passes_total 1',
    'netheal_paused 1',
    'netheal_notifications_pending 2',
    'netheal_notification_target_failing{target="ops"} 1',
    'netheal_notification_target_failing{target="pager"} 0',
    'netheal_notifications_held_back{target="ops"} 3',
    'netheal_notifications_given_up_total{target="ops"} 1',
  ])
    expect(lines).toContain(line)
})

test('what is attached is reachable or not, and has the rung and the time of its last proof', async () => {
  const { counts } = FULL_STORED
  const { container, network } = remembered([observed()])
  const labels = `container="${container}",network="${network}"`
  const of = async (attachment: AttachmentState) => {
    const lines = await text({ state: { ...FULL, attachments: { 'id|net': attachment } }, counts })
    return lines.split('\n').filter(line => /^netheal_attachment(s_attached|_)/.test(line))
  }
  const proof: Proof = { rung: 'named', at: 1_767_000_000_500 }
  const proven = `netheal_attachment_proof_timestamp_seconds{${labels},rung="named"} 1767000000.5`
  expect(await of(remembered([observed({ proof })]))).toEqual([
    `netheal_attachments_attached{${labels}} 1`,
    `netheal_attachment_reachable{${labels}} 1`,
    proven,
  ])
  expect(await of(remembered([observed({ proof, unreachable: UNRESOLVED })]))).toEqual([
    `netheal_attachments_attached{${labels}} 1`,
    `netheal_attachment_reachable{${labels}} 0`,
    proven,
  ])
  expect(await of(remembered([observed()]))).toContain(
    `netheal_attachment_proof_timestamp_seconds{${labels},rung="listed"} 0`,
  )
  expect(await of(remembered([observed({ proof })], { state: 'detached' }))).toEqual([
    `netheal_attachments_attached{${labels}} 0`,
    `netheal_attachment_reachable{${labels}} 0`,
  ])
})

test('the logs and files that cannot be written are counted', async () => {
  expect((await text(FULL_STORED, { unwritten: 1 })).split('\n')).toContain('netheal_record_problems 1')
})

test('a name that would break a line of metrics is escaped', async () => {
  const hostile = 'a"} 1\nnetheal_evil 1 # \\'
  const attachments = mapValues(FULL.attachments, attachment => ({ ...attachment, container: hostile }))
  const printed = await text({ state: { ...FULL, attachments }, counts: FULL_COUNTS })
  expect(printed.split('\n').some(line => line.startsWith('netheal_evil'))).toBe(false)
  expect(printed).toContain('container="a\\"} 1\\nnetheal_evil 1 # \\\\"')
})

test('the label of an attachment follows its application: no deploy starts a new series, and what no rule asks for has none', async () => {
  const uuid = 'bccg4gs4o4kgsowocw08wkw4'
  const of = async (change: Partial<AttachmentState>): Promise<readonly string[]> => {
    const attachments = mapValues(FULL.attachments, attachment => ({ ...attachment, ...change }))
    const printed = await text({ state: { ...FULL, attachments, loops: [] }, counts: FULL_COUNTS })
    return printed.split('\n').filter(line => line.startsWith('netheal_attachments_wanted{'))
  }
  const series = [`netheal_attachments_wanted{container="${uuid}",network="net"} 1`]
  expect(await of({ container: `${uuid}-101112131415` })).toEqual(series)
  expect(await of({ container: `${uuid}-161718192021` })).toEqual(series)
  expect(await of({ container: 'renamed' })).toEqual([
    'netheal_attachments_wanted{container="renamed",network="net"} 1',
  ])
  expect(await of({ wanted: false })).toEqual([])
})

test('the label of a loop names the container, and of a restart loop no network', async () => {
  const [loop] = FULL.loops
  if (loop === undefined) throw new Error('FULL has one')
  const both = [
    { ...loop, kind: 'detach-loop' as const, network: 'net' },
    { ...loop, key: 'id', kind: 'restart-loop' as const, network: null },
  ]
  const lines = (await text({ state: { ...FULL, loops: both }, counts: FULL_COUNTS })).split('\n')
  expect(lines.filter(line => line.startsWith('netheal_looping{'))).toEqual([
    `netheal_looping{container="${loop.container}",network="net",kind="detach-loop"} 1`,
    `netheal_looping{container="${loop.container}",network="",kind="restart-loop"} 1`,
  ])
})

test('labels are bounded, and nothing is lost of the sums', async () => {
  const count = MOST_SERIES + 50
  const { state, counts } = many(count)
  const wanted = samples(state, counts, FACTS).find(m => m.name === 'netheal_attachments_wanted')
  expect(wanted?.values).toHaveLength(MOST_SERIES + 1)
  expect(wanted?.values.reduce((sum, v) => sum + v.value, 0)).toBe(count)
})

test('the buckets of a histogram never fall', () => {
  const buckets = samples(FULL, FULL_COUNTS, FACTS)
    .flatMap(m => m.values)
    .filter(v => v.metricName?.endsWith('_bucket'))
    .map(v => v.value)
  expect(buckets).toHaveLength(HEAL_BUCKETS.length + 1)
  expect(buckets).toEqual(buckets.toSorted((a, b) => a - b))
})
