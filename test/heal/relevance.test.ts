// Who wakes for which event: decided from the event's own words and the world as last seen.

import { describe, expect, test } from 'vitest'
import { UNEXAMINED } from '../../src/core/examination.ts'
import type { Container, World } from '../../src/core/world.ts'
import type { EngineEvent } from '../../src/heal/ports.ts'
import { type Relevance, relevanceFilter } from '../../src/heal/relevance.ts'
import { APP, NETWORK, ruleFor } from './rig.ts'

const HELPER = 'ghcr.io/coollabsio/coolify-helper:1.0.12'
const UUID = 'wk8wsg0k0o0ckc8kkwk8gsow'

function idOf(n: number): string {
  return n.toString(16).padStart(64, '0')
}

function container(id: string, name: string, more: Partial<Container> = {}): Container {
  return {
    id,
    name,
    image: 'app',
    imageId: '',
    status: 'running',
    labels: {},
    networkMode: 'coolify',
    endpoints: [],
    createdAt: 0,
    dynamicPorts: null,
    run: null,
    ...more,
  }
}

function worldOf(...containers: readonly Container[]): World {
  return {
    containers,
    networks: [],
    gatewayPriority: true,
    newestTakesRoute: false,
    examined: UNEXAMINED,
    engineStartedAt: null,
  }
}

function happened(
  action: string,
  id: string,
  name: string,
  more: { image?: string; labels?: Record<string, string> } = {},
): EngineEvent {
  return { kind: 'container', action, id, name, image: 'app', labels: {}, ...more }
}

function network(action: string, name: string, containerId: string | null = null, id: string = idOf(99)): EngineEvent {
  return { kind: 'network', action, id, name, containerId }
}

const none: Relevance = { kind: 'none' }
const full: Relevance = { kind: 'full' }

describe('containers', () => {
  test('the event of a container: one that a rule speaks of wakes for itself, any other for nothing', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(happened('start', idOf(1), APP), null)).toEqual({ kind: 'container', id: idOf(1) })
    expect(filter.of(happened('start', idOf(2), 'nginx'), null)).toEqual(none)
  })

  test('the event of a container: the temporary name of a compose recreate is seen through', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(happened('create', idOf(1), `0123456789ab_${APP}`), null)).toEqual({
      kind: 'container',
      id: idOf(1),
    })
  })

  test('the event of a container: one that is renamed to a name of ours wakes, and so does one that is renamed away', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(happened('start', idOf(1), 'nginx'), null)).toEqual(none)
    expect(filter.of(happened('rename', idOf(1), APP), null)).toEqual({ kind: 'container', id: idOf(1) })
    expect(filter.of(happened('rename', idOf(1), 'aside'), null)).toEqual({ kind: 'container', id: idOf(1) })
    expect(filter.of(happened('start', idOf(1), 'aside'), null)).toEqual(none)
  })

  test('the event of a container: one that is known from a look only wakes when it is renamed away', () => {
    const filter = relevanceFilter([ruleFor()])
    const world = worldOf(container(idOf(1), APP))
    expect(filter.of(happened('rename', idOf(1), 'aside'), world)).toEqual({ kind: 'container', id: idOf(1) })
  })

  test('the event of a container: the container of a Coolify deployment wakes: it is evidence', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(happened('start', idOf(1), UUID, { image: HELPER }), null)).toEqual({
      kind: 'container',
      id: idOf(1),
    })
    expect(filter.of(happened('start', idOf(2), UUID), null)).toEqual(none)
  })

  test('the event of a container: selectors by label, compose service and Coolify name read the labels of the event', () => {
    const filter = relevanceFilter([
      ruleFor({ containers: [{ label: { tier: 'app' } }, { compose: 'shop/web' }, { coolify: APP }] }),
    ])
    const compose = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' }
    const coolify = { 'coolify.managed': 'true', 'coolify.resourceName': APP }
    for (const labels of [{ tier: 'app' }, compose, coolify]) {
      expect(filter.of(happened('start', idOf(1), 'any', { labels }), null).kind).toBe('container')
    }
    expect(
      filter.of(happened('start', idOf(1), 'any', { labels: { ...coolify, 'coolify.pullRequestId': '7' } }), null).kind,
    ).toBe('container')
    expect(
      filter.of(happened('start', idOf(3), 'any', { labels: { ...coolify, 'coolify.pullRequestId': '7' } }), null),
    ).toEqual(none)
  })

  test('the owner of a network that rules follow wakes for everything', () => {
    const filter = relevanceFilter([ruleFor({ network: { of: 'supabase-db' } })])
    expect(filter.of(happened('die', idOf(1), 'supabase-db'), null)).toEqual(full)
    expect(filter.of(network('disconnect', NETWORK, idOf(1)), null)).toEqual(full)
  })
})

describe('networks', () => {
  test('the event of a network: of a connect or disconnect the container decides', () => {
    const filter = relevanceFilter([ruleFor()])
    const world = worldOf(container(idOf(1), APP), container(idOf(2), 'nginx'))
    expect(filter.of(network('disconnect', 'whatever', idOf(1)), world)).toEqual({ kind: 'container', id: idOf(1) })
    expect(filter.of(network('disconnect', NETWORK, idOf(2)), world)).toEqual(none)
  })

  test('the event of a network: a container that nobody told us of is looked at: it may be ours', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(network('connect', NETWORK, idOf(7)), worldOf())).toEqual({ kind: 'container', id: idOf(7) })
  })

  test('the event of a network: one that a rule names wakes for everything when it is made or removed', () => {
    const filter = relevanceFilter([ruleFor()])
    expect(filter.of(network('create', NETWORK), null)).toEqual(full)
    expect(filter.of(network('destroy', NETWORK), null)).toEqual(full)
    expect(filter.of(network('create', 'other'), null)).toEqual(none)
  })

  test('the event of a network: one that a rule names by its id, or by twelve digits of it, wakes for everything; eleven digits are a name', () => {
    const id = 'abcdef0123456789'.repeat(4)
    const wakes = (named: string): Relevance =>
      relevanceFilter([ruleFor({ network: named })]).of(network('destroy', 'other', null, id), null)
    expect(wakes(id)).toEqual(full)
    expect(wakes(id.slice(0, 12))).toEqual(full)
    expect(wakes(id.slice(0, 11))).toEqual(none)
    expect(wakes('f'.repeat(64))).toEqual(none)
  })
})

test('a container that comes and goes is forgotten, and known again from a world', () => {
  const filter = relevanceFilter([ruleFor()])
  filter.of(happened('create', idOf(1), 'nginx'), null)
  expect(filter.of(network('connect', NETWORK, idOf(1)), null)).toEqual(none)
  filter.of(happened('destroy', idOf(1), 'nginx'), null)
  expect(filter.of(network('connect', NETWORK, idOf(1)), null)).toEqual({ kind: 'container', id: idOf(1) })
  expect(filter.of(network('connect', NETWORK, idOf(1)), worldOf(container(idOf(1), 'nginx')))).toEqual(none)
})

describe('fifty thousand containers of others', () => {
  /** A filter that was told of so many containers that no rule speaks of, the first of them idOf(1). */
  function told(many: number, world: World | null): ReturnType<typeof relevanceFilter> {
    const filter = relevanceFilter([ruleFor()])
    for (let n = 1; n <= many; n += 1) filter.of(happened('start', idOf(n), `c${n}`), world)
    return filter
  }
  const unknown: Relevance = { kind: 'container', id: idOf(1) }

  test('fifty thousand containers of others are known, and one more makes it forget them', () => {
    expect(told(50_000, null).of(network('connect', NETWORK, idOf(1)), null)).toEqual(none)
    expect(told(50_001, null).of(network('connect', NETWORK, idOf(1)), null)).toEqual(unknown)
  })

  test('fifty thousand containers of others are known beside those of the world, which are never forgotten', () => {
    const world = worldOf(container(idOf(99_999), 'nginx'), container(idOf(99_998), 'redis'))
    expect(told(50_000, world).of(network('connect', NETWORK, idOf(1)), world)).toEqual(none)
    const full = told(50_001, world)
    expect(full.of(network('connect', NETWORK, idOf(1)), world)).toEqual(unknown)
    expect(full.of(network('connect', NETWORK, idOf(99_999)), world)).toEqual(none)
  })
})

test('a hundred thousand containers of others leave the filter as good as new', () => {
  const filter = relevanceFilter([ruleFor()])
  const world = worldOf(container(idOf(1), APP))
  for (let n = 2; n < 100_002; n += 1) expect(filter.of(happened('start', idOf(n), `c${n}`), world).kind).toBe('none')
  expect(filter.of(network('disconnect', NETWORK, idOf(1)), world)).toEqual({ kind: 'container', id: idOf(1) })
})
