// Restarts: only where a rule asks for one, never more than it allows, never before the first start.
import { describe, expect, test } from 'vitest'
import { refusalOf, withRestart } from '../../src/core/restart.ts'
import type { RestartPolicy } from '../../src/core/rule.ts'
import type { State } from '../../src/core/state.ts'
import type { Container, ContainerStatus } from '../../src/core/world.ts'
import {
  backend,
  coolify,
  host,
  lookAt,
  MINUTE,
  NEVER,
  NOW,
  network,
  on,
  rule,
  run,
  state,
  supabase,
  waitingOn,
} from './builders.ts'

const AFTER: RestartPolicy = { ...NEVER, when: 'after-attach' }
const UNRESOLVED: RestartPolicy = { ...NEVER, when: 'if-unresolved' }
const IDENTITY = 'name/pms-backend'
const HOUR = 60 * MINUTE

const restarted = (...ago: readonly number[]): State => state({ restarts: { [IDENTITY]: ago.map(a => NOW - a) } })

function actionFor(restart: RestartPolicy, ours: Container, known = state()) {
  return lookAt([rule({ restart })], host([ours]), { state: known }).plan.actions[0]
}

const attachOf = (restart: RestartPolicy, status: ContainerStatus, known?: State) =>
  actionFor(restart, backend(status, [on(coolify)]), known)

test.each<[RestartPolicy, ContainerStatus, string]>([
  [NEVER, 'running', 'none'],
  [AFTER, 'running', 'after-attach'],
  [UNRESOLVED, 'running', 'if-unresolved'],
  [AFTER, 'created', 'none'],
  [UNRESOLVED, 'created', 'none'],
  [AFTER, 'paused', 'none'],
  [AFTER, 'restarting', 'none'],
])('a restart $when of a container that is $1: %s', (restart, status, expected) => {
  const action = attachOf(restart, status)
  expect(action?.restart.kind).toBe(expected)
  expect(action?.warnings).toEqual([])
})

test('a repair of a running container restarts like an attach', () => {
  expect(actionFor(AFTER, backend('running', [waitingOn(supabase)]))?.restart).toEqual({ kind: 'after-attach' })
  expect(actionFor(UNRESOLVED, backend('running', [waitingOn(supabase)]))?.restart).toEqual({
    kind: 'if-unresolved',
    grace: 5_000,
  })
})

describe('refused', () => {
  const refusal = (known: State): string | undefined => attachOf(AFTER, 'running', known)?.warnings[0]?.message

  test('a restart is refused within the cooldown', () => {
    expect(attachOf(AFTER, 'running', restarted(14 * MINUTE))?.restart).toEqual({ kind: 'none' })
    expect(refusal(restarted(14 * MINUTE))).toBe(
      'pms-backend is not restarted: the last restart was 14 min ago, and its cooldown is 15 min',
    )
    expect(refusal(restarted(0))).toBe(
      'pms-backend is not restarted: the last restart was 0 ms ago, and its cooldown is 15 min',
    )
    expect(refusal(restarted(15 * MINUTE))).toBeUndefined()
  })

  test('a restart is refused after so many in an hour', () => {
    const many = restarted(50 * MINUTE, 40 * MINUTE, 20 * MINUTE)
    expect(refusal(many)).toBe(
      'pms-backend is not restarted: it was restarted 3 times in the last hour, and maxPerHour is 3',
    )
    expect(refusal(restarted(HOUR - 1, 40 * MINUTE, 20 * MINUTE))).toMatch(/3 times in the last hour/)
    expect(refusal(restarted(HOUR, 40 * MINUTE, 20 * MINUTE))).toBeUndefined()
  })

  test('the attach is made although its restart is refused', () => {
    expect(attachOf(AFTER, 'running', restarted(MINUTE))).toMatchObject({ kind: 'attach', effect: 'now' })
  })

  test('restarts of another identity do not count for a cooldown', () => {
    expect(attachOf(AFTER, 'running', state({ restarts: { 'name/other': [NOW] } }))?.restart.kind).toBe('after-attach')
  })

  test('of earlier restarts the newest counts, in whatever order they were written', () => {
    expect(refusalOf(AFTER, [NOW - MINUTE, NOW - 40 * MINUTE], NOW)).toMatch(/^the last restart was 60 s ago/)
    expect(refusalOf({ ...AFTER, maxPerHour: 0 }, [], NOW)).toBe(
      'it was restarted 0 times in the last hour, and maxPerHour is 0',
    )
  })
})

describe('a container that its dead entry keeps from starting', () => {
  const dead = waitingOn(supabase, { networkId: network('old').id })
  const failed = (over = {}): Container =>
    backend('exited', [waitingOn(coolify), dead], {
      run: run({ exitCode: 128, error: 'in words that nobody reads', missingNetwork: 'c327c058f50c', ...over }),
    })

  test.each<[RestartPolicy, boolean]>([
    [NEVER, false],
    [AFTER, true],
    [UNRESOLVED, true],
  ])('a container that its dead entry keeps from starting is started where $when', (restart, start) => {
    expect(actionFor(restart, failed())).toMatchObject({
      kind: 'repair',
      effect: 'at-next-start',
      start,
      restart: { kind: 'none' },
    })
  })

  test.each([
    ['it was stopped', { exitCode: 0, missingNetwork: null }],
    ['it exited with 128 by itself', { exitCode: 128, missingNetwork: null }],
    ['it failed for another reason', { exitCode: 127, missingNetwork: null, error: 'network c327c058f50c not found' }],
  ])('a container that its dead entry keeps from starting is repaired and not started when %s', (_, over) => {
    expect(actionFor(AFTER, failed(over))).toMatchObject({ kind: 'repair', start: false })
  })

  test('a container that its dead entry keeps from starting is not started within the cooldown', () => {
    expect(actionFor(AFTER, failed(), restarted(MINUTE))).toMatchObject({ kind: 'repair', start: false })
  })

  test('a container that its dead entry keeps from starting is not started on the word of a list, which does not tell why it is down', () => {
    expect(actionFor(AFTER, { ...failed(), run: null })).toMatchObject({ kind: 'repair', start: false })
  })
})

test('a restart is counted by identity, and forgotten after a day', () => {
  const counted = withRestart(restarted(24 * HOUR, 24 * HOUR - 1, HOUR), IDENTITY, NOW)
  expect(counted.restarts).toEqual({ [IDENTITY]: [NOW - 24 * HOUR + 1, NOW - HOUR, NOW] })
  expect(withRestart(state(), 'name/new', NOW).restarts).toEqual({ 'name/new': [NOW] })
})
