// What the rules ask for in a world.
import { describe, expect, test } from 'vitest'
import { entryFor, networkLabel, resolve } from '../../src/core/attachment.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Container, Endpoint, Network } from '../../src/core/world.ts'
import {
  application,
  compose,
  container,
  coolify,
  network,
  on,
  rule,
  SUPABASE,
  supabase,
  UUID,
  waitingOn,
  world,
} from './builders.ts'

const NETWORKS = [coolify, supabase]

function asked(rules: readonly Rule[], containers: readonly Container[], networks = NETWORKS): readonly string[] {
  return resolve(rules, world(containers, networks)).map(a => `${a.container?.name ?? `no ${a.label}`}: ${a.key}`)
}

test('attachments come in the order of the rules, and within a selector in that of the names', () => {
  const rules = [rule({ containers: ['b*', 'c'] }), rule({ containers: ['a'], network: 'coolify' })]
  expect(asked(rules, [container('b2'), container('a'), container('c'), container('b1')])).toEqual([
    `b1: name/b1 -> ${SUPABASE}`,
    `b2: name/b2 -> ${SUPABASE}`,
    `c: name/c -> ${SUPABASE}`,
    'a: name/a -> coolify',
  ])
})

describe('a container and network that several rules ask for is the first one’s', () => {
  test("an attachment that is asked for twice is the first rule's: two selectors of one rule", () => {
    expect(asked([rule({ containers: ['a*', 'a', '*'] })], [container('a')])).toEqual([`a: name/a -> ${SUPABASE}`])
  })

  test("an attachment that is asked for twice is the first rule's: two rules", () => {
    const rules = [rule({ containers: ['a'], aliases: ['one'] }), rule({ containers: ['*'], aliases: ['two'] })]
    const found = resolve(rules, world([container('a'), container('b')], NETWORKS))
    expect(found.map(a => [a.label, a.rule.aliases])).toEqual([
      ['a', ['one', 'two']],
      ['b', ['two']],
    ])
  })

  test("an attachment that is asked for twice is the first rule's: one by the name and one by the id of the network", () => {
    const rules = [rule({ containers: ['a'] }), rule({ containers: ['a'], network: supabase.id })]
    expect(asked(rules, [container('a')])).toEqual([`a: name/a -> ${SUPABASE}`])
  })

  test('two networks are two attachments', () => {
    const rules = [rule({ containers: ['a'] }), rule({ containers: ['a'], network: 'coolify' })]
    expect(asked(rules, [container('a')])).toHaveLength(2)
  })

  test('a network that is not there is told apart by its name', () => {
    const rules = [
      rule({ containers: ['a'], network: 'x' }),
      rule({ containers: ['a'], network: 'y' }),
      rule({ containers: ['*'], network: 'x' }),
    ]
    expect(asked(rules, [container('a')])).toEqual(['a: name/a -> x', 'a: name/a -> y'])
  })
})

test('what a second rule asks for on top is asked for, too: its aliases, names and targets', () => {
  const db = { host: 'db', port: 5432 }
  const cache = { host: 'cache', port: 6379 }
  const rules = [
    rule({ containers: ['a'], aliases: ['one'], resolve: ['db'], reach: [db], ipv4: '10.0.0.5' }),
    rule({ containers: ['*'], aliases: ['one', 'two'], resolve: ['db', 'cache'], reach: [db, cache], ipv4: null }),
  ]
  const [first, ...rest] = resolve(rules, world([container('a')], NETWORKS))
  expect([first?.rule, rest]).toEqual([
    {
      ...rules[0],
      ...{ aliases: ['one', 'two'], resolve: ['db', 'cache'], reach: [db, cache] },
    },
    [],
  ])
  const quiet = [rule({ containers: ['a'] }), rule({ containers: ['*'], aliases: ['two'] })]
  expect(resolve(quiet, world([container('a')], NETWORKS))[0]?.rule.aliases).toEqual(['two'])
})

describe('the key stays the same', () => {
  const key = (
    containers: readonly Container[],
    networks = NETWORKS,
    selector: Rule['containers'][number] = 'a',
  ): string | undefined => resolve([rule({ containers: [selector] })], world(containers, networks))[0]?.key

  test('the key of an attachment stays the same when the container is replaced, or gone', () => {
    expect(key([container('a', { id: 'b'.repeat(64) })])).toBe(key([container('a')]))
    expect(key([])).toBe(key([container('a')]))
  })

  test('the key of an attachment stays the same when the network is made anew, or gone', () => {
    expect(key([container('a')], [network('other', { name: SUPABASE })])).toBe(key([container('a')]))
    expect(key([container('a')], [])).toBe(key([container('a')]))
  })

  test('the key of an attachment stays the same when Coolify gives it another name', () => {
    const deploy = (time: string) => container(`${UUID}-${time}`, { labels: application() })
    const selector = { coolify: 'pms-backend' }
    expect(key([deploy('081502123456')], NETWORKS, selector)).toBe(`coolify/application/7 -> ${SUPABASE}`)
    expect(key([deploy('093011654321')], NETWORKS, selector)).toBe(`coolify/application/7 -> ${SUPABASE}`)
  })
})

test('a rolling update: old and new container are both asked for, under one key', () => {
  const labels = application(compose(UUID, UUID))
  const both = [container(`${UUID}-093011654321`, { labels }), container(`${UUID}-081502123456`, { labels })]
  const preview = container('preview', { labels: application({ 'coolify.pullRequestId': '4' }) })
  const key = `coolify/application/7/${UUID} -> ${SUPABASE}`
  expect(asked([rule({ containers: [{ coolify: 'pms-backend' }] })], [...both, preview])).toEqual([
    `${UUID}-081502123456: ${key}`,
    `${UUID}-093011654321: ${key}`,
  ])
})

test('a container under its temporary name is found by the name that it will have', () => {
  const old = container('pms-backend', { labels: compose('pms', 'backend') })
  const temporary = `${old.id.slice(0, 12)}_pms-backend`
  const made = container(temporary, { status: 'created', labels: compose('pms', 'backend') })
  const expected = [
    `pms-backend: compose/pms/backend -> ${SUPABASE}`,
    `${temporary}: compose/pms/backend -> ${SUPABASE}`,
  ]
  for (const selector of ['pms-backend', 'pms-*', { compose: 'pms/backend' }])
    expect(asked([rule({ containers: [selector] })], [made, old])).toEqual(expected)
  expect(resolve([rule()], world([made, old], [supabase])).map(a => a.label)).toEqual(['pms-backend', 'pms-backend'])
})

test('a selector that no container matches is still one attachment', () => {
  const selectors = ['a', 'a*', { label: { x: '1' } }, { compose: 'p/s' }, { coolify: 'c' }]
  expect(asked([rule({ containers: selectors })], [])).toEqual([
    `no a: name/a -> ${SUPABASE}`,
    `no a*: selector/a* -> ${SUPABASE}`,
    `no label x=1: selector/label x=1 -> ${SUPABASE}`,
    `no compose p/s: selector/compose p/s -> ${SUPABASE}`,
    `no coolify c: selector/coolify c -> ${SUPABASE}`,
  ])
})

describe("a container's entry for a network", () => {
  const twin = network(SUPABASE, { id: 't'.repeat(64) })
  const entries = (...endpoints: readonly Endpoint[]): Container => container('x', { endpoints })

  test('is the one with its id, although another one has its name', () => {
    const own = on(supabase, { network: 'another name' })
    expect(entryFor(entries(on(twin), own), supabase)).toBe(own)
    expect(entryFor(entries(own, on(twin)), supabase)).toBe(own)
  })

  test('is else the first with its name, whatever id it has', () => {
    const stale = waitingOn(twin)
    expect(entryFor(entries(on(coolify), stale, on(twin)), supabase)).toBe(stale)
  })

  test('is none where neither its id nor its name is there', () => {
    expect(entryFor(entries(on(coolify)), supabase)).toBeUndefined()
    expect(entryFor(entries(), supabase)).toBeUndefined()
  })
})

test('containers of one name come in the order of their ids, in whatever order they are listed', () => {
  const twins = ['c', 'a', 'b'].map(digit => container('pms-backend', { id: digit.repeat(64) }))
  const ids = resolve([rule()], world(twins, [supabase])).map(a => a.container?.id[0])
  expect(ids).toEqual(['a', 'b', 'c'])
})

test('the network of an attachment is told by the name it was found under, else as the rule has it', () => {
  const label = (networks: readonly Network[]): readonly string[] =>
    resolve([rule({ network: supabase.id })], world([container('pms-backend')], networks)).map(networkLabel)
  expect(label([supabase])).toEqual([SUPABASE])
  expect(label([coolify])).toEqual([supabase.id])
})

test('a container with a temporary name is asked for once, and only by a selector that means it', () => {
  const labels = compose('pms', 'backend')
  const old = container('pms-backend', { labels })
  const made = container(`${old.id.slice(0, 12)}_pms-backend`, { status: 'created', labels })
  const other = container(`${old.id.slice(0, 12)}_other`, { status: 'created', labels })
  const asked = (...names: readonly string[]) =>
    resolve([rule({ containers: names })], world([made, other, old], [supabase])).map(a => a.container?.name)
  expect(asked('pms-backend', 'pms-*')).toEqual([old.name, made.name])
  expect(asked(other.name)).toEqual([other.name])
  // It is what it will be, and nothing else.
  expect(asked(made.name)).toEqual([undefined])
})

test('a stranger whose name ends like ours is not joined, and is not logged as ours', () => {
  const labels = { 'com.docker.compose.replace': 'pms-backend' }
  const strangers = [
    container('aaaaaaaaaaaa_pms-backend', { status: 'created', labels }),
    container('bbbbbbbbbbbb_pms-backend', { status: 'running', labels }),
  ]
  expect(asked([rule()], strangers)).toEqual([`no pms-backend: name/pms-backend -> ${SUPABASE}`])
  expect(asked([rule()], [...strangers, container('pms-backend')])).toEqual([
    `pms-backend: name/pms-backend -> ${SUPABASE}`,
  ])
})
