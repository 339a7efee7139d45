// One pass: observe, plan, record what is meant, act, observe again, settle, record. The one thing netheal does.
// What is meant is on disk before the first writing call: a process that is killed in the middle leaves its intention.
import type { Action } from '../core/action.ts'
import { type Detach, findDetaches } from '../core/detach.ts'
import { NethealError } from '../core/errors.ts'
import { type LoopChange, type LoopSettings, updateLoops } from '../core/loop.ts'
import { type Observation, withObservation } from '../core/observation.ts'
import { type Attempt, type Outcome, verifyAttempts } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import {
  causeOf,
  intentEntries,
  loopEntries,
  outcomeEntries,
  standingProblems,
  unverifiedEntries,
} from '../core/report.ts'
import type { Rule } from '../core/rule.ts'
import { clampedTo, type State } from '../core/state.ts'
import { healthOf } from '../core/verdict.ts'
import { type Network, patched } from '../core/world.ts'
import { withCounted } from '../metrics/rules/tally.ts'
import { applyActions } from './act.ts'
import type { FollowUp } from './follow-up.ts'
import type { Notebook } from './notebook.ts'
import { decide, observe, type Scope } from './observe.ts'
import { pendingFollowUps, withBackoffs, withDetachedAgain, withFailure } from './pass-state.ts'
import type { Clock, Engine, HeartbeatFile, Journal, PauseFile } from './ports.ts'
import type { Recorder } from './recorder.ts'
import { unresponsiveAfter, unresponsiveEntries, unresponsiveUntil } from './unresponsive.ts'

export interface PassDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly journal: Journal
  readonly heartbeat: HeartbeatFile
  readonly pause: PauseFile
  readonly recorder: Recorder
  readonly notebook: Notebook
  /** In [0, 1). */
  readonly random: () => number
}

export interface PassSettings {
  readonly rules: readonly Rule[]
  readonly loop: LoopSettings
  readonly mode: 'daemon' | 'once'
  readonly pid: number
  /** The events are followed: a container that starts is looked at. */
  readonly seesStarts: boolean
}

export interface PassResult {
  /** The plan that was applied. */
  readonly plan: Plan
  readonly outcomes: readonly Outcome[]
  readonly detaches: readonly Detach[]
  readonly loops: LoopChange
  readonly pausedUntil: number | null
  /** What is owed afterwards: restarts and proofs. */
  readonly followUps: readonly FollowUp[]
}

/** Throws the engine's NethealErrors when it could not see; the failed pass is recorded first. */
export async function pass(
  deps: PassDeps,
  settings: PassSettings,
  scope: Scope,
  signal: AbortSignal,
): Promise<PassResult> {
  const { engine, clock, notebook, recorder } = deps
  const { rules, mode, pid, seesStarts } = settings
  const now = clock.now()
  notebook.update(m => clampedTo(m, now))
  const pause = deps.pause.until(now)
  try {
    const base = notebook.world
    const seen = await observe(
      {
        ...{ engine, rules, state: notebook.state, now, base },
        restraint: { pausedUntil: pause, seesStarts, silent: unresponsiveUntil(notebook.silent) },
      },
      scope,
      signal,
    )
    const pausedUntil = await pause
    notebook.world = seen.world
    const quiet = notebook.silent
    notebook.silent = unresponsiveAfter(quiet, seen, deps.random, now, clock.now())
    const unresponsive = unresponsiveEntries(quiet, notebook.silent, seen, now)
    const before = notebook.state
    const detaches = takeIn(seen, seen.unseen, notebook, now)
    const { actions } = seen.plan
    const problems = standingProblems(seen.plan, notebook.state, now, scope.kind === 'full' || base === null)
    notebook.update(() => problems.state)
    const meant = [...unresponsive, ...intentEntries(seen.plan, detaches, notebook.state, now), ...problems.entries]
    await recorder.write(meant)
    if (actions.length > 0) await recorder.ahead(actions, detaches)

    const causes = new Map(actions.map(a => [a, causeOf(a, notebook.state)]))
    const settled =
      actions.length === 0 ? null : await actAndSettle(seen, deps, settings, a => causes.get(a) ?? null, signal)
    const outcomes = settled?.outcomes ?? []
    const at = clock.now()
    notebook.update(m => withBackoffs(m, outcomes, settled?.look ?? seen, deps.random, at))
    const retryIn = ({ action }: Outcome): number | null => {
      const until = notebook.state.backoffs[action.key]?.until
      return until === undefined ? null : until - at
    }
    const all = [...detaches, ...(settled?.detaches ?? [])]
    notebook.update(m => withCounted(m, { startedAt: now, endedAt: at, detaches: all, outcomes }))
    const loops = updateLoops(notebook.state, settings.loop, at)
    notebook.update(m => ({ ...m, loops: loops.loops, lastPass: { at, ok: true, error: null, mode, pid } }))
    await recorder.write([...outcomeEntries(outcomes, retryIn, at), ...loopEntries(loops, at)])
    // Before it is saved: a proof that is owed outlives a process that is killed.
    const followUps = pendingFollowUps(outcomes, settled?.look ?? seen, notebook)
    if (scope.kind === 'full') await beat(deps, pausedUntil, at)
    const worthIt = outcomes.length > 0 || detaches.length > 0 || loops.flagged.length > 0 || loops.cleared.length > 0
    const isAwaited = scope.kind === 'full' && scope.routine !== true
    if (worthIt || isAwaited || isNews(before, notebook.state)) await recorder.save(worthIt)
    return {
      plan: seen.plan,
      outcomes,
      detaches: all,
      loops,
      pausedUntil,
      followUps,
    }
  } catch (error) {
    if (!(error instanceof NethealError)) throw error
    // What was seen may be old now: the next look is a full one.
    notebook.world = null
    // Given up because netheal ends: that says nothing about the engine.
    if (signal.aborted) throw error
    const last = notebook.state.lastPass
    notebook.update(m => withFailure(m, error, clock.now(), mode, pid))
    // Once per outage: a state file that is written every second helps nobody.
    if (last?.ok !== false || last.error !== error.message) await recorder.save(false)
    throw error
  }
}

/** Judges the detaches that this look shows and remembers it, in one step. */
function takeIn(seen: Observation, unseen: ReadonlySet<string>, notebook: Notebook, now: number): readonly Detach[] {
  const judged = seen.attachments.filter(a => a.container === null || !unseen.has(a.container.id))
  const detaches = findDetaches(judged, seen.world, notebook.state, now)
  notebook.update(m => withObservation(m, seen, detaches, now))
  return detaches
}

interface Settled {
  readonly outcomes: readonly Outcome[]
  readonly look: Observation
  readonly detaches: readonly Detach[]
}

async function actAndSettle(
  seen: Observation,
  deps: PassDeps,
  { rules, seesStarts }: PassSettings,
  cause: (action: Action) => ReturnType<typeof causeOf>,
  signal: AbortSignal,
): Promise<Settled> {
  const { engine, clock, notebook } = deps
  const tried = await applyActions(seen.plan.actions, engine, clock, signal)
  const second = await lookAgain(tried, deps, seesStarts ? seen.world.networks : undefined, signal)
  const unseen = new Set(second.unseen)
  const attempts = tried.map(attempt => (unseen.has(attempt.action.containerId) ? unverifiable(attempt) : attempt))
  const world = patched(seen.world, second.containers, second.gone, second.networks)
  notebook.world = world
  const now = clock.now()
  // Without restraints: what is still wanted is still wanted, whether or not it may be tried again now.
  const state: State = { ...notebook.state, backoffs: {}, loops: [] }
  const again = decide({ rules, state, restraint: { pausedUntil: null, seesStarts, silent: NONE }, now }, world)
  notebook.update(m => withDetachedAgain(m, attempts, again, now))
  const detaches = takeIn(again, unseen, notebook, now)
  return { outcomes: verifyAttempts(attempts, again, detaches, cause), look: again, detaches }
}

const NONE: ReadonlyMap<string, number> = new Map()

/** Accepted, and then the container fell silent: nobody knows what became of it. */
function unverifiable(attempt: Attempt): Attempt {
  const message = 'the engine accepted it, and the container does not answer since: not verified'
  return attempt.error === null ? { ...attempt, error: { code: 'engine-timeout', message, hint: null } } : attempt
}

/** An engine that went away in the middle leaves actions whose end nobody saw: that is written down, then the pass fails. */
async function lookAgain(
  attempts: readonly Attempt[],
  { engine, clock, recorder }: PassDeps,
  known: readonly Network[] | undefined,
  signal: AbortSignal,
) {
  try {
    return await engine.lookAt(
      attempts.map(a => a.action.containerId),
      signal,
      known,
    )
  } catch (error) {
    if (error instanceof NethealError) await recorder.write(unverifiedEntries(attempts, error.message, clock.now()))
    throw error
  }
}

/** The daily line. Only a finished pass gets here. */
async function beat(deps: PassDeps, pausedUntil: number | null, at: number): Promise<void> {
  const { heartbeat, notebook, journal, recorder } = deps
  const day = new Date(at).toISOString().slice(0, 10)
  if (notebook.state.heartbeatDay === day) return
  const health = healthOf(notebook.state, pausedUntil)
  if (!(await recorder.heartbeat(() => heartbeat.beat(at, health)))) return
  notebook.update(m => ({ ...m, heartbeatDay: day }))
  journal.info({ well: health.well, text: health.text }, 'daily heartbeat written')
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
