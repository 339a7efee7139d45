// Why an attachment is gone, from what was seen before and after: each case of docs/design.md, "Detaches and their
// causes".
import { describe, expect, test } from 'vitest'
import { updateLoops } from '../../src/core/loop.ts'
import type { Container, ContainerStatus, Endpoint } from '../../src/core/world.ts'
import {
  backend,
  container,
  coolify,
  database,
  host,
  MINUTE,
  NOW,
  network,
  on,
  rule,
  run,
  supabase,
  waitingOn,
  world,
} from './builders.ts'
import { watcher } from './watcher.ts'

const ATTACHED = backend('running', [on(coolify), on(supabase)])
const stateOf = (status: ContainerStatus, endpoints: readonly Endpoint[], over: Partial<Container> = {}): Container =>
  backend(status, endpoints, over)

function causes(...looks: readonly (readonly Container[])[]): readonly (readonly string[])[] {
  const watch = watcher([rule()])
  return looks.map(containers => watch.causes(host(containers)))
}

test('the first sight of a container is no detach, whatever it lacks', () => {
  expect(causes([stateOf('running', [on(coolify)])], [stateOf('running', [on(coolify)])])).toEqual([[], []])
})

describe('explicit: the same container, and the entry is gone', () => {
  test.each<ContainerStatus>(['running', 'paused', 'exited', 'restarting', 'created'])(
    'an explicit detach: %s',
    status => {
      const before = [
        stateOf(status, [
          on(coolify),
          status === 'running' || status === 'paused' ? on(supabase) : waitingOn(supabase),
        ]),
      ]
      const after = [stateOf(status, [on(coolify)])]
      expect(causes(before, after, after)).toEqual([[], ['explicit'], []])
    },
  )

  test('an explicit detach: stopped, and disconnected while it was: seen late, and silent from engine 28 on', () => {
    expect(causes([ATTACHED], [stateOf('exited', [waitingOn(supabase)])], [stateOf('exited', [])])).toEqual([
      [],
      [],
      ['explicit'],
    ])
  })

  test('an explicit detach: running, with an entry that has lost its endpoint', () => {
    expect(causes([ATTACHED], [stateOf('running', [on(coolify), waitingOn(supabase)])])).toEqual([[], ['explicit']])
  })

  test('an explicit detach: paused, with an entry that has lost its endpoint', () => {
    expect(causes([ATTACHED], [stateOf('paused', [on(coolify), waitingOn(supabase)])])).toEqual([[], ['explicit']])
  })

  test('an explicit detach: disconnected, and then restarted before anybody looked', () => {
    const restarted = stateOf('running', [on(coolify)], { run: run({ startedAt: NOW }) })
    expect(causes([ATTACHED], [restarted])).toEqual([[], ['explicit']])
  })

  test('an explicit detach is one each time that it was attached again', () => {
    const gone = [stateOf('running', [on(coolify)])]
    expect(causes([ATTACHED], gone, [ATTACHED], gone)).toEqual([[], ['explicit'], [], ['explicit']])
  })
})

describe('start-failed: a start that failed dropped the entry (29.7.2)', () => {
  const failed = run({ error: 'failed to set up container networking: port is already allocated', exitCode: 128 })
  const off = (status: ContainerStatus, of: Container['run']) => [stateOf(status, [on(coolify)], { run: of })]

  test('nobody disconnected it, and three of them are no loop from outside', () => {
    const watch = watcher([rule()])
    watch.see(host([ATTACHED]))
    for (let n = 0; n < 3; n++) {
      expect(watch.causes(host(off('exited', failed)))).toEqual(['start-failed'])
      watch.see(host([ATTACHED]))
    }
    const { flagged } = updateLoops(watch.state, { detaches: 3, within: 900_000, clearAfter: 900_000 }, NOW + MINUTE)
    expect(flagged).toMatchObject([{ cause: 'start-failed', source: 'start-failed' }])
  })

  test('once it runs again, or where its last start did not fail, it was disconnected', () => {
    expect(causes([ATTACHED], off('running', failed))[1]).toEqual(['explicit'])
    expect(causes([ATTACHED], off('exited', run()))[1]).toEqual(['explicit'])
  })
})

describe('none: the entry stays', () => {
  const entries = [waitingOn(coolify), waitingOn(supabase)]
  test.each<[string, Container]>([
    ['stop', stateOf('exited', entries)],
    ['kill', stateOf('exited', entries, { run: run({ exitCode: 137 }) })],
    ['crash, in its back-off', stateOf('restarting', entries, { run: run({ exitCode: 1, restartCount: 1 }) })],
    [
      'restart',
      stateOf('running', [on(coolify, { endpointId: 'new' }), on(supabase, { endpointId: 'new' })], {
        run: run({ startedAt: NOW }),
      }),
    ],
    ['pause', stateOf('paused', [on(coolify), on(supabase)])],
    ['removal under way', stateOf('removing', entries)],
    ['a failed start', stateOf('exited', entries, { run: run({ exitCode: 128, error: 'x' }) })],
    ['a rename', stateOf('running', [on(coolify), on(supabase)], { labels: { a: 'b' } })],
  ])('no detach: %s', (_, after) => {
    expect(causes([ATTACHED], [after], [ATTACHED])).toEqual([[], [], []])
  })

  test('no detach: a connect while stopped has neither id until the start', () => {
    const waiting = stateOf('exited', [waitingOn(supabase, { networkId: '' })])
    expect(causes([waiting], [ATTACHED], [waiting])).toEqual([[], [], []])
  })

  test('no detach: a container that is gone, and comes back attached', () => {
    expect(causes([ATTACHED], [], [ATTACHED])).toEqual([[], [], []])
    expect(causes([ATTACHED], [], [{ ...ATTACHED, id: 'b'.repeat(64), createdAt: NOW }])).toEqual([[], [], []])
  })
})

describe('the network', () => {
  const fresh = network('made anew', { name: supabase.name })
  const member = { ...database, endpoints: [on(fresh)] }
  const stopped = [stateOf('exited', [waitingOn(coolify), waitingOn(supabase)])]
  const before = world([ATTACHED, database], [coolify, supabase])
  const removed = world(stopped, [coolify])
  const recreated = world([...stopped, member], [coolify, fresh])

  test('a network removed while the container was stopped', () => {
    const watch = watcher([rule()])
    expect([before, removed, removed].map(w => watch.causes(w))).toEqual([[], ['network-removed'], []])
    expect(watch.state.detaches).toMatchObject([
      { network: supabase.name, evidence: { networkId: null, previousNetworkId: supabase.id } },
    ])
  })

  test('a network made anew while it was stopped', () => {
    const watch = watcher([rule()])
    expect([before, recreated, recreated].map(w => watch.causes(w))).toEqual([[], ['network-recreated'], []])
  })

  test('a network removed, and later made anew: one incident, and its better cause', () => {
    const watch = watcher([rule()])
    expect([before, removed, recreated, recreated].map(w => watch.causes(w))).toEqual([[], ['network-removed'], [], []])
    expect(watch.state.detaches.map(d => d.cause)).toEqual(['network-recreated'])
    expect(Object.values(watch.state.attachments)).toMatchObject([
      { lastDetach: { at: NOW + 2_000, cause: 'network-recreated' } },
    ])
  })

  test('a network that is removed under a running member, which must be disconnected first, is one incident', () => {
    const running = [stateOf('running', [on(coolify)])]
    const looks = [
      before,
      world(running, [coolify, supabase]),
      world(running, [coolify]),
      world([...running, member], [coolify, fresh]),
    ]
    const watch = watcher([rule()])
    expect(looks.map(w => watch.causes(w))).toEqual([[], ['explicit'], [], []])
    expect(watch.state.detaches.map(d => d.cause)).toEqual(['network-recreated'])
  })

  test('a network made anew, and joined by the container itself', () => {
    const joined = world([stateOf('running', [on(coolify), on(fresh)]), member], [coolify, fresh])
    const watch = watcher([rule()])
    expect([before, joined, joined].map(w => watch.causes(w))).toEqual([[], [], []])
  })

  test('a network made anew, and joined while the container was stopped: it takes effect at the start', () => {
    const waiting = world([stateOf('exited', [waitingOn(supabase, { networkId: '' })]), member], [coolify, fresh])
    const joined = world([stateOf('running', [on(fresh)]), member], [coolify, fresh])
    const watch = watcher([rule()])
    expect([before, waiting, joined].map(w => watch.causes(w))).toEqual([[], [], []])
  })

  test('a network made anew, and the connect to it failed', () => {
    const failed = world([stateOf('running', [on(coolify), waitingOn(fresh)]), member], [coolify, fresh])
    const watch = watcher([rule()])
    expect([before, failed, failed].map(w => watch.causes(w))).toEqual([[], ['network-recreated'], []])
  })

  test('a network made anew, joined and then disconnected, is another incident', () => {
    const joined = world([stateOf('running', [on(coolify), on(fresh)]), member], [coolify, fresh])
    const off = world([stateOf('running', [on(coolify)]), member], [coolify, fresh])
    const watch = watcher([rule()])
    expect([before, recreated, joined, off, off].map(w => watch.causes(w))).toEqual([
      [],
      ['network-recreated'],
      [],
      ['explicit'],
      [],
    ])
    expect(watch.state.detaches.map(d => d.cause)).toEqual(['network-recreated', 'explicit'])
  })

  test('a second network of the same name takes nothing away', () => {
    const twin = world([ATTACHED, database], [coolify, supabase, fresh])
    const watch = watcher([rule()])
    expect([before, twin, before].map(w => watch.causes(w))).toEqual([[], [], []])
  })

  test('two networks of one name, and the stopped container was connected anew: its entry has the name alone', () => {
    const waiting = stateOf('exited', [waitingOn(supabase, { networkId: '' })])
    const twin = world([waiting, database], [coolify, supabase, fresh])
    const watch = watcher([rule()])
    expect([before, twin, twin].map(w => watch.causes(w))).toEqual([[], [], []])
  })

  test('two networks of one name, and the container is disconnected from its own', () => {
    const twin = world([stateOf('running', [on(coolify)]), database], [coolify, supabase, fresh])
    const watch = watcher([rule()])
    expect([before, twin, twin].map(w => watch.causes(w))).toEqual([[], ['explicit'], []])
  })

  test('the container that a rule takes its network from moved to another network', () => {
    const of = [rule({ network: { of: database.name } })]
    const watch = watcher(of)
    const other = network('another')
    watch.causes(before)
    const moved = watch.see(world([ATTACHED, { ...database, endpoints: [on(other)] }], [coolify, supabase, other]))
    expect(moved).toMatchObject([{ cause: 'network-recreated', network: 'another', evidence: { networkId: other.id } }])
  })

  test('the container that a rule takes its network from is gone, with the network: the name that it had is told', () => {
    const watch = watcher([rule({ network: { of: database.name } })])
    watch.causes(before)
    expect(watch.see(removed)).toMatchObject([{ cause: 'network-removed', network: supabase.name }])
  })
})

test('two losses in one look, each with its cause', () => {
  const rules = [rule({ containers: ['pms-backend', 'pms-worker-v2'] })]
  const worker = container('pms-worker-v2', { endpoints: [on(supabase)] })
  const watch = watcher(rules)
  watch.see(host([ATTACHED, worker]))
  const newer = { ...worker, id: 'd'.repeat(64), endpoints: [on(coolify)], createdAt: NOW }
  const detaches = watch.see(host([stateOf('running', [on(coolify)]), newer]))
  expect(detaches.map(d => `${d.container}: ${d.cause}`)).toEqual(['pms-backend: explicit', 'pms-worker-v2: replaced'])
})

test('a state that was lost knows of no loss, and learns anew', () => {
  const gone = host([stateOf('running', [on(coolify)])])
  const watch = watcher([rule()])
  expect([gone, host([ATTACHED]), gone].map(w => watch.causes(w))).toEqual([[], [], ['explicit']])
})

test('our own work is no loss: what a repair takes away was lost before', () => {
  const dead = [stateOf('running', [on(coolify), waitingOn(supabase, { networkId: 'e'.repeat(64) })])]
  expect(causes(dead, [stateOf('running', [on(coolify)])], [ATTACHED])).toEqual([[], [], []])
})

test('two rules, two networks: each is judged by itself', () => {
  const watch = watcher([rule(), rule({ network: 'coolify' })])
  watch.see(host([ATTACHED]))
  expect(watch.see(host([stateOf('running', [on(supabase)])])).map(d => d.network)).toEqual(['coolify'])
})

test('the evidence of a detach: ids, times and the exit code', () => {
  const watch = watcher([rule()])
  watch.see(host([ATTACHED]), NOW)
  const after = stateOf('exited', [], { run: run({ exitCode: 137, startedAt: NOW - MINUTE }) })
  expect(watch.see(host([after]), NOW + MINUTE)).toEqual([
    {
      key: `name/pms-backend -> ${supabase.name}`,
      container: 'pms-backend',
      network: supabase.name,
      at: NOW + MINUTE,
      cause: 'explicit',
      excused: null,
      evidence: {
        containerId: ATTACHED.id,
        previousId: null,
        networkId: supabase.id,
        previousNetworkId: supabase.id,
        lastAttachedAt: NOW,
        lostAt: null,
        startedAt: NOW - MINUTE,
        exitCode: 137,
        coolify: false,
        deployment: null,
      },
    },
  ])
})
