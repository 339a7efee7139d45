/** A name of Coolify's: as people write it, in which environment and project, and of how many resources. */
import { describe, expect, test } from 'vitest'
import { slugOf } from '../../src/core/coolify-resource.ts'
import type { ContainerSelector } from '../../src/core/rule.ts'
import { matches } from '../../src/core/selector.ts'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  container,
  coolify,
  id,
  lookAt,
  observed,
  on,
  remembered,
  rule,
  SUPABASE,
  shortly,
  state,
  supabase,
  UUID,
  world,
} from './builders.ts'

const STAGING_UUID = 'zk4sc8wwo4c0kk8s4g0wcs0c'

function app(uuid: string, environment: string, over: Partial<Container> = {}, labels = {}): Container {
  return container(`${uuid}-101112000000`, {
    labels: application({
      'coolify.applicationId': environment === 'production' ? '7' : '8',
      'coolify.name': uuid,
      'coolify.resourceName': 'pms-worker-v2',
      'coolify.environmentName': environment,
      'coolify.projectName': 'hotel',
      'com.docker.compose.project': uuid,
      ...labels,
    }),
    endpoints: [on(coolify)],
    ...over,
  })
}

const PRODUCTION = app(UUID, 'production')
const STAGING = app(STAGING_UUID, 'staging')
const DB = container('supabase-db', { endpoints: [on(supabase)] })

describe('which resource', () => {
  test.each<[string, ContainerSelector, readonly Container[]]>([
    ['by a name alone: all of that name', { coolify: 'pms-worker-v2' }, [PRODUCTION, STAGING]],
    ['by name and environment', { coolify: 'pms-worker-v2', environment: 'staging' }, [STAGING]],
    ['by name and project', { coolify: 'pms-worker-v2', project: 'Hotel' }, [PRODUCTION, STAGING]],
    [
      'by name, environment and project',
      { coolify: 'pms-worker-v2', environment: 'Production', project: 'hotel' },
      [PRODUCTION],
    ],
    ['in a project that is another', { coolify: 'pms-worker-v2', project: 'motel' }, []],
    ['by its uuid', { coolify: UUID }, [PRODUCTION]],
    ['by the name as the screen has it', { coolify: 'PMS Worker V2' }, [PRODUCTION, STAGING]],
    ['by a glob on its uuid', `${UUID}-*`, [PRODUCTION]],
  ])('%s', (_, selector, expected) => {
    expect([PRODUCTION, STAGING].filter(c => matches(selector, c))).toEqual(expected)
  })

  test.each([
    ['PMS Backend 2.1', 'pms-backend-21'],
    ['pms-backend', 'pms-backend'],
    ['  Zimmer_Verwaltung  (neu) ', 'zimmer-verwaltung-neu'],
    ['Küche@Haus', 'kuche-at-haus'],
    ['--', ''],
  ])('the slug of %j is %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug)
  })

  test('a glob on a uuid leaves previews out, and one that asks for them does not', () => {
    const preview = {
      ...PRODUCTION,
      name: `${UUID}-pr-7`,
      labels: { ...PRODUCTION.labels, 'coolify.pullRequestId': '7' },
    }
    expect(matches(`${UUID}-*`, preview)).toBe(false)
    expect(matches(`web-${UUID}*`, { ...preview, name: `web-${UUID}-pr-7` })).toBe(false)
    expect(matches(`${UUID}-pr-*`, preview)).toBe(true)
    expect(matches('*', preview)).toBe(true)
  })
})

describe('a name of several resources', () => {
  const NETWORKS = [coolify, supabase]
  const KEY = `coolify/application/7 -> ${SUPABASE}`
  const plan = (selector: ContainerSelector, containers: readonly Container[], known = {}) =>
    lookAt([rule({ containers: [selector] })], world([...containers, DB], NETWORKS), {
      state: state({ attachments: known }),
    }).plan

  test('none is attached that never was, and each is told how to be named', () => {
    const { blocked } = plan({ coolify: 'pms-worker-v2' }, [PRODUCTION, STAGING])
    expect(blocked.map(b => [b.container, b.reason])).toEqual([
      [PRODUCTION.name, 'selector-ambiguous'],
      [STAGING.name, 'selector-ambiguous'],
    ])
    for (const words of [
      `application 7 of hotel/production (${UUID})`,
      `application 8 of hotel/staging (${STAGING_UUID})`,
    ])
      expect(blocked[0]?.hint).toContain(words)
  })

  test('production, which was attached before, is healed after its next deploy; staging still is not', () => {
    const known = { [KEY]: remembered([observed({ attached: true })]) }
    const fresh = { ...PRODUCTION, id: id('fresh'), createdAt: PRODUCTION.createdAt + 60_000 }
    expect(shortly(plan({ coolify: 'pms-worker-v2' }, [fresh, STAGING], known))).toEqual([
      `attach ${PRODUCTION.name} (now)`,
      `blocked ${STAGING.name} (selector-ambiguous)`,
    ])
  })

  test('what is attached stays, with a warning', () => {
    const both = [PRODUCTION, STAGING].map(c => ({ ...c, endpoints: [on(coolify), on(supabase)] }))
    const { satisfied } = plan({ coolify: 'pms-worker-v2' }, both)
    expect(satisfied.map(s => s.warnings.map(w => w.code))).toEqual([['selector-ambiguous'], ['selector-ambiguous']])
  })

  test.each<[string, ContainerSelector]>([
    ['environment', { coolify: 'pms-worker-v2', environment: 'production' }],
    ['uuid', { coolify: UUID }],
  ])('with its %s it is one', (_, selector) => {
    expect(shortly(plan(selector, [PRODUCTION, STAGING]))).toEqual([`attach ${PRODUCTION.name} (now)`])
  })

  test('the containers of one resource are not several: a rolling update, the services of a compose application', () => {
    const fresh = { ...PRODUCTION, id: id('fresh'), name: `${UUID}-111213000000` }
    expect(plan({ coolify: 'pms-worker-v2' }, [PRODUCTION, fresh]).actions).toHaveLength(2)
  })
})
