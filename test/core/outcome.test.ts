// What became of each action, by planning again on a second look.

import { describe, expect, test } from 'vitest'
import type { DeadReason } from '../../src/core/evidence.ts'
import type { PairFinding } from '../../src/core/examination.ts'
import type { Observation } from '../../src/core/observation.ts'
import {
  type Attempt,
  type AttemptError,
  errorOf,
  isWell,
  type Outcome,
  overall,
  type Resolution,
  verifyAttempts,
} from '../../src/core/outcome.ts'
import type { Rule } from '../../src/core/rule.ts'
import type { Detach } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import { backend, coolify, examined, host, lookAt, NOW, on, rule, run, supabase, waitingOn, world } from './builders.ts'
import { watcher } from './watcher.ts'

const DETACHED = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(coolify), on(supabase)])

interface Trial {
  readonly before?: Container
  readonly after: Observation
  readonly error?: Partial<AttemptError>
  readonly detaches?: readonly Detach[]
  readonly rule?: Rule
}

function outcomeOf({ before = DETACHED, after, error, detaches = [], rule: asked = rule() }: Trial): Outcome {
  const [action] = lookAt([asked], host([before])).plan.actions
  if (action === undefined) throw new Error('nothing to be done')
  const refused = error === undefined ? null : { code: 'engine-refused' as const, message: 'no', hint: null, ...error }
  const attempt: Attempt = { action, milliseconds: 35, endedAt: NOW, error: refused }
  const [outcome] = verifyAttempts([attempt], after, detaches, () => 'replaced')
  if (outcome === undefined) throw new Error('nothing settled')
  return outcome
}

const look = (...containers: readonly Container[]): Observation => lookAt([rule()], host(containers))

test('an attach is verified when the second look shows it', () => {
  expect(outcomeOf({ after: look(ATTACHED) })).toEqual({
    kind: 'verified',
    action: expect.objectContaining({ kind: 'attach', container: 'pms-backend' }) as unknown,
    cause: 'replaced',
    milliseconds: 35,
    beforeStart: null,
  })
})

test('an attach is verified although the engine said no: it was attached already', () => {
  const error = { code: 'endpoint-exists' } as const
  expect(outcomeOf({ after: look(ATTACHED), error })).toMatchObject({ kind: 'verified' })
})

describe('a live entry is no proof of success', () => {
  const lookWith = (over: Partial<PairFinding>): Observation =>
    lookAt([rule()], host([ATTACHED], { examined: examined(ATTACHED, supabase, over) }))

  test('what the engine refused is verified only where the container is proven to have joined', () => {
    const error = { code: 'engine-refused', message: 'not a sysctl', hint: 'none' } as const
    expect(outcomeOf({ after: look(ATTACHED), error })).toMatchObject({
      kind: 'failed',
      error: error.message,
      hint: 'none',
    })
    expect(outcomeOf({ after: lookWith({ member: 'missing' }), error })).toMatchObject({ kind: 'failed' })
    expect(outcomeOf({ after: lookWith({ interface: 'unknown' }), error })).toMatchObject({ kind: 'failed' })
    expect(outcomeOf({ after: lookWith({}), error })).toMatchObject({ kind: 'verified' })
  })

  test('what the engine accepted is not verified where it is proven not to have joined', () => {
    expect(outcomeOf({ after: lookWith({ member: 'missing' }) })).toMatchObject({
      kind: 'unverified',
      error: `the engine accepted it, but pms-backend still has an entry for ${supabase.name}, but is not on it: ${supabase.name} does not list it`,
    })
  })

  test.for<[DeadReason, Partial<PairFinding>, Partial<PairFinding>]>([
    ['not-a-member', { member: 'missing' }, { member: 'unknown' }],
    ['interface-missing', { interface: 'missing' }, { interface: 'unknown' }],
    ['nobody-answers', { wire: 'nobody' }, { wire: 'unknown' }],
  ])('a repair of what was found (%s) is verified when just that is proven to be gone', ([dead, found, unknown]) => {
    const before = lookWith(found).plan.actions[0]
    expect(before).toMatchObject({ kind: 'repair', dead })
    if (before === undefined) return
    const attempt: Attempt = { action: before, milliseconds: 35, endedAt: NOW, error: null }
    const kindAfter = (over: Partial<PairFinding>) => verifyAttempts([attempt], lookWith(over), [], () => null)[0]?.kind
    expect(kindAfter({})).toBe('verified')
    expect(kindAfter(unknown)).toBe('unverified')
    expect(kindAfter(found)).toBe('unverified')
  })
})

test('an attach that was accepted and is still wanted is unverified', () => {
  expect(outcomeOf({ after: look(DETACHED) })).toMatchObject({
    kind: 'unverified',
    error: `the engine accepted it, but pms-backend still has no endpoint on ${supabase.name}`,
  })
})

test('an attach that was refused failed, in the words of the engine and with its hint', () => {
  const error = { message: 'no available IPv4 addresses', hint: 'free some' }
  expect(outcomeOf({ after: look(DETACHED), error })).toMatchObject({
    kind: 'failed',
    hint: error.hint,
    error: error.message,
  })
})

test('an attach failed over a stale endpoint, which the engine holds and the container does not have', () => {
  const error = { code: 'endpoint-exists', message: 'in words that nobody reads' } as const
  expect(outcomeOf({ after: look(DETACHED), error })).toMatchObject({
    kind: 'failed',
    hint: `the engine keeps a stale endpoint of this name. Remove pms-backend, type docker network disconnect -f bccg4gs4o4kgsowocw08wkw4 pms-backend while no container has that name, then create it again`,
  })
})

test('an attach that was taken away before the second look was detached again', () => {
  const watch = watcher([rule()])
  watch.see(host([ATTACHED]))
  const detaches = watch.see(host([DETACHED]))
  expect(outcomeOf({ after: look(DETACHED), detaches })).toMatchObject({
    kind: 'detached-again',
    error: `pms-backend was attached, but was off ${supabase.name} again before netheal could verify it`,
  })
})

describe('waiting: it takes effect at the next start', () => {
  const before = backend('restarting', [waitingOn(coolify)])
  const waiting = backend('restarting', [waitingOn(coolify), waitingOn(supabase, { networkId: '' })])

  test('an attach waits for the next start: accepted in a back-off', () => {
    expect(outcomeOf({ before, after: look(waiting) })).toMatchObject({
      kind: 'waiting',
    })
  })

  test('an attach waits for the next start: refused in a back-off, and recorded all the same (28.5)', () => {
    const error = { code: 'not-found', hint: 'x' } as const
    expect(outcomeOf({ before, after: look(waiting), error })).toMatchObject({
      kind: 'waiting',
    })
  })

  test('no attach waits for the next start of a container that is gone', () => {
    expect(outcomeOf({ before, after: look() })).toMatchObject({ kind: 'gone' })
  })

  test('an attach does not wait for the next start of a container that has started meanwhile', () => {
    expect(outcomeOf({ before, after: look(ATTACHED) })).toMatchObject({
      kind: 'verified',
      beforeStart: null,
    })
  })

  test('an attach waits for the next start: a stopped container whose dead entry was repaired', () => {
    const dead = backend('exited', [waitingOn(supabase, { networkId: 'e'.repeat(64) })])
    const repaired = backend('exited', [waitingOn(supabase, { networkId: '' })])
    expect(outcomeOf({ before: dead, after: look(repaired) })).toMatchObject({
      kind: 'waiting',
    })
  })
})

describe('before the first start', () => {
  const before = backend('created', [waitingOn(coolify, { networkId: '' })])
  const joined = [waitingOn(coolify, { networkId: '' }), waitingOn(supabase, { networkId: '' })]
  const started = (at: number): Container =>
    backend('running', [on(coolify), on(supabase)], { run: run({ startedAt: at }) })

  test.each<[string, Container, boolean]>([
    ['it has not started yet', backend('created', joined), true],
    ['it started afterwards', started(NOW + 1), true],
    ['the start came first, and the call waited for it', started(NOW - 60), false],
    ['the call ended with the start', started(NOW), false],
    ['only a list was seen', { ...started(NOW), run: null }, true],
  ])('an attach before the first start: %s', (_, after, expected) => {
    expect(outcomeOf({ before, after: look(after) })).toMatchObject({ kind: 'verified', beforeStart: expected })
  })
})

describe('gone: nothing is left to be done', () => {
  test('nothing is left to be done: the container was removed in the middle of the connect', () => {
    const error = { code: 'unknown-container' } as const
    expect(outcomeOf({ after: look(), error })).toMatchObject({ kind: 'gone' })
  })

  test('nothing is left to be done: it was removed or stopped after the connect', () => {
    expect(outcomeOf({ after: look() })).toMatchObject({ kind: 'gone' })
    expect(outcomeOf({ after: look(backend('exited', [waitingOn(coolify)])) })).toMatchObject({
      kind: 'gone',
    })
  })

  test('something is left to be done where the network went: that is blocked, and said', () => {
    const after = lookAt([rule()], world([DETACHED], [coolify]))
    expect(outcomeOf({ after, error: { code: 'engine-refused' } })).toMatchObject({
      kind: 'failed',
    })
  })
})

test('each of several actions has an outcome of its own, also under one key', () => {
  const [a, b] = ['pms-1', 'pms-2'].map(name => ({ ...DETACHED, name, id: name }))
  if (a === undefined || b === undefined) throw new Error('two are needed')
  const rules = [rule({ containers: ['pms-*'] })]
  const attempts = lookAt(rules, host([a, b])).plan.actions.map(action => ({
    action,
    milliseconds: 1,
    endedAt: NOW,
    error: null,
  }))
  const after = lookAt(rules, host([{ ...a, endpoints: [on(supabase)] }, b]))
  expect(verifyAttempts(attempts, after, [], () => null).map(o => o.kind)).toEqual(['verified', 'unverified'])
})

describe('is it well?', () => {
  const verified = outcomeOf({ after: look(ATTACHED) })
  test.each<[string, Outcome, boolean]>([
    ['verified', verified, true],
    ['unverified', outcomeOf({ after: look(DETACHED) }), false],
    ['failed', outcomeOf({ after: look(DETACHED), error: {} }), false],
    ['waiting', { ...verified, kind: 'waiting' }, true],
    ['gone', { ...verified, kind: 'gone', error: 'no such container' }, true],
    ['detached again', { ...verified, kind: 'detached-again', error: 'taken off again' }, false],
  ])('is an outcome well? %s: %s', (_, outcome, expected) => {
    expect(isWell(outcome)).toBe(expected)
  })
})

test('the resolution of an outcome: all names resolve, one does not, or nothing is proven', () => {
  const of = (...results: readonly Resolution['result'][]): boolean | null =>
    overall(results.map(result => ({ name: 'db', result, detail: '', denied: false, hung: false, addresses: [] })))
  expect(of('resolved', 'resolved')).toBe(true)
  expect(of('resolved', 'unresolved')).toBe(false)
  expect(of('unproven', 'unresolved')).toBe(false)
  expect(of('resolved', 'unproven')).toBeNull()
  expect(of()).toBeNull()
})

test.each([
  ['verified', null],
  ['waiting', null],
  ['gone', null],
  ['detached-again', 'no'],
  ['unverified', 'no'],
  ['failed', 'no'],
] as const)('the error of an action that ended as %s: %s', (kind, expected) => {
  const { action, cause, milliseconds } = outcomeOf({ after: look(ATTACHED) })
  const told = kind === 'verified' || kind === 'waiting' ? {} : { error: 'no' }
  expect(errorOf({ action, cause, milliseconds, kind, ...told } as Outcome)).toBe(expected)
})

test('a container that is gone is told in the words of the engine, else in ours', () => {
  expect(
    outcomeOf({ after: look(), error: { code: 'unknown-container', message: 'No such container' } }),
  ).toMatchObject({
    ...{ kind: 'gone', error: 'No such container' },
  })
  expect(outcomeOf({ after: look() })).toMatchObject({
    ...{ kind: 'gone', error: `pms-backend or ${supabase.name} went away meanwhile` },
  })
  expect(outcomeOf({ after: look(), error: { code: 'engine-refused', message: 'refused' } })).toMatchObject({
    ...{ kind: 'gone', error: 'refused' },
  })
})

test('an action that the engine says is gone is gone, although the second look wants it still', () => {
  expect(outcomeOf({ after: look(DETACHED), error: { code: 'unknown-container' } })).toMatchObject({ kind: 'gone' })
})
