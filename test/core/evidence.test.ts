// What is proven of an entry that looks live, and what the plan makes of it.
import { describe, expect, test } from 'vitest'
import { NO_SETTINGS } from '../../src/core/endpoint-settings.ts'
import { evidenceOf, proofAfter } from '../../src/core/evidence.ts'
import type { BridgeState, PairFinding } from '../../src/core/examination.ts'
import { withObservation } from '../../src/core/observation.ts'
import type { Proof } from '../../src/core/proof.ts'
import type { ContainerStatus } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  examined,
  host,
  id,
  lookAt,
  MINUTE,
  NOW,
  on,
  rule,
  shortly,
  state,
  supabase,
} from './builders.ts'

const APP = backend('running', [on(coolify), on(supabase)])
const found = (over: Partial<PairFinding>) => examined(APP, supabase, over)
const lookOf = (over: Partial<PairFinding>, repair = true) =>
  lookAt([rule({ repair })], host([APP], { examined: found(over) }))

test.for<[Partial<PairFinding>, string, string | null]>([
  [{}, 'wired', null],
  [{ wire: 'unknown' }, 'joined', null],
  [{ wire: 'unknown', interface: 'unknown' }, 'listed', null],
  [{ wire: 'unknown', member: 'unknown' }, 'listed', null],
  [{ member: 'missing' }, 'listed', 'not-a-member'],
  [{ interface: 'missing', wire: 'unknown' }, 'listed', 'interface-missing'],
  [{ wire: 'nobody' }, 'listed', 'nobody-answers'],
  [{ endpointId: id('another endpoint'), member: 'missing' }, 'listed', null],
])('the evidence of %o', ([over, rung, dead]) => {
  expect(evidenceOf(APP.id, on(supabase), supabase, found(over))).toMatchObject({ rung, dead })
})

describe('an entry that looks live and is proven dead', () => {
  test.for<[Partial<PairFinding>, RegExp, RegExp]>([
    [{ member: 'missing' }, /is not on it: \S+ does not list it/, /docker network connect \S+ pms-backend$/],
    [
      { interface: 'missing' },
      /its network interface for it is gone/,
      /docker network disconnect -f \S+ pms-backend; netheal then/,
    ],
    [
      { wire: 'nobody' },
      /nothing answers at its address/,
      /docker network disconnect -f \S+ pms-backend; netheal then/,
    ],
  ])('%o is repaired, or said with what helps where the rule says "repair": false', ([over, why, remedy]) => {
    const { plan } = lookOf(over)
    expect(plan.actions).toMatchObject([
      { kind: 'repair', effect: 'now', entry: supabase.name, why: expect.stringMatching(why) },
    ])
    const told = lookOf(over, false).plan.blocked
    expect(told).toMatchObject([{ reason: 'stale-entry', hint: expect.stringMatching(remedy) }])
  })

  test('its proof is gone, and what was proven of another endpoint says nothing of this one', () => {
    const before = withObservation(state(), lookOf({}), [], NOW - MINUTE)
    const seen = (s: typeof before) => Object.values(s.attachments)[0]?.seen[APP.id]
    expect(seen(before)?.proof).toEqual({ rung: 'wired', at: NOW })
    expect(seen(withObservation(before, lookOf({ member: 'missing' }), [], NOW))?.proof).toBeNull()
  })
})

describe.each<BridgeState>(['gone', 'down'])('a bridge that is %s', bridge => {
  const world = (status: ContainerStatus, isAttached: boolean) =>
    host([backend(status, isAttached ? [on(coolify), on(supabase)] : [on(coolify)])], {
      examined: { ...found({ wire: 'unknown' }), bridges: new Map([[supabase.id, bridge]]) },
    })

  test.for<[ContainerStatus, boolean]>([
    ['running', true],
    ['running', false],
    ['created', false],
    ['paused', true],
  ])(
    'nothing is tried with a container that is %s (attached: %s): it is said, with what helps',
    ([status, attached]) => {
      const { plan } = lookAt([rule()], world(status, attached))
      expect(shortly(plan)).toEqual(['blocked pms-backend (bridge-missing)'])
      expect(plan.blocked[0]?.hint).toMatch(
        bridge === 'gone' ? /is gone; restart the engine.*systemctl restart docker/ : /is down; ip link set \S+ up$/,
      )
    },
  )

  test('what is attached to it is unreachable, since when it was seen first, until the bridge is there', () => {
    const look = lookAt([rule()], world('running', true))
    const first = withObservation(state(), look, [], NOW)
    const later = withObservation(first, look, [], NOW + MINUTE)
    expect(Object.values(later.attachments)).toMatchObject([
      {
        state: 'unreachable',
        since: NOW,
        seen: { [APP.id]: { proof: null, unreachable: { reason: 'bridge-missing', since: NOW } } },
      },
    ])
    const mended = withObservation(later, lookOf({}), [], NOW + 2 * MINUTE)
    expect(Object.values(mended.attachments)).toMatchObject([
      { state: 'attached', seen: { [APP.id]: { unreachable: null } } },
    ])
  })

  test('what is not attached cannot be attached', () => {
    const told = withObservation(state(), lookAt([rule()], world('running', false)), [], NOW)
    expect(Object.values(told.attachments)).toMatchObject([{ state: 'blocked' }])
  })
})

test('the highest rung is kept, and of the same the newest time', () => {
  const reached: Proof = { rung: 'reached', at: NOW }
  const joined = { rung: 'joined', dead: null, at: NOW + MINUTE } as const
  expect(proofAfter(null, joined)).toEqual({ rung: 'joined', at: NOW + MINUTE })
  expect(proofAfter(reached, joined)).toEqual(reached)
  expect(proofAfter({ rung: 'joined', at: NOW }, joined)).toEqual({ rung: 'joined', at: NOW + MINUTE })
  expect(proofAfter(reached, { rung: 'listed', dead: null, at: NOW + MINUTE })).toEqual(reached)
  expect(proofAfter(reached, { rung: 'listed', dead: 'not-a-member', at: NOW + MINUTE })).toBeNull()
})

test('what a refused connect was asked for is not asked for again: it may be why', () => {
  const settings = { ...NO_SETTINGS, driverOptions: { 'com.docker.network.endpoint.sysctls': 'nonsense=1' } }
  const polluted = backend('running', [on(coolify), on(supabase, { settings })])
  const before = withObservation(state(), lookAt([rule()], host([polluted])), [], NOW - MINUTE)
  const again = (over: Partial<PairFinding>) =>
    lookAt([rule()], host([polluted], { examined: examined(polluted, supabase, over) }), { state: before }).plan
      .actions[0]?.settings.driverOptions
  expect(again({ member: 'missing' })).toEqual({})
  expect(again({ interface: 'missing' })).toEqual(settings.driverOptions)
})
