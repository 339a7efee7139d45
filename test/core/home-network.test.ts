// A container that runs without the network that it was made on.
import { describe, expect, test } from 'vitest'
import type { Container } from '../../src/core/world.ts'
import { container, coolify, database, lookAt, on, rule, supabase, waitingOn, world } from './builders.ts'

function codesOf(over: Partial<Container>, target = supabase.name): readonly string[] {
  const app = container('pms-backend', { networkMode: coolify.name, ...over })
  const { plan } = lookAt([rule({ network: target })], world([app, database], [coolify, supabase]))
  return [...plan.actions, ...plan.satisfied].flatMap(i => i.warnings.map(w => w.code)).filter(c => c === 'off-home')
}

describe('it is a warning', () => {
  test.each<[string, Partial<Container>]>([
    ['where it is attached', { endpoints: [on(supabase)] }],
    ['where it is about to be', { endpoints: [] }],
    ['where its entry has no endpoint', { endpoints: [on(supabase), waitingOn(coolify)] }],
    ['where it was made on a network by id', { endpoints: [on(supabase)], networkMode: coolify.id }],
  ])('%s', (_, over) => {
    expect(codesOf(over)).toEqual(['off-home'])
  })
})

describe('it is none', () => {
  test.each<[string, Partial<Container>]>([
    ['where it is at home', { endpoints: [on(supabase), on(coolify)] }],
    ['of the default bridge, which people take containers off', { endpoints: [on(supabase)], networkMode: 'bridge' }],
    ['where its network is gone', { endpoints: [on(supabase)], networkMode: 'gone' }],
    ['before its start', { endpoints: [], status: 'created' }],
  ])('%s', (_, over) => {
    expect(codesOf(over)).toEqual([])
  })

  test('where the rule is for that very network: the attach mends it', () => {
    expect(codesOf({ endpoints: [] }, coolify.name)).toEqual([])
  })
})
