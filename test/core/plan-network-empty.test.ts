// A network without anybody but ours: healing onto it looks fine and helps nobody (docs/coolify.md, "Deleting a service").
import { expect, test } from 'vitest'
import type { Container } from '../../src/core/world.ts'
import { backend, container, coolify, lookAt, network, on, rule, supabase, waitingOn, world } from './builders.ts'

/** Called as no stack's is: nothing says whose it is. */
const plain = network('shared')
const OURS = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(coolify), on(supabase)])

function codes(members: readonly Container[], rules = [rule()]): readonly string[] {
  const { plan } = lookAt(rules, world(members, [coolify, supabase]))
  return [...plan.actions, ...plan.satisfied].flatMap(i => i.warnings.map(w => w.code))
}

test('an empty network is joined with a warning, and warned of once joined', () => {
  expect(codes([OURS])).toEqual(['network-empty'])
  expect(codes([ATTACHED])).toEqual(['network-empty'])
  const { plan } = lookAt([rule()], world([OURS], [coolify, supabase]))
  expect(plan.actions[0]?.warnings).toEqual([
    {
      code: 'network-empty',
      message: `no other container is running on ${supabase.name}: its stack ${supabase.name} has no container there`,
      hint: 'if it was made anew, name its new network in the rule',
    },
  ])
})

/** The warnings of containers that the rules put onto a network that is called as no stack's is. */
function onPlain(members: readonly Container[], over: Parameters<typeof network>[1] = {}) {
  const shared = { ...plain, ...over }
  const { plan } = lookAt([rule({ containers: ['a', 'b'], network: 'shared' })], world(members, [shared]))
  return [...plan.actions, ...plan.satisfied].map(i => i.warnings.map(w => w.message))
}
const member = (name: string, over: Partial<Container> = {}) => container(name, { endpoints: [on(plain)], ...over })

test('one container of a rule is alone: a note that says no more than that', () => {
  expect(onPlain([member('a')])).toEqual([
    ['no other container is running on shared: nobody is there but the container of the rule'],
  ])
})

test('several containers of the rules are there for each other, or will be', () => {
  expect(onPlain([member('a'), member('b')])).toEqual([[], []])
  expect(onPlain([member('a', { endpoints: [] }), member('b', { endpoints: [] })])).toEqual([[], []])
  expect(onPlain([member('a'), member('b', { status: 'exited', endpoints: [waitingOn(plain)] })])).toEqual([
    ['no other container is running on shared: nobody is there but the container of the rule'],
  ])
})

test('somebody else is on it, and is stopped: its stack is', () => {
  const db = member('db', { status: 'exited', endpoints: [waitingOn(plain)] })
  const message = 'no other container is running on shared: its stack is stopped (db is exited)'
  expect(onPlain([member('a'), member('b'), db])).toEqual([[message], [message]])
})

test('the network says itself whose it is, and none of those is there', () => {
  const message = 'no other container is running on shared: its stack shop has no container there'
  const labels = { 'com.docker.compose.project': 'shop' }
  expect(onPlain([member('a'), member('b')], { labels })).toEqual([[message], [message]])
})

test('one running member makes a network not empty', () => {
  expect(codes([OURS, container('supabase-db-x', { endpoints: [on(supabase)] })])).toEqual([])
})

test.each(['overlay', 'macvlan', 'ipvlan'])(
  'a network of the driver %s is not called empty: its members may be elsewhere',
  driver => {
    const wide = network('wide', { driver })
    const own = backend('running', [on(coolify), on(wide)])
    const { plan } = lookAt([rule({ network: 'wide' })], world([own], [coolify, wide]))
    expect(plan.satisfied.flatMap(s => s.warnings)).toEqual([])
  },
)

test('a stopped member leaves a network empty', () => {
  expect(codes([OURS, container('supabase-db-x', { status: 'exited', endpoints: [waitingOn(supabase)] })])).toEqual([
    'network-empty',
  ])
})

test('whose stack is gone altogether: who keeps the network from being removed, and what to do about it', () => {
  const hints = (...members: readonly Container[]): readonly (string | null)[] =>
    lookAt([rule()], world(members, [coolify, supabase])).plan.satisfied.flatMap(s => s.warnings.map(w => w.hint))
  const [gone] = hints(ATTACHED, container('coolify-proxy', { endpoints: [on(supabase)] }))
  expect(gone).toContain(
    `its network cannot be removed while pms-backend is on it: take the rule out, then docker network disconnect ${supabase.name} pms-backend`,
  )
  const [stopped] = hints(ATTACHED, container('supabase-db', { status: 'exited', endpoints: [waitingOn(supabase)] }))
  expect(stopped).not.toContain('cannot be removed')
})

test('a member of another network leaves a network empty', () => {
  expect(codes([OURS, container('other', { endpoints: [on(coolify)] })])).toEqual(['network-empty'])
})

test("Coolify's proxy leaves a network empty: it follows our own attachments", () => {
  const proxy = { endpoints: [on(supabase)] }
  expect(codes([OURS, container('coolify-proxy', proxy)])).toEqual(['network-empty'])
  expect(codes([OURS, container('traefik', { ...proxy, labels: { 'coolify.proxy': 'true' } })])).toEqual([
    'network-empty',
  ])
})

test('containers of other rules leave the network of a stack empty as well', () => {
  const worker = container('pms-worker-v2', { endpoints: [on(supabase)] })
  expect(codes([ATTACHED, worker], [rule({ containers: ['pms-backend', 'pms-worker-v2'] })])).toEqual([
    'network-empty',
    'network-empty',
  ])
})

test('a member of the stack with a rule for another network keeps this one from being empty', () => {
  const backup = network('backup')
  const db = container('supabase-db-x', { endpoints: [on(supabase), on(backup)] })
  const rules = [rule(), rule({ containers: ['supabase-db-x'], network: 'backup' })]
  const { plan } = lookAt(rules, world([ATTACHED, db], [coolify, supabase, backup]))
  expect(plan.satisfied.map(s => [s.network, s.warnings.map(w => w.code)])).toEqual([
    [supabase.name, []],
    ['backup', ['network-empty']],
  ])
})

test('no empty network is told of a container that does not run', () => {
  expect(codes([backend('created', [waitingOn(supabase, { networkId: '' })])])).toEqual([])
})
