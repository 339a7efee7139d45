// The way back from a text line of the action log to its facts: the inverse of `wordOf` and `sentenceOf`
// (core/entry.ts), as far as a line holds them. It reads the lines of the operators' old script too, which had most of
// the words and fewer facts.

import {
  DETACH_CAUSES,
  type DetachCause,
  LOOP_KINDS,
  LOOP_SOURCES,
  type LoopKind,
  type LoopSource,
} from '../../core/cause.ts'
import type { Entry } from '../../core/entry.ts'
import type { Outage } from '../../core/outage.ts'
import type { Evidence } from '../../core/state.ts'
import type { Verb } from '../../core/verb.ts'
import { warningSubject } from './warning-text.ts'

type Of<K extends Entry['kind']> = Extract<Entry, { readonly kind: K }>
type Unsure<E, K extends keyof E> = Omit<E, K> & { readonly [Key in K]: E[Key] | null }

/**
 * An entry as it is read back. Every `Entry` is one; null stands for what a text line does not hold. In text `error`
 * has the hint in it, `message` too, times are whole seconds, and spans are rounded as people say them.
 */
export type Logged =
  | Unsure<Of<'fixing'>, 'network'>
  | Unsure<Of<'action'>, 'network'>
  // Without milliseconds: the old script's.
  | Unsure<Of<'success'>, 'network' | 'milliseconds'>
  | Unsure<Of<'failed'>, 'network'>
  | Unsure<Of<'lost'>, 'evidence'>
  | Of<'loop'>
  | Of<'cleared'>
  | Of<'returned'>
  | Unsure<Of<'warning'>, 'code'>

const CAUSE = DETACH_CAUSES.join('|')
const SPAN = '\\d+ (?:ms|s|min|h|d)'

const FIXING = new RegExp(`^(\\S+) (.+?)(?: \\(cause: (${CAUSE})\\))?$`, 's')
const ACTION =
  /^(Connecting|Repairing|Disconnecting|Restarting|Starting|Resolving names in|Reaching out from) (\S+)(?: (?:to|on|from) (.+?))?\.\.\.(?: \((.*)\))?$/
const SUCCESS =
  /^(Connected|Repaired|Disconnected|Restarted|Started) (\S+)(?: (?:to|on|from) (.+?))?(?: in (\d+) ms(?: \((.*)\))?)?$/
const PROVED = /^(\S+) (resolves|reaches) (.+)$/
const FAILED = new RegExp(
  `^[Cc]ould not (connect|repair|disconnect|restart|start|resolve names in|reach out from) (\\S+?)(?: (?:to|on|from) (.+?))?(?:: (.*?)(?:; next try in (${SPAN}))?)?$`,
  's',
)
const LOST = new RegExp(`^(\\S+) is off (.+?) \\(cause: (${CAUSE})\\): (.*)$`, 's')
const LOOP = new RegExp(
  `^(\\S+) (?:lost (.+?)|was stopped and started from outside) (\\d+) times in (${SPAN})(?:, every ~(${SPAN}))? ` +
    `\\(cause: (${CAUSE}|restarted), source: (${LOOP_SOURCES.join('|')})\\): (.*)$`,
  's',
)
const CLEARED = new RegExp(`^(\\S+)(?: on (.+?))?: (${LOOP_KINDS.join('|')}) is over, quiet for (${SPAN})$`)

const BACK = new RegExp(`^(\\S+) is on (.+?) again, (${SPAN}) after it was lost$`)
const OVER = new RegExp(`^(\\S+) on (.+?): ([a-z-]+) is over after (${SPAN})$`)

const VERBS: Readonly<Record<string, Verb>> = {
  Connecting: 'connect',
  Repairing: 'repair',
  Disconnecting: 'leave',
  Restarting: 'restart',
  Starting: 'start',
  'Resolving names in': 'prove',
  'Reaching out from': 'reach',
  Connected: 'connect',
  Repaired: 'repair',
  Disconnected: 'leave',
  Restarted: 'restart',
  Started: 'start',
  connect: 'connect',
  repair: 'repair',
  disconnect: 'leave',
  restart: 'restart',
  start: 'start',
  'resolve names in': 'prove',
  'reach out from': 'reach',
}

/** The facts of one line, `at` in milliseconds since the epoch; null where word and sentence are none of netheal's. */
export function loggedFrom(at: number, word: string, sentence: string): Logged | null {
  switch (word) {
    case 'FIXING':
      return fixing(at, sentence)
    case 'ACTION':
      return action(at, sentence)
    case 'SUCCESS':
      return success(at, sentence)
    case 'FAILED':
      return failed(at, sentence)
    case 'LOST':
      return lost(at, sentence)
    case 'LOOP':
      return loop(at, sentence)
    case 'CLEARED':
      return cleared(at, sentence) ?? returned(at, sentence)
    case 'WARNING':
      return warning(at, sentence)
    default:
      return null
  }
}

function fixing(at: number, sentence: string): Logged | null {
  const [, container, why, cause] = FIXING.exec(sentence) ?? []
  if (container === undefined || why === undefined) return null
  // The words of core/plan-item.ts; others still have the ACTION after them, which names the network.
  const network =
    /^not attached to (.+)$/.exec(why)?.[1] ??
    /^holds the id of an old (.+) \([^()]*\)$/.exec(why)?.[1] ??
    /^has an entry for (.+) with no endpoint behind it$/.exec(why)?.[1] ??
    null
  return { kind: 'fixing', at, container, network, why, cause: (cause ?? null) as DetachCause | null, evidence: null }
}

function action(at: number, sentence: string): Logged | null {
  const [, doing, container, network, notes] = ACTION.exec(sentence) ?? []
  const verb = VERBS[doing ?? '']
  if (container === undefined || verb === undefined || !isWhole(verb, network)) return null
  return { kind: 'action', at, container, network: network ?? null, verb, notes: listOf(notes, '; ') }
}

function success(at: number, sentence: string): Logged | null {
  const [, done, container, network, milliseconds, notes] = SUCCESS.exec(sentence) ?? []
  const verb = VERBS[done ?? '']
  if (container !== undefined && verb !== undefined && isWhole(verb, network)) {
    const took = milliseconds === undefined ? null : Number(milliseconds)
    const said = listOf(notes, '; ')
    return { kind: 'success', at, container, network: network ?? null, verb, milliseconds: took, notes: said }
  }
  const [, prover, how, what] = PROVED.exec(sentence) ?? []
  if (prover === undefined) return null
  const proof = how === 'reaches' ? 'reach' : 'prove'
  return {
    kind: 'success',
    at,
    container: prover,
    network: null,
    verb: proof,
    milliseconds: null,
    notes: listOf(what, ', '),
  }
}

function failed(at: number, sentence: string): Logged | null {
  const [, notDone, container, network, error, retry] = FAILED.exec(sentence) ?? []
  const verb = VERBS[notDone ?? '']
  if (container === undefined || verb === undefined) return null
  return {
    kind: 'failed',
    at,
    container,
    network: network ?? null,
    verb,
    error: error ?? 'no reason given',
    hint: null,
    retryIn: spanFrom(retry),
  }
}

function lost(at: number, sentence: string): Logged | null {
  const [, container, network, cause, why] = LOST.exec(sentence) ?? []
  if (container === undefined || network === undefined || why === undefined) return null
  return { kind: 'lost', at, container, network, cause: cause as DetachCause, evidence: null as Evidence | null, why }
}

function loop(at: number, sentence: string): Logged | null {
  const [, container, network, count, within, every, cause, source, remedy] = LOOP.exec(sentence) ?? []
  if (container === undefined || cause === undefined || remedy === undefined) return null
  return {
    kind: 'loop',
    at,
    container,
    network: network ?? null,
    loop: network === undefined ? 'restart-loop' : 'detach-loop',
    cause,
    source: source as LoopSource,
    count: Number(count),
    within: spanFrom(within) ?? 0,
    every: spanFrom(every),
    remedy,
  }
}

function cleared(at: number, sentence: string): Logged | null {
  const [, container, network, kind, quiet] = CLEARED.exec(sentence) ?? []
  if (container === undefined) return null
  const over = kind as LoopKind
  return { kind: 'cleared', at, container, network: network ?? null, loop: over, quiet: spanFrom(quiet) ?? 0 }
}

function returned(at: number, sentence: string): Logged | null {
  const [, container, network, after] = BACK.exec(sentence) ?? []
  if (container !== undefined && network !== undefined)
    return { kind: 'returned', at, container, network, reason: null, after: spanFrom(after) ?? 0 }
  const [, whose, where, reason, since] = OVER.exec(sentence) ?? []
  if (whose === undefined || where === undefined || reason === undefined) return null
  return { kind: 'returned', at, container: whose, network: where, reason, after: spanFrom(since) ?? 0 }
}

function warning(at: number, sentence: string): Logged {
  return { kind: 'warning', at, message: sentence, hint: null, ...warningSubject(sentence) }
}

/** A line about a network names it; a torn one may not. */
function isWhole(verb: Verb, network: string | undefined): boolean {
  return (verb === 'connect' || verb === 'repair' || verb === 'leave') === (network !== undefined)
}

function listOf(text: string | undefined, separator: string): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(separator)
}

const OFF = new RegExp(`^off for (${SPAN})(?: to (${SPAN}))?$`)

/** What a note of a SUCCESS says of the outage (core/outage.ts), in milliseconds; null for another note. */
export function outageFrom(note: string): Outage | null {
  const [, least, most] = OFF.exec(note) ?? []
  const min = spanFrom(least)
  return min === null ? null : { min, max: spanFrom(most) ?? min }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of what `span` (core/entry.ts) said; null where it said nothing. */
function spanFrom(text: string | undefined): number | null {
  const [count, unit] = text?.split(' ') ?? []
  const factor = UNITS[unit ?? '']
  return count === undefined || factor === undefined ? null : Number(count) * factor
}
