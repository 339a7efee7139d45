// For `init`: the Supabase stacks of an engine, and the networks where their databases can be reached.
import { expect, test } from 'vitest'
import type { Container } from '../../../src/core/world.ts'
import { hostNamesOf, stackOn, stacksIn } from '../../../src/init/rules/stack.ts'
import { compose, container, coolify, network, on, SUPABASE, supabase, waitingOn, world } from '../../core/builders.ts'

const other = network('other-tools')
const NETWORKS = [network('bridge'), coolify, supabase, other]
const stack = (name: string) => compose(SUPABASE, name, { 'coolify.service.subName': name })
const db = container(`supabase-db-${SUPABASE}`, {
  labels: stack('supabase-db'),
  endpoints: [on(supabase), on(coolify)],
})

function stacks(...containers: readonly Container[]): readonly string[] {
  return stacksIn(world(containers, NETWORKS)).map(s => `${s.database?.name} on ${s.network.name}`)
}

test('a database is known by its labels or its name; the common network of Coolify is none of its own', () => {
  expect(stacks(db)).toEqual([`${db.name} on ${SUPABASE}`])
  expect(stacks(container('supabase-db', { endpoints: [on(supabase)] }))).toEqual([`supabase-db on ${SUPABASE}`])
  expect(stacks(container('x', { labels: compose('p', 'supabase-db'), endpoints: [on(supabase)] }))).toHaveLength(1)
  expect(stacks(container('supabase-dbx', { endpoints: [on(supabase)] }))).toEqual([])
  expect(stacks(container('supabase-db', { endpoints: [on(network('bridge')), on(coolify)] }))).toEqual([])
})

test('a network that it was only connected to does not make a second stack', () => {
  expect(stacks({ ...db, endpoints: [on(other), on(supabase)] })).toEqual([`${db.name} on ${SUPABASE}`])
  expect(stacks(container('supabase-db', { endpoints: [on(other), on(supabase)] }))).toHaveLength(2)
})

test('a stopped one counts, by the name of its network if need be', () => {
  const stopped = container('supabase-db', { status: 'exited', endpoints: [waitingOn(supabase, { networkId: '' })] })
  expect(stacks(stopped)).toEqual([`supabase-db on ${SUPABASE}`])
})

test('a network may be named, by name or id, with a database on it or without', () => {
  const seen = world([db], NETWORKS)
  expect(stackOn(SUPABASE, seen)).toMatchObject({ kind: 'found', stack: { database: { name: db.name } } })
  expect(stackOn(other.id, seen)).toMatchObject({
    kind: 'found',
    stack: { database: null, network: { name: other.name } },
  })
  expect(stackOn('bccg', seen)).toMatchObject({ kind: 'not-found', near: expect.arrayContaining([SUPABASE]) })
})

test('the names by which others reach it: only such as mean nothing else', () => {
  const members = ['supabase-kong', 'realtime-dev', 'imgproxy'].map(s =>
    container(`${s}-${SUPABASE}`, { labels: stack(s), endpoints: [on(supabase)] }),
  )
  const [found] = stacksIn(world([db, ...members], NETWORKS))
  expect(found === undefined ? [] : hostNamesOf(found)).toEqual([
    'supabase-db',
    db.name,
    `supabase-kong-${SUPABASE}`,
    'supabase-kong',
  ])
})
