// Every row of the table in docs/design.md, "The decision table": each status of the container, each state of the
// network, each state of the entry.
import { describe, expect, test } from 'vitest'
import type { Container, ContainerStatus, Endpoint, Network } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  database,
  host,
  id,
  lookAt,
  network,
  on,
  rule,
  shortly,
  supabase,
  waitingOn,
  world,
} from './builders.ts'

const OLD = network(`an older ${supabase.name}`, { name: supabase.name })
const stale = (over: Partial<Endpoint> = {}): Endpoint => waitingOn(supabase, { networkId: OLD.id, ...over })

const ENTRIES = {
  none: [],
  live: [on(supabase)],
  'no endpoint': [waitingOn(supabase)],
  'neither id': [waitingOn(supabase, { networkId: '' })],
  'old network id': [stale()],
  'old network id, with an endpoint': [stale({ endpointId: id('left over') })],
} satisfies Record<string, readonly Endpoint[]>

type Entry = keyof typeof ENTRIES

const answer = (status: ContainerStatus, entries: readonly Endpoint[], over: Partial<Container> = {}): string =>
  shortly(lookAt([rule()], host([backend(status, [on(coolify), ...entries], over)])).plan).join()

describe.each<[ContainerStatus, Readonly<Record<Entry, string>>]>([
  [
    'created',
    {
      none: 'attach pms-backend (before-start)',
      live: 'satisfied pms-backend',
      'no endpoint': 'satisfied pms-backend',
      'neither id': 'satisfied pms-backend',
      'old network id': 'repair pms-backend (before-start)',
      'old network id, with an endpoint': 'repair pms-backend (before-start)',
    },
  ],
  [
    'running',
    {
      none: 'attach pms-backend (now)',
      live: 'satisfied pms-backend',
      'no endpoint': 'repair pms-backend (now)',
      'neither id': 'repair pms-backend (now)',
      'old network id': 'repair pms-backend (now)',
      'old network id, with an endpoint': 'repair pms-backend (now)',
    },
  ],
  [
    'paused',
    {
      none: 'attach pms-backend (now)',
      live: 'satisfied pms-backend',
      'no endpoint': 'repair pms-backend (now)',
      'neither id': 'repair pms-backend (now)',
      'old network id': 'repair pms-backend (now)',
      'old network id, with an endpoint': 'repair pms-backend (now)',
    },
  ],
  [
    'restarting',
    {
      none: 'attach pms-backend (at-next-start)',
      live: 'skipped pms-backend (waiting-for-start)',
      'no endpoint': 'skipped pms-backend (waiting-for-start)',
      'neither id': 'skipped pms-backend (waiting-for-start)',
      'old network id': 'repair pms-backend (at-next-start)',
      'old network id, with an endpoint': 'repair pms-backend (at-next-start)',
    },
  ],
  [
    'exited',
    {
      none: 'skipped pms-backend (not-running)',
      live: 'skipped pms-backend (not-running)',
      'no endpoint': 'skipped pms-backend (not-running)',
      // Connected while stopped, never started: it follows the name, and starts.
      'neither id': 'skipped pms-backend (not-running)',
      // With this entry it can never start again.
      'old network id': 'repair pms-backend (at-next-start)',
      'old network id, with an endpoint': 'repair pms-backend (at-next-start)',
    },
  ],
  ['dead', always('skipped pms-backend (not-running)')],
  ['removing', always('skipped pms-backend (not-running)')],
])('%s, and the network exists', (status, rows) => {
  test.each(Object.entries(rows))('the plan where the network exists, by the entry: %s', (entry, expected) => {
    expect(answer(status, ENTRIES[entry as Entry])).toBe(expected)
  })
})

describe('restarting, on an engine before 28: a connect between two runs leaves a stale endpoint behind', () => {
  test.each<[Entry, string, string]>([
    ['none', 'skipped pms-backend (waiting-for-start)', 'attach pms-backend (at-next-start)'],
    ['no endpoint', 'skipped pms-backend (waiting-for-start)', 'skipped pms-backend (waiting-for-start)'],
    ['neither id', 'skipped pms-backend (waiting-for-start)', 'skipped pms-backend (waiting-for-start)'],
    ['old network id', 'skipped pms-backend (waiting-for-start)', 'repair pms-backend (at-next-start)'],
  ])(
    'a restarting container before engine 28, entry %s: the daemon waits for the start, a one-shot does not',
    (entry, daemon, oneShot) => {
      const seen = host([backend('restarting', [on(coolify), ...ENTRIES[entry]])], { gatewayPriority: false })
      expect(shortly(lookAt([rule()], seen, { seesStarts: true }).plan)).toEqual([daemon])
      expect(shortly(lookAt([rule()], seen).plan)).toEqual([oneShot])
    },
  )

  test.each<[ContainerStatus, string]>([
    ['created', 'attach pms-backend (before-start)'],
    ['running', 'attach pms-backend (now)'],
    ['paused', 'attach pms-backend (now)'],
  ])('a %s container before engine 28: the daemon waits for no start', (status, expected) => {
    const seen = host([backend(status, [on(coolify)])], { gatewayPriority: false })
    expect(shortly(lookAt([rule()], seen, { seesStarts: true }).plan)).toEqual([expected])
  })

  test.each<[Entry, string]>([
    ['none', 'attach pms-backend (at-next-start)'],
    ['old network id', 'repair pms-backend (at-next-start)'],
  ])('a restarting container from engine 28 on, entry %s: the daemon does not wait', (entry, expected) => {
    const seen = host([backend('restarting', [on(coolify), ...ENTRIES[entry]])], { gatewayPriority: true })
    expect(shortly(lookAt([rule()], seen, { seesStarts: true }).plan)).toEqual([expected])
  })
})

function always(expected: string): Readonly<Record<Entry, string>> {
  return {
    none: expected,
    live: expected,
    'no endpoint': expected,
    'neither id': expected,
    'old network id': expected,
    'old network id, with an endpoint': expected,
  }
}

const STATUSES: readonly ContainerStatus[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'dead',
  'removing',
]
const STOPPED: readonly ContainerStatus[] = ['exited', 'dead', 'removing']

describe.each<[string, readonly Network[], string]>([
  ['missing', [coolify], 'network-missing'],
  ['ambiguous', [coolify, supabase, OLD], 'network-ambiguous'],
])('the network is %s', (_, networks, reason) => {
  test.each(STATUSES)('the network cannot be found: %s', status => {
    for (const entries of Object.values(ENTRIES)) {
      const seen = world([backend(status, [on(coolify), ...entries]), database], networks)
      const expected = STOPPED.includes(status)
        ? 'skipped pms-backend (not-running)'
        : `blocked pms-backend (${reason})`
      expect(shortly(lookAt([rule()], seen).plan)).toEqual([expected])
    }
  })
})

describe.each(['host', 'none', 'container:4711'])('network mode %s', networkMode => {
  test.each(STATUSES)('a network mode that can join nothing: %s', status => {
    const expected = STOPPED.includes(status)
      ? 'skipped pms-backend (not-running)'
      : 'blocked pms-backend (network-mode)'
    expect(answer(status, [], { networkMode })).toBe(expected)
  })

  test('the network mode is told before a missing network, which could be put right and would not help', () => {
    const seen = world([backend('running', [], { networkMode })], [coolify])
    expect(shortly(lookAt([rule()], seen).plan)).toEqual(['blocked pms-backend (network-mode)'])
  })
})

describe('a task of a swarm service', () => {
  const labels = { 'com.docker.swarm.task.id': 't1', 'com.docker.swarm.service.name': 'pms' }

  test.each<[ContainerStatus, Entry, string]>([
    ['created', 'none', 'blocked pms-backend (swarm-task)'],
    ['running', 'none', 'blocked pms-backend (swarm-task)'],
    ['running', 'live', 'satisfied pms-backend'],
    ['running', 'no endpoint', 'blocked pms-backend (swarm-task)'],
    ['running', 'old network id', 'blocked pms-backend (swarm-task)'],
    ['paused', 'none', 'blocked pms-backend (swarm-task)'],
    ['restarting', 'none', 'blocked pms-backend (swarm-task)'],
    ['restarting', 'no endpoint', 'skipped pms-backend (waiting-for-start)'],
    ['exited', 'old network id', 'skipped pms-backend (not-running)'],
    ['exited', 'none', 'skipped pms-backend (not-running)'],
  ])('a task of a swarm service: %s, entry: %s', (status, entry, expected) => {
    expect(answer(status, ENTRIES[entry], { labels })).toBe(expected)
  })

  test('a task of a swarm service: a network that is missing comes first: without it there is nothing to add', () => {
    const seen = world([backend('running', [], { labels })], [coolify])
    expect(shortly(lookAt([rule()], seen).plan)).toEqual(['blocked pms-backend (network-missing)'])
  })

  test('a task of a swarm service: how to get it done is told', () => {
    const [blocked] = lookAt([rule()], host([backend('running', [], { labels })])).plan.blocked
    expect(blocked?.hint).toBe(
      `swarm recreates its tasks, so an attach by hand is lost; type: docker service update --network-add ${supabase.name} pms`,
    )
  })
})

test('a rule without a container is skipped, whether or not there is a network', () => {
  for (const networks of [[coolify, supabase], []]) {
    expect(shortly(lookAt([rule()], world([], networks)).plan)).toEqual(['skipped pms-backend (container-missing)'])
  }
})
