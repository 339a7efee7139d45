// For `init`: who probably needs the network of a stack, what speaks for it, and how a rule should name it.
import { expect, test } from 'vitest'
import type { Container } from '../../../src/core/world.ts'
import { type Candidate, type Clues, candidatesFor, chosenOf } from '../../../src/init/rules/candidates.ts'
import { evidenceText, type Mentions } from '../../../src/init/rules/evidence.ts'
import { attachmentFor } from '../../../src/init/rules/proposal.ts'
import { stacksIn } from '../../../src/init/rules/stack.ts'
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
  world,
} from '../../core/builders.ts'

const NETWORKS = [network('bridge'), coolify, supabase]
const service = (name: string) =>
  compose(SUPABASE, name, {
    'coolify.managed': 'true',
    'coolify.type': 'service',
    'coolify.projectName': 'hotel',
    'coolify.environmentName': 'production',
    'coolify.service.subName': name,
  })
const db = container(`supabase-db-${SUPABASE}`, { labels: service('supabase-db'), endpoints: [on(supabase)] })
const kong = container(`supabase-kong-${SUPABASE}`, { labels: service('supabase-kong'), endpoints: [on(supabase)] })

interface Told {
  readonly mentions?: Readonly<Record<string, Partial<Mentions>>>
  readonly handled?: Readonly<Record<string, string>>
}

function candidates(containers: readonly Container[], told: Told = {}): readonly Candidate[] {
  const seen = world([db, kong, ...containers], NETWORKS)
  const [stack] = stacksIn(seen)
  if (stack === undefined) throw new Error('no stack')
  const byName = Object.entries(told.mentions ?? {}).map(([name, m]): [string, Mentions] => [
    containers.find(c => c.name === name)?.id ?? '',
    { environment: [], command: [], ...m },
  ])
  const clues: Clues = { mentions: new Map(byName), handled: new Map(Object.entries(told.handled ?? {})) }
  return candidatesFor(stack, seen, clues)
}

test('applications are candidates; the stack, Coolify itself, previews, databases and the networkless are not', () => {
  const found = candidates([
    container('pms-worker-v2', { endpoints: [on(coolify)] }),
    container(`${UUID}-081502123456`, { labels: application(), endpoints: [on(coolify), on(supabase)] }),
    container('pr', { labels: application({ 'coolify.pullRequestId': '3' }) }),
    container('coolify-proxy'),
    container('coolify'),
    container('coolify-db'),
    container(`${UUID}-proxy`),
    container('ks04ogswowccckgg0s8gwkoc', { image: 'ghcr.io/coollabsio/coolify-helper:1' }),
    container('pg', { labels: { 'coolify.managed': 'true', 'coolify.type': 'database' } }),
    container('task', { labels: { 'com.docker.swarm.task.id': 'x' } }),
    container('run', { labels: compose('p', 'x', { 'com.docker.compose.oneoff': 'True' }) }),
    container('on-host', { networkMode: 'host' }),
    container('sidecar', { networkMode: 'container:1' }),
  ])
  expect(found.map(c => [c.container.name, c.selector, c.attached])).toEqual([
    [`${UUID}-081502123456`, { coolify: UUID }, true],
    ['pms-worker-v2', 'pms-worker-v2', false],
  ])
})

test('the evidence, the strongest first; without any it is left out of the proposal', () => {
  const found = candidates(
    [
      container('grafana'),
      container('by-script'),
      container('attached', { endpoints: [on(supabase)] }),
      container('command'),
      container('neighbour', {
        labels: application({ 'coolify.projectName': 'hotel', 'coolify.environmentName': 'production' }),
      }),
      container('staging', {
        labels: application({
          'coolify.applicationId': '8',
          'coolify.resourceName': 'staging',
          'coolify.projectName': 'hotel',
          'coolify.environmentName': 'staging',
        }),
      }),
      container('pms-backend', { endpoints: [on(supabase)] }),
    ],
    {
      mentions: {
        'pms-backend': { environment: ['supabase-kong', 'supabase-db', 'other'] },
        command: { command: [`supabase-db-${SUPABASE}`] },
      },
      handled: { 'by-script': '/usr/local/bin/x.sh:3' },
    },
  )
  expect(found.map(c => [c.container.name, c.evidence.map(evidenceText).join('; ')])).toEqual([
    ['pms-backend', 'its environment names supabase-db and supabase-kong; is attached now'],
    ['command', `its command names supabase-db-${SUPABASE}`],
    ['by-script', 'connected by /usr/local/bin/x.sh:3'],
    ['attached', 'is attached now'],
    ['neighbour', 'a Coolify application in the same project, hotel'],
    ['grafana', ''],
    ['staging', ''],
  ])
  const { chosen, certain } = chosenOf(found)
  expect([chosen.length, certain]).toEqual([5, true])
})

test('nobody has evidence: then all are in the proposal, and it is known to be a guess', () => {
  const found = candidates([container('a'), container('b')])
  expect(chosenOf(found)).toMatchObject({ certain: false, chosen: [{ selector: 'a' }, { selector: 'b' }] })
  expect(chosenOf([])).toEqual({ chosen: [], certain: false })
})

test('both containers of a rolling update are one candidate, with what speaks for either', () => {
  const old = container(`${UUID}-081502123456`, { labels: application(), endpoints: [on(supabase)] })
  const fresh = container(`${UUID}-091502123456`, { labels: application() })
  const found = candidates([fresh, old])
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({
    selector: { coolify: UUID },
    attached: true,
    evidence: [{ kind: 'attached' }],
  })
})

test('how a rule names it: so that it still does after the next deploy', () => {
  const selectorOf = (...containers: readonly Container[]) => candidates(containers).map(c => c.selector)
  // By the uuid: a name may be changed, and be another one's in another environment.
  expect(selectorOf(container('pms-backend', { labels: application() }))).toEqual([{ coolify: UUID }])
  expect(selectorOf(container(UUID, { labels: application() }))).toEqual([{ coolify: UUID }])
  // Where it tells no uuid, or two share one, by its name.
  expect(selectorOf(container(UUID, { labels: application({ 'coolify.name': 'made-up' }) }))).toEqual([
    { coolify: 'pms-backend' },
  ])
  // Production and staging of one name: only the uuid tells them apart.
  const staging = application({ 'coolify.applicationId': '8', 'coolify.name': 'stagingstagingstagingst1' })
  expect(
    selectorOf(
      container(`${UUID}-081502123456`, { labels: application() }),
      container('stagingstagingstagingst1-081502123456', { labels: staging }),
    ),
  ).toEqual([{ coolify: 'stagingstagingstagingst1' }, { coolify: UUID }])
  // A compose application: its name would mean its own database as well.
  const part = (name: string) => application({ ...compose(UUID, name), 'coolify.name': `${name}-${UUID}` })
  expect(
    selectorOf(
      container(`api-${UUID}-081502123456`, { labels: part('api') }),
      container(`redis-${UUID}-081502123456`, { labels: part('redis') }),
    ),
  ).toEqual([{ compose: `${UUID}/api` }, { compose: `${UUID}/redis` }])
})

test('an attachment of the proposal: each selector once, and a name to resolve only where there is a database', () => {
  const seen = world([db], NETWORKS)
  const [stack] = stacksIn(seen)
  expect(attachmentFor(['a', 'b', 'a', { coolify: 'c' }, { coolify: 'c' }], SUPABASE, stack ?? null)).toEqual({
    containers: ['a', 'b', { coolify: 'c' }],
    network: SUPABASE,
    resolve: ['supabase-db'],
  })
  const bare = { database: container('supabase-db-2'), network: supabase, members: [] }
  expect(attachmentFor(['a'], SUPABASE, bare).resolve).toEqual(['supabase-db-2'])
  expect(attachmentFor(['a'], 'other', null)).toEqual({ containers: ['a'], network: 'other' })
})
