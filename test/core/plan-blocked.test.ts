// What cannot be done, and the words that say what to do about it.
import { expect, test } from 'vitest'
import type { Network } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  host,
  lookAt,
  network,
  on,
  rule,
  SUPABASE,
  shortly,
  supabase,
  waitingOn,
  world,
} from './builders.ts'

const hintOf = (wanted: string, networks: readonly Network[]): string | undefined =>
  lookAt([rule({ network: wanted })], world([backend('running', [])], networks)).plan.blocked[0]?.hint

test('a missing network names those that are near', () => {
  const others = [network('bridge'), network('coolify'), network('supabase'), network(SUPABASE)]
  expect(hintOf('bccg4gs4o4kgsowocw08wkw5', others)).toBe(
    `similar names: ${SUPABASE}; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)`,
  )
  expect(hintOf('Coolify', others)).toBe(
    'similar names: coolify; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)',
  )
  expect(hintOf('supabase_default', others)).toBe(
    'similar names: supabase; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)',
  )
  expect(hintOf('supa', others)).toBe(
    'similar names: supabase; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)',
  )
})

test('a missing network has at most three near names, the nearest first, each once', () => {
  const others = ['net-4', 'net-12', 'net-1', 'net-11', 'net-1'].map((name, i) => network(name, { id: `${i}` }))
  expect(hintOf('net-2', others)).toBe(
    'similar names: net-1, net-12, net-4; if it is none of these, start the stack that creates it (in Coolify: the Supabase service > Start)',
  )
})

test('a missing network with nothing near says where to look', () => {
  expect(hintOf('elsewhere', [network('coolify')])).toBe(
    'start the stack that creates it (in Coolify: the Supabase service > Start); docker network ls lists what is there',
  )
  expect(hintOf('elsewhere', [network('bridge'), network('host'), network('none')])).toBe(
    'start the stack that creates it (in Coolify: the Supabase service > Start): this engine has only its built-in networks',
  )
})

test('two networks of one name block: both ids, and the way out', () => {
  const twin = network('twin', { name: SUPABASE, id: 'f'.repeat(64) })
  const hint = hintOf(SUPABASE, [supabase, twin, coolify])
  expect(hint).toBe(
    `2 networks have this name: ${supabase.id.slice(0, 12)}, ffffffffffff; name one by its id, or remove the other: docker network rm ID`,
  )
  // Named by its id, it is found.
  const seen = world([backend('running', [])], [supabase, twin])
  expect(shortly(lookAt([rule({ network: twin.id })], seen).plan)).toEqual(['attach pms-backend (now)'])
})

test('"repair": false reports a dead entry, and how to remove it by hand', () => {
  const dead = waitingOn(supabase, { networkId: 'e'.repeat(64) })
  for (const status of ['running', 'exited', 'created'] as const) {
    const { plan } = lookAt([rule({ repair: false })], host([backend(status, [dead])]))
    expect(shortly(plan)).toEqual(['blocked pms-backend (stale-entry)'])
    expect(plan.blocked[0]?.hint).toBe(
      `it holds the id of an old ${SUPABASE} (eeeeeeeeeeee, now ${supabase.id.slice(0, 12)}), and the rule says "repair": false; docker network disconnect -f ${SUPABASE} pms-backend; netheal then attaches it`,
    )
  }
})

test('"repair": false still attaches where there is no entry', () => {
  expect(shortly(lookAt([rule({ repair: false })], host([backend('running', [])])).plan)).toEqual([
    'attach pms-backend (now)',
  ])
})

test('a repair is told in words', () => {
  const why = (networkId: string) =>
    lookAt([rule()], host([backend('running', [waitingOn(supabase, { networkId })])])).plan.actions[0]?.why
  expect(why('')).toBe(`has an entry for ${SUPABASE} with no endpoint behind it`)
  expect(why(supabase.id)).toBe(`has an entry for ${SUPABASE} with no endpoint behind it`)
  expect(why('e'.repeat(64))).toBe(`holds the id of an old ${SUPABASE} (eeeeeeeeeeee, now ${supabase.id.slice(0, 12)})`)
})

test('a repair names the entry as the container knows it', () => {
  const entry = waitingOn(supabase, { networkId: 'e'.repeat(64) })
  const [action] = lookAt([rule({ network: supabase.id })], host([backend('running', [entry])])).plan.actions
  expect(action).toMatchObject({ kind: 'repair', entry: SUPABASE, networkId: supabase.id, start: false })
})

test('an exited container whose old network is still there is left alone', () => {
  const other = network('renamed', { id: 'e'.repeat(64) })
  const dead = waitingOn(supabase, { networkId: other.id })
  const seen = world([backend('exited', [dead])], [supabase, other])
  expect(shortly(lookAt([rule()], seen).plan)).toEqual(['skipped pms-backend (not-running)'])
})

test('a live entry on the network is found by id although another entry has its name', () => {
  const twins = [on(supabase, { network: 'x' }), waitingOn(supabase, { networkId: 'e'.repeat(64) })]
  expect(shortly(lookAt([rule()], host([backend('running', twins)])).plan)).toEqual(['satisfied pms-backend'])
})

test('a repair never disconnects a container from another network of that name', () => {
  const twin = network(SUPABASE, { id: 'f'.repeat(64) })
  for (const status of ['running', 'paused', 'created', 'restarting'] as const) {
    const seen = world([backend(status, [on(coolify), on(twin)])], [coolify, supabase, twin])
    const { plan } = lookAt([rule({ network: supabase.id })], seen)
    expect(shortly(plan)).toEqual(['blocked pms-backend (network-ambiguous)'])
    expect(plan.blocked[0]?.hint).toBe(
      'it is on another network of this name (ffffffffffff): docker network disconnect ffffffffffff pms-backend; netheal then attaches it',
    )
  }
})
