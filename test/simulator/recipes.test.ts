// The recipes do what the real commands do: names, ids, networks and the order of events.
import { expect, test } from 'vitest'
import { pmsBackend, redeployStopFirst, runbookHost, supabaseNetwork } from '../../src/simulator/recipes.ts'
import { resolve } from '../../src/simulator/resolver.ts'
import type { Simulator } from '../support/simulator/simulator.ts'
import { started } from './started.ts'

const said = (simulator: Simulator, id: string) =>
  simulator.engine.events.buffered
    .filter(event => event.id === id || event.attributes.container === id)
    .map(event => (event.type === 'network' ? `${event.action} ${event.attributes.name}` : event.action))

test('the runbook’s host: both applications reach the database, or not yet', async () => {
  await using scene = await started()
  const { simulator } = scene
  const { backend, supabaseDb } = await runbookHost(simulator)
  expect(simulator.isAttached('pms-backend', supabaseNetwork)).toBe(true)
  expect(resolve(simulator.engine, backend, 'supabase-db')).toBe(supabaseDb.entries.get(supabaseNetwork)?.address)
  // The name of the Supabase network sorts first: it takes the default route.
  expect(simulator.defaultRoute('pms-backend')).toBe(supabaseNetwork)
  await using other = await started()
  await runbookHost(other.simulator, { attached: false })
  expect(other.simulator.isAttached('pms-worker-v2', supabaseNetwork)).toBe(false)
  expect(other.simulator.defaultRoute('pms-worker-v2')).toBe('coolify')
})

test('stop-first: the same name, another id, the extra network lost, a helper around it', async () => {
  await using scene = await started()
  const { simulator } = scene
  const { backend } = await runbookHost(simulator)
  const fresh = await redeployStopFirst(simulator, pmsBackend)
  expect(fresh.name).toBe('pms-backend')
  expect(fresh.id).not.toBe(backend.id)
  expect([...fresh.entries.keys()]).toEqual(['coolify'])
  expect(said(simulator, fresh.id)).toEqual(['create', 'connect coolify', 'start'])
  expect(said(simulator, backend.id).slice(-6)).toEqual([
    'kill',
    'disconnect coolify',
    `disconnect ${supabaseNetwork}`,
    'stop',
    'die',
    'destroy',
  ])
  const helpers = simulator.engine.events.buffered.filter(event => event.attributes.image?.includes('coolify-helper'))
  expect(helpers.map(event => event.action)).toEqual(['create', 'start', 'kill', 'stop', 'die', 'destroy'])
  expect(helpers[0]?.attributes.name).toMatch(/^[a-z0-9]{24}$/)
})
