// Which containers a selector speaks of.
import { describe, expect, test } from 'vitest'
import type { ContainerSelector } from '../../src/core/rule.ts'
import { matches, networkText, selectorText } from '../../src/core/selector.ts'
import type { Container } from '../../src/core/world.ts'
import { application, compose, container, UUID } from './builders.ts'

const named = (name: string, over: Partial<Container> = {}): Container => container(name, over)
const hits = (selector: ContainerSelector, over: Partial<Container>): boolean =>
  matches(selector, named(over.name ?? 'x', over))

describe('a name', () => {
  test.each([
    ['pms-backend', 'pms-backend', true],
    ['pms-backend', 'pms-backend-2', false],
    ['pms-backend', 'my-pms-backend', false],
    ['pms-backend', 'PMS-backend', false],
    ['pms-*', 'pms-backend', true],
    ['pms-*', 'pms-', true],
    ['pms-*', 'my-pms-backend', false],
    ['*', 'anything', true],
    ['*-backend', 'pms-backend', true],
    ['p*b*d', 'pms-backend', true],
    ['p*b*d', 'pms-back', false],
    ['**', 'x', true],
    // What means something in a regular expression means nothing in a name.
    ['a.b', 'a.b', true],
    ['a.b*', 'axb', false],
    ['a+*', 'aa', false],
    ['(a|b)*', 'a', false],
    ['(a|b)*', '(a|b)c', true],
    ['[ab]*', 'a', false],
    ['a\\d*', 'a1', false],
    ['^a*', 'a', false],
    ['a*$', 'ab', false],
    ['a?*', 'a', false],
    ['a{2}*', 'aa', false],
  ])('a name selector: %s, %s: %s', (selector, name, expected) => {
    expect(hits(selector, { name })).toBe(expected)
  })
})

test.each(['0123456789ab_pms-backend', 'aaaaaaaaaaaa_pms-backend'])(
  'a name is exact: %s is not pms-backend, whatever it says of itself',
  name => {
    const labels = { 'com.docker.compose.replace': 'pms-backend' }
    for (const status of ['created', 'running', 'exited'] as const) {
      expect(hits('pms-backend', { name, status, labels })).toBe(false)
      expect(hits('pms-*', { name, status, labels })).toBe(false)
      expect(hits(name, { name, status, labels })).toBe(true)
    }
  },
)

test('a label selector wants all of its labels, exactly', () => {
  const labels = { app: 'pms', tier: 'web' }
  expect(hits({ label: { app: 'pms' } }, { labels })).toBe(true)
  expect(hits({ label: { app: 'pms', tier: 'web' } }, { labels })).toBe(true)
  expect(hits({ label: { app: 'pms', tier: 'db' } }, { labels })).toBe(false)
  expect(hits({ label: { app: 'pm' } }, { labels })).toBe(false)
  expect(hits({ label: { other: '' } }, { labels })).toBe(false)
})

describe('compose', () => {
  const selector = { compose: 'shop/web' }
  test.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['project and service', compose('shop', 'web'), true],
    ['each replica', compose('shop', 'web', { 'com.docker.compose.container-number': '2' }), true],
    ['another service', compose('shop', 'db'), false],
    ['another project', compose('store', 'web'), false],
    ['a one-off of compose run', compose('shop', 'web', { 'com.docker.compose.oneoff': 'True' }), false],
    ['no labels', {}, false],
  ])('a compose selector: %s', (_, labels, expected) => {
    expect(hits(selector, { labels })).toBe(expected)
  })
})

describe('coolify', () => {
  const resource = (over: Readonly<Record<string, string>>) => application({ 'coolify.name': 'another', ...over })
  const stack = {
    'coolify.managed': 'true',
    'coolify.type': 'service',
    'coolify.serviceId': '3',
    'coolify.name': 'supabase-db-bccg',
    'coolify.resourceName': 'supabase',
    'coolify.serviceName': 'supabase',
    'coolify.service.subName': 'supabase-db',
    'coolify.pullRequestId': '0',
    ...compose('bccg', 'supabase-db'),
  }
  test.each<[string, string, Readonly<Record<string, string>>, boolean]>([
    ['an application by its name', 'pms-backend', application(), true],
    ['by its service name', 'api', application({ 'coolify.serviceName': 'api' }), true],
    ['by its uuid', UUID, application(), true],
    ['by the uuid as the compose project', 'abc', application(compose('abc', 'x')), true],
    ['by a part of its name', 'pms', application(), false],
    [
      'by its uuid, and not by a name that somebody made of it',
      UUID,
      resource({ 'coolify.resourceName': UUID }),
      false,
    ],
    ['nor by the name of a service', UUID, resource({ 'coolify.serviceName': UUID }), false],
    ['nor by that of a member of a stack', UUID, resource({ 'coolify.service.subName': UUID }), false],
    ['not its preview', 'pms-backend', application({ 'coolify.pullRequestId': '12' }), false],
    [
      'not a one-off of one of its services',
      'pms-backend',
      application(compose('abc', 'x', { 'com.docker.compose.oneoff': 'True' })),
      false,
    ],
    ['no pull request at all', 'pms-backend', application({ 'coolify.pullRequestId': '' }), true],
    ['not what Coolify does not manage', 'pms-backend', application({ 'coolify.managed': 'false' }), false],
    ['a container of a service by its own name', 'supabase-db', stack, true],
    ['all containers of a service', 'supabase', stack, true],
    ['a container of a service by its uuid', 'bccg', stack, true],
    ['a database', 'pg', { 'coolify.managed': 'true', 'coolify.type': 'database', 'coolify.resourceName': 'pg' }, true],
    ['a container that only looks like it', 'pms-backend', { 'coolify.resourceName': 'pms-backend' }, false],
  ])('a Coolify selector: %s', (_, wanted, labels, expected) => {
    expect(hits({ coolify: wanted }, { labels, name: 'whatever' })).toBe(expected)
  })

  test('a Coolify selector: the name of the container is not asked', () => {
    expect(hits({ coolify: 'pms-backend' }, { name: 'pms-backend' })).toBe(false)
  })
})

test('selectors in words', () => {
  expect(selectorText('pms-*')).toBe('pms-*')
  expect(selectorText({ label: { a: '1', b: '2' } })).toBe('label a=1, label b=2')
  expect(selectorText({ compose: 'shop/web' })).toBe('compose shop/web')
  expect(selectorText({ coolify: 'pms' })).toBe('coolify pms')
  expect(networkText('net')).toBe('net')
  expect(networkText({ of: { coolify: 'supabase-db' } })).toBe('network of coolify supabase-db')
})
