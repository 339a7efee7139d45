// The default route: names sort, and before API 1.48 nobody can say otherwise (docs/engine-facts.md, "The default route").
import { describe, expect, test } from 'vitest'
import type { Endpoint, Network } from '../../src/core/world.ts'
import { backend, database, lookAt, network, on, rule, supabase, waitingOn, world } from './builders.ts'

const coolify = network('coolify')
const aaa = network('aaa')
const internal = network('abc', { internal: true })

interface Case {
  readonly joining?: Network
  readonly holds: readonly Endpoint[]
  readonly gatewayPriority?: number
  readonly status?: 'created' | 'running'
}

function warnings(
  { joining = supabase, holds, gatewayPriority = -1, status = 'running' }: Case,
  modern = false,
): readonly string[] {
  const seen = world([backend(status, holds), database], [...new Set([supabase, coolify, aaa, internal, joining])], {
    gatewayPriority: modern,
  })
  const { plan } = lookAt([rule({ network: joining.id, gatewayPriority })], seen)
  const of = plan.actions[0]?.warnings ?? []
  return of.filter(w => w.code !== 'network-empty').map(w => `${w.code}: ${w.message}; ${w.hint}`)
}

describe('an engine of today', () => {
  const dual = network('dual', { ipv6: true })
  const moved = (
    joining: Network,
    holds: readonly Network[],
    over: { readonly gatewayPriority?: number; readonly dynamicPorts?: boolean } = {},
  ): readonly string[] => {
    const { gatewayPriority = -1, dynamicPorts = false } = over
    const app = {
      ...backend(
        'running',
        holds.map(n => on(n)),
      ),
      dynamicPorts,
    }
    const { plan } = lookAt(
      [rule({ network: joining.name, gatewayPriority })],
      world([app, { ...database, endpoints: [on(joining)] }], [...new Set([joining, ...holds])]),
    )
    return (plan.actions[0]?.warnings ?? []).map(w => `${w.code}: ${w.message}; ${w.hint}`)
  }

  test('gives the route to a network with IPv6, whatever its priority, and that is said beforehand', () => {
    expect(moved(dual, [coolify])).toEqual([
      'route-moves: the default route of pms-backend moves from coolify to dual: it has IPv6 as well, and this engine prefers such a network to any priority; create dual without --ipv6, or coolify with it, to keep the route where it is',
    ])
    expect(moved(dual, [coolify], { dynamicPorts: true })[0]).toContain(
      'its published port, which the engine chooses, changes',
    )
  })

  test('leaves it where both have IPv6, where neither has, where it is asked to go, and where there is none', () => {
    expect(moved(dual, [network('home', { ipv6: true })])).toEqual([])
    expect(moved(supabase, [coolify])).toEqual([])
    expect(moved(dual, [coolify], { gatewayPriority: 1 })).toEqual([])
    expect(moved(dual, [])).toEqual([])
    expect(moved(dual, [internal])).toEqual([])
    expect(moved(network('inner', { ipv6: true, internal: true }), [coolify])).toEqual([])
  })
})

const MOVES = `route-moves: the default route of pms-backend moves from coolify to ${supabase.name}: names sort, and this engine has no gateway priorities; Docker 28 (API 1.48) and later keep it where it is`

describe('an engine before API 1.48', () => {
  test('before API 1.48 the name that sorts first takes the route, from where and to where', () => {
    expect(warnings({ holds: [on(coolify)] })).toEqual([MOVES])
  })

  test('before API 1.48 the route moves for a container that has not started yet as well', () => {
    expect(warnings({ holds: [waitingOn(coolify, { networkId: '' })], status: 'created' })).toEqual([MOVES])
  })

  test('before API 1.48 the first of its networks by name holds it now', () => {
    const holds = [on(coolify), on(aaa)]
    expect(warnings({ holds })).toEqual([])
    expect(warnings({ joining: network('a'), holds })[0]).toMatch(/moves from aaa to a:/)
  })

  test('before API 1.48 a network that sorts later takes nothing', () => {
    expect(warnings({ joining: network('d'), holds: [on(coolify)] })).toEqual([])
  })

  test('before API 1.48 an internal network never takes it, and never holds it', () => {
    expect(warnings({ joining: internal, holds: [on(coolify)] })).toEqual([])
    expect(warnings({ holds: [on(internal)] })).toEqual([])
    expect(warnings({ holds: [on(internal), on(coolify)] })).toEqual([MOVES])
  })

  test('before API 1.48 the network of the route is told by its id, also where another one has its name', () => {
    const twin = network('coolify', { id: 'f'.repeat(64), internal: true })
    for (const networks of [
      [twin, coolify, supabase],
      [coolify, twin, supabase],
    ]) {
      const seen = (endpoint: Endpoint) =>
        world([backend('running', [endpoint]), database], networks, { gatewayPriority: false })
      const codes = (endpoint: Endpoint) => lookAt([rule()], seen(endpoint)).plan.actions[0]?.warnings.map(w => w.code)
      expect(codes(on(coolify))).toEqual(['route-moves'])
      expect(codes(on(twin))).toEqual([])
    }
  })

  test('before API 1.48 a container without a route has none to move', () => {
    expect(warnings({ holds: [] })).toEqual([])
  })

  test('before API 1.48 the dead entry that a repair removes holds nothing', () => {
    expect(warnings({ holds: [waitingOn(supabase), on(coolify)] })).toEqual([MOVES])
    expect(warnings({ holds: [waitingOn(supabase)] })).toEqual([])
  })

  test('before API 1.48 a rule that wants the route gets it only by name', () => {
    expect(warnings({ holds: [on(coolify)], gatewayPriority: 1 })).toEqual([])
    expect(warnings({ joining: network('d'), holds: [on(coolify)], gatewayPriority: 1 })).toEqual([
      'gateway-priority: pms-backend keeps its default route on coolify: this engine has no gateway priorities; Docker 28 (API 1.48) and later have them',
    ])
  })
})

test('Podman gives it to the network joined last, whatever its name, unless the rule wants that or the network is internal', () => {
  const codes = (joining: Network, gatewayPriority: number, holds: readonly Endpoint[]): readonly string[] => {
    const seen = world([backend('running', holds), database], [supabase, coolify, internal, joining], {
      gatewayPriority: false,
      newestTakesRoute: true,
    })
    const { plan } = lookAt([rule({ network: joining.id, gatewayPriority })], seen)
    return plan.actions[0]?.warnings.map(w => w.message).filter(text => text.includes('route')) ?? []
  }
  const moves = (to: string): readonly string[] => [
    `the default route of pms-backend moves to ${to}: Podman gives it to the network joined last, and to any of them at a start`,
  ]
  expect(codes(network('a'), -1, [on(coolify)])).toEqual(moves('a'))
  expect(codes(network('z'), -1, [on(coolify)])).toEqual(moves('z'))
  expect(codes(network('z'), 1, [on(coolify)])).toEqual([])
  expect(codes(network('z'), -1, [on(internal)])).toEqual([])
  expect(codes(network('z', { internal: true }), -1, [on(coolify)])).toEqual([])
})

test('from API 1.48 on the engine is told, and nothing moves', () => {
  expect(warnings({ holds: [on(coolify)] }, true)).toEqual([])
  expect(warnings({ holds: [on(coolify)], gatewayPriority: 5 }, true)).toEqual([])
})

test.each([
  [true, -1, -1],
  [true, 7, 7],
  [false, -1, null],
])('engine knows priorities: %s, rule: %i -> %s', (gatewayPriority, wanted, told) => {
  const seen = world([backend('running', []), database], [supabase], { gatewayPriority })
  expect(lookAt([rule({ gatewayPriority: wanted })], seen).plan.actions[0]?.settings.gatewayPriority).toBe(told)
})
