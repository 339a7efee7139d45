// Passes for ever: wakes come from the event stream, the schedule, and what is due; one pass at a time.
// It ends only when it is told to: no engine, no disk and no proxy can make it exit.
import { backoffDelay } from '../core/backoff.ts'
import { NethealError } from '../core/errors.ts'
import type { Plan } from '../core/plan.ts'
import { type EventFollower, openEventFollower } from './event-follower.ts'
import { type FollowUp, type FollowUpResult, runFollowUp } from './follow-up.ts'
import type { Scope } from './observe.ts'
import { type PassDeps, type PassResult, type PassSettings, pass } from './pass.ts'
import { relevanceFilter } from './relevance.ts'
import { openWakes, type Wake } from './wakes.ts'

export interface Watch {
  readonly events: boolean
  /** A cron expression in UTC; null: no schedule. */
  readonly poll: string | null
}

export interface DaemonHooks {
  /** After each finished pass. */
  readonly onPass?: (result: PassResult) => void
  /** After each pass that could not see the engine. The next one is on its way. */
  readonly onFailedPass?: (error: NethealError) => void
  /** After a restart or the proofs that an attach owed; they may end long after their pass. */
  readonly onFollowUp?: (item: FollowUp, result: FollowUpResult) => void
  /** Another reason to look, beside events and schedule: the pause was set or lifted. Given a function to call. */
  readonly onStart?: (wake: (reason: string) => void) => void
}

export interface DaemonSignals {
  /** Finish what is in hand, then end. */
  readonly stop: AbortSignal
  /** End now: calls in flight are given up. */
  readonly abort: AbortSignal
}

const RETRY_MIN = 250
const RETRY_MAX = 5_000
const PROOF_MIN = 2_000
const LONGEST_WAIT = 600_000

/** Resolves when it has been stopped and nothing of it is left. Throws only what is a bug. */
export async function daemon(
  deps: PassDeps,
  settings: PassSettings,
  watch: Watch,
  signals: DaemonSignals,
  hooks: DaemonHooks = {},
): Promise<void> {
  const { clock, journal, notebook } = deps
  const { stop, abort } = signals
  const wakes = openWakes()
  const filter = relevanceFilter(settings.rules)
  const followUps = new Map<string, Promise<void>>()
  /** Those whose next proof is timed. */
  const proofs = new Set<string>()
  let retry = new AbortController()
  let failures = 0
  let looked = false
  /** Whether the time of the last poll is not in the state: of two that find nothing new one is enough for whoever reads it. */
  let isOwed = false

  const follower = watch.events ? followEvents() : null
  if (watch.poll !== null) clock.schedule(watch.poll, () => wakes.full('schedule'), stop)
  hooks.onStart?.(reason => wakes.full(reason))
  // With events the first look waits for the stream to be open (subscribe, then look), but not for ever.
  if (follower === null) wakes.full('start')
  else void clock.sleep(1_000, stop).then(() => looked || wakes.full('start'))

  for (let wake = await wakes.next(stop); wake !== null; wake = await wakes.next(stop)) await onePass(wake)

  retry.abort()
  await follower?.done
  await Promise.all(followUps.values())
  await deps.recorder.save(true)

  function followEvents(): EventFollower {
    return openEventFollower(
      {
        ...deps,
        onOpen: () => wakes.full('event stream open'),
        onEvent: event => {
          const relevance = filter.of(event, notebook.world)
          if (relevance.kind === 'full') wakes.full(`${event.kind} ${event.action}`)
          else if (relevance.kind === 'container') wakes.container(relevance.id, `${event.kind} ${event.action}`)
        },
      },
      stop,
    )
  }

  async function onePass(wake: Wake): Promise<void> {
    try {
      const isPoll = wake.scope.kind === 'full' && isScheduled(wake)
      isOwed = isPoll && !isOwed
      const scope: Scope = isOwed ? { kind: 'full', routine: true } : wake.scope
      const result = await pass(deps, settings, scope, abort)
      looked = true
      if (failures > 0) journal.info({}, 'engine answers again')
      failures = 0
      follower?.heard()
      said(result, wake)
      for (const item of result.followUps) begin(item)
      for (const { detachedAgain, action } of result.outcomes)
        if (detachedAgain) wakes.container(action.containerId, 'taken away again')
      if (missed(result, wake)) {
        journal.warn({ reasons: [...wake.reasons] }, 'the schedule found what the event stream did not tell')
        follower?.suspect('it did not tell of a detach')
      }
      arm(nextDue(result.plan))
      hooks.onPass?.(result)
    } catch (error) {
      if (!(error instanceof NethealError)) throw error
      if (abort.aborted) return
      failures += 1
      if (failures === 1) {
        journal.error({ code: error.code, error: error.message, hint: error.hint }, 'pass failed, trying again')
        // A frozen engine, or a connection that nobody has closed: the stream may be deaf as well, and would stay so.
        if (error.code === 'engine-timeout' || error.code === 'engine-unreachable') follower?.suspect(error.message)
      }
      arm(clock.now() + backoffDelay(failures, deps.random(), RETRY_MIN, RETRY_MAX))
      hooks.onFailedPass?.(error)
    }
  }

  function said(result: PassResult, wake: Wake): void {
    for (const d of result.detaches)
      journal.info({ container: d.container, network: d.network, cause: d.cause, evidence: d.evidence }, 'detached')
    for (const o of result.outcomes) {
      const keys = {
        container: o.action.container,
        network: o.action.network,
        cause: o.cause,
        milliseconds: Math.round(o.milliseconds),
        reasons: [...wake.reasons],
      }
      if (o.kind === 'verified' || o.waiting) journal.info(keys, 'attached')
      else journal.warn({ ...keys, error: o.error, hint: o.hint }, 'could not attach')
    }
    for (const l of result.loops.flagged) journal.warn({ ...l }, 'loop flagged')
    for (const l of result.loops.cleared)
      journal.info({ container: l.container, network: l.network, kind: l.kind }, 'loop cleared')
  }

  /** Beside the passes; one at a time for each attachment. */
  function begin(item: FollowUp): void {
    const id = `${item.key} ${item.containerId}`
    if (followUps.has(id)) return
    const task = runFollowUp(item, { ...deps, stop }, abort)
      .then(async result => {
        hooks.onFollowUp?.(item, result)
        await deps.recorder.save(false)
        const unproven = notebook.state.attachments[item.key]?.seen[item.containerId]?.unproven ?? null
        // One timer each: every pass proves what is owed, and must not leave another one behind.
        if (unproven === null || proofs.has(id)) return
        proofs.add(id)
        void clock.sleep(backoffDelay(unproven, deps.random(), PROOF_MIN), stop).then(() => {
          proofs.delete(id)
          if (!stop.aborted) wakes.container(item.containerId, 'proof due')
        })
      })
      .finally(() => followUps.delete(id))
    // A bug in here must end the daemon as loudly as one in a pass: the loop awaits nothing of it, so it is left unhandled.
    followUps.set(id, task)
  }

  /** One timer for whatever is due first; anything else that happens meanwhile makes its own pass. */
  function arm(due: number | null): void {
    retry.abort()
    if (due === null) return
    retry = new AbortController()
    const mine = retry
    void clock
      // `due` is a time of the wall clock: where that was set back meanwhile, the wait must not be as long as that.
      .sleep(Math.min(LONGEST_WAIT, Math.max(0, due - clock.now())), mine.signal)
      .then(() => mine.signal.aborted || wakes.full('retry due'))
  }

  function nextDue(plan: Plan): number | null {
    const times = [
      ...plan.skipped.flatMap(s => s.until ?? []),
      ...Object.values(notebook.state.backoffs).map(b => b.until),
    ]
    return times.length === 0 ? null : Math.min(...times)
  }

  /** Did a pass that only the schedule asked for find a running container detached, although the stream is open? */
  function missed(result: PassResult, wake: Wake): boolean {
    return isScheduled(wake) && result.detaches.length > 0 && result.outcomes.length > 0
  }

  function isScheduled({ reasons }: Wake): boolean {
    return reasons.size === 1 && reasons.has('schedule')
  }
}
