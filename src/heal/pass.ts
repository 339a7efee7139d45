// One pass: observe, plan, record intent, apply, verify, commit. The one thing netheal does.
// The intent is on disk before the first writing call: a process that is killed in the middle leaves what it was about to do.
import type { Action } from '../core/action.ts'
import { NethealError } from '../core/errors.ts'
import { withExcuses } from '../core/excuse.ts'
import { least } from '../core/extremes.ts'
import { connectedAfter } from '../core/leave.ts'
import { type LoopChange, updateLoops } from '../core/loop.ts'
import { loopEntries } from '../core/loop-entries.ts'
import type { Observation } from '../core/observation.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import { withReattached } from '../core/reattach.ts'
import { causeOf, intentEntries, newsOf, outcomeEntries, returnedEntries, standingProblems } from '../core/report.ts'
import { clampedTo, type Detach, type State } from '../core/state.ts'
import { applyActions } from './apply.ts'
import { beat } from './daily-line.ts'
import type { FollowUp } from './follow-up.ts'
import { leaveNetworks } from './leave.ts'
import { type Observed, observe, type Scope } from './observe.ts'
import type { PassDeps, PassSettings } from './pass-deps.ts'
import {
  type NextPass,
  nextPass,
  pendingFollowUps,
  provableIn,
  retryAfter,
  takeObservation,
  withBackoffs,
  withFailure,
} from './pass-state.ts'
import { withKnown, withMoments } from './past-losses.ts'
import { unresponsiveAfter, unresponsiveEntries, unresponsiveUntil } from './unresponsive.ts'
import { type Verified, verify } from './verify.ts'

export interface Passed {
  readonly kind: 'passed'
  /** The plan that was applied. */
  readonly plan: Plan
  /** The last look: the second one, where something was applied. */
  readonly look: Observation
  readonly outcomes: readonly Outcome[]
  readonly detaches: readonly Detach[]
  readonly loops: LoopChange
  readonly pausedUntil: number | null
  /** What follows its attaches, restarts and proofs: to be run beside the next pass. */
  readonly followUps: readonly FollowUp[]
  /** All that is attached and could be proven from inside. */
  readonly provable: readonly FollowUp[]
  readonly next: NextPass
}

/** It could not see the engine; that is recorded. `next` is further away with each failure in a row. */
export interface FailedPass {
  readonly kind: 'failed'
  readonly error: NethealError
  readonly next: NextPass
}

export type PassResult = Passed | FailedPass

/** What one pass has in hand from step to step. `startedAt` in milliseconds since the epoch. */
interface Pass {
  readonly deps: PassDeps
  readonly settings: PassSettings
  readonly scope: Scope
  readonly signal: AbortSignal
  readonly startedAt: number
}

/** Throws the engine's NethealErrors only where `signal` has ended it in the middle. */
export async function pass(
  deps: PassDeps,
  settings: PassSettings,
  scope: Scope,
  signal: AbortSignal,
): Promise<PassResult> {
  const { clock, notebook } = deps
  const it: Pass = { deps, settings, scope, signal, startedAt: clock.now() }
  notebook.update(state => clampedTo(state, it.startedAt))
  try {
    const isFirst = notebook.world === null
    const { observed, pausedUntil } = await observeAndPlan(it)
    const before = notebook.state
    const found = await recordIntent(it, observed, isFirst)
    const dated = withMoments(found, deps.past, clock.now(), signal)
    const verified = observed.plan.actions.length === 0 ? null : await applyAndVerify(it, observed)
    const detaches = await dated
    if (detaches !== found) notebook.update(state => withKnown(state, detaches))
    return await commit(it, { observed, pausedUntil, before, detaches, verified })
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    return await commitFailure(it, error)
  }
}

/** Whether there is a pause is read while the engine answers. */
async function observeAndPlan({ deps, settings, scope, signal, startedAt }: Pass) {
  const { engine, notebook } = deps
  const { rules, seesStarts } = settings
  const pause = deps.pause.until(startedAt)
  const restraint = { pausedUntil: pause, seesStarts, silent: unresponsiveUntil(notebook.silent) }
  const { state, world: base, examined } = notebook
  const observed = await observe({ engine, rules, state, now: startedAt, base, examined, restraint }, scope, signal)
  notebook.world = observed.world
  return { observed, pausedUntil: await pause }
}

/** Takes in what was observed, and writes down what is going to be done about it. */
async function recordIntent(it: Pass, observed: Observed, isFirst: boolean): Promise<readonly Detach[]> {
  const { deps, scope, startedAt } = it
  const { notebook, recorder, clock, random } = deps
  const { plan } = observed
  const known = notebook.silent
  // A look may have waited for a container, while lines of a follow-up were written.
  const at = clock.now()
  notebook.silent = unresponsiveAfter(known, observed, random, startedAt, at)
  const before = notebook.state
  const detaches = takeObservation(observed, observed.unseen, notebook, startedAt, at)
  const returned = returnedEntries(before, notebook.state, at)
  const problems = standingProblems(plan, notebook.state, at, scope.kind === 'full' || isFirst)
  notebook.update(() => problems.state)
  await recorder.write([
    ...unresponsiveEntries(known, notebook.silent, observed, at),
    ...returned,
    ...intentEntries(plan, detaches, notebook.state, at, quietIn(it, notebook.state)),
    ...problems.entries,
  ])
  if (plan.actions.length > 0) await recorder.writeIntent(plan.actions, detaches)
  return detaches
}

/** Whose trying again is no news: a one-shot comes every few minutes, and each line of it may be a mail. */
function quietIn({ settings }: Pass, { backoffs }: State): ReadonlySet<string> {
  return new Set(settings.mode === 'once' ? Object.keys(backoffs) : [])
}

async function applyAndVerify({ deps, settings, signal }: Pass, observed: Observed): Promise<Verified> {
  const { actions } = observed.plan
  // As they are now: the second look may show another cause.
  const causes = new Map<Action, ReturnType<typeof causeOf>>(actions.map(a => [a, causeOf(a, deps.notebook.state)]))
  const attempts = await applyActions(actions, deps.engine, deps.clock, signal)
  return await verify(attempts, observed, deps, settings, action => causes.get(action) ?? null, signal)
}

interface Applied {
  readonly observed: Observed
  readonly pausedUntil: number | null
  /** The state before this pass took anything in. */
  readonly before: State
  readonly detaches: readonly Detach[]
  readonly verified: Verified | null
}

async function commit(it: Pass, applied: Applied): Promise<Passed> {
  const { deps, settings, scope, startedAt } = it
  const { notebook, recorder, clock, random } = deps
  const { loop, mode, pid } = settings
  const { observed, pausedUntil, before, verified } = applied
  const look = verified?.look ?? observed
  const outcomes = verified?.outcomes ?? []
  const detaches = [...applied.detaches, ...(verified?.detaches ?? [])]
  const at = clock.now()
  notebook.update(state => withBackoffs(state, outcomes, look, random, at))
  notebook.update(state => ({ ...state, connected: connectedAfter(state.connected, outcomes, look) }))
  const leaveAt = await leaveNetworks(deps, settings.rules, look, pausedUntil, it.signal)
  const done = outcomes.map(o => o.action)
  notebook.update(state => withReattached(state, done, before, random, at))
  deps.counter.finished({ startedAt, endedAt: at, detaches, outcomes })
  const circumstances = {
    ...{ before, detaches, outcomes, attachments: look.attachments },
    isPaused: pausedUntil !== null,
    at,
  }
  notebook.update(state => withExcuses(state, circumstances))
  const loops = updateLoops(notebook.state, loop, at)
  const lastPass = { at, ok: true, error: null, mode, pid }
  notebook.update(state => ({ ...state, passes: state.passes + 1, loops: loops.loops, lastPass }))
  notebook.failures = 0
  const retryIn = ({ action }: Outcome): number | null => {
    const until = notebook.state.backoffs[action.key]?.until
    // When the next one-shot comes is not for this one to say.
    return until === undefined || mode === 'once' ? null : until - at
  }
  const news = newsOf(outcomes, quietIn(it, before), before, at)
  await recorder.write([
    ...news.intents,
    ...outcomeEntries(news.outcomes, notebook.state.detaches, retryIn, at),
    ...loopEntries(loops, at),
  ])
  // Before it is saved: a proof that is pending outlives a process that is killed.
  const followUps = pendingFollowUps(outcomes, look, notebook)
  const provable = provableIn(look)
  if (scope.kind === 'full' || notebook.heldBeat !== null) {
    await beat(deps, { pausedUntil, provable, prove: settings.prove }, at, false)
  }
  const durable = outcomes.length > 0 || detaches.length > 0 || loops.flagged.length > 0 || loops.cleared.length > 0
  const isAwaited = scope.kind === 'full' && scope.routine !== true
  if (durable || isAwaited || isNews(before, notebook.state)) await recorder.save(durable)
  const due = nextPass(observed.plan, outcomes, notebook.state)
  const next = { ...due, at: least([due.at, leaveAt].flatMap(time => time ?? [])) }
  return {
    kind: 'passed',
    plan: observed.plan,
    look,
    outcomes,
    detaches,
    loops,
    pausedUntil,
    followUps,
    provable,
    next,
  }
}

async function commitFailure({ deps, settings, signal }: Pass, error: NethealError): Promise<FailedPass> {
  const { notebook, recorder, clock } = deps
  // What was seen may be old now: the next look is a full one.
  notebook.world = null
  // Given up because netheal ends: that says nothing about the engine.
  if (signal.aborted) throw error
  notebook.failures += 1
  const last = notebook.state.lastPass
  const now = clock.now()
  notebook.update(state => withFailure(state, error, now, settings.mode, settings.pid))
  deps.counter.failed()
  // Once per outage: a state file that is written every second helps nobody.
  if (last?.ok !== false || last.error !== error.message) await recorder.save(false)
  return { kind: 'failed', error, next: retryAfter(notebook.failures, now, deps.random()) }
}

/** Did anything change that a reader of the state would want to know, beside the time of the last pass? */
function isNews(before: State, after: State): boolean {
  return (
    before.lastPass?.ok !== after.lastPass?.ok ||
    Object.entries(after.attachments).some(([key, a]) => {
      const known = before.attachments[key]
      // A deploy may leave nothing but another name.
      return known?.state !== a.state || known.container !== a.container
    }) ||
    before.starts !== after.starts
  )
}
