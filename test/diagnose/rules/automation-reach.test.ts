// Whom a line touches: by its names, by a filter of docker ps, or perhaps.
import { describe, expect, test } from 'vitest'
import type { AutomationFinding } from '../../../src/diagnose/rules/automation.ts'
import { type Reached, reachOf } from '../../../src/diagnose/rules/automation-reach.ts'
import { application, compose, id, SUPABASE, UUID } from '../../core/builders.ts'

const via = { kind: 'cron', file: '/etc/cron.d/x', line: 1, owner: null, alone: true } as const
const NETWORKS = new Set([SUPABASE, id(`network ${SUPABASE}`)])

function line(kind: AutomationFinding['kind'], over: Partial<AutomationFinding> = {}): AutomationFinding {
  const nothing = { containers: [], networks: [], unresolved: [], schedule: null }
  return { file: '/opt/x.sh', line: 3, text: 'docker ...', kind, ...nothing, via, ...over }
}

const backend: Reached = { id: id('backend'), name: 'pms-backend', labels: {} }
const coolify: Reached = { id: id('a'), name: `${UUID}-143201123456`, labels: application() }
const service: Reached = {
  id: id('b'),
  name: 'app-api-1',
  labels: compose('app', 'api', { 'com.docker.compose.project.working_dir': '/srv/app' }),
}

describe('by name', () => {
  test.for([
    [['pms-backend'], backend, 'named'],
    [['other', 'pms-backend'], backend, 'named'],
    [['pms-backend-2'], backend, 'no'],
    [[id('backend')], backend, 'named'],
    [[id('backend').slice(0, 12)], backend, 'named'],
    [[id('other').slice(0, 12)], backend, 'no'],
    // Whatever Coolify calls its container today.
    [['pms-backend'], coolify, 'named'],
    [[UUID], coolify, 'named'],
    [['other'], coolify, 'no'],
    // A rule's pattern, while nobody answers to it.
    [['pms-worker-7'], { id: null, name: 'pms-worker-*', labels: {} }, 'named'],
    [['pms-backend'], { id: null, name: 'pms-worker-*', labels: {} }, 'no'],
    [['pms-backend'], { id: null, name: 'pms-backend', labels: {} }, 'named'],
  ] as const)('automation reaches a container by name: restart %s', ([containers, who, reach]) => {
    expect(reachOf(line('restart', { containers }), who, NETWORKS)).toBe(reach)
  })
})

describe('what is not told', () => {
  test.for([
    ['$CONTAINER', backend, 'perhaps'],
    ['names in a script that is not a shell script', backend, 'perhaps'],
    ['$(docker ps -q)', backend, 'named'],
    ['$(docker ps -q -f name=pms)', backend, 'named'],
    ['$(docker ps -qf name=pms)', backend, 'named'],
    ['$(docker ps --filter "name=^/pms-backend$" -q)', backend, 'named'],
    ['$(docker ps -q --filter=name=^backend)', backend, 'no'],
    ['$(docker ps -q -f name=redis)', backend, 'no'],
    ['$(docker ps -q -f name=redis -f name=pms)', backend, 'named'],
    ['$(docker ps -q -f name=pms -f status=exited)', backend, 'perhaps'],
    ['$(docker ps -q -f name=p.s)', backend, 'no'],
    ['$(docker ps -q -f name=p[ma]s)', backend, 'perhaps'],
    ['$(docker ps -q -f label=coolify.managed=true)', coolify, 'named'],
    ['$(docker ps -q -f label=coolify.managed=true)', backend, 'no'],
    ['$(docker ps -q -f label=coolify.applicationId)', coolify, 'named'],
    ['$(docker ps -q -f name=pms)', coolify, 'named'],
    ['$(docker ps | grep api | awk "{print $1}")', backend, 'perhaps'],
    ['$(docker ps -q -f name=$NAME)', backend, 'perhaps'],
    [`$(docker container ls -q -f id=${id('backend').slice(0, 12)})`, backend, 'named'],
    ['$(docker ps --no-trunc --format {{.Names}} --filter name=pm...', backend, 'perhaps'],
    ['$(docker inspect -f {{.Id}} x)', backend, 'perhaps'],
  ] as const)('automation that does not tell its container: restart %s', ([unresolved, who, reach]) => {
    expect(reachOf(line('restart', { unresolved: [unresolved] }), who, NETWORKS)).toBe(reach)
  })
})

describe('networks', () => {
  test.for([
    [{ containers: ['pms-backend'], networks: [SUPABASE] }, 'named'],
    [{ containers: ['pms-backend'], networks: [id(`network ${SUPABASE}`)] }, 'named'],
    [{ containers: ['pms-backend'], networks: ['other'] }, 'no'],
    [{ containers: ['other'], networks: [SUPABASE] }, 'no'],
    [{ containers: ['pms-backend'], unresolved: ['$NET'] }, 'perhaps'],
    [{ containers: ['other'], unresolved: ['$NET'] }, 'no'],
    [{ networks: [SUPABASE], unresolved: ['$c'] }, 'perhaps'],
    [{ networks: [SUPABASE], unresolved: ['$(docker ps -q -f name=pms)'] }, 'named'],
    [{ networks: ['other'], unresolved: ['$c'] }, 'no'],
  ] as const)('automation and networks: disconnect %j', ([over, reach]) => {
    expect(reachOf(line('disconnect', over), backend, NETWORKS)).toBe(reach)
  })

  test('automation and networks: any network counts where no rule names one', () => {
    const over = { containers: ['pms-backend'], networks: ['other'] }
    expect(reachOf(line('disconnect', over), backend, null)).toBe('named')
  })

  test.for([
    ['network-remove', { networks: [SUPABASE] }, 'named'],
    ['network-remove', { networks: ['other'] }, 'no'],
    ['network-remove', { unresolved: ['$NET'] }, 'perhaps'],
    ['prune', {}, 'perhaps'],
    ['engine-restart', {}, 'named'],
    ['engine-call', {}, 'perhaps'],
  ] as const)('automation and networks: %s %j', ([kind, over, reach]) => {
    expect(reachOf(line(kind, over), backend, NETWORKS)).toBe(reach)
  })
})

describe('compose', () => {
  test.for([
    [['api'], 'docker compose restart api', service, 'perhaps'],
    [['api'], 'docker compose -p app restart api', service, 'named'],
    [[], 'cd /srv/app && docker compose restart', service, 'named'],
    [[], 'docker compose up -d', service, 'perhaps'],
    [['db'], 'docker compose -p app restart db', service, 'no'],
    [[], 'docker compose up -d', backend, 'no'],
    [[], 'docker compose up -d', { ...coolify, labels: { ...application(), ...compose(UUID, 'web') } }, 'no'],
  ] as const)('automation by compose: %j by "%s"', ([containers, text, who, reach]) => {
    expect(reachOf(line('compose-restart', { containers, text }), who, NETWORKS)).toBe(reach)
  })
})
