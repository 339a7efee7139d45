// Which kind of resource a container belongs to, by its labels, and what makes the network stick for each
// (docs/coolify.md, "Extra networks").
import { describe, expect, test } from 'vitest'
import { type Placed, resourceKindOf, stickyRemedy } from '../../../src/diagnose/rules/coolify-remedy.ts'
import { application, compose, SUPABASE, UUID } from '../../core/builders.ts'

const SERVICE_UUID = 'k8s0wcc4kk8sg0wccvgsco4o'

const single = (name: string, image: string, over: Readonly<Record<string, string>> = {}): Placed => ({
  name,
  image,
  labels: { ...compose(UUID, name), ...application(over) },
})

test('labels that are no plain words stand in no command that somebody copies', () => {
  const hostile = {
    name: 'pms-backend',
    image: 'x',
    labels: {
      'com.docker.compose.project': 'p',
      'com.docker.compose.service': '$(reboot)',
      'com.docker.compose.project.config_files': '/etc/shadow',
    },
  }
  const other = stickyRemedy(hostile, SUPABASE).join('\n')
  expect(other).not.toMatch(/reboot|shadow/)
  expect(other).toContain('docker compose up -d pms-backend')
  expect(stickyRemedy(hostile, 'p').join('\n')).not.toContain('reboot')
  const task = { ...hostile, labels: { 'com.docker.swarm.service.name': '`id`', 'com.docker.swarm.task': 't' } }
  expect(stickyRemedy(task, SUPABASE).join('\n')).not.toContain('`id`')
})

const KINDS: readonly (readonly [string, string, Placed])[] = [
  ['an application built by Coolify, rolling name', 'application', single(`${UUID}-142233123456`, `${UUID}:1a2b3c`)],
  ['one with a custom name', 'application', single('pms-backend', `${UUID}:1a2b3c`)],
  ['one from a Docker image', 'docker-image', single('pms-backend', 'ghcr.io/pms/backend:42')],
  [
    'a compose application',
    'compose-application',
    {
      name: `backend-${UUID}-142233123456`,
      image: `${UUID}_backend:1a2b3c`,
      labels: { ...compose(UUID, 'backend'), ...application({ 'coolify.name': `backend-${UUID}` }) },
    },
  ],
  ['a preview', 'preview', single(`${UUID}-pr-7`, `${UUID}:pr-7`, { 'coolify.pullRequestId': '7' })],
  [
    'a service',
    'service',
    {
      name: `web-${SERVICE_UUID}`,
      image: 'web:1',
      labels: {
        ...compose(SERVICE_UUID, 'web'),
        'coolify.managed': 'true',
        'coolify.type': 'service',
        'coolify.serviceId': '3',
      },
    },
  ],
  [
    'a standalone database',
    'database',
    {
      name: 'pgdb',
      image: 'postgres:16',
      labels: {
        ...compose('pgdb', 'pgdb'),
        'coolify.managed': 'true',
        'coolify.type': 'database',
        'coolify.databaseId': '1',
      },
    },
  ],
  ["Coolify's proxy", 'proxy', { name: 'coolify-proxy', image: 'traefik:3', labels: { 'coolify.proxy': 'true' } }],
  [
    'a task of swarm',
    'swarm-service',
    {
      name: 'web.1.xyz',
      image: 'web:1',
      labels: { 'com.docker.swarm.task.id': 'xyz', 'com.docker.swarm.service.name': 'web' },
    },
  ],
  ['compose without Coolify', 'compose', { name: 'pms-web-1', image: 'web:1', labels: compose('pms', 'web') }],
  ['docker run', 'plain', { name: 'pms-backend', image: 'web:1', labels: {} }],
]

test.for(KINDS)('%s is of the kind %s', ([, kind, container]) => {
  expect(resourceKindOf(container)).toBe(kind)
})

const remedyOf = (kind: string, network = SUPABASE): string => {
  const found = KINDS.find(k => k[1] === kind)
  if (found === undefined) throw new Error(kind)
  return stickyRemedy(found[2], network).join('\n')
}

describe('what makes the network stick', () => {
  test.for(['application', 'docker-image'])(
    'the remedy that makes the network stick: %s: the destination, or netheal; never --network',
    kind => {
      const remedy = remedyOf(kind)
      expect(remedy).toContain('Destinations > Add')
      expect(remedy).toContain('let netheal attach each new one')
      expect(remedy).toMatch(/--network or --network-alias in Custom Docker Options is silently dropped/)
      expect(remedy).toMatch(/"Connect To Predefined Network" works for the Docker Compose build pack only/)
      // The other way round needs the long name, which compose gives nobody else.
      expect(remedy).toContain(`supabase-db-${SUPABASE}`)
      expect(remedy).not.toContain('external: true')
    },
  )

  test('the remedy that makes the network stick: the long name is offered for the network of a Coolify service only', () => {
    expect(remedyOf('application', 'database-network')).not.toContain('supabase-db-')
  })

  test.for(['compose-application', 'service', 'compose'])(
    'the remedy that makes the network stick: %s: declared as external, with its real name',
    kind => {
      expect(remedyOf(kind)).toContain(`networks: {supabase: {external: true, name: ${SUPABASE}}}`)
    },
  )

  test('the remedy that makes the network stick: only compose without Coolify has to give the service the network itself', () => {
    expect(remedyOf('compose')).toContain('networks: [default, supabase]')
    expect(remedyOf('service')).not.toContain('[default')
    expect(remedyOf('compose-application')).not.toContain('[default')
  })

  test('the remedy that makes the network stick: a compose file is named as its label names it', () => {
    const labels = {
      ...compose('pms', 'web'),
      'com.docker.compose.project.config_files': '/srv/pms/docker-compose.yml',
    }
    const [first] = stickyRemedy({ name: 'pms-web-1', image: 'web:1', labels }, SUPABASE)
    expect(first).toContain('/srv/pms/docker-compose.yml')
  })

  test('the remedy that makes the network stick: a member of the stack itself needs its alias, and no declaration', () => {
    const labels = { ...compose(SUPABASE, 'supabase-db'), 'coolify.managed': 'true', 'coolify.type': 'service' }
    const remedy = stickyRemedy({ name: `supabase-db-${SUPABASE}`, image: 'pg', labels }, SUPABASE).join('\n')
    expect(remedy).toContain(`docker network connect --alias supabase-db ${SUPABASE} supabase-db-${SUPABASE}`)
    expect(remedy).not.toContain('external')
  })

  test('the remedy that makes the network stick: the key in the compose file is not the name of the network: Coolify removes networks of previews by their keys', () => {
    expect(remedyOf('compose-application')).toContain('removes networks by their keys')
    expect(remedyOf('compose-application')).not.toMatch(new RegExp(`\\{${SUPABASE}:`))
  })

  test.for(KINDS)(
    'the remedy that makes the network stick: %s gets at least one step, without a line feed',
    ([, , container]) => {
      const steps = stickyRemedy(container, SUPABASE)
      expect(steps.length).toBeGreaterThan(0)
      expect(steps.filter(s => s.includes('\n'))).toEqual([])
    },
  )
})
