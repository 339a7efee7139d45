// Passes, one at a time: for ever as a daemon, where wakes come from the event stream, the schedule and what is due; as a
// one-shot until nothing is left to be done. A daemon ends only when it is told to: no engine, disk or proxy can make it exit.
import { NethealError } from '../core/errors.ts'
import type { Observation } from '../core/observation.ts'
import { isReattachDue } from '../core/reattach.ts'
import { beat } from './daily-line.ts'
import { type EventFollower, openEventFollower } from './event-follower.ts'
import { openExaminations } from './examinations.ts'
import { unexamined } from './examine.ts'
import type { FollowUp, FollowUpResult } from './follow-up.ts'
import { journalPass } from './journal-pass.ts'
import { afterPassOf, withEvent } from './loss-times.ts'
import type { Scope } from './observe.ts'
import { type FailedPass, type Passed, type PassResult, pass } from './pass.ts'
import type { PassDeps, PassSettings } from './pass-deps.ts'
import type { NextPass } from './pass-state.ts'
import { openProofs } from './proofs.ts'
import { relevanceFilter } from './relevance.ts'
import { openWakes, type Wake } from './wakes.ts'

export interface Watch {
  readonly events: boolean
  /** A cron expression in UTC; null: no schedule. */
  readonly poll: string | null
}

/** For a one-shot: it looks once, and again only at what it has started itself. */
export const NO_WATCH: Watch = { events: false, poll: null }

export interface ReconcileHooks {
  /** After each finished pass. */
  readonly onPass?: (result: Passed) => void
  /** After each pass that could not see the engine. A daemon's next one is on its way; a one-shot ends with it. */
  readonly onFailedPass?: (error: NethealError) => void
  /** After a restart, or after proofs; they may end long after their pass. */
  readonly onFollowUp?: (item: FollowUp, result: FollowUpResult) => void
  /** Another reason to look, beside events and schedule: the pause was set or lifted. Given a function to call. */
  readonly onStart?: (wake: (reason: string) => void) => void
}

export interface ReconcileSignals {
  /** Finish what is in hand, then end. */
  readonly stop: AbortSignal
  /** End now: calls in flight are given up. */
  readonly abort: AbortSignal
}

/** How long the wire is listened to beside the passes: a neighbour that was there a moment ago is given up after some nine seconds. */
const PATIENCE = 10_000
const PATIENCE_OF_A_ONE_SHOT = 4_000
const LONGEST_WAIT = 600_000
/** A one-shot that waits for its proofs holds the lock, so nobody else heals: it looks again as often as that. */
const LOOK_AGAIN = 1_000
const MEANWHILE = 'meanwhile'

/**
 * A daemon resolves when it has been stopped and nothing of it is left, and throws only what is a bug. A one-shot
 * (`settings.mode`) resolves when there is nothing left to be done, and throws the engine's NethealError if it could not see.
 */
export async function reconcile(
  deps: PassDeps,
  settings: PassSettings,
  watch: Watch,
  signals: ReconcileSignals,
  hooks: ReconcileHooks = {},
): Promise<void> {
  const { clock, journal, notebook } = deps
  const { stop, abort } = signals
  const isDaemon = settings.mode === 'daemon'
  const wakes = openWakes()
  const filter = relevanceFilter(settings.rules)
  /** A follow-up or an examination has changed the state since it was last flushed to the disk. */
  let isDirty = isDaemon
  const proofs = openProofs({ deps: { ...deps, stop }, prove: settings.prove, isDaemon, abort, onResult: followedUp })
  const examinations = openExaminations(
    {
      ...deps,
      patience: isDaemon ? PATIENCE : PATIENCE_OF_A_ONE_SHOT,
      onFound(ids) {
        if (ids === null) wakes.full('examined')
        else for (const id of ids) wakes.container(id, 'examined')
      },
      onProven() {
        isDirty = true
        if (isDaemon) void deps.recorder.save(false)
      },
      async onQuiet() {
        if (notebook.heldBeat === null) return
        await beat(deps, notebook.heldBeat, clock.now(), false)
        isDirty = true
        if (isDaemon) await deps.recorder.save(false)
      },
    },
    stop,
  )
  let timer = new AbortController()
  let hasPassed = false
  /** Whether the time of the last poll is not in the state: of two that find nothing new one is enough for whoever reads it. */
  let isUnsaved = false

  const follower = watch.events ? followEvents() : null
  if (watch.poll !== null) clock.schedule(watch.poll, () => wakes.full('schedule'), stop)
  hooks.onStart?.(reason => wakes.full(reason))
  // With events the first look waits for the stream to be open (subscribe, then look), but not for ever.
  if (follower === null) wakes.full('start')
  else void clock.sleep(1_000, stop).then(() => hasPassed || wakes.full('start'))

  for (let wake = await nextWake(); wake !== null; wake = await nextWake()) {
    const result = await tryPass(wake)
    if (result?.kind === 'passed') afterPass(result, wake)
    else if (result !== null) afterFailure(result)
  }

  timer.abort()
  await follower?.done
  proofs.end()
  await Promise.all([proofs.settled(), examinations.done()])
  if (notebook.heldBeat !== null && hasPassed) await beat(deps, notebook.heldBeat, clock.now(), true)
  if (isDirty) await deps.recorder.save(true)

  /** A one-shot waits for its follow-ups: what they start is looked at again. What is lost meanwhile does not wait for them. */
  async function nextWake(): Promise<Wake | null> {
    if (isDaemon) return await wakes.next(stop)
    const waited = new AbortController()
    const ended = Promise.all([proofs.settled(), examinations.done()])
    const isProving = (): boolean => proofs.size > 0 && !stop.aborted
    await Promise.race([ended, isProving() ? clock.sleep(LOOK_AGAIN, waited.signal) : ended])
    waited.abort()
    if (isProving()) wakes.full(MEANWHILE)
    else await ended
    return wakes.take()
  }

  /** Null: it was given up, because netheal ends. */
  async function tryPass(wake: Wake): Promise<PassResult | null> {
    const isPoll = wake.scope.kind === 'full' && isScheduled(wake)
    isUnsaved = isPoll && !isUnsaved
    const scope: Scope = isUnsaved ? { kind: 'full', routine: true } : wake.scope
    const wasFailing = notebook.failures > 0
    const begun = clock.now()
    try {
      const result = await pass(deps, settings, scope, abort)
      if (result.kind === 'passed') notebook.lossTimes = afterPassOf(notebook.lossTimes, begun)
      if (result.kind === 'passed' && wasFailing) journal.info({}, 'engine answers again')
      return result
    } catch (error) {
      if (!(error instanceof NethealError) || !abort.aborted || !isDaemon) throw error
      return null
    }
  }

  function afterPass(result: Passed, wake: Wake): void {
    hasPassed = true
    follower?.heard()
    journalPass(journal, result, wake.reasons)
    proofs.passed(result.followUps, result.provable)
    if (proofs.size > 0) isDirty = true
    // No event asked for this pass, and it found a running container detached, although the stream is open.
    if (!isTold(wake) && result.detaches.length > 0 && result.outcomes.length > 0) {
      journal.warn({ reasons: [...wake.reasons] }, 'a look found what the event stream did not tell')
      follower?.suspect('it did not tell of a detach')
    }
    examineAfter(result.look, wake)
    arm(result.next)
    hooks.onPass?.(result)
  }

  /** All of it with each full pass, beside the next one; after another pass what nobody has examined yet. */
  function examineAfter(look: Observation, { scope, reasons }: Wake): void {
    if (scope.kind === 'full' && ![...reasons].every(reason => reason === MEANWHILE)) examinations.begin(look, null)
    else if (scope.kind === 'containers') {
      const ids = unexamined(look, notebook.examined, scope.ids)
      if (ids.size > 0) examinations.begin(look, ids)
    }
  }

  function afterFailure({ error, next }: FailedPass): void {
    if (notebook.failures === 1) {
      journal.error({ code: error.code, error: error.message, hint: error.hint }, 'pass failed, trying again')
      // A frozen engine, or a connection that nobody has closed: the stream may be deaf as well, and would stay so.
      if (error.code === 'engine-timeout' || error.code === 'engine-unreachable') follower?.suspect(error.message)
    }
    arm(next)
    hooks.onFailedPass?.(error)
    if (!isDaemon) throw error
  }

  /** One timer for whatever is due first; anything else that happens meanwhile makes its own pass. */
  function arm(next: NextPass): void {
    timer.abort()
    // What a one-shot leaves is for the next one.
    if (!isDaemon) return
    for (const id of next.now) wakes.container(id, 'detached again')
    if (next.at === null) return
    timer = new AbortController()
    const { signal } = timer
    // `at` is a time of the wall clock: where that was set back meanwhile, the wait must not be as long as that.
    const wait = Math.min(LONGEST_WAIT, Math.max(0, next.at - clock.now()))
    void clock.sleep(wait, signal).then(() => signal.aborted || wakes.full('retry due'))
  }

  async function followedUp(item: FollowUp, result: FollowUpResult): Promise<void> {
    isDirty = true
    hooks.onFollowUp?.(item, result)
    if (notebook.heldBeat !== null) await beat(deps, notebook.heldBeat, clock.now(), false)
    await deps.recorder.save(false)
    // Nobody else tells of that start.
    if (result.started && follower === null) wakes.container(item.containerId, 'started')
    const seen = notebook.state.attachments[item.key]?.seen[item.containerId]
    if (item.rule.onUnreachable === 'reattach' && seen !== undefined && isReattachDue(seen, clock.now()))
      wakes.container(item.containerId, 'unreachable')
  }

  function followEvents(): EventFollower {
    return openEventFollower(
      {
        ...deps,
        onOpen: () => wakes.full('event stream open'),
        onEvent: event => {
          proofs.heard(event)
          const relevance = filter.of(event, notebook.world)
          if (relevance.kind !== 'none') notebook.lossTimes = withEvent(notebook.lossTimes, event, clock.now())
          if (relevance.kind === 'full') wakes.full(`${event.kind} ${event.action}`)
          else if (relevance.kind === 'container') wakes.container(relevance.id, `${event.kind} ${event.action}`)
        },
      },
      stop,
    )
  }
}

function isScheduled({ reasons }: Wake): boolean {
  return reasons.size === 1 && reasons.has('schedule')
}

/** Something beside netheal's own looks asked for it: an event, a start, a retry. */
function isTold({ reasons }: Wake): boolean {
  return [...reasons].some(reason => reason !== 'schedule' && reason !== 'examined')
}
