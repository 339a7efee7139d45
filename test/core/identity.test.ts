// What stays the same when a container is replaced, and what must not be taken for the same.
import { describe, expect, test } from 'vitest'
import { identityOf, isDeployment, isProxy, settledName } from '../../src/core/identity.ts'
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
    ['an application that was renamed', 'a', application(), 'b', application({ 'coolify.name': 'other' })],
  ])('%s', (_, before, labels, after, later) => {
    expect(identity(after, later)).toBe(identity(before, labels))
  })

  test('under its temporary name', () => {
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
  ])('%s', (_, one, labels, two, others) => {
    expect(identity(two, others)).not.toBe(identity(one, labels))
  })
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

test('the proxy, by its label or its name', () => {
  expect(isProxy(container('coolify-proxy'))).toBe(true)
  expect(isProxy(container('x', { labels: { 'coolify.proxy': 'true' } }))).toBe(true)
  expect(isProxy(container('coolify-proxy-2'))).toBe(false)
})

test('the settled name of a container that has one already', () => {
  expect(settledName(container('pms-backend', { status: 'created' }))).toBe('pms-backend')
  expect(settledName(container('0123456789ab_', { status: 'created' }))).toBe('0123456789ab_')
})
