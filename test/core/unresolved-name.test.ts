// A name that does not resolve: whose it is, and what is typed to give it back.
import { expect, test } from 'vitest'
import { whyUnresolved } from '../../src/core/unresolved-name.ts'
import type { Container } from '../../src/core/world.ts'
import { compose, container, coolify, on, SUPABASE, supabase, waitingOn } from './builders.ts'

const why = (...containers: readonly Container[]) => whyUnresolved('db', supabase, containers)
const ofStack = (project: string, over: Partial<Container> = {}): Container =>
  container(`db-${project}`, {
    labels: compose(project, 'db'),
    networkMode: project,
    endpoints: [on(coolify)],
    ...over,
  })

test.each<[string, Container, string, string]>([
  [
    'stopped',
    container('db', { status: 'exited', endpoints: [waitingOn(supabase)] }),
    'db is exited: docker start db',
    'start it: docker start db (in Coolify: the service > Start)',
  ],
  [
    'stopped, and has the name as an alias',
    container('postgres', { status: 'exited', endpoints: [waitingOn(supabase, { aliases: ['db'] })] }),
    'postgres is exited: docker start postgres',
    'start it: docker start postgres (in Coolify: the service > Start)',
  ],
  [
    'crashing',
    container('db', { status: 'restarting', endpoints: [waitingOn(supabase)] }),
    'db is restarting: docker logs --tail 50 db',
    'it crashes again and again, and its log says why: docker logs --tail 50 db',
  ],
  [
    'up, with nothing behind its entry',
    container('db', { endpoints: [waitingOn(supabase, { aliases: ['db', 'pg'] })] }),
    `db has an entry for ${SUPABASE} with no endpoint behind it: docker network disconnect -f ${SUPABASE} db, then`,
    `docker network connect --alias db --alias pg ${SUPABASE} db`,
  ],
  [
    'on another network',
    container('db', { endpoints: [on(coolify)] }),
    `db is not on ${SUPABASE}: docker network connect --alias db ${SUPABASE} db`,
    '"network": {"of": "db"} follows the container wherever it is',
  ],
  [
    'stopped, and on another network',
    container('db', { status: 'exited', endpoints: [waitingOn(coolify)] }),
    `docker network connect --alias db ${SUPABASE} db, then docker start db`,
    `or db itself lost ${SUPABASE}: `,
  ],
  [
    'there without the name, which keeps its other ones',
    container('db-1', { endpoints: [on(supabase, { aliases: ['pg'] })] }),
    `db-1 does not have that name on ${SUPABASE}: docker network disconnect ${SUPABASE} db-1, then`,
    `docker network connect --alias db --alias pg ${SUPABASE} db-1`,
  ],
  [
    'there with the name, which the one that asks does not see',
    container('postgres', { endpoints: [on(supabase, { aliases: ['db'] })] }),
    'must say nameserver 127.0.0.11',
    "check the container's resolver",
  ],
])('its container is %s', (_, it, hint, step) => {
  const found = why(it)
  expect(found.hint).toContain(hint)
  expect(found.remedy.join('\n')).toContain(step)
})

test('nobody has it', () => {
  const { hint, evidence } = why(container('web', { endpoints: [on(supabase, { aliases: ['www'] })] }))
  expect(hint).toBe(`is the container behind db running on ${SUPABASE}?`)
  expect(evidence).toEqual(['no container on this engine has the name db', `on ${SUPABASE}: web, www`])
})

test('several stacks have one of that name: the one of this network is meant', () => {
  const { hint } = why(ofStack('shop'), ofStack(SUPABASE), container('db', { endpoints: [on(coolify)] }))
  expect(hint).toBe(
    `db-${SUPABASE} is not on ${SUPABASE}: docker network connect --alias db ${SUPABASE} db-${SUPABASE}`,
  )
})

test('several stacks have one of that name, and none is of this network: it is asked which, by their stacks', () => {
  const coolified = ofStack('blog', { labels: { ...compose('blog', 'db'), 'coolify.serviceName': 'weblog' } })
  const { hint, evidence, remedy } = why(ofStack('shop'), coolified)
  expect(hint).toBe(
    `it may be db-shop (stack shop) or db-blog (stack blog, in Coolify weblog) that is meant, and none is on ${SUPABASE}`,
  )
  expect(evidence.slice(0, 2)).toEqual([
    `db-shop (stack shop) is running, and on coolify, not on ${SUPABASE}`,
    `db-blog (stack blog, in Coolify weblog) is running, and on coolify, not on ${SUPABASE}`,
  ])
  expect(remedy[0]).toBe('decide which is meant: db-shop (stack shop) or db-blog (stack blog, in Coolify weblog)')
  expect(remedy.slice(2)).toEqual([
    `or, if it is db-shop (stack shop), which lost ${SUPABASE}: docker network connect --alias db ${SUPABASE} db-shop`,
    `or, if it is db-blog (stack blog, in Coolify weblog), which lost ${SUPABASE}: docker network connect --alias db ${SUPABASE} db-blog`,
  ])
})
