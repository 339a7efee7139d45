// What is worth writing down, and that a problem that stays is written once.
import { describe, expect, test } from 'vitest'
import { type Entry, sentenceOf, wordOf } from '../../src/core/entry.ts'
import type { LoopChange } from '../../src/core/loop.ts'
import { loopEntries } from '../../src/core/loop-entries.ts'
import { type Attempt, type Outcome, verifyAttempts } from '../../src/core/outcome.ts'
import { causeOf, intentEntries, outcomeEntries, standingProblems, unverifiedEntries } from '../../src/core/report.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Detach, State } from '../../src/core/state.ts'
import type { Container, World } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  host,
  lookAt,
  MINUTE,
  NOW,
  on,
  rule,
  SUPABASE,
  supabase,
  waitingOn,
  world,
} from './builders.ts'
import { evidenceOf } from './logged.ts'
import { watcher } from './watcher.ts'

const DETACHED = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(coolify), on(supabase)])
const lines = (entries: readonly Entry[]): readonly string[] => entries.map(e => `${wordOf(e)}: ${sentenceOf(e)}`)

/** Attached at first, then as `after` shows it. */
function lost(after: World, rules: readonly Rule[] = [rule()], pausedUntil: number | null = null) {
  const watch = watcher(rules)
  watch.see(host([ATTACHED]))
  const detaches = watch.see(after)
  const { plan } = lookAt(rules, after, { state: watch.state, pausedUntil })
  return { plan, detaches, state: watch.state, entries: lines(intentEntries(plan, detaches, watch.state, NOW)) }
}

describe('before the first call', () => {
  test('the log before the first call: the loss, and what is done about it', () => {
    expect(lost(host([DETACHED])).entries).toEqual([
      `FIXING: pms-backend not attached to ${SUPABASE} (cause: explicit)`,
      `ACTION: Connecting pms-backend to ${SUPABASE}...`,
    ])
  })

  test('the log before the first call: an attachment that was never seen has no cause', () => {
    const { plan } = lookAt([rule()], host([DETACHED]))
    expect(lines(intentEntries(plan, [], watcher([rule()]).state, NOW))[0]).toBe(
      `FIXING: pms-backend not attached to ${SUPABASE}`,
    )
  })

  test('the log before the first call: the cause stays until it is healed', () => {
    const watch = watcher([rule()])
    for (const container of [ATTACHED, DETACHED, DETACHED]) watch.see(host([container]))
    const [action] = lookAt([rule()], host([DETACHED])).plan.actions
    if (action === undefined) throw new Error('nothing to be done')
    expect(causeOf(action, watch.state)).toBe('explicit')
    watch.see(host([ATTACHED]))
    expect(causeOf(action, watch.state)).toBeNull()
  })

  test('the log before the first call: aliases, and warnings about the action, between the two', () => {
    const old = host([DETACHED], { gatewayPriority: false })
    const { entries } = lost(old, [rule({ aliases: ['api'] })])
    expect(entries[1]).toMatch(/^WARNING: the default route of pms-backend moves from coolify/)
    expect(entries[2]).toBe(`ACTION: Connecting pms-backend to ${SUPABASE}... (as api)`)
  })

  test('the log before the first call: a repair', () => {
    const dead = backend('running', [on(coolify), waitingOn(supabase)])
    expect(lost(host([dead])).entries).toEqual([
      `FIXING: pms-backend has an entry for ${SUPABASE} with no endpoint behind it (cause: explicit)`,
      `ACTION: Repairing pms-backend on ${SUPABASE}...`,
    ])
  })
})

describe('lost, and nothing done about it', () => {
  test('the log of a loss that nothing is done about: paused', () => {
    expect(lost(host([DETACHED]), [rule()], NOW + MINUTE).entries).toEqual([
      `LOST: pms-backend is off ${SUPABASE} (cause: explicit): netheal is paused`,
    ])
  })

  test('the log of a loss that nothing is done about: not running', () => {
    expect(lost(host([backend('exited', [waitingOn(coolify)])])).entries).toEqual([
      `LOST: pms-backend is off ${SUPABASE} (cause: explicit): the container is not running; it is attached when it starts`,
    ])
  })

  test('the log of a loss that nothing is done about: the network is gone', () => {
    expect(lost(world([DETACHED], [coolify])).entries).toEqual([
      `LOST: pms-backend is off ${SUPABASE} (cause: network-removed): network-missing: start the stack that creates it (in Coolify: the Supabase service > Start); docker network ls lists what is there`,
    ])
  })
})

describe('what became of it', () => {
  const [action] = lookAt([rule()], host([DETACHED])).plan.actions
  if (action === undefined) throw new Error('nothing to be done')
  const attempt: Attempt = { action, milliseconds: 35.2, endedAt: NOW, error: null }
  const settled = (after: readonly Container[], over: Partial<Attempt> = {}): readonly Outcome[] =>
    verifyAttempts([{ ...attempt, ...over }], lookAt([rule()], host(after)), [], () => null)
  const said = (
    outcomes: readonly Outcome[],
    retryIn: number | null = null,
    detaches: readonly Detach[] = [],
  ): readonly string[] => lines(outcomeEntries(outcomes, detaches, () => retryIn, NOW))

  test('the log of what became of an action: how long what was lost was not there, beside what the heal took', () => {
    const loss: Detach = {
      ...{
        key: action.key,
        container: 'pms-backend',
        network: SUPABASE,
        at: NOW - 106,
        cause: 'explicit',
        excused: null,
      },
      evidence: evidenceOf(NOW - 46_000, { containerId: action.containerId }),
    }
    const healed = settled([ATTACHED]).map(outcome => ({ ...outcome, cause: 'explicit' as const }))
    expect(said(healed, null, [loss])).toEqual([
      `SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms (off for 106 ms to 46 s)`,
    ])
    // A first attach ends no loss, whatever was lost before.
    expect(said(settled([ATTACHED]), null, [loss])).toEqual([`SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms`])
  })

  test('the log of what became of an action: connected', () => {
    expect(said(settled([ATTACHED]))).toEqual([`SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms`])
  })

  test('the log of what became of an action: before its first process, or just after', () => {
    const [outcome] = settled([ATTACHED])
    if (outcome?.kind !== 'verified') throw new Error('nothing verified')
    expect(said([{ ...outcome, beforeStart: true }])).toEqual([
      `SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms (before its first process)`,
    ])
    expect(said([{ ...outcome, beforeStart: false }])).toEqual([
      `SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms (just after its start)`,
    ])
    expect(said([{ ...outcome, kind: 'waiting' }])).toEqual([
      `SUCCESS: Connected pms-backend to ${SUPABASE} in 35 ms (joins at its next start)`,
    ])
  })

  test('the log of what became of an action: refused, and when it is tried again', () => {
    const error = { code: 'address-in-use', message: 'no address left', hint: 'free some' } as const
    expect(said(settled([DETACHED], { error }), 4_000)).toEqual([
      `FAILED: Could not connect pms-backend to ${SUPABASE}: no address left; free some; next try in 4 s`,
    ])
  })

  test('the log of what became of an action: gone, which is no failure, and so not tried again', () => {
    const error = { code: 'unknown-container', message: 'No such container', hint: null } as const
    expect(said(settled([], { error }), 4_000)).toEqual([
      `WARNING: pms-backend was not connected to ${SUPABASE}: one of them went away meanwhile`,
    ])
  })

  test('the log of what became of an action: the engine went away before anybody could look again', () => {
    const refused = { ...attempt, error: { code: 'engine-refused' as const, message: 'no', hint: null } }
    expect(lines(unverifiedEntries([attempt, refused], 'the socket is gone', NOW))).toEqual([
      `FAILED: Could not connect pms-backend to ${SUPABASE}: the engine accepted it, but it could not be verified: the socket is gone`,
      `FAILED: Could not connect pms-backend to ${SUPABASE}: no`,
    ])
  })
})

describe('standing problems are written once', () => {
  function passes(...looks: readonly World[]): readonly (readonly string[])[] {
    const watch = watcher([rule()])
    return looks.map(seen => {
      watch.see(seen)
      const { plan } = lookAt([rule()], seen)
      const { entries, state } = standingProblems(plan, watch.state, NOW, true)
      watch.state = JSON.parse(JSON.stringify(state)) as State
      return lines(entries)
    })
  }
  const noNetwork = world([DETACHED], [coolify])
  const empty = world([ATTACHED], [coolify, supabase])
  const MISSING = `WARNING: pms-backend cannot be attached to ${SUPABASE} (network-missing); start the stack that creates it (in Coolify: the Supabase service > Start); docker network ls lists what is there`
  const EMPTY = expect.stringContaining(
    `WARNING: no other container is running on ${SUPABASE}: its stack ${SUPABASE} has no container there; if it was made anew, name its new network in the rule`,
  )

  test('a standing problem is written once: while they stay', () => {
    expect(passes(noNetwork, noNetwork, noNetwork)).toEqual([[MISSING], [], []])
    expect(passes(empty, empty)).toEqual([[EMPTY], []])
  })

  test('a standing problem is written once: again when they come back, and when another takes their place', () => {
    expect(passes(noNetwork, host([ATTACHED]), noNetwork)).toEqual([[MISSING], [], [MISSING]])
    expect(passes(noNetwork, empty, empty, noNetwork)).toEqual([[MISSING], [EMPTY], [], [MISSING]])
  })

  test('nothing is written where all is well, and the state stays the same', () => {
    const watch = watcher([rule()])
    watch.see(host([ATTACHED]))
    const { plan } = lookAt([rule()], host([ATTACHED]))
    expect(standingProblems(plan, watch.state, NOW, true)).toEqual({ entries: [], state: watch.state })
    expect(standingProblems(plan, watch.state, NOW, true).state).toBe(watch.state)
  })

  test('a look at some containers only tells nothing new about who else is on a network, and forgets nothing', () => {
    const watch = watcher([rule()])
    watch.see(empty)
    const { plan } = lookAt([rule()], empty)
    expect(standingProblems(plan, watch.state, NOW, false)).toEqual({ entries: [], state: watch.state })
    const full = standingProblems(plan, watch.state, NOW, true)
    expect(lines(full.entries)).toEqual([EMPTY])
    const peopled = lookAt([rule()], host([ATTACHED])).plan
    expect(standingProblems(peopled, full.state, NOW, false)).toEqual({ entries: [], state: full.state })
    expect(standingProblems(peopled, full.state, NOW, true).state.attachments).toEqual(watch.state.attachments)
  })

  test('an empty network is written once, however many attachments it has', () => {
    const rules = [rule({ containers: ['pms-backend', 'pms-worker-v2'] })]
    const two = world([ATTACHED, { ...ATTACHED, id: 'f'.repeat(64), name: 'pms-worker-v2' }], [coolify, supabase])
    const watch = watcher(rules)
    watch.see(two)
    const { entries, state } = standingProblems(lookAt(rules, two).plan, watch.state, NOW, true)
    expect(lines(entries)).toEqual([EMPTY])
    expect(Object.values(state.attachments).map(a => a.reported)).toEqual(['network-empty', 'network-empty'])
  })

  test('a standing problem is written once: an empty network is no part of the fixing: it stands for itself', () => {
    const { plan } = lookAt([rule()], world([DETACHED], [coolify, supabase]))
    expect(lines(intentEntries(plan, [], watcher([rule()]).state, NOW))).toHaveLength(2)
  })
})

test('loops are written when they are flagged and when they are cleared', () => {
  const loop = {
    key: 'k',
    kind: 'detach-loop',
    container: 'pms-backend',
    network: SUPABASE,
    cause: 'explicit',
    source: 'outside-detach',
    count: 3,
    since: NOW,
    last: NOW + 4 * MINUTE,
    every: 2 * MINUTE,
  } as const
  const change: LoopChange = { loops: [loop], flagged: [loop], cleared: [{ ...loop, last: NOW - 16 * MINUTE }] }
  expect(lines(loopEntries(change, NOW)).map(l => l.replace(/:[^:]*$/, ''))).toEqual([
    `LOOP: pms-backend lost ${SUPABASE} 3 times in 4 min, every ~120 s (cause: explicit, source: outside-detach)`,
    `CLEARED: pms-backend on ${SUPABASE}`,
  ])
})
