// What is worth writing down: one entry a fact, as data, and its words for people. The action log is made of these.

import type { DetachCause, LoopKind, LoopSource } from './cause.ts'
import { assertNever } from './errors.ts'
import type { Evidence } from './state.ts'
import { VERBS, type Verb } from './verb.ts'

/** Times in milliseconds since the epoch. `network` is the network's name, `container` the container's. */
export type Entry =
  | {
      readonly kind: 'fixing'
      readonly at: number
      readonly container: string
      readonly network: string
      readonly why: string
      /** Null when nothing was lost: the attachment was never seen before. */
      readonly cause: DetachCause | null
      readonly evidence: Evidence | null
    }
  | {
      readonly kind: 'action'
      readonly at: number
      readonly container: string
      readonly network: string
      readonly verb: Verb
      /** What it does beside the obvious, for the end of the line; empty for none. */
      readonly notes: readonly string[]
    }
  | {
      readonly kind: 'success'
      readonly at: number
      readonly container: string
      readonly network: string
      readonly verb: Verb
      readonly milliseconds: number
      readonly notes: readonly string[]
    }
  | {
      readonly kind: 'failed'
      readonly at: number
      readonly container: string
      readonly network: string
      readonly verb: Verb
      readonly error: string
      readonly hint: string | null
      /** When it will be tried again, milliseconds from `at`; null for "at the next pass". */
      readonly retryIn: number | null
    }
  | {
      readonly kind: 'lost'
      readonly at: number
      readonly container: string
      readonly network: string
      readonly cause: DetachCause
      readonly evidence: Evidence
      /** Why nothing is done about it. */
      readonly why: string
    }
  | {
      readonly kind: 'loop'
      readonly at: number
      readonly container: string
      readonly network: string | null
      readonly loop: LoopKind
      readonly cause: string
      readonly source: LoopSource
      readonly count: number
      /** Milliseconds between the first and the last of them. */
      readonly within: number
      /** The rhythm in milliseconds, null where there is none. */
      readonly every: number | null
      readonly remedy: string
    }
  | {
      readonly kind: 'cleared'
      readonly at: number
      readonly container: string
      readonly network: string | null
      readonly loop: LoopKind
      /** Milliseconds since the last of them. */
      readonly quiet: number
    }
  | {
      /** What was lost or reported is over, and no heal of this process ended it. */
      readonly kind: 'returned'
      readonly at: number
      readonly container: string
      readonly network: string
      /** The reason that was reported (`network-missing`); null: it was lost. */
      readonly reason: string | null
      /** Milliseconds since it was. */
      readonly after: number
    }
  | {
      readonly kind: 'warning'
      readonly at: number
      readonly container: string | null
      readonly network: string | null
      readonly code: string
      readonly message: string
      readonly hint: string | null
    }

/** The word that the operators grep for. */
export function wordOf(entry: Entry): string {
  return entry.kind === 'returned' ? 'CLEARED' : entry.kind.toUpperCase()
}

/** One line for people, without time stamp and word, in the words of the operators' old script where it had them. */
export function sentenceOf(entry: Entry): string {
  switch (entry.kind) {
    case 'fixing':
      return `${entry.container} ${entry.why}${entry.cause === null ? '' : ` (cause: ${entry.cause})`}`
    case 'action':
      return `${VERBS[entry.verb].doing(entry)}...${tail(entry.notes)}`
    case 'success':
      if (entry.verb === 'prove') return `${entry.container} resolves ${entry.notes.join(', ')}`
      if (entry.verb === 'reach') return `${entry.container} reaches ${entry.notes.join(', ')}`
      return `${VERBS[entry.verb].done(entry)} in ${Math.round(entry.milliseconds)} ms${tail(entry.notes)}`
    case 'failed': {
      const retry = entry.retryIn === null ? '' : `; next try in ${span(entry.retryIn)}`
      const hint = entry.hint === null ? '' : `; ${entry.hint}`
      return `${VERBS[entry.verb].failed(entry)}: ${entry.error}${hint}${retry}`
    }
    case 'lost':
      return `${entry.container} is off ${entry.network} (cause: ${entry.cause}): ${entry.why}`
    case 'loop': {
      const rhythm = entry.every === null ? '' : `, every ~${span(entry.every)}`
      const what =
        entry.loop === 'detach-loop'
          ? `lost ${entry.network ?? 'its network'} ${entry.count} times in ${span(entry.within)}`
          : `was stopped and started from outside ${entry.count} times in ${span(entry.within)}`
      return `${entry.container} ${what}${rhythm} (cause: ${entry.cause}, source: ${entry.source}): ${entry.remedy}`
    }
    case 'cleared':
      return `${entry.container}${entry.network === null ? '' : ` on ${entry.network}`}: ${entry.loop} is over, quiet for ${span(entry.quiet)}`
    case 'returned': {
      const { container, network, reason, after } = entry
      return reason === null
        ? `${container} is on ${network} again, ${span(after)} after it was lost`
        : `${container} on ${network}: ${reason} is over after ${span(after)}`
    }
    case 'warning':
      return `${entry.message}${entry.hint === null ? '' : `; ${entry.hint}`}`
    default:
      return assertNever(entry)
  }
}

function tail(notes: readonly string[]): string {
  return notes.length === 0 ? '' : ` (${notes.join('; ')})`
}

/** A span of time as a person says it: `850 ms`, `12 s`, `120 s`, `15 min`, `3 h`, `2 d`. Milliseconds in. */
export function span(milliseconds: number): string {
  const s = milliseconds / 1000
  if (s < 1) return `${Math.round(milliseconds)} ms`
  if (s < 180) return `${Math.round(s)} s`
  if (s < 3 * 3600) return `${Math.round(s / 60)} min`
  if (s < 3 * 86_400) return `${Math.round(s / 3600)} h`
  return `${Math.round(s / 86_400)} d`
}
