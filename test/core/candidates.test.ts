// For `init`: the databases of this host, and who probably needs their network.
import { expect, test } from 'vitest'
import { candidatesFor, stacksIn } from '../../src/core/candidates.ts'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  compose,
  container,
  coolify,
  network,
  on,
  SUPABASE,
  supabase,
  UUID,
  waitingOn,
  world,
} from './builders.ts'

const stack = compose(SUPABASE, 'supabase-db', {
  'coolify.managed': 'true',
  'coolify.type': 'service',
  'coolify.service.subName': 'supabase-db',
})
const db = container(`supabase-db-${SUPABASE}`, { labels: stack, endpoints: [on(supabase), on(coolify)] })
const NETWORKS = [network('bridge'), coolify, supabase]

function stacks(...containers: readonly Container[]): readonly string[] {
  return stacksIn(world(containers, NETWORKS)).map(s => `${s.database.name} on ${s.network.name}`)
}

test('a database is known by its labels or its name; the common network of Coolify is none of its own', () => {
  expect(stacks(db)).toEqual([`${db.name} on ${SUPABASE}`])
  expect(stacks(container('supabase-db', { endpoints: [on(supabase)] }))).toEqual([`supabase-db on ${SUPABASE}`])
  expect(stacks(container('x', { labels: compose('p', 'supabase-db'), endpoints: [on(supabase)] }))).toHaveLength(1)
  expect(stacks(container('supabase-dbx', { endpoints: [on(supabase)] }))).toEqual([])
  expect(stacks(container('supabase-db', { endpoints: [on(network('bridge')), on(coolify)] }))).toEqual([])
})

test('a stopped one counts, by the name of its network if need be', () => {
  expect(
    stacks(container('supabase-db', { status: 'exited', endpoints: [waitingOn(supabase, { networkId: '' })] })),
  ).toEqual([`supabase-db on ${SUPABASE}`])
})

test('the candidates: applications, not the stack, not Coolify itself, not previews', () => {
  const containers = [
    db,
    container(`supabase-kong-${SUPABASE}`, { labels: compose(SUPABASE, 'supabase-kong') }),
    container('pms-worker-v2', { endpoints: [on(coolify)] }),
    container(`${UUID}-081502123456`, { labels: application(), endpoints: [on(coolify), on(supabase)] }),
    container('pr', { labels: application({ 'coolify.pullRequestId': '3' }) }),
    container('coolify-proxy'),
    container('coolify'),
    container('coolify-db'),
    container(`${UUID}-proxy`),
    container('ks04ogswowccckgg0s8gwkoc', { image: 'ghcr.io/coollabsio/coolify-helper:1' }),
    container('pg', { labels: { 'coolify.managed': 'true', 'coolify.type': 'database' } }),
    container('on-host', { networkMode: 'host' }),
    container('sidecar', { networkMode: 'container:1' }),
  ]
  const found = candidatesFor({ database: db, network: supabase }, world(containers, NETWORKS))
  expect(found.map(c => [c.container.name, c.selector, c.attached])).toEqual([
    ['pms-worker-v2', 'pms-worker-v2', false],
    [`${UUID}-081502123456`, { coolify: 'pms-backend' }, true],
  ])
  expect(found.map(c => c.reason)).toEqual([
    'a container of its own',
    'the Coolify application pms-backend: its container gets a new name at each deploy',
  ])
})

test('an application with a fixed name is named by it', () => {
  const fixed = container('pms-backend', { labels: application() })
  const [candidate] = candidatesFor({ database: db, network: supabase }, world([db, fixed], NETWORKS))
  expect(candidate).toMatchObject({ selector: 'pms-backend', reason: 'an application of Coolify' })
})
