/** Off a network with nobody else on it: a teardown until it is known to be a loss. */
import { describe, expect, test } from 'vitest'
import { findDetaches } from '../../src/core/detach.ts'
import { membersInDoubt, networksInDoubt } from '../../src/core/members.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import { QUIET } from '../../src/core/teardown.ts'
import type { Container, Network } from '../../src/core/world.ts'
import { afterLook } from '../../src/heal/pass-state.ts'
import { container, coolify, id, lookAt, NOW, network, on, rule, shortly, supabase, world } from './builders.ts'

const RULES = [rule()]
const OFF = container('pms-backend', { endpoints: [on(coolify)] })
const ON = { ...OFF, endpoints: [on(coolify), on(supabase)] }
const DB = container('supabase-db', { endpoints: [on(supabase)] })
const PROXY = container('coolify-proxy', { endpoints: [on(supabase)] })

/** Looks one after the other, as a daemon's passes have them; the last one's plan, detaches and state. */
function looks(
  ...seen: readonly {
    readonly containers: readonly Container[]
    readonly networks?: readonly Network[]
    readonly at: number
  }[]
) {
  let state: State = EMPTY_STATE
  let plan: readonly string[] = []
  let until: number | null = null
  const causes: string[] = []
  for (const { containers, networks = [coolify, supabase], at } of seen) {
    const look = lookAt(RULES, world(containers, networks), { state, now: NOW + at, seesStarts: true })
    plan = shortly(look.plan)
    until = look.plan.skipped[0]?.until ?? null
    const happened = new Map([[OFF.id, [NOW + 900]]])
    const after = afterLook(state, look, new Set(), NOW + at, { happened, noticedAt: NOW + at })
    // What is remembered is what a state file holds: plain JSON.
    state = JSON.parse(JSON.stringify(after.state)) as State
    causes.push(...after.detaches.map(d => `${d.cause} ${(d.evidence.lostAt ?? 0) - NOW}`))
  }
  return {
    plan,
    until: until === null ? null : until - NOW,
    causes,
    seen: state.attachments[`name/pms-backend -> ${supabase.name}`],
  }
}

const ATTACHED = { containers: [ON], at: 0 }
const TAKEN_OFF = { containers: [OFF], at: 1_000 }
const DUE = 1_000 + QUIET

describe('a container that was taken off a network with nobody else on it', () => {
  test('is not put back at first, and nothing is lost', () => {
    const { plan, until, causes, seen } = looks(ATTACHED, TAKEN_OFF)
    expect({ plan, until, causes }).toEqual({ plan: ['skipped pms-backend (taken-off)'], until: DUE, causes: [] })
    expect(seen).toMatchObject({ state: 'detached', lastDetach: null })
  })

  test.each([
    ['nobody', []],
    ["Coolify's proxy, which follows", [PROXY]],
  ])('is put back when the wait is over, as a loss of when it happened: beside %s', (_, others) => {
    const { plan, causes } = looks(
      ATTACHED,
      { containers: [OFF, ...others], at: 1_000 },
      { containers: [OFF, ...others], at: DUE },
    )
    expect({ plan, causes }).toEqual({ plan: ['attach pms-backend (now)'], causes: ['explicit 900'] })
  })

  test('waits on while the network changes, but not for ever', () => {
    const proxyGone = looks(ATTACHED, { containers: [OFF, PROXY], at: 1_000 }, { containers: [OFF], at: 5_000 })
    expect(proxyGone).toMatchObject({ plan: ['skipped pms-backend (taken-off)'], until: 5_000 + QUIET, causes: [] })
    const flapping = Array.from({ length: 31 }, (_, i) => ({
      containers: i % 2 === 0 ? [OFF, PROXY] : [OFF],
      at: 1_000 + i * 2_000,
    }))
    expect(looks(ATTACHED, ...flapping)).toMatchObject({ plan: ['attach pms-backend (now)'], causes: ['explicit 900'] })
  })

  test('the network is removed meanwhile: no loss, nothing to say, and it joins when the network is there again', () => {
    const removed = [ATTACHED, TAKEN_OFF, { containers: [OFF], networks: [coolify], at: DUE }]
    expect(looks(...removed)).toMatchObject({
      ...{ plan: ['skipped pms-backend (network-removed)'], until: null, causes: [] },
      seen: { state: 'waiting', lastDetach: null },
    })
    const later = { containers: [OFF], networks: [coolify], at: 60 * 60_000 }
    expect(looks(...removed, later)).toMatchObject({ plan: ['skipped pms-backend (network-removed)'], causes: [] })
    const again = network(supabase.name, { id: id('another') })
    const back = looks(...removed, later, { containers: [OFF], networks: [coolify, again], at: 61 * 60_000 })
    expect(back).toMatchObject({ plan: ['attach pms-backend (now)'], causes: [] })
  })

  test('both happened before anybody looked: no loss either', () => {
    const gone = { containers: [OFF], networks: [coolify] }
    const { plan, until, causes } = looks(ATTACHED, { ...gone, at: 1_000 })
    expect({ plan, until, causes }).toEqual({ plan: ['skipped pms-backend (taken-off)'], until: DUE, causes: [] })
    expect(looks(ATTACHED, { ...gone, at: 1_000 }, { ...gone, at: DUE })).toMatchObject({
      plan: ['skipped pms-backend (network-removed)'],
      causes: [],
    })
  })

  test('the network is removed and made anew within the wait: one loss with that cause, joined at once', () => {
    const again = network(supabase.name, { id: id('another') })
    expect(looks(ATTACHED, TAKEN_OFF, { containers: [OFF], networks: [coolify, again], at: 2_000 })).toMatchObject({
      plan: ['attach pms-backend (now)'],
      causes: ['network-recreated 900'],
    })
  })

  test('is a container that is replaced meanwhile, and its network is gone: nothing to say of the new one either', () => {
    const fresh = { ...OFF, id: id('fresh'), createdAt: NOW + 10_000 }
    const gone = { containers: [OFF], networks: [coolify], at: DUE }
    const replaced = { containers: [fresh], networks: [coolify], at: 20_000 }
    expect(looks(ATTACHED, TAKEN_OFF, gone, replaced, { ...replaced, at: 30_000 })).toMatchObject({
      plan: ['skipped pms-backend (network-removed)'],
      causes: [],
    })
  })

  test('does not run: nothing is lost before the wait is over', () => {
    const stopped = { ...OFF, status: 'exited' } as const
    const due = { containers: [stopped], at: DUE }
    expect(looks(ATTACHED, { ...due, at: 1_000 })).toMatchObject({
      plan: ['skipped pms-backend (taken-off)'],
      causes: [],
    })
    expect(looks(ATTACHED, { ...due, at: 1_000 }, due)).toMatchObject({ causes: ['explicit 900'] })
  })
})

describe('put back at once', () => {
  test('somebody else is on the network', () => {
    const { plan, causes } = looks({ containers: [ON, DB], at: 0 }, { containers: [OFF, DB], at: 1_000 })
    expect({ plan, causes }).toEqual({ plan: ['attach pms-backend (now)'], causes: ['explicit 900'] })
  })

  test('a new container, although nobody is on the network', () => {
    const fresh = { ...OFF, id: id('fresh'), createdAt: NOW + 500 }
    expect(looks(ATTACHED, { containers: [fresh], at: 1_000 })).toMatchObject({ plan: ['attach pms-backend (now)'] })
    expect(looks({ containers: [OFF], at: 0 })).toMatchObject({ plan: ['attach pms-backend (now)'] })
  })

  test('by a one-shot: the next one is minutes away, and it hardly ever comes between the two commands', () => {
    const first = lookAt(RULES, world([ON], [coolify, supabase]))
    const { state } = afterLook(EMPTY_STATE, first, new Set(), NOW)
    const second = lookAt(RULES, world([OFF], [coolify, supabase]), { state, now: NOW + 1_000 })
    expect(shortly(second.plan)).toEqual(['attach pms-backend (now)'])
    expect(findDetaches(second.attachments, second.world, state, NOW + 1_000)).toMatchObject([{ cause: 'explicit' }])
  })

  test('the clock was set back: no longer than the wait itself', () => {
    const { until } = looks(ATTACHED, { ...TAKEN_OFF, at: 1_000_000 }, TAKEN_OFF)
    expect(until).toBe(DUE)
  })
})

describe('who is on a network now', () => {
  const seen = world([OFF, DB], [coolify, supabase])
  const detail = (...ids: readonly string[]) => ({
    ...{ id: supabase.id, subnets: [], gateways: [] },
    members: new Map(ids.map(it => [it, { endpointId: id('e'), name: '', ipv4: '', ipv6: '' }])),
  })

  test('who is gone by its own word, and who is there and not in the world, is looked at', () => {
    expect(membersInDoubt(seen, detail(DB.id))).toEqual([])
    expect(membersInDoubt(seen, detail('stranger'))).toEqual([DB.id, 'stranger'])
    expect(membersInDoubt(seen, detail(...Array.from({ length: 100 }, (_, i) => String(i))))).toHaveLength(64)
  })

  test('it is asked where a container was taken off, and nowhere else', () => {
    const { state } = afterLook(EMPTY_STATE, lookAt(RULES, world([ON], [coolify, supabase])), new Set(), NOW)
    expect(networksInDoubt(lookAt(RULES, seen), state)).toEqual([supabase.id])
    expect(networksInDoubt(lookAt(RULES, world([ON], [coolify, supabase])), state)).toEqual([])
    expect(networksInDoubt(lookAt(RULES, seen), EMPTY_STATE)).toEqual([])
  })
})
