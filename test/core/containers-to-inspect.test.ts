// Which containers are inspected: on a healthy host whose state is known there are none.
import { describe, expect, test } from 'vitest'
import { containersToInspect } from '../../src/core/containers-to-inspect.ts'
import type { Rule } from '../../src/core/rule.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { Container, World } from '../../src/core/world.ts'
import { backend, container, coolify, database, lookAt, NOW, on, rule, supabase, waitingOn, world } from './builders.ts'
import { watcher } from './watcher.ts'

const listed = (c: Container): Container => ({
  ...c,
  run: null,
  endpoints: c.endpoints.map(e => ({ ...e, aliases: null })),
})
const host = (...containers: readonly Container[]): World =>
  world([...containers.map(listed), listed(database)], [coolify, supabase])
const ATTACHED = backend('running', [on(coolify), on(supabase)])
const DETACHED = backend('running', [on(coolify)])

function closer(seen: World, known: State = EMPTY_STATE, rules: readonly Rule[] = [rule()]): readonly string[] {
  const ids = containersToInspect(lookAt(rules, seen, { state: known }), known, NOW)
  return seen.containers.filter(c => ids.has(c.id)).map(c => c.name)
}

function knowing(...seen: readonly World[]): State {
  const watch = watcher([rule()])
  for (const look of seen) watch.see(look)
  return watch.state
}

test('a container that is known, and as it was, is not inspected', () => {
  const others = Array.from({ length: 20 }, (_, i) => container(`other-${i}`, { endpoints: [on(coolify)] }))
  expect(closer(host(ATTACHED, ...others), knowing(host(ATTACHED)))).toEqual([])
})

test('a container is inspected at first sight, for its times', () => {
  expect(closer(host(ATTACHED))).toEqual(['pms-backend'])
})

test('a container with another endpoint than before is inspected: it may have restarted', () => {
  const again = backend('running', [on(supabase, { endpointId: 'new' })])
  expect(closer(host(again), knowing(host(ATTACHED)))).toEqual(['pms-backend'])
})

test('a container that would be acted on, or lost its network, is inspected', () => {
  expect(closer(host(DETACHED))).toEqual(['pms-backend'])
  expect(closer(world([listed(DETACHED)], [coolify]), knowing(host(ATTACHED)))).toEqual(['pms-backend'])
})

test('a container that is stopped and lost nothing is not inspected', () => {
  expect(closer(host(backend('exited', [])))).toEqual([])
})

test('a container without an endpoint is not inspected for its times, nor one that was inspected', () => {
  const waiting = backend('exited', [waitingOn(supabase)], { run: null })
  expect(closer(host(waiting), knowing(host(ATTACHED)))).toEqual([])
  const inspected = world([ATTACHED, listed(database)], [coolify, supabase])
  expect(closer(inspected)).toEqual([])
})

test('a container whose network cannot be found is not inspected', () => {
  expect(closer(world([listed(ATTACHED)], [coolify]))).toEqual([])
})

describe('who might hold an alias', () => {
  const aliased = [rule({ aliases: ['api'] })]

  test('a stopped member, and a member of another network too, of which an alias is asked for', () => {
    const stopped = listed(container('stopped', { endpoints: [waitingOn(supabase)] }))
    const both = listed(container('both', { endpoints: [on(coolify), on(supabase)] }))
    const elsewhere = listed(container('elsewhere', { endpoints: [on(coolify)] }))
    const seen = world([listed(DETACHED), stopped, both, elsewhere], [coolify, supabase])
    expect(closer(seen, EMPTY_STATE, aliased)).toEqual(['pms-backend', 'both'])
  })

  test('the members of a network are inspected, where an alias is asked for', () => {
    expect(closer(host(DETACHED), EMPTY_STATE, aliased)).toEqual(['pms-backend', database.name])
    expect(closer(host(DETACHED))).toEqual(['pms-backend'])
  })

  test('the members of a network so large that it has no generic names are not inspected', () => {
    const crowd = Array.from({ length: 64 }, (_, i) => container(`m-${i}`, { endpoints: [on(supabase)] }))
    expect(closer(host(DETACHED, ...crowd), EMPTY_STATE, aliased)).toEqual(['pms-backend'])
    expect(closer(host(DETACHED, ...crowd.slice(1)), EMPTY_STATE, aliased)).toHaveLength(65)
  })

  test('members whose aliases are known are not inspected', () => {
    const seen = world([listed(DETACHED), database], [coolify, supabase])
    expect(closer(seen, EMPTY_STATE, aliased)).toEqual(['pms-backend'])
  })
})
