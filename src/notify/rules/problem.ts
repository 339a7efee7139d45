// What is not as it should be right now and lasts: from the state and the last pass, as data. Who is told of it, and
// when, is decided in incidents-now.ts.

import { knownReachOf } from '../../core/known-reach.ts'
import { errorOf, type Outcome } from '../../core/outcome.ts'
import type { Plan } from '../../core/plan.ts'
import type { AttachmentState, State } from '../../core/state.ts'
import type { FailingTarget } from './failing.ts'
import type { IncidentKind, Words } from './incident.ts'
import {
  blockedWords,
  type Crash,
  crashWords,
  engineWords,
  loopWords,
  pageWords,
  recordWords,
  refusedWords,
  targetWords,
  unreachableWords,
} from './notice-words.ts'

/** How the last pass ended. `unseen`: the engine could not be asked; nothing is known of any attachment. */
export type Visibility =
  | {
      readonly kind: 'seen'
      readonly plan: Plan
      readonly outcomes: readonly Outcome[]
      readonly pausedUntil: number | null
    }
  | { readonly kind: 'unseen'; readonly error: string; readonly hint: string | null }

export interface Inputs {
  /** Null: no pass has ended yet. */
  readonly visibility: Visibility | null
  readonly mode: 'daemon' | 'once'
  /** What cannot be written now, in words. */
  readonly unwritten: readonly string[]
  /** Why the page is not served, in words; null: it is, or nobody asked for it. No disk has that, and no room on one mends it. */
  readonly unserved: string | null
  /** The targets that messages do not get through to. */
  readonly failing: readonly FailingTarget[]
  /** Something was to be written, so that `unwritten` can be believed: a quiet one-shot does not touch the log. */
  readonly written: boolean
  /** The daemon before this one did not shut down cleanly; told once. */
  readonly crash: Crash | null
}

export interface Problem {
  readonly key: string
  readonly kind: IncidentKind
  readonly group: string
  readonly container: string | null
  readonly network: string | null
  /** Null: it begins now. */
  readonly since: number | null
  /** It is told once it has lasted for so many milliseconds. */
  readonly notifyAfter: number
  /** Causes are told before their effects: the lowest first. */
  readonly rank: number
  /** Null: this pass has nothing to say of it; what was known before stays. */
  readonly words: Words | null
}

/** A failed attach is tried again after 1, 2, 4, 8 s: what that heals is no news. */
export const NOTIFY_AFTER = 30_000
/** An engine that is restarted or upgraded is away for a minute or so. */
export const NOTIFY_OF_ENGINE_AFTER = 120_000

/** A one-shot has no "again in a moment": what it leaves broken is told at once, but an engine gets its time. */
export function problemsIn(state: State, inputs: Inputs, now: number): readonly Problem[] {
  const { visibility, mode, unwritten, unserved, failing, crash } = inputs
  const notifyAfter = mode === 'once' ? 0 : NOTIFY_AFTER
  const host = { group: '', container: null, network: null, since: null }
  const found: Problem[] = []
  if (crash !== null) {
    found.push({ ...host, key: 'crashed', kind: 'crashed', notifyAfter: 0, rank: 0, words: crashWords(crash, now) })
  }
  if (visibility?.kind === 'unseen') {
    const words = engineWords(visibility.error, visibility.hint)
    found.push({ ...host, key: 'failed engine', kind: 'failed', notifyAfter: NOTIFY_OF_ENGINE_AFTER, rank: 1, words })
  }
  if (unwritten.length > 0) {
    found.push({ ...host, key: 'failed records', kind: 'failed', notifyAfter, rank: 2, words: recordWords(unwritten) })
  }
  if (unserved !== null) {
    found.push({ ...host, key: 'failed page', kind: 'failed', notifyAfter, rank: 2, words: pageWords(unserved) })
  }
  for (const target of failing) {
    const { name, since } = target
    const words = targetWords(target)
    found.push({ ...host, key: `target ${name}`, kind: 'failed', since, notifyAfter: 0, rank: 2, words })
  }
  if (visibility?.kind === 'seen') {
    for (const [key, attachment] of Object.entries(state.attachments)) {
      if (!attachment.wanted) continue
      found.push(...attachmentProblems(key, attachment, state, visibility, notifyAfter))
    }
  }
  for (const loop of state.loops) {
    const { container, network, since } = loop
    const group = `loop ${loop.kind} ${loop.source} ${network ?? ''}`
    const key = `loop ${loop.key}`
    found.push({
      key,
      kind: 'loop',
      group,
      container,
      network,
      since,
      notifyAfter: 0,
      rank: 5,
      words: loopWords(loop),
    })
  }
  return found.sort((a, b) => a.rank - b.rank)
}

function attachmentProblems(
  key: string,
  attachment: AttachmentState,
  state: State,
  { plan, outcomes, pausedUntil }: Extract<Visibility, { kind: 'seen' }>,
  notifyAfter: number,
): readonly Problem[] {
  const { container, network, state: status } = attachment
  const about = { container, network, since: null, notifyAfter }
  const reach = knownReachOf(attachment)
  if (reach.unreachable !== null) {
    const { reason, since } = reach.unreachable
    const kind = reason === 'unresolved' ? 'unresolved' : 'unreachable'
    const words = unreachableWords(attachment, reach)
    return [{ ...about, key: `unresolved ${key}`, kind, group: `${reason} ${network}`, since, rank: 4, words }]
  }
  if (status === 'blocked') {
    const blocked = plan.blocked.find(b => b.key === key)
    const group = `blocked ${attachment.reported ?? ''} ${network}`
    const words = blocked === undefined ? null : blockedWords(blocked)
    return [{ ...about, key: `failed ${key}`, kind: 'failed', group, rank: 3, words }]
  }
  const backoff = state.backoffs[key]
  if (status === 'detached' && backoff !== undefined && pausedUntil === null) {
    const outcome = outcomes.find(o => o.action.key === key && errorOf(o) !== null)
    const words = outcome === undefined ? null : refusedWords(outcome, backoff.attempts)
    return [{ ...about, key: `failed ${key}`, kind: 'failed', group: `refused ${network}`, rank: 3, words }]
  }
  return []
}

/**
 * Nothing can be said of this incident now: the engine was not seen, or netheal is paused, and what a pause leaves
 * detached is neither failed nor recovered. What could not be reached, and nobody has proven since, is not over either.
 */
export function isHeld(key: string, state: State, { visibility, written }: Inputs): boolean {
  if (key === 'failed records') return !written
  if (key === 'failed engine') return visibility === null
  const attachment = attachmentOf(key)
  if (attachment === null) return false
  if (visibility?.kind !== 'seen') return true
  const known = state.attachments[attachment]
  if (known === undefined || !known.wanted) return false
  // Whether it reaches what it is for is known again once it is attached, and that is proven.
  if (key.startsWith('unresolved ')) return known.state === 'detached' || knownReachOf(known).isPending
  return visibility.pausedUntil !== null && known.state === 'detached'
}

/** The attachment's key in an incident's; null for the engine, the records, a crash and a loop. */
export function attachmentOf(key: string): string | null {
  return /^(?:failed|unresolved) (.* -> .*)$/s.exec(key)?.[1] ?? null
}

/** The target's name in the key of an incident that is about one; null for every other. */
export function targetOf(key: string): string | null {
  return /^target (.*)$/s.exec(key)?.[1] ?? null
}

/** The key of the loop that an incident is about, which is its attachment's but for restarts; null for every other. */
export function loopOf(key: string): string | null {
  return /^loop (.*)$/s.exec(key)?.[1] ?? null
}
