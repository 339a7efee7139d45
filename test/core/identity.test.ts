// What stays the same when a container is replaced, and what must not be taken for the same.
import { describe, expect, test } from 'vitest'
import {
  composeOf,
  identityOf,
  isCoolify,
  isDeployment,
  isPreview,
  isProxy,
  isSwarmTask,
  nameAfterRecreate,
  settledNames,
} from '../../src/core/identity.ts'
import type { Container } from '../../src/core/world.ts'
import { application, compose, container, id, UUID } from './builders.ts'

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
    expect(identity('0123456789ab_shop-web-1', compose('shop', 'web'))).toBe(
      identity('shop-web-1', compose('shop', 'web')),
    )
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
  ['0123456789ab_pms-backend', 'pms-backend'],
  ['0123456789a_pms-backend', null],
  ['0123456789abc_pms-backend', null],
  ['0123456789aX_pms-backend', null],
  ['pms_backend1_and-more', null],
  ['0123456789ab_', null],
])('%s may be the temporary name of a compose recreate: then it will be %s', (name, expected) => {
  expect(nameAfterRecreate({ name })).toBe(expected)
})

describe("compose's temporary name", () => {
  const labels = compose('pms', 'backend')
  const old = container('pms-backend', { labels })
  const temporary = `${old.id.slice(0, 12)}_pms-backend`
  const made = (over: Partial<Container> = {}): Container =>
    container('made', { name: temporary, status: 'created', labels, ...over })
  const settled = (...containers: readonly Container[]): string | undefined =>
    settledNames(containers).get(id('container made'))

  test("compose's temporary name is seen through while compose recreates the container", () => {
    expect(settled(old, made())).toBe('pms-backend')
    expect(settled(made(), { ...old, status: 'exited' })).toBe('pms-backend')
    expect(settledNames([old, made()]).size).toBe(1)
  })

  const replica = compose('pms', 'backend', { 'com.docker.compose.container-number': '2' })
  test.each<[string, readonly Container[]]>([
    ['one that runs', [old, made({ status: 'running' })]],
    ['one that ran', [old, made({ status: 'exited' })]],
    [
      'one that runs, whatever its labels say',
      [old, made({ status: 'running', labels: { ...labels, 'com.docker.compose.replace': old.id } })],
    ],
    ['one with the id of nobody', [old, made({ name: 'aaaaaaaaaaaa_pms-backend' })]],
    ['one with the id of another', [old, made({ name: `${id('container other').slice(0, 12)}_pms-backend` })]],
    ['one with its own id', [old, made({ name: `${id('container made').slice(0, 12)}_pms-backend` })]],
    ['one with another name after the id', [old, made({ name: `${old.id.slice(0, 12)}_pms-worker` })]],
    ['one without labels', [old, made({ labels: {} })]],
    ['one of nobody with labels', [container('pms-backend'), made({ labels: {} })]],
    ['one of another project', [old, made({ labels: compose('evil', 'backend') })]],
    ['one of another service', [old, made({ labels: compose('pms', 'web') })]],
    ['another replica', [old, made({ labels: replica })]],
    ['one that replaces nobody', [made()]],
  ])("compose's temporary name is the name of a stranger who chose it: %s", (_, containers) => {
    expect(settled(...containers)).toBeUndefined()
  })
})
