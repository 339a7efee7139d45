// What holds an action back, whatever the world looks like: a pause, a failure a moment ago, a loop.
import { describe, expect, test } from 'vitest'
import { MAX_BACKOFF } from '../../src/core/backoff.ts'
import { fingerprintOf } from '../../src/core/restraint.ts'
import type { Loop, State } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  host,
  lookAt,
  MINUTE,
  NOW,
  network,
  on,
  rule,
  shortly,
  state,
  supabase,
  waitingOn,
  world,
} from './builders.ts'

const DETACHED = host([backend('running', [on(coolify)])])
const KEY = lookAt([rule()], DETACHED).attachments[0]?.key ?? ''

function failed(until: number, seen = DETACHED): State {
  const [attachment] = lookAt([rule()], seen).attachments
  if (attachment === undefined) throw new Error('nothing is asked for')
  return state({
    backoffs: { [KEY]: { attempts: 1, until, fingerprint: fingerprintOf(attachment), code: null, error: '' } },
  })
}

describe('paused', () => {
  const paused = (containers: readonly Container[]): readonly string[] =>
    shortly(lookAt([rule()], host(containers), { pausedUntil: NOW + MINUTE }).plan)

  test('while netheal is paused: no attach and no repair, and until when', () => {
    const { plan } = lookAt([rule()], DETACHED, { pausedUntil: NOW + MINUTE })
    expect(plan.actions).toEqual([])
    expect(plan.skipped).toMatchObject([
      { reason: 'paused', until: NOW + MINUTE, container: 'pms-backend', network: supabase.name },
    ])
    expect(paused([backend('running', [waitingOn(supabase)])])).toEqual(['skipped pms-backend (paused)'])
    expect(paused([backend('created', [])])).toEqual(['skipped pms-backend (paused)'])
  })

  test('while netheal is paused: what is well, stopped or blocked is said as ever', () => {
    expect(paused([backend('running', [on(supabase)])])).toEqual(['satisfied pms-backend'])
    expect(paused([backend('exited', [])])).toEqual(['skipped pms-backend (not-running)'])
    expect(paused([backend('running', [], { networkMode: 'host' })])).toEqual(['blocked pms-backend (network-mode)'])
  })

  test('a pause is told before a back-off and before a loop', () => {
    const { plan } = lookAt([rule()], DETACHED, { state: failed(NOW + MINUTE), pausedUntil: NOW + 2 * MINUTE })
    expect(plan.skipped).toMatchObject([{ reason: 'paused' }])
  })
})

describe('a container that does not answer', () => {
  const ours = DETACHED.containers[0]?.id ?? ''
  const answer = (silent: ReadonlyMap<string, number>, now = NOW): readonly string[] =>
    shortly(lookAt([rule()], DETACHED, { silent, now }).plan)

  test('a container that does not answer is left alone until it is asked again, and the plan tells when', () => {
    const silent = new Map([[ours, NOW + 4_000]])
    expect(lookAt([rule()], DETACHED, { silent }).plan.skipped).toMatchObject([
      { reason: 'backing-off', until: NOW + 4_000 },
    ])
    expect(answer(silent, NOW + 3_999)).toEqual(['skipped pms-backend (backing-off)'])
    expect(answer(silent, NOW + 4_000)).toEqual(['attach pms-backend (now)'])
  })

  test('a container that does not answer holds up no other container', () => {
    expect(answer(new Map([['another', NOW + 4_000]]))).toEqual(['attach pms-backend (now)'])
  })
})

describe('after a failure', () => {
  const answer = (known: State, seen = DETACHED, now = NOW): readonly string[] =>
    shortly(lookAt([rule()], seen, { state: known, now }).plan)

  test('after a failure: it waits until it is due, and says until when', () => {
    const known = failed(NOW + 4_000)
    expect(lookAt([rule()], DETACHED, { state: known }).plan.skipped).toMatchObject([
      { reason: 'backing-off', until: NOW + 4_000 },
    ])
    expect(answer(known, DETACHED, NOW + 3_999)).toEqual(['skipped pms-backend (backing-off)'])
    expect(answer(known, DETACHED, NOW + 4_000)).toEqual(['attach pms-backend (now)'])
  })

  const anotherNetwork = network('new', { name: supabase.name })
  test.each([
    ['the container is another one', host([backend('running', [on(coolify)], { id: 'b'.repeat(64) })])],
    ['its state changed', host([backend('paused', [on(coolify)])])],
    ['it joined another network', host([backend('running', [on(coolify), on(network('more'))])])],
    ['it has a new endpoint', host([backend('running', [on(coolify, { endpointId: 'e' })])])],
    ['the network is another one', world([backend('running', [on(coolify)])], [coolify, anotherNetwork])],
  ])('after a failure: it is tried at once when %s', (_, seen) => {
    expect(answer(failed(NOW + 4_000), seen)).toHaveLength(1)
    expect(answer(failed(NOW + 4_000), seen)[0]).toMatch(/^attach pms-backend/)
  })

  test('after a failure: the order of its networks is no change', () => {
    const more = network('more')
    const one = host([backend('running', [on(coolify), on(more)])])
    const other = host([backend('running', [on(more), on(coolify)])])
    expect(answer(failed(NOW + 4_000, one), other)).toEqual(['skipped pms-backend (backing-off)'])
  })

  test('after a failure: another attachment is not delayed', () => {
    const rules = [rule(), rule({ containers: ['pms-worker-v2'] })]
    const seen = host([
      backend('running', [on(coolify)]),
      backend('running', [on(coolify)], { name: 'pms-worker-v2', id: 'w' }),
    ])
    const { plan } = lookAt(rules, seen, { state: failed(NOW + 4_000) })
    expect(shortly(plan)).toEqual(['attach pms-worker-v2 (now)', 'skipped pms-backend (backing-off)'])
  })

  test('after a failure: a clock that was set back does not stretch the wait', () => {
    const known = failed(NOW + MAX_BACKOFF)
    expect(answer(known, DETACHED, NOW - 24 * 60 * MINUTE)).toEqual(['attach pms-backend (now)'])
    expect(answer(known, DETACHED, NOW - MAX_BACKOFF)).toEqual(['skipped pms-backend (backing-off)'])
    expect(answer(known, DETACHED, NOW - MAX_BACKOFF - 1)).toEqual(['attach pms-backend (now)'])
  })
})

describe('in a loop', () => {
  const looping = (count: number, over: Partial<Loop> = {}): State => {
    const loop: Loop = {
      key: KEY,
      kind: 'detach-loop',
      container: 'pms-backend',
      network: supabase.name,
      cause: 'explicit',
      source: 'outside-detach',
      count,
      since: NOW - 10 * MINUTE,
      last: NOW,
      every: null,
      ...over,
    }
    return state({ loops: [loop] })
  }
  const answer = (known: State, now: number, onLoop: 'heal' | 'back-off' = 'back-off'): readonly string[] =>
    shortly(lookAt([rule({ onLoop })], DETACHED, { state: known, now }).plan)

  test('in a loop: healing goes on', () => {
    expect(answer(looping(3), NOW, 'heal')).toEqual(['attach pms-backend (now)'])
  })

  test.each([
    [3, 30_000],
    [4, 60_000],
    [5, 120_000],
    [6, 240_000],
    [7, 300_000],
    [500, 300_000],
  ])('in a loop: "onLoop": "back-off" after %i detaches: %i ms', (count, wait) => {
    expect(answer(looping(count), NOW + wait - 1)).toEqual(['skipped pms-backend (looping)'])
    expect(answer(looping(count), NOW + wait)).toEqual(['attach pms-backend (now)'])
    expect(lookAt([rule({ onLoop: 'back-off' })], DETACHED, { state: looping(count) }).plan.skipped[0]?.until).toBe(
      NOW + wait,
    )
  })

  test('in a loop: the loop of another attachment does not concern it', () => {
    expect(answer(looping(3, { key: 'another' }), NOW)).toEqual(['attach pms-backend (now)'])
  })
})
