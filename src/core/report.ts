// From what was decided and what became of it to what is worth writing down. Each fact once: a problem that stays is not
// written again at every pass.

import { type Action, type Blocked, NETWORK_REMOVED, type Warning } from './action.ts'
import type { DetachCause } from './cause.ts'
import type { Entry } from './entry.ts'
import { lossOf, outageOf, outageText } from './outage.ts'
import type { Attempt, Outcome } from './outcome.ts'
import type { Plan } from './plan.ts'
import type { Unreachable } from './proof.ts'
import type { AttachmentState, Detach, State, Unmatched } from './state.ts'
import { isMistaken, nearText } from './unmatched.ts'
import type { Verb } from './verb.ts'

/** The loss that is not healed yet: what FIXING names as its cause. Null: it was never seen attached. */
export function causeOf(action: Action, state: State): DetachCause | null {
  return state.attachments[action.key]?.seen[action.containerId]?.lost ?? null
}

const NONE: ReadonlySet<string> = new Set()

/**
 * What is about to be done, and what was lost without anything being done about it. Written before the first call. @param quiet
 * keys of attachments whose intent is no news
 */
export function intentEntries(
  plan: Plan,
  detaches: readonly Detach[],
  state: State,
  at: number,
  quiet: ReadonlySet<string> = NONE,
): readonly Entry[] {
  const acted = new Set(plan.actions.map(a => `${a.key} ${a.containerId}`))
  const left = detaches.filter(d => !acted.has(`${d.key} ${d.evidence.containerId}`))
  return [
    ...left.map(
      (d): Entry => ({
        kind: 'lost',
        at,
        container: d.container,
        network: d.network,
        cause: d.cause,
        evidence: d.evidence,
        why: whyLeft(d, plan),
      }),
    ),
    ...plan.actions.filter(a => !quiet.has(a.key)).flatMap(action => intent(action, detaches, state, at)),
  ]
}

/**
 * What a one-shot that comes again and again has to tell: not that what failed before fails as it did then. What ends otherwise is
 * told whole. @param quiet those whose intent was not told
 */
export function newsOf(
  outcomes: readonly Outcome[],
  quiet: ReadonlySet<string>,
  before: State,
  at: number,
): { readonly outcomes: readonly Outcome[]; readonly intents: readonly Entry[] } {
  const news = outcomes.filter(o => !quiet.has(o.action.key) || !isAsBefore(o, before))
  const late = news.filter(o => quiet.has(o.action.key))
  return { outcomes: news, intents: late.flatMap(o => intent(o.action, [], before, at)) }
}

function isAsBefore(outcome: Outcome, { backoffs }: State): boolean {
  if (outcome.kind !== 'failed' && outcome.kind !== 'unverified') return false
  return backoffs[outcome.action.key]?.code === (outcome.kind === 'failed' ? outcome.code : null)
}

function intent(action: Action, detaches: readonly Detach[], state: State, at: number): readonly Entry[] {
  const { container, network } = action
  const detach = detaches.find(d => d.key === action.key && d.evidence.containerId === action.containerId)
  const verb: Verb = action.kind === 'attach' ? 'connect' : 'repair'
  const cause = causeOf(action, state)
  return [
    { kind: 'fixing', at, container, network, why: action.why, cause, evidence: detach?.evidence ?? null },
    ...action.warnings.filter(w => w.code !== 'network-empty').map(w => warningEntry(w, container, network, at)),
    {
      kind: 'action',
      at,
      container,
      network,
      verb,
      notes: action.aliases.length === 0 ? [] : [`as ${action.aliases.join(', ')}`],
    },
  ]
}

function whyLeft(detach: Detach, plan: Plan): string {
  const blocked = plan.blocked.find(b => b.key === detach.key)
  if (blocked !== undefined) return `${blocked.reason}: ${blocked.hint}`
  const skipped = plan.skipped.find(s => s.key === detach.key && s.container === detach.container)
  switch (skipped?.reason) {
    case 'paused':
      return 'netheal is paused'
    case 'looping':
      return 'it loops, and the rule says "onLoop": "back-off"'
    case 'backing-off':
      return 'it failed a moment ago; netheal tries again later'
    default:
      return 'the container is not running; it is attached when it starts'
  }
}

/** What became of the actions, and how long what was lost was not there. `retryIn`: ms until a failed one is tried again. */
export function outcomeEntries(
  outcomes: readonly Outcome[],
  detaches: readonly Detach[],
  retryIn: (outcome: Outcome) => number | null,
  at: number,
): readonly Entry[] {
  return outcomes.map((outcome): Entry => {
    const { action, milliseconds } = outcome
    const { container, network } = action
    const verb: Verb = action.kind === 'attach' ? 'connect' : 'repair'
    switch (outcome.kind) {
      case 'verified':
      case 'waiting':
        return {
          kind: 'success',
          at,
          container,
          network,
          verb,
          milliseconds,
          notes: [...notesOf(outcome), ...offText(outcome, detaches, at)],
        }
      case 'gone':
        return goneEntry(outcome, at)
      case 'failed': {
        const { error, hint } = outcome
        return { kind: 'failed', at, container, network, verb, error, hint, retryIn: retryIn(outcome) }
      }
      default: {
        const { error } = outcome
        return { kind: 'failed', at, container, network, verb, error, hint: null, retryIn: retryIn(outcome) }
      }
    }
  })
}

function notesOf(outcome: Extract<Outcome, { kind: 'verified' | 'waiting' }>): readonly string[] {
  if (outcome.kind === 'waiting' || outcome.action.effect === 'at-next-start') return ['joins at its next start']
  if (outcome.beforeStart === null) return []
  return [outcome.beforeStart ? 'before its first process' : 'just after its start']
}

function offText({ kind, cause, action }: Outcome, detaches: readonly Detach[], at: number): readonly string[] {
  const loss = kind === 'verified' && cause !== null ? lossOf(detaches, action.key, action.containerId) : undefined
  return loss === undefined ? [] : [outageText(outageOf(loss, at))]
}

/** Nothing failed: the container was stopped or removed under our hands, or the network was. */
function goneEntry({ action }: Outcome, at: number): Entry {
  const { container, network } = action
  const message = `${container} was not connected to ${network}: one of them went away meanwhile`
  return { kind: 'warning', at, container, network, code: 'gone', message, hint: null }
}

/** The engine went away before anybody could look again. */
export function unverifiedEntries(attempts: readonly Attempt[], error: string, at: number): readonly Entry[] {
  return attempts.map(({ action, error: refused }) => {
    const { container, network } = action
    const verb: Verb = action.kind === 'attach' ? 'connect' : 'repair'
    return {
      kind: 'failed',
      at,
      container,
      network,
      verb,
      error: refused?.message ?? `the engine accepted it, but it could not be verified: ${error}`,
      hint: null,
      retryIn: null,
    }
  })
}

/**
 * What was lost, or could not be attached, and is on its network by this look: netheal itself writes down what it heals when it
 * has verified it. So it was done by another hand, or by a process that was killed before it could say so.
 */
export function returnedEntries(before: State, after: State, at: number): readonly Entry[] {
  return Object.entries(before.attachments).flatMap(([key, known]): readonly Entry[] => {
    const now = after.attachments[key]
    if (now === undefined || !now.wanted || !known.wanted) return []
    const { container, network } = now
    if (isLost(known) && !isLost(now) && Object.values(now.seen).some(c => c.attached)) {
      const since = known.lastDetach?.at ?? known.since
      return [{ kind: 'returned', at, container, network, reason: null, after: Math.max(0, at - since) }]
    }
    const { reported } = known
    const wasWrong = known.state === 'blocked' || known.state === 'unreachable'
    const isBack = wasWrong && (now.state === 'attached' || (now.state === 'unreachable' && known.state === 'blocked'))
    if (!isBack || reported === null || reported === EMPTY) return []
    return [{ kind: 'returned', at, container, network, reason: reported, after: Math.max(0, at - known.since) }]
  })
}

function isLost({ seen }: AttachmentState): boolean {
  return Object.values(seen).some(c => c.lost !== null)
}

export function warningEntry(warning: Warning, container: string, network: string, at: number): Entry {
  return { kind: 'warning', at, container, network, code: warning.code, message: warning.message, hint: warning.hint }
}

/**
 * Standing problems: what is blocked, what is not as its rule asks, and whose network is empty. Only those that were not written down before; a network
 * that several attachments name is said to be empty once.
 * @param isFull the plan is of a full look. Another one has the rest of the world from before, where a stack that has been
 *   started since still seems to be down: it says nothing new about who else is on a network.
 */
export function standingProblems(
  plan: Plan,
  state: State,
  at: number,
  isFull: boolean,
): { readonly entries: readonly Entry[]; readonly state: State } {
  const now = new Map<string, { code: string; entry: Entry }>()
  for (const blocked of plan.blocked) now.set(blocked.key, { code: blocked.reason, entry: blockedEntry(blocked, at) })
  for (const item of [...plan.actions, ...plan.satisfied]) {
    const empty = item.warnings.find(w => w.code === EMPTY)
    const isOld = state.attachments[item.key]?.reported === EMPTY
    if (isFull ? empty !== undefined : isOld)
      now.set(item.key, { code: EMPTY, entry: emptyEntry(empty, item.container, item.network, at) })
  }
  for (const { key, container, network, warnings } of plan.satisfied) {
    const first = warnings.find(w => STANDING.includes(w.code))
    if (first !== undefined) now.set(key, { code: first.code, entry: warningEntry(first, container, network, at) })
  }
  for (const { key, container, network, reason } of plan.skipped) {
    const never = state.unmatched.find(u => u.selector === container && u.network === network)
    if (reason === 'container-missing' && never !== undefined && isMistaken(never))
      now.set(key, { code: UNMATCHED, entry: unmatchedEntry(never, at) })
  }
  const removed = new Set(plan.skipped.filter(s => s.reason === NETWORK_REMOVED).map(s => s.key))
  const codeOf = (key: string): string | null => now.get(key)?.code ?? (removed.has(key) ? NETWORK_REMOVED : null)
  const news = [...now].filter(([key, { code }]) => state.attachments[key]?.reported !== code)
  const said = new Set<string>()
  const entries = news.flatMap(([, { code, entry }]) => {
    if (code !== EMPTY || entry.kind !== 'warning') return [entry]
    if (said.has(entry.network ?? '')) return []
    said.add(entry.network ?? '')
    return [entry]
  })
  const keys = Object.entries(state.attachments)
  const changed = keys.some(([key, a]) => a.reported !== codeOf(key))
  if (!changed) return { entries, state }
  const attachments = Object.fromEntries(keys.map(([key, a]) => [key, { ...a, reported: codeOf(key) }]))
  return { entries, state: { ...state, attachments } }
}

const EMPTY = 'network-empty'
const UNMATCHED = 'selector-unmatched'
/** Of an attachment that is there. */
const STANDING: readonly Warning['code'][] = ['off-home', 'drift', 'selector-ambiguous']

/** Where this look does not tell, the words are not needed: it has been written down already. */
function emptyEntry(warning: Warning | undefined, container: string, network: string, at: number): Entry {
  return warningEntry(warning ?? { code: EMPTY, message: '', hint: null }, container, network, at)
}

/** One that is blocked, for the log and for whoever runs a one-shot by hand. */
export function blockedEntry(blocked: Blocked, at: number): Entry {
  const { container, network, reason, hint } = blocked
  return {
    kind: 'warning',
    at,
    container,
    network,
    code: reason,
    message:
      blocked.attached === null
        ? `${container} cannot be attached to ${network} (${reason})`
        : `${container} is attached to ${network}, but reaches nothing there (${reason})`,
    hint,
  }
}

/** A selector that has never found a container, while one runs that may be meant. */
export function unmatchedEntry({ selector, network, near }: Unmatched, at: number): Entry {
  const message = `no container has ever matched ${selector}, so nothing is attached to ${network} for it`
  return { kind: 'warning', at, container: selector, network, code: UNMATCHED, message, hint: nearText(near) }
}

type WarningEntry = Extract<Entry, { readonly kind: 'warning' }>

/** One that is attached, and cannot reach what it is attached for. */
export function unreachableEntry(
  container: string,
  network: string,
  unreachable: Unreachable,
  at: number,
): WarningEntry {
  const { reason, detail, hint } = unreachable
  const code = reason === 'unresolved' ? reason : 'unreachable'
  const message = `${container} is attached to ${network}, but ${detail}`
  return { kind: 'warning', at, container, network, code, message, hint }
}
