// Selectors that have never found a container: which container may be meant, and what would find it.
import { describe, expect, test } from 'vitest'
import type { ContainerSelector } from '../../src/core/rule.ts'
import { matches } from '../../src/core/selector.ts'
import { matchedAfter, nearText, unmatchedIn, unmatchedText } from '../../src/core/unmatched.ts'
import type { Container } from '../../src/core/world.ts'
import {
  application,
  backend,
  compose,
  container,
  host,
  lookAt,
  observed,
  remembered,
  rule,
  SUPABASE,
  state,
} from './builders.ts'

/** What is near to a selector that finds nobody, on a host with these containers beside the database. */
function nearOf(selector: ContainerSelector, ...containers: readonly Container[]): readonly string[] {
  const look = lookAt([rule({ containers: [selector] })], host(containers))
  return unmatchedIn(look.attachments, state(), look.world).flatMap(u => u.near.map(n => n.selector))
}

const COOLIFY = container('pms-backend-abc123def', { labels: application() })

test.each<[string, ContainerSelector, Container, readonly string[]]>([
  ['the name of a Coolify application', 'pms-backend', COOLIFY, ['{"coolify":"pms-backend"}']],
  ['a typo in it', { coolify: 'pms-bakend' }, COOLIFY, ['{"coolify":"pms-backend"}']],
  [
    'the name of a service of compose',
    'web',
    container('shop-web-1', { labels: compose('shop', 'web') }),
    ['{"compose":"shop/web"}'],
  ],
  [
    'another project',
    { compose: 'shop/web' },
    container('x-web-1', { labels: compose('x', 'web') }),
    ['{"compose":"x/web"}'],
  ],
  ['a suffix', 'pms-backend', container('pms-backend-x1'), ['"pms-backend-*"']],
  ['a prefix', 'backend', container('pms-backend'), ['"pms-backend"']],
  ['a typo', 'pms-bakend', backend('running', []), ['"pms-backend"']],
  ['capitals', 'PMS-Backend', backend('running', []), ['"pms-backend"']],
  ['a pattern', 'pms_backend-*', container('pms-backend-7'), ['"pms-backend-7"']],
  ['nothing near', 'redis', backend('running', []), []],
  ['two letters in a longer word', 'ms', container('items'), []],
  ['labels', { label: { app: 'pms' } }, backend('running', [], { labels: { app: 'pma' } }), []],
  ['one that does not run', 'pms-bakend', backend('exited', []), []],
  [
    'a preview of a pull request',
    'pms-backend',
    container('pms-backend-pr-7', {
      labels: application({ 'coolify.pullRequestId': '7' }),
    }),
    [],
  ],
])('%s', (_, selector, running, expected) => {
  expect(nearOf(selector, running)).toEqual(expected)
})

test('what is said to match does', () => {
  const others = [
    COOLIFY,
    container('pms-backend-x1'),
    container('shop-pms-backend-1', { labels: compose('shop', 'pms-backend') }),
  ]
  const near = nearOf('pms-backend', ...others)
  expect(near).toHaveLength(3)
  for (const written of near) expect(others.some(c => matches(JSON.parse(written), c))).toBe(true)
})

test('a container that another selector finds is not meant', () => {
  const look = lookAt([rule({ containers: ['pms-bakend', 'pms-backend'] })], host([backend('running', [])]))
  expect(unmatchedIn(look.attachments, state(), look.world)).toEqual([
    { selector: 'pms-bakend', network: SUPABASE, near: [] },
  ])
})

describe('a selector that found somebody before is none of it', () => {
  const gone = lookAt([rule({ containers: [{ coolify: 'pms-backend' }] })], host([]))
  const there = lookAt([rule({ containers: [{ coolify: 'pms-backend' }] })], host([COOLIFY]))

  test('from look to look', () => {
    const matched = matchedAfter(state(), there.attachments)
    expect(matched).toEqual(['coolify pms-backend'])
    const known = state({ matched })
    expect(matchedAfter(known, gone.attachments)).toBe(matched)
    expect(unmatchedIn(gone.attachments, known, gone.world)).toEqual([])
  })

  test('until no rule has it any more', () => {
    const other = lookAt([rule()], host([backend('running', [])]))
    expect(matchedAfter(state({ matched: ['coolify pms-backend'] }), other.attachments)).toEqual(['pms-backend'])
  })

  test('by its name, where the state is of the version before', () => {
    const look = lookAt([rule()], host([]))
    const known = state({ attachments: { 'coolify/application/7': remembered([observed()]) } })
    expect(unmatchedIn(look.attachments, known, look.world)).toEqual([])
  })

  test('each of two that find the same container', () => {
    const both = lookAt([rule({ containers: ['pms-*', 'pms-backend'] })], host([backend('running', [])]))
    expect(matchedAfter(state(), both.attachments)).toEqual(['pms-*', 'pms-backend'])
  })
})

test('in words', () => {
  const near = [{ container: 'pms-backend-abc', selector: '{"coolify":"pms-backend"}' }]
  expect(nearText(near)).toBe('similar: pms-backend-abc, which {"coolify":"pms-backend"} would match')
  expect(unmatchedText({ selector: 'a', network: 'n', near: [] })).toBe('no container has ever matched a')
})
