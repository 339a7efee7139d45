// One name that several containers answer to: the right one keeps it, and where nobody can know which that is, it is asked.
import { expect, test } from 'vitest'
import { areReplicas, whyShared } from '../../src/core/shared-name.ts'
import type { Container } from '../../src/core/world.ts'
import { compose, container, on, SUPABASE, supabase } from './builders.ts'

const named = (name: string, aliases: readonly string[], over: Partial<Container> = {}): Container =>
  container(name, { endpoints: [on(supabase, { aliases })], ...over })
const home = named('supabase-db-x', ['db'], { networkMode: SUPABASE })
const guest = named('other-db', ['db', 'other'])
const remedyOf = (...answering: readonly Container[]) => whyShared('db', supabase, answering).remedy

test.each<[string, readonly [Container, Container]]>([
  ['first', [home, guest]],
  ['second', [guest, home]],
])('the one that was made on the network keeps the name, listed %s; the other one stays without it', (_, answering) => {
  const { hint, remedy } = whyShared('db', supabase, answering)
  const step = `docker network disconnect ${SUPABASE} other-db, then docker network connect --alias other ${SUPABASE} other-db`
  expect(remedy).toEqual([step])
  expect(hint).toBe(`supabase-db-x is at home there: ${step}`)
})

test('none was made there: the one that is called so keeps it', () => {
  expect(remedyOf(guest, named('db', []))).toEqual([
    `docker network disconnect ${SUPABASE} other-db, then docker network connect --alias other ${SUPABASE} other-db`,
  ])
})

test('whose own name it is must leave the network', () => {
  expect(remedyOf(home, named('db', ['db']))).toEqual([`docker network disconnect ${SUPABASE} db`])
})

test('nothing tells which is right: each is offered, with its stack, and none is named in the hint alone', () => {
  const [a, b] = [
    named('db-a', ['db'], { labels: compose('a', 'db') }),
    named('db-b', ['db'], { labels: compose('b', 'db') }),
  ]
  const { hint, remedy } = whyShared('db', supabase, [a, b])
  expect(remedy).toEqual([
    `if db-a (stack a) is the right one: docker network disconnect ${SUPABASE} db-b, then docker network connect ${SUPABASE} db-b`,
    `if db-b (stack b) is the right one: docker network disconnect ${SUPABASE} db-a, then docker network connect ${SUPABASE} db-a`,
  ])
  expect(hint).toContain('decide whether that is db-a (stack a) or db-b (stack b)')
})

test('replicas of one service share its name, and containers of two stacks do not', () => {
  const of = (project: string, name: string) => container(name, { labels: compose(project, 'db') })
  expect(areReplicas([of('a', 'a-db-1'), of('a', 'a-db-2')])).toBe(true)
  expect(areReplicas([of('a', 'a-db-1'), of('b', 'b-db-1')])).toBe(false)
  expect(areReplicas([container('x'), container('y')])).toBe(false)
})
