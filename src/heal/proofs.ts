// When what is attached is proven from inside: after an attach, at the start, when somebody else on its network comes, goes or is
// paused, and every `watch.prove`. Beside the passes, never in their way; one proof at a time for each attachment, and a few at a
// time in all: a container in which nothing ends holds up no other.
import { backoffDelay } from '../core/backoff.ts'
import type { ObservedContainer } from '../core/state.ts'
import { openAlarms } from './alarms.ts'
import { openAnswering } from './answering.ts'
import { type FollowUp, type FollowUpDeps, type FollowUpResult, runFollowUp } from './follow-up.ts'
import type { EngineEvent } from './ports.ts'

export interface ProofsOptions {
  readonly deps: FollowUpDeps & { readonly random: () => number }
  /** Milliseconds between two proofs of an attachment; null: only after an attach. */
  readonly prove: number | null
  /** False: each is only begun by a pass, and nothing is timed. */
  readonly isDaemon: boolean
  /** End now: calls in flight are given up. */
  readonly abort: AbortSignal
  /** One has ended, and its conclusion is in the state. */
  readonly onResult: (item: FollowUp, result: FollowUpResult) => Promise<void>
}

export interface Proofs {
  /** After a pass: begins what follows its attaches, and what is due. `provable`: all that is attached and could be proven. */
  passed(followUps: readonly FollowUp[], provable: readonly FollowUp[]): void
  /** Another member of a network came, went, or was paused: costs a comparison, and no call. */
  heard(event: EngineEvent): void
  /** How many are under way. */
  readonly size: number
  /** Resolves when none is under way. */
  settled(): Promise<void>
  /** Begins no more of them. */
  end(): void
}

const AT_ONCE = 8
/** A failed proof is tried again after so long, then after twice as long, and so on. */
const AGAIN_MIN = 2_000
/** Whoever is made anew comes back within moments: it is waited for before it is asked after, and again before it is said to be away. */
const SETTLING = 2_000
const SETTLED = 5_000
/** A network on which somebody comes and goes all the time is not asked more often. */
const SPACING = 10_000
const DAY = 86_400_000

export function openProofs({ deps, prove, isDaemon, abort, onResult }: ProofsOptions): Proofs {
  const { clock, notebook, stop, random } = deps
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, FollowUp>()
  let provable: ReadonlyMap<string, FollowUp> = new Map()
  let byNetwork: ReadonlyMap<string, readonly FollowUp[]> = new Map()
  /** Those that this process has proven, by pair: when that ended, by the monotonic clock. */
  const proven = new Map<string, number>()
  const alarms = openAlarms(clock, stop, id => {
    const item = provable.get(id)
    if (item === undefined) return
    // What was asked before this came does not answer it.
    if (running.has(id)) alarms.set(id, SETTLING)
    else begin(item)
  })
  /** In a row, by container: how often nothing ended inside it. */
  const hung = new Map<string, number>()
  const answering = openAnswering()
  let due = new AbortController()

  function seenOf({ key, containerId }: FollowUp): ObservedContainer | undefined {
    return notebook.state.attachments[key]?.seen[containerId]
  }

  /** What is wrong, or not proven yet, has a timer of its own in a daemon, and is proven by every pass. */
  function isUnproven(item: FollowUp): boolean {
    return misses(item) === 0 && (seenOf(item)?.unproven ?? null) !== null
  }

  /** A one-shot asks each endpoint once, however often it looks. */
  function isAnswered(item: FollowUp): boolean {
    return !isDaemon && proven.has(idOf(item)) && (seenOf(item)?.asked ?? null) !== null
  }

  function misses({ containerId }: FollowUp): number {
    return hung.get(containerId) ?? 0
  }

  /** When it is to be proven again, milliseconds since the epoch; null: not by itself. */
  function dueAt(item: FollowUp): number | null {
    const asked = seenOf(item)?.asked ?? null
    const last = proven.get(idOf(item))
    if (misses(item) > 0 && asked !== null) return asked.at + Math.min(DAY, (prove ?? DAY) * 2 ** (misses(item) - 1))
    if (prove === null) return null
    // What another process has proven may be over: each has its own.
    if (last === undefined) return 0
    // It was interrupted.
    if (asked === null) return clock.now() + SPACING - (clock.monotonic() - last)
    // A clock that was set back must not make it wait.
    return Math.min(asked.at, clock.now()) + prove
  }

  function begin(item: FollowUp): void {
    const id = idOf(item)
    if (running.has(id) || waiting.has(id)) return
    // What follows an attach waits for nobody.
    if (item.action === null && running.size >= AT_ONCE) waiting.set(id, item)
    else start(id, item)
  }

  function start(id: string, item: FollowUp): void {
    const task = runFollowUp(item, deps, abort, item.action === null ? SETTLED : 0)
      .then(async result => {
        proven.set(id, clock.monotonic())
        hung.set(item.containerId, result.isHung ? misses(item) + 1 : 0)
        answering.learn(id, result.answering)
        await onResult(item, result)
      })
      .finally(() => {
        running.delete(id)
        next()
        if (isDaemon && !stop.aborted) again(id, item)
      })
    // A bug in here must end the process as loudly as one in a pass: the loop awaits nothing of it, so it is left unhandled.
    running.set(id, task)
  }

  function next(): void {
    for (const [id, item] of waiting) {
      if (stop.aborted || running.size >= AT_ONCE) break
      waiting.delete(id)
      start(id, item)
    }
    if (stop.aborted) waiting.clear()
  }

  /** What is wrong is proven again until it is right. */
  function again(id: string, item: FollowUp): void {
    const unproven = seenOf(item)?.unproven ?? null
    if (unproven === null || misses(item) > 0) return
    alarms.set(id, backoffDelay(unproven, random(), AGAIN_MIN))
  }

  /** One timer for whatever is due first. */
  function arm(): void {
    due.abort()
    if (!isDaemon || prove === null || provable.size === 0) return
    due = new AbortController()
    const { signal } = due
    const times = [...provable.values()].filter(item => !isUnproven(item)).flatMap(item => dueAt(item) ?? [])
    const wait = Math.min(prove, Math.max(1_000, Math.min(...times) - clock.now()))
    void clock.sleep(wait, signal).then(() => {
      if (signal.aborted) return
      beginDue()
      arm()
    })
  }

  function beginDue(): void {
    for (const item of provable.values()) {
      const at = isUnproven(item) || isAnswered(item) ? null : dueAt(item)
      if (at !== null && at <= clock.now()) begin(item)
    }
  }

  return {
    passed(followUps, all) {
      provable = new Map(all.map(item => [idOf(item), item]))
      byNetwork = Map.groupBy(all, item => item.joined.id)
      for (const id of proven.keys()) if (!provable.has(id)) proven.delete(id)
      for (const item of followUps) if (item.action !== null || (isUnproven(item) && !isAnswered(item))) begin(item)
      beginDue()
      arm()
    },

    heard(event) {
      if (prove === null) return
      for (const id of concernedBy(event)) {
        const since = clock.monotonic() - (proven.get(id) ?? Number.NEGATIVE_INFINITY)
        alarms.set(id, Math.max(SETTLING, SPACING - since))
      }
    },

    get size() {
      return running.size + waiting.size
    },

    async settled() {
      while (running.size > 0) await Promise.all(running.values())
    },

    end() {
      due.abort()
      alarms.end()
      waiting.clear()
    },
  }

  function concernedBy(event: EngineEvent): readonly string[] {
    if (event.kind === 'container') {
      const isPause = event.action === 'pause' || event.action === 'unpause'
      return isPause ? answering.concernedBy(event.id) : []
    }
    const { containerId } = event
    if (containerId === null) return []
    return (byNetwork.get(event.id) ?? []).filter(item => item.containerId !== containerId).map(idOf)
  }
}

function idOf({ key, containerId }: FollowUp): string {
  return `${key} ${containerId}`
}
