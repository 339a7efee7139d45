// On the network, but not as the rule asks.
import { describe, expect, test } from 'vitest'
import { standingProblems } from '../../src/core/report.ts'
import { EMPTY_STATE } from '../../src/core/state.ts'
import type { Endpoint } from '../../src/core/world.ts'
import { container, lookAt, NOW, network, on, rule, SUPABASE, world } from './builders.ts'
import { watcher } from './watcher.ts'

const coolify = network('coolify')
const stack = network(SUPABASE, { subnets: ['172.29.0.0/16', 'fd00:5::/64'] })
const database = container('supabase-db', { networkMode: stack.name, endpoints: [on(stack, { ipv4: '172.29.0.2' })] })

function seenWith(entry: Partial<Endpoint>, over: Parameters<typeof rule>[0]) {
  const app = container('pms-backend', { endpoints: [on(coolify), on(stack, { ipv4: '172.29.0.3', ...entry })] })
  return lookAt([rule(over)], world([app, database], [coolify, stack])).plan
}

describe('drift is', () => {
  test.each([
    ['another address', {}, { ipv4: '172.29.0.77' }, 'has 172.29.0.3 instead of 172.29.0.77'],
    ['no IPv6 address', {}, { ipv6: 'fd00:5::77' }, 'has no address instead of fd00:5::77'],
    ['a missing alias', { aliases: ['one'] }, { aliases: ['one', 'api'] }, `does not answer to api on ${SUPABASE}`],
  ])('%s: said, and repaired where the rule says so', (_, entry, over, words) => {
    const plan = seenWith(entry, over)
    expect(plan.actions).toEqual([])
    expect(plan.satisfied[0]?.warnings).toMatchObject([
      { code: 'drift', message: `pms-backend is on ${SUPABASE}, but ${words}` },
    ])
    expect(seenWith(entry, { ...over, drift: 'repair' }).actions).toMatchObject([
      { kind: 'repair', why: words, effect: 'now', entry: SUPABASE, start: false },
    ])
  })

  test.each([
    ['the address that the rule asks for', {}, { ipv4: '172.29.0.3' }],
    ['the same IPv6 address in another spelling', { ipv6: 'fd00:5::77' }, { ipv6: 'fd00:0005:0::77' }],
    ['aliases that a list does not tell', { aliases: null }, { aliases: ['api'] }],
    ['an alias that another member answers to, which is left out on purpose', {}, { aliases: ['supabase-db'] }],
    ['aliases beyond those of the rule', { aliases: ['api', 'old'] }, { aliases: ['api'] }],
  ])('not %s', (_, entry, over) => {
    const plan = seenWith(entry, { ...over, drift: 'repair' })
    expect([plan.actions, plan.satisfied[0]?.warnings]).toEqual([[], []])
  })

  test('not repaired where that is known to fail: it says who has the address', () => {
    const plan = seenWith({}, { ipv4: '172.29.0.2', drift: 'repair' })
    expect(plan.actions).toEqual([])
    expect(plan.satisfied[0]?.warnings[0]?.hint).toBe('supabase-db has 172.29.0.2: give one of the two another address')
  })

  test('known from an earlier look where this one is a list', () => {
    const rules = [rule({ aliases: ['api'] })]
    const watch = watcher(rules)
    const seen = (aliases: readonly string[] | null) =>
      world([container('pms-backend', { endpoints: [on(stack, { aliases })] }), database], [coolify, stack])
    watch.see(seen([]))
    watch.see(seen(null))
    expect(watch.last?.plan.satisfied[0]?.warnings.map(w => w.code)).toEqual(['drift'])
  })
})

test('drift is written down once, and again when it comes again', () => {
  const rules = [rule({ ipv4: '172.29.0.77' })]
  const watch = watcher(rules, EMPTY_STATE)
  const entriesOf = (ipv4: string): readonly string[] => {
    const app = container('pms-backend', { endpoints: [on(stack, { ipv4 })] })
    watch.see(world([app, database], [coolify, stack]))
    const { plan } = watch.last ?? { plan: { actions: [], blocked: [], skipped: [], satisfied: [] } }
    const { entries, state } = standingProblems(plan, watch.state, NOW, true)
    watch.state = state
    return entries.map(e => ('code' in e ? e.code : e.kind))
  }
  expect([entriesOf('172.29.0.3'), entriesOf('172.29.0.3')]).toEqual([['drift'], []])
  expect([entriesOf('172.29.0.77'), entriesOf('172.29.0.3')]).toEqual([[], ['drift']])
})
