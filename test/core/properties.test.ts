// What holds for any world and any rules.

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containersToInspect } from '../../src/core/containers-to-inspect.ts'
import { isEachRule } from '../../src/core/each-network.ts'
import { UNEXAMINED } from '../../src/core/examination.ts'
import type { Plan } from '../../src/core/plan.ts'
import { standingProblems } from '../../src/core/report.ts'
import { refusalOf, withRestart } from '../../src/core/restart.ts'
import type { NetworkSelector, Rule } from '../../src/core/rule.ts'
import { findNetwork, matches } from '../../src/core/selector.ts'
import { EMPTY_STATE, type State } from '../../src/core/state.ts'
import type { World } from '../../src/core/world.ts'
import { anyPolicy, anyRules, anyWorld } from './arbitraries.ts'
import { lookAt, MINUTE, NEVER, NOW } from './builders.ts'
import { watcher } from './watcher.ts'
import { applied } from './working-engine.ts'

const RUNS = { numRuns: 300 }
const planOf = (rules: readonly Rule[], world: World, pausedUntil: number | null = null): Plan =>
  lookAt(rules, world, { pausedUntil }).plan
const items = (plan: Plan) => [...plan.actions, ...plan.blocked, ...plan.skipped, ...plan.satisfied]

/** Where a rule says `ofEach`, another container that answers to it is on the network, by its id or its name. */
function isNetworkOf(rule: Rule, networkId: string, world: World): boolean {
  if (!isEachRule(rule)) {
    const answer = findNetwork(rule.network as NetworkSelector, world)
    return answer.kind === 'found' && answer.network.id === networkId
  }
  const name = world.networks.find(n => n.id === networkId)?.name
  return world.containers.some(
    c =>
      matches(rule.network.ofEach, c) &&
      !rule.containers.some(s => matches(s, c)) &&
      c.endpoints.some(e => e.networkId === networkId || (e.networkId === '' && e.network === name)),
  )
}

describe('a plan', () => {
  test('a plan is the same for the same input, and answers each attachment once', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        const { plan, attachments } = lookAt(rules, world)
        expect(planOf(structuredClone(rules), structuredClone(world))).toEqual(plan)
        expect(items(plan)).toHaveLength(attachments.length)
      }),
      RUNS,
    )
  })

  test('a plan does not depend on the order in which the engine lists things', () => {
    const shuffled = anyWorld.chain(world =>
      fc.record({
        world: fc.constant(world),
        other: fc.record({
          containers: fc.shuffledSubarray([...world.containers], { minLength: world.containers.length }),
          networks: fc.shuffledSubarray([...world.networks], { minLength: world.networks.length }),
          gatewayPriority: fc.constant(world.gatewayPriority),
          newestTakesRoute: fc.constant(world.newestTakesRoute),
          examined: fc.constant(UNEXAMINED),
          engineStartedAt: fc.constant(world.engineStartedAt),
        }),
      }),
    )
    fc.assert(
      fc.property(anyRules, shuffled, (rules, { world, other }) => {
        const sorted = (plan: Plan): readonly string[] =>
          items(plan)
            .map(i => JSON.stringify(i))
            .sort()
        expect(sorted(planOf(rules, other))).toEqual(sorted(planOf(rules, world)))
      }),
      RUNS,
    )
  })

  test('a plan touches only containers that a rule speaks of, and only its network', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        for (const action of planOf(rules, world).actions) {
          const container = world.containers.find(c => c.id === action.containerId)
          const asked = rules.filter(r => {
            return (
              isNetworkOf(r, action.networkId, world) &&
              r.containers.some(s => container !== undefined && matches(s, container))
            )
          })
          expect(asked).not.toEqual([])
          // It takes a live entry away, on purpose.
          if (action.kind === 'repair' && asked.some(r => r.drift === 'repair')) continue
          if (action.kind === 'repair') {
            expect(asked.some(r => r.repair)).toBe(true)
            const entry = container?.endpoints.find(e => e.network === action.entry)
            const dead = entry?.endpointId === '' || !world.networks.some(n => n.id === entry?.networkId)
            expect(dead).toBe(true)
          }
          expect(
            container?.endpoints.some(
              e => e.networkId === action.networkId && e.endpointId !== '' && container.status === 'running',
            ),
          ).toBe(false)
        }
      }),
      RUNS,
    )
  })

  test('a plan applied to a working engine leaves nothing to be done', () => {
    const named = anyRules.map(rules => rules.filter(r => typeof r.network === 'string'))
    fc.assert(
      fc.property(named, anyWorld, (rules, world) => {
        const { actions } = planOf(rules, world)
        expect(planOf(rules, applied(world, actions)).actions).toEqual([])
      }),
      RUNS,
    )
  })

  test('a plan applied again and again comes to an end, where a rule follows a container that another rule attaches', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        const settled = rules.reduce(seen => applied(seen, planOf(rules, seen).actions), world)
        expect(planOf(rules, applied(settled, planOf(rules, settled).actions)).actions).toEqual([])
      }),
      RUNS,
    )
  })

  test('a plan restarts and starts nothing where the rule says never', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        const never = rules.map(r => ({ ...r, restart: NEVER }))
        for (const action of planOf(never, world).actions) {
          expect(action.restart.kind).toBe('none')
          expect(action.kind === 'repair' && action.start).toBe(false)
        }
      }),
      RUNS,
    )
  })

  test('a plan restarts only what runs, starts only what has stopped', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        for (const action of planOf(rules, world).actions) {
          const status = world.containers.find(c => c.id === action.containerId)?.status
          if (action.restart.kind !== 'none') expect(status).toBe('running')
          if (action.kind === 'repair' && action.start) expect(status).toBe('exited')
          expect(['created', 'running', 'paused', 'restarting', 'exited']).toContain(status)
        }
      }),
      RUNS,
    )
  })

  test('a plan while paused does nothing, and judges the rest alike', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        const plan = planOf(rules, world)
        const paused = planOf(rules, world, NOW + MINUTE)
        expect(paused.actions).toEqual([])
        expect(paused.blocked).toEqual(plan.blocked)
        expect(paused.satisfied).toEqual(plan.satisfied)
        expect(paused.skipped.filter(s => s.reason === 'paused')).toHaveLength(plan.actions.length)
      }),
      RUNS,
    )
  })
})

describe('a plan with a memory behind it', () => {
  const history = fc.array(anyWorld, { minLength: 1, maxLength: 3 })

  /** The same rules have seen these worlds, and restarted some of what was in them. */
  function remembering(rules: readonly Rule[], worlds: readonly World[], restarted: readonly number[]): State {
    const watch = watcher(rules)
    for (const world of worlds) watch.see(world)
    const identities = watch.last?.attachments.map(a => a.identity) ?? []
    return identities.reduce(
      (state, identity) => restarted.reduce((m, ago) => withRestart(m, identity, NOW - ago), state),
      watch.state,
    )
  }

  const restarted = fc.array(fc.integer({ min: 0, max: 2 * 3_600_000 }), { maxLength: 3 })

  test('a plan with a state behind it is the same for the same input, touches what its rules name, and leaves nothing to be done', () => {
    const named = anyRules.map(rules => rules.filter(r => typeof r.network === 'string'))
    fc.assert(
      fc.property(named, history, restarted, anyWorld, (rules, worlds, times, world) => {
        const state = remembering(rules, worlds, times)
        const { plan } = lookAt(rules, world, { state })
        expect(lookAt(structuredClone(rules), structuredClone(world), { state: structuredClone(state) }).plan).toEqual(
          plan,
        )
        for (const action of plan.actions) {
          const container = world.containers.find(c => c.id === action.containerId)
          const speaksOfIt = (r: Rule): boolean =>
            container !== undefined && r.containers.some(s => matches(s, container))
          expect(rules.some(speaksOfIt)).toBe(true)
        }
        expect(lookAt(rules, applied(world, plan.actions), { state }).plan.actions).toEqual([])
      }),
      RUNS,
    )
  })

  test('a plan with a state behind it restarts nothing where the rule says never, and nothing that was restarted within its cooldown', () => {
    fc.assert(
      fc.property(anyRules, history, restarted, anyWorld, (rules, worlds, times, world) => {
        const state = remembering(rules, worlds, times)
        const never = rules.map(r => ({ ...r, restart: NEVER }))
        const restarts = (of: readonly Rule[]) =>
          lookAt(of, world, { state }).plan.actions.filter(
            a => a.restart.kind !== 'none' || (a.kind === 'repair' && a.start),
          )
        expect(restarts(never)).toEqual([])
        const cooling = rules.map(r => ({ ...r, restart: { ...r.restart, cooldown: 3 * 3_600_000 } }))
        for (const action of restarts(cooling)) expect(state.restarts[action.identity] ?? []).toEqual([])
      }),
      RUNS,
    )
  })
})

test('no history of restarts goes beyond the cooldown and maxPerHour of its rule', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { maxLength: 40 })
  fc.assert(
    fc.property(anyPolicy, waits, (policy, gaps) => {
      let state: State = EMPTY_STATE
      let now = NOW
      const made: number[] = []
      for (const gap of gaps) {
        now += gap
        if (refusalOf(policy, state.restarts.app ?? [], now) !== null) continue
        state = withRestart(state, 'app', now)
        made.push(now)
      }
      for (const [at, time] of made.entries()) {
        if (at > 0) expect(time - (made[at - 1] ?? 0)).toBeGreaterThanOrEqual(policy.cooldown)
        const hour = made.filter(t => t > time - 3_600_000 && t <= time)
        expect(hour.length).toBeLessThanOrEqual(policy.maxPerHour)
      }
    }),
    RUNS,
  )
})

describe('the memory', () => {
  const worlds = fc.array(anyWorld, { minLength: 1, maxLength: 4 })

  test('the state: a world that does not change shows no second loss', () => {
    fc.assert(
      fc.property(anyRules, worlds, (rules, looks) => {
        const watch = watcher(rules)
        for (const world of looks) {
          watch.see(world)
          const known = watch.state.detaches
          expect(watch.see(world)).toEqual([])
          expect(watch.state.detaches).toEqual(known)
        }
      }),
      RUNS,
    )
  })

  test('the state: the first look shows no loss, and no loss is of a container that was attached', () => {
    fc.assert(
      fc.property(anyRules, worlds, (rules, looks) => {
        const watch = watcher(rules)
        const [first] = looks
        if (first !== undefined) expect(watch.see(first)).toEqual([])
        for (const world of looks) {
          const lost = watch.see(world).map(d => `${d.key} ${d.evidence.containerId}`)
          expect(new Set(lost).size).toBe(lost.length)
          const well = watch.last?.plan.satisfied.map(s => `${s.key} ${s.containerId}`) ?? []
          expect(lost.filter(l => well.includes(l))).toEqual([])
        }
      }),
      RUNS,
    )
  })

  test('the state: healing shows no loss: our own work is no detach', () => {
    fc.assert(
      fc.property(anyRules, worlds, (rules, looks) => {
        const watch = watcher(rules)
        for (const world of looks) {
          watch.see(world)
          expect(watch.see(applied(world, planOf(rules, world).actions))).toEqual([])
        }
      }),
      RUNS,
    )
  })

  test('the state survives JSON, and stays bounded by what there is', () => {
    fc.assert(
      fc.property(anyRules, worlds, (rules, looks) => {
        const watch = watcher(rules)
        for (const world of looks) {
          watch.see(world)
          const { plan } = lookAt(rules, world)
          watch.state = standingProblems(plan, watch.state, NOW, true).state
          expect(JSON.parse(JSON.stringify(watch.state))).toEqual(watch.state)
          const present = world.containers.length
          for (const a of Object.values(watch.state.attachments))
            expect(Object.keys(a.seen).length).toBeLessThanOrEqual(Math.max(1, present))
        }
      }),
      RUNS,
    )
  })

  test('the state: an inspect is wanted of containers that are there', () => {
    fc.assert(
      fc.property(anyRules, anyWorld, (rules, world) => {
        const there = new Set(world.containers.map(c => c.id))
        for (const id of containersToInspect(lookAt(rules, world), EMPTY_STATE, NOW)) expect(there).toContain(id)
      }),
      RUNS,
    )
  })
})

test('any text may be a name or a pattern', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
      const container = (name: string) => ({ name, labels: {}, status: 'running' as const })
      expect(matches(`${a}*${b}`, container(`${a}${c}${b}`))).toBe(true)
      expect(matches('*', container(a))).toBe(true)
      if (!a.includes('*') && !b.includes('*')) expect(matches(`${a}*${b}`, container(`${a}${b}`))).toBe(true)
      if (!a.includes('*')) expect(matches(a, container(b))).toBe(a === b)
    }),
    RUNS,
  )
})
