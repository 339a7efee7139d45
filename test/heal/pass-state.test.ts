// What a pass leaves behind, each part for itself: back-offs, follow-ups, the next call, and the mark of a failure.
import { describe, expect, test } from 'vitest'
import type { Action } from '../../src/core/action.ts'
import { NethealError } from '../../src/core/errors.ts'
import type { Observation } from '../../src/core/observation.ts'
import type { Attempt, Outcome } from '../../src/core/outcome.ts'
import { fingerprintOf } from '../../src/core/restraint.ts'
import type { RestartPolicy, Rule } from '../../src/core/rule.ts'
import type { State } from '../../src/core/state.ts'
import type { Container } from '../../src/core/world.ts'
import { followUpOf } from '../../src/heal/follow-up.ts'
import { openNotebook } from '../../src/heal/notebook.ts'
import {
  afterLook,
  nextPass,
  pendingFollowUps,
  retryAfter,
  takeObservation,
  withBackoffs,
  withDetachedAgain,
  withFailure,
} from '../../src/heal/pass-state.ts'
import {
  backend,
  coolify,
  host,
  lookAt,
  NEVER,
  NOW,
  on,
  rule,
  run,
  state,
  supabase,
  waitingOn,
} from '../core/builders.ts'
import { watcher } from '../core/watcher.ts'

const DETACHED = backend('running', [on(coolify)])
const ATTACHED = backend('running', [on(coolify), on(supabase)])
const WORKER = { ...DETACHED, name: 'pms-worker-v2', id: 'w'.repeat(64) }
const half = (): number => 0.5
const AFTER: RestartPolicy = { ...NEVER, when: 'after-attach' }

function look(containers: readonly Container[], rules: readonly Rule[] = [rule()]): Observation {
  return lookAt(rules, host(containers))
}

function actionOf(containers: readonly Container[], asked: Rule = rule()): Action {
  const [action] = look(containers, [asked]).plan.actions
  if (action === undefined) throw new Error('nothing is to be done')
  return action
}

const ACTION = actionOf([DETACHED])
const KEY = ACTION.key

type Ended = Outcome['kind']

function outcome(kind: Ended, action: Action = ACTION): Outcome {
  const told = {
    action,
    cause: null,
    milliseconds: 1,
    error: 'no',
    code: 'engine-refused',
    hint: null,
    beforeStart: null,
  }
  return { ...told, kind } as Outcome
}

describe('a look is taken in', () => {
  const seenAttached = (): State => {
    const watch = watcher([rule()])
    watch.see(host([ATTACHED]))
    return watch.state
  }

  test('a container that did not answer in it has lost nothing', () => {
    const state = seenAttached()
    const shown = look([DETACHED])
    expect(afterLook(state, shown, new Set(), NOW).detaches.map(d => d.cause)).toEqual(['explicit'])
    expect(afterLook(state, shown, new Set([DETACHED.id]), NOW).detaches).toEqual([])
    expect(afterLook(state, shown, new Set(['another']), NOW).detaches).toHaveLength(1)
  })

  test('the notebook has the new state, and the answer its detaches', () => {
    const notebook = openNotebook(seenAttached())
    expect(takeObservation(look([DETACHED]), new Set(), notebook, NOW)).toMatchObject([{ cause: 'explicit' }])
    expect(notebook.state.detaches).toHaveLength(1)
    expect(notebook.state.attachments[KEY]?.state).toBe('detached')
  })
})

describe('back-offs', () => {
  const before = state({ backoffs: { [KEY]: { attempts: 2, until: NOW, fingerprint: 'f', code: null, error: '' } } })
  const backoffsAfter = (known: State, outcomes: readonly Outcome[], seen = look([DETACHED])) =>
    withBackoffs(known, outcomes, seen, half, NOW).backoffs

  test.each<Ended>(['failed', 'unverified'])('an action that %s waits, twice as long each time', kind => {
    const [attachment] = look([DETACHED]).attachments
    const fingerprint = attachment === undefined ? '' : fingerprintOf(attachment)
    const failed = { code: kind === 'failed' ? 'engine-refused' : null, error: 'no' }
    expect(backoffsAfter(state(), [outcome(kind)])).toEqual({
      [KEY]: { attempts: 1, until: NOW + 750, fingerprint, ...failed },
    })
    expect(backoffsAfter(before, [outcome(kind)])).toEqual({
      [KEY]: { attempts: 3, until: NOW + 3_000, fingerprint, ...failed },
    })
  })

  test.each<Ended>(['verified', 'waiting', 'gone', 'detached-again'])(
    'an action that ended as %s waits no more',
    kind => {
      expect(backoffsAfter(before, [outcome(kind)])).toEqual({})
    },
  )

  test('a back-off stays while its action is wanted or held back, and goes when nobody wants it', () => {
    expect(backoffsAfter(before, [])).toEqual(before.backoffs)
    const held = lookAt([rule()], host([DETACHED]), { state: state({ backoffs: heldBack() }) })
    expect(held.plan.skipped).toMatchObject([{ reason: 'backing-off' }])
    expect(backoffsAfter(before, [], held)).toEqual(before.backoffs)
    expect(backoffsAfter(before, [], look([ATTACHED]))).toEqual({})
    const paused = lookAt([rule()], host([DETACHED]), { pausedUntil: NOW + 1 })
    expect(backoffsAfter(before, [], paused)).toEqual({})
  })

  test('a failure of a container that is gone from the look has no fingerprint, so the next look tries at once', () => {
    expect(backoffsAfter(state(), [outcome('failed')], look([]))[KEY]?.fingerprint).toBe('')
  })

  test('each container has the fingerprint of its own', () => {
    const rules = [rule({ containers: ['pms-backend', WORKER.name] })]
    const seen = look([DETACHED, WORKER], rules)
    const failures = seen.plan.actions.map(action => outcome('failed', action))
    const prints = Object.values(backoffsAfter(state(), failures, seen)).map(b => b.fingerprint.split(' ')[0])
    expect(prints).toEqual(seen.plan.actions.map(a => a.containerId))
    expect(new Set(prints).size).toBe(2)
  })

  test('each network of a container has the fingerprint of its own', () => {
    const rules = [rule(), rule({ network: 'coolify' })]
    const seen = look([backend('running', [])], rules)
    const failures = seen.plan.actions.map(action => outcome('failed', action))
    const prints = Object.values(backoffsAfter(state(), failures, seen)).map(b => b.fingerprint.split(' ')[2])
    expect(prints).toEqual([supabase.id, coolify.id])
  })

  test('a state without back-offs stays the very same after a pass without outcomes', () => {
    const known = state()
    expect(withBackoffs(known, [], look([DETACHED]), half, NOW)).toBe(known)
  })

  function heldBack(): State['backoffs'] {
    const [attachment] = look([DETACHED]).attachments
    if (attachment === undefined) throw new Error('nothing is asked for')
    return { [KEY]: { attempts: 1, until: NOW + 1_000, fingerprint: fingerprintOf(attachment), code: null, error: '' } }
  }
})

describe('an attachment that is gone again before the second look', () => {
  const attempt = (over: Partial<Attempt> = {}): Attempt => ({
    action: ACTION,
    milliseconds: 1,
    endedAt: NOW,
    error: null,
    ...over,
  })
  const seenOf = (attempts: readonly Attempt[], containers: readonly Container[]) => {
    const watch = watcher([rule()])
    watch.see(host([DETACHED]))
    const marked = withDetachedAgain(watch.state, attempts, look(containers), NOW + 5)
    return { marked, before: watch.state, own: marked.attachments[KEY]?.seen[DETACHED.id] }
  }

  test('is marked as attached, so that its absence is a detach', () => {
    expect(seenOf([attempt()], [DETACHED]).own).toMatchObject({
      ...{ attached: true, attachedAt: NOW + 5, networkId: supabase.id, lost: null },
    })
  })

  test.each<[string, Attempt, readonly Container[]]>([
    [
      'it was refused',
      attempt({ error: { code: 'engine-refused', message: 'no', hint: null } as Attempt['error'] }),
      [DETACHED],
    ],
    ['it takes effect later', attempt({ action: { ...ACTION, effect: 'at-next-start' } }), [DETACHED]],
    ['its entry is there', attempt(), [ATTACHED]],
    ['the container is gone', attempt(), []],
    ['another container was meant', attempt({ action: { ...ACTION, containerId: 'x' } }), [DETACHED]],
    ['another attachment was meant', attempt({ action: { ...ACTION, key: 'x' } }), [DETACHED]],
  ])('is not marked where %s', (_, tried, containers) => {
    const { marked, before } = seenOf([tried], containers)
    expect(marked).toBe(before)
  })
})

describe('what an outcome asks for afterwards', () => {
  const resolving = rule({ resolve: ['db'] })
  const restarting = rule({ restart: AFTER })
  const dead = waitingOn(supabase, { networkId: 'e'.repeat(64) })
  const stopped = backend('exited', [dead], { run: run({ exitCode: 128, missingNetwork: 'e'.repeat(12) }) })
  const start = actionOf([stopped], restarting)

  test.each<[string, Ended, Action, Rule, boolean]>([
    ['an attach alone', 'verified', ACTION, rule(), false],
    ['names to resolve', 'verified', actionOf([DETACHED], resolving), resolving, true],
    ['a restart', 'verified', actionOf([DETACHED], restarting), restarting, true],
    ['names, but the attach failed', 'failed', actionOf([DETACHED], resolving), resolving, false],
    ['names, but it was detached again', 'detached-again', actionOf([DETACHED], resolving), resolving, false],
    ['names of one that waits for its start', 'waiting', actionOf([DETACHED], resolving), resolving, false],
    ['names of one that has not started', 'verified', actionOf([backend('created', [])], resolving), resolving, false],
    ['a start of one whose dead entry was repaired', 'waiting', start, restarting, true],
    ['a start, already attached', 'verified', start, restarting, true],
    ['a start, but the repair failed', 'failed', start, restarting, false],
  ])('%s, %s', (_, kind, action, asked, expected) => {
    expect(followUpOf(outcome(kind, action), asked, supabase) !== null).toBe(expected)
  })

  test('has the names, the policy of the rule, and the action that it follows', () => {
    const action = actionOf([DETACHED], resolving)
    expect(followUpOf(outcome('verified', action), resolving, supabase)).toEqual({
      ...{ key: KEY, identity: 'name/pms-backend', containerId: DETACHED.id, container: 'pms-backend' },
      ...{ network: supabase.name, joined: supabase, rule: resolving, action },
    })
  })
})

describe('pending follow-ups', () => {
  const resolving = rule({ resolve: ['db'] })

  /** A notebook in which the container was seen, with a proof that failed so often. */
  function notebookWith(unproven: number | null, asked = resolving) {
    const watch = watcher([asked])
    watch.see(host([ATTACHED]))
    const notebook = openNotebook(watch.state)
    const known = watch.state.attachments[KEY]
    const own = known?.seen[ATTACHED.id]
    if (known === undefined || own === undefined) throw new Error('it was not seen')
    const seen = { [ATTACHED.id]: { ...own, unproven } }
    notebook.update(s => ({ ...s, attachments: { [KEY]: { ...known, seen } } }))
    return notebook
  }
  const unprovenIn = (notebook: ReturnType<typeof notebookWith>) =>
    notebook.state.attachments[KEY]?.seen[ATTACHED.id]?.unproven

  test('a verified attach owes a proof of its names, once', () => {
    const notebook = notebookWith(null)
    const action = actionOf([DETACHED], resolving)
    const pending = pendingFollowUps([outcome('verified', action)], look([ATTACHED], [resolving]), notebook)
    expect(pending).toMatchObject([{ key: KEY, containerId: ATTACHED.id, action }])
    expect(unprovenIn(notebook)).toBe(0)
  })

  test.each<[string, Ended, Rule]>([
    ['that failed', 'failed', resolving],
    ['of a rule without names', 'verified', rule()],
  ])('an attach %s owes no proof', (_, kind, asked) => {
    const notebook = notebookWith(null, asked)
    expect(pendingFollowUps([outcome(kind, actionOf([DETACHED], asked))], look([DETACHED], [asked]), notebook)).toEqual(
      [],
    )
    expect(unprovenIn(notebook)).toBeNull()
  })

  test('a proof that did not succeed stays pending, without an action', () => {
    const pending = pendingFollowUps([], look([ATTACHED], [resolving]), notebookWith(3))
    expect(pending).toEqual([
      {
        ...{ key: KEY, identity: 'name/pms-backend', containerId: ATTACHED.id, container: 'pms-backend' },
        ...{ network: supabase.name, joined: supabase, rule: resolving, action: null },
      },
    ])
  })

  test('a proof of one network is pending beside the verified attach to another one', () => {
    const both = [resolving, rule({ network: 'coolify', resolve: ['proxy'] })]
    const notebook = notebookWith(2)
    const shown = look([ATTACHED], both)
    const other = shown.plan.satisfied.find(s => s.network === 'coolify')
    if (other === undefined) throw new Error('it is attached to both')
    const action = { ...actionOf([DETACHED], resolving), key: other.key, network: 'coolify', resolve: ['proxy'] }
    expect(pendingFollowUps([outcome('verified', action)], shown, notebook)).toMatchObject([
      { key: other.key, rule: { resolve: ['proxy'] }, action },
      { key: KEY, rule: { resolve: ['db'] }, action: null },
    ])
  })

  test('a proof of one container is pending beside the verified attach of its successor', () => {
    const notebook = notebookWith(2)
    const successor = { ...ATTACHED, id: 's'.repeat(64) }
    const shown = look([ATTACHED, successor], [resolving])
    const action = { ...actionOf([DETACHED], resolving), containerId: successor.id }
    expect(pendingFollowUps([outcome('verified', action)], shown, notebook)).toMatchObject([
      { containerId: successor.id, action },
      { containerId: ATTACHED.id, action: null },
    ])
  })

  test('nothing follows an outcome that no rule asks for any more', () => {
    const action = { ...actionOf([DETACHED], resolving), key: 'gone' }
    expect(pendingFollowUps([outcome('verified', action)], look([ATTACHED], [resolving]), notebookWith(null))).toEqual(
      [],
    )
  })

  test.each<[string, Container, Rule, number | null]>([
    ['the proof succeeded', ATTACHED, resolving, null],
    ['the container does not run', { ...ATTACHED, status: 'paused' }, resolving, 1],
    ['the rule has no names any more', ATTACHED, rule(), 1],
  ])('no proof is pending where %s', (_, container, asked, unproven) => {
    expect(pendingFollowUps([], look([container], [asked]), notebookWith(unproven))).toEqual([])
  })
})

describe('when a pass wants to be called next', () => {
  test('at the first time that something is due, and at no time where nothing is', () => {
    expect(nextPass(look([ATTACHED]).plan, [], state())).toEqual({ at: null, now: [] })
    const paused = lookAt([rule()], host([DETACHED]), { pausedUntil: NOW + 9 }).plan
    const backoffs = { a: { attempts: 1, until: NOW + 7, fingerprint: '', code: null, error: '' } }
    expect(nextPass(paused, [], state()).at).toBe(NOW + 9)
    expect(nextPass(paused, [], state({ backoffs })).at).toBe(NOW + 7)
  })

  test('at once for what was detached again, and for nothing else', () => {
    const outcomes = (['detached-again', 'failed', 'verified', 'gone'] as const).map(kind =>
      outcome(kind, { ...ACTION, containerId: kind }),
    )
    expect(nextPass(look([ATTACHED]).plan, outcomes, state()).now).toEqual(['detached-again'])
  })

  test('after a pass that could not see, soon at first, and every five seconds at most', () => {
    expect(retryAfter(1, NOW, 0)).toEqual({ at: NOW + 125, now: [] })
    expect(retryAfter(2, NOW, 0)).toEqual({ at: NOW + 250, now: [] })
    expect(retryAfter(50, NOW, 0.5)).toEqual({ at: NOW + 3_750, now: [] })
  })
})

test('a pass that could not see is counted and marked, and concludes nothing', () => {
  const watch = watcher([rule()])
  watch.see(host([ATTACHED]))
  const failed = withFailure(watch.state, new NethealError('engine-timeout', 'no answer'), NOW, 'once', 7)
  expect(failed).toEqual({
    ...watch.state,
    passes: watch.state.passes + 1,
    lastPass: { at: NOW, ok: false, error: 'no answer', mode: 'once', pid: 7 },
  })
})
