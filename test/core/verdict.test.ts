// Is all well: exit codes, and the words of the daily heartbeat.
import { describe, expect, test } from 'vitest'
import { isWell, verifyAttempts } from '../../src/core/outcome.ts'
import type { AttachmentState, AttachmentStatus, Loop, State } from '../../src/core/state.ts'
import { exitCodeOfCheck, exitCodeOfPass, healthOf, inSync } from '../../src/core/verdict.ts'
import type { Container } from '../../src/core/world.ts'
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
  state,
  supabase,
  waitingOn,
  world,
} from './builders.ts'

const LOOP: Loop = {
  key: 'k',
  kind: 'detach-loop',
  container: 'pms-backend',
  network: SUPABASE,
  cause: 'replaced',
  source: 'coolify-redeploy',
  count: 3,
  since: NOW,
  last: NOW,
  every: null,
}
const DETACHED = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(supabase)])
const planOf = (...containers: readonly Container[]) => lookAt([rule()], host(containers)).plan

describe('check', () => {
  test.each<[string, Parameters<typeof exitCodeOfCheck>[0], 0 | 3]>([
    ['attached', planOf(ATTACHED), 0],
    ['detached', planOf(DETACHED), 3],
    ['missing', planOf(), 0],
    ['stopped', planOf(backend('exited', [])), 0],
    ['waits for its start', planOf(backend('restarting', [waitingOn(supabase)])), 0],
    ['blocked', lookAt([rule()], world([DETACHED], [])).plan, 3],
    ['paused', lookAt([rule()], host([DETACHED]), { pausedUntil: NOW + MINUTE }).plan, 3],
  ])('the exit code of check: %s', (_, plan, expected) => {
    expect(exitCodeOfCheck(plan, state())).toBe(expected)
    expect(inSync(plan)).toBe(expected === 0)
    expect(exitCodeOfCheck(plan, state({ loops: [LOOP] }))).toBe(3)
  })
})

describe('a pass', () => {
  const before = planOf(DETACHED)
  const settled = (container: Container, message: string | null = null) =>
    verifyAttempts(
      before.actions.map(action => ({
        action,
        milliseconds: 1,
        endedAt: NOW,
        error: message === null ? null : { code: 'engine-refused' as const, message, hint: null },
      })),
      lookAt([rule()], host([container])),
      [],
      () => null,
    )

  test('the exit code of a pass: what it healed is well, what it could not is not', () => {
    expect(exitCodeOfPass(before, state(), settled(ATTACHED).every(isWell))).toBe(0)
    expect(exitCodeOfPass(before, state(), settled(DETACHED).every(isWell))).toBe(3)
    expect(exitCodeOfPass(before, state(), settled(DETACHED, 'no').every(isWell))).toBe(3)
  })

  test('the exit code of a pass: a loop, a blocked attachment, or records that the disk did not take', () => {
    expect(exitCodeOfPass(before, state({ loops: [LOOP] }), true)).toBe(3)
    expect(exitCodeOfPass(before, state(), false)).toBe(3)
    expect(exitCodeOfPass(lookAt([rule()], world([DETACHED], [])).plan, state(), true)).toBe(3)
    expect(exitCodeOfPass(planOf(ATTACHED), state(), true)).toBe(0)
  })
})

test('an attachment that does not reach what it is attached for is not well, while a rule asks for it', () => {
  const seen = { container: 'a', network: SUPABASE, since: NOW, lastDetach: null, reported: null, seen: {} }
  const known = (wanted: boolean) => state({ attachments: { k: { ...seen, wanted, state: 'unreachable' } } })
  expect(exitCodeOfCheck(planOf(ATTACHED), known(true))).toBe(3)
  expect(exitCodeOfPass(planOf(ATTACHED), known(true), true)).toBe(3)
  expect(exitCodeOfCheck(planOf(ATTACHED), known(false))).toBe(0)
})

describe('the heartbeat', () => {
  function remembered(...all: readonly (readonly [string, AttachmentStatus, boolean?, string?])[]): State {
    const entries = all.map(([container, state, wanted = true, network = SUPABASE], i): [string, AttachmentState] => [
      `${i}`,
      { container, network, wanted, state, since: NOW, lastDetach: null, reported: null, seen: {} },
    ])
    return state({ attachments: Object.fromEntries(entries) })
  }
  const text = (known: State, pausedUntil: number | null = null): string => {
    const { well, text } = healthOf(known, pausedUntil)
    return `${well ? 'OK' : 'DEGRADED'}: ${text}`
  }

  test("the heartbeat: all well, in the old script's words", () => {
    expect(text(remembered(['pms-backend', 'attached'], ['pms-worker-v2', 'attached']))).toBe(
      'OK: pms-backend and pms-worker-v2 healthy (proven: listed)',
    )
    expect(text(remembered(['pms-backend', 'attached']))).toBe('OK: pms-backend healthy (proven: listed)')
    expect(text(remembered(['a', 'attached'], ['b', 'attached'], ['c', 'attached']))).toBe(
      'OK: a, b and c healthy (proven: listed)',
    )
  })

  test('the heartbeat: a container on two networks is named once', () => {
    expect(text(remembered(['a', 'attached'], ['a', 'attached', true, 'other']))).toBe('OK: a healthy (proven: listed)')
  })

  test.each<[AttachmentStatus, string]>([
    ['detached', `a is not attached to ${SUPABASE}`],
    ['waiting', `a waits for its next start to join ${SUPABASE}`],
    ['blocked', `a cannot be attached to ${SUPABASE}`],
    ['unreachable', `a is attached to ${SUPABASE}, but it does not reach what it is attached for`],
    ['stopped', 'a is stopped'],
    ['missing', 'a is missing'],
  ])('the heartbeat: %s', (state, words) => {
    expect(text(remembered(['a', state]))).toBe(`DEGRADED: ${words}`)
    expect(text(remembered(['a', state], ['b', 'attached']))).toBe(`DEGRADED: ${words}; attached: b`)
  })

  test('the heartbeat: paused, looping, and nothing to watch', () => {
    expect(text(remembered(['a', 'attached']), NOW)).toBe(
      'DEGRADED: netheal is paused until 2025-12-29T14:32:01.000Z; attached: a',
    )
    expect(text({ ...remembered(['pms-backend', 'attached']), loops: [LOOP] })).toBe(
      'DEGRADED: pms-backend in a detach-loop (coolify-redeploy); attached: pms-backend',
    )
    expect(text(state())).toBe('DEGRADED: no container is configured')
  })

  test('the heartbeat: what no rule asks for any more is not spoken of', () => {
    expect(text(remembered(['a', 'attached'], ['old', 'missing', false]))).toBe('OK: a healthy (proven: listed)')
  })

  test('the heartbeat: a grep for OK finds no line that says DEGRADED', () => {
    const states: readonly AttachmentStatus[] = ['detached', 'waiting', 'blocked', 'stopped', 'missing']
    for (const state of states) {
      const known = { ...remembered(['pms-backend', state], ['pms-worker-v2', 'attached']), loops: [LOOP] }
      expect(text(known, NOW)).not.toMatch(/OK/)
    }
  })
})
