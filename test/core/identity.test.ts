// What stays the same when a container is replaced, and what must not be taken for the same.
import { describe, expect, test } from 'vitest'
import {
  composeOf,
  hasTemporaryName,
  identityOf,
  isCoolify,
  isDeployment,
  isPreview,
  isProxy,
  isSwarmTask,
  settledName,
} from '../../src/core/identity.ts'
import { application, compose, container, UUID } from './builders.ts'

type Labels = Readonly<Record<string, string>>
const identity = (name: string, labels: Labels = {}): string => identityOf(container(name, { labels }))

describe('the same', () => {
  test.each<[string, string, Labels, string, Labels]>([
    ['a rolling application', `${UUID}-081502123456`, application(), `${UUID}-093011654321`, application()],
    [
      'with compose labels, whose service carries the time',
      `${UUID}-081502123456`,
      { ...application(), ...compose(UUID, `${UUID}-081502123456`) },
      `${UUID}-093011654321`,
      { ...application(), ...compose(UUID, `${UUID}-093011654321`) },
    ],
    ['a container of the compose build pack', `web-${UUID}-081502123456`, {}, `web-${UUID}-093011654321`, {}],
    ['without any label', `${UUID}-081502123456`, {}, `${UUID}-093011654321`, {}],
    ['a compose service', 'shop-web-1', compose('shop', 'web'), 'shop_web_1', compose('shop', 'web')],
    ['a fixed name', 'pms-backend', {}, 'pms-backend', {}],
    [
      'the first replica, whether or not its number is there',
      'shop-web-1',
      compose('shop', 'web'),
      'shop-web-1',
      { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
    ],
    ['an id of Coolify that is empty is none', 'a', {}, 'a', { 'coolify.applicationId': '' }],
    ['an application that was renamed', 'a', application(), 'b', application({ 'coolify.name': 'other' })],
  ])('the same identity: %s', (_, before, labels, after, later) => {
    expect(identity(after, later)).toBe(identity(before, labels))
  })

  test('the same identity: under its temporary name', () => {
    const made = container('0123456789ab_pms-backend', { status: 'created' })
    expect(identityOf(made)).toBe(identity('pms-backend'))
  })
})

describe('not the same', () => {
  const second = { 'com.docker.compose.container-number': '2' }
  test.each<[string, string, Labels, string, Labels]>([
    ['two replicas', 'shop-web-1', compose('shop', 'web'), 'shop-web-2', compose('shop', 'web', second)],
    ['a preview and production', 'a', application(), 'b', application({ 'coolify.pullRequestId': '3' })],
    [
      'two previews',
      'a',
      application({ 'coolify.pullRequestId': '2' }),
      'b',
      application({ 'coolify.pullRequestId': '3' }),
    ],
    [
      'two services of one stack',
      'a',
      { 'coolify.serviceId': '3', ...compose('bccg', 'supabase-db') },
      'b',
      { 'coolify.serviceId': '3', ...compose('bccg', 'supabase-kong') },
    ],
    [
      'an application and a service of the same number',
      'a',
      { 'coolify.applicationId': '3' },
      'b',
      { 'coolify.serviceId': '3' },
    ],
    [
      'a one-off and its service',
      'shop-web-run-1',
      compose('shop', 'web', { 'com.docker.compose.oneoff': 'True' }),
      'shop-web-1',
      compose('shop', 'web'),
    ],
    ['a name with fewer digits', `${UUID}-08150212345`, {}, `${UUID}-09301165432`, {}],
    ['a date at the end of a plain name', 'backup-202512290000', {}, 'backup-202512300000', {}],
  ])('not the same identity: %s', (_, one, labels, two, others) => {
    expect(identity(two, others)).not.toBe(identity(one, labels))
  })
})

// The state file has attachments under these: another text would forget what was known of them.
test.each<[string, Labels, string]>([
  [`${UUID}-093011654321`, application(), 'coolify/application/7'],
  ['a', application({ 'coolify.pullRequestId': '3' }), 'coolify/application/7/pr-3'],
  ['a', { 'coolify.serviceId': '3', ...compose('bccg', 'supabase-db') }, 'coolify/service/3/supabase-db'],
  ['a', { 'coolify.databaseId': '9' }, 'coolify/database/9'],
  ['shop-web-1', compose('shop', 'web'), 'compose/shop/web'],
  ['shop-web-2', compose('shop', 'web', { 'com.docker.compose.container-number': '2' }), 'compose/shop/web/2'],
  [`web-${UUID}-081502123456`, {}, `name/web-${UUID}`],
  ['pms-backend', {}, 'name/pms-backend'],
])('the identity of %s with %j is %s', (name, labels, expected) => {
  expect(identity(name, labels)).toBe(expected)
})

test.each<[string, Labels, unknown]>([
  ['project and service', compose('shop', 'web'), { project: 'shop', service: 'web' }],
  ['a project alone', { 'com.docker.compose.project': 'shop' }, null],
  ['a service alone', { 'com.docker.compose.service': 'web' }, null],
  ['a one-off', compose('shop', 'web', { 'com.docker.compose.oneoff': 'True' }), null],
])('the compose service by its labels: %s', (_, labels, expected) => {
  expect(composeOf(container('x', { labels }))).toEqual(expected)
})

test.each([
  ['docker.io/coollabsio/coolify-helper:1.0.15', 'ks04ogswowccckgg0s8gwkoc', true],
  ['ghcr.io/coollabsio/coolify-helper:1.0.3', 'ks04ogswowccckgg0s8gwkoc', true],
  ['coollabsio/coolify-helper@sha256:aa', 'ks04ogswowccckgg0s8gwkoc', true],
  ['ghcr.io/coollabsio/coolify-helper:1.0.3', `backup-of-${UUID}`, false],
  ['ghcr.io/coollabsio/coolify-helper:1.0.3', 'jolly_euler', false],
  ['someone/coolify-helper-of-mine:1', 'ks04ogswowccckgg0s8gwkoc', false],
  ['app:1', 'ks04ogswowccckgg0s8gwkoc', false],
])('%s named %s is a deployment: %s', (image, name, expected) => {
  expect(isDeployment({ image, name })).toBe(expected)
})

test("Coolify's proxy is known by its label or its name", () => {
  expect(isProxy(container('coolify-proxy'))).toBe(true)
  expect(isProxy(container('x', { labels: { 'coolify.proxy': 'true' } }))).toBe(true)
  expect(isProxy(container('coolify-proxy-2'))).toBe(false)
})

test.each([
  ['12', true],
  ['0', false],
  ['', false],
  [undefined, false],
])('a pull request of %j is a preview: %s', (id, expected) => {
  const labels: Labels = id === undefined ? {} : { 'coolify.pullRequestId': id }
  expect(isPreview({ labels })).toBe(expected)
})

test('what Coolify manages, and what swarm does, is told by a label', () => {
  expect(isCoolify({ labels: { 'coolify.managed': 'true' } })).toBe(true)
  expect(isCoolify({ labels: { 'coolify.managed': 'false' } })).toBe(false)
  expect(isCoolify({ labels: {} })).toBe(false)
  expect(isSwarmTask({ labels: { 'com.docker.swarm.task.id': 't1' } })).toBe(true)
  expect(isSwarmTask({ labels: {} })).toBe(false)
})

test.each([
  ['0123456789ab_pms-backend', true],
  ['0123456789a_pms-backend', false],
  ['0123456789abc_pms-backend', false],
  ['0123456789aX_pms-backend', false],
  ['pms_backend1_and-more', false],
])('%s may be the temporary name of a compose recreate: %s', (name, expected) => {
  expect(hasTemporaryName({ name })).toBe(expected)
})

test('a temporary name is settled while compose recreates the container, and kept where somebody chose it', () => {
  const temporary = { name: '0123456789ab_pms-backend', labels: {} }
  expect(settledName(temporary)).toBe('pms-backend')
  expect(settledName({ ...temporary, status: 'created' })).toBe('pms-backend')
  expect(settledName({ ...temporary, status: 'running' })).toBe(temporary.name)
  const replacing = { ...temporary, labels: { 'com.docker.compose.replace': 'x' } }
  expect(settledName({ ...replacing, status: 'running' })).toBe('pms-backend')
})

test('the settled name of a container that has one already', () => {
  expect(settledName(container('pms-backend', { status: 'created' }))).toBe('pms-backend')
  expect(settledName(container('0123456789ab_', { status: 'created' }))).toBe('0123456789ab_')
})
