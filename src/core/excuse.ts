// Losses that make up no loop: what happens while netheal is paused, and what a deploy explains that nobody has missed, for it was
// healed before anything ran. They are written down and counted as any other.
import type { Attachment } from './attachment.ts'
import type { Outcome } from './outcome.ts'
import type { Detach, State } from './state.ts'

/** What a pass saw, did and was held back by. */
export interface Circumstances {
  /** The state before the pass took anything in. */
  readonly before: State
  /** Those that the pass has noticed. */
  readonly detaches: readonly Detach[]
  readonly outcomes: readonly Outcome[]
  readonly attachments: readonly Attachment[]
  readonly isPaused: boolean
  /** When the pass ended, milliseconds since the epoch. */
  readonly at: number
}

/** Milliseconds after the start of its first process that an application is still starting. */
const STARTING = 1_000

/** The state after a pass, with what is excused marked as such. The very same where nothing is. */
export function withExcuses(state: State, circumstances: Circumstances): State {
  const { before, detaches, outcomes, isPaused, at } = circumstances
  const fresh = new Set(isPaused ? detaches : [])
  const pairOf = ({ action }: Outcome): string => `${action.key} ${action.containerId}`
  const healed = new Set(outcomes.filter(o => o.kind === 'verified').map(pairOf))
  const inTime = new Set(outcomes.filter(isInTime).map(pairOf))
  const told = toldKeys(circumstances)
  const excuse = (detach: Detach): Detach['excused'] => {
    if (fresh.has(detach)) return 'pause'
    const { key, cause, evidence } = detach
    if (cause !== 'replaced' || told.has(key)) return detach.excused
    const pair = `${key} ${evidence.containerId}`
    // Of a new container that is when it was started.
    const isStarting = evidence.lostAt !== null && at - evidence.lostAt <= STARTING
    return inTime.has(pair) || (isStarting && healed.has(pair)) ? 'deploy' : detach.excused
  }
  const marked = state.detaches.map(d => {
    const excused = excuse(d)
    return excused === d.excused ? d : { ...d, excused }
  })
  const isMarked = marked.some((d, i) => d !== state.detaches[i])
  const starts = isPaused && state.starts !== before.starts ? knownStarts(state, before) : state.starts
  return isMarked || starts !== state.starts
    ? { ...state, detaches: isMarked ? marked : state.detaches, starts }
    : state
}

/** It joined before its first process, as it started, or will join at its start. */
function isInTime(outcome: Outcome): boolean {
  return outcome.kind === 'waiting' || (outcome.kind === 'verified' && outcome.beforeStart !== null)
}

/** Of rules that say `"onDeploy": "tell"`. */
function toldKeys({ attachments }: Circumstances): ReadonlySet<string> {
  return new Set(attachments.filter(a => a.rule.onDeploy === 'tell').map(a => a.key))
}

/** Without what was started during the pause. */
function knownStarts(state: State, before: State): State['starts'] {
  const kept = Object.entries(state.starts).flatMap(([id, starts]) => {
    const known = before.starts[id]?.times ?? []
    const times = starts.times.filter(at => known.includes(at))
    return times.length === 0 ? [] : [[id, { ...starts, times }] as const]
  })
  return Object.fromEntries(kept)
}
