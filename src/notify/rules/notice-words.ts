// The words of a notice: what is told of each kind of problem, in the operators' own words, with times in UTC. Names and
// errors come from others: every line is made plain and short here, once, before it goes anywhere.

import type { Blocked } from '../../core/action.ts'
import { MAX_BACKOFF } from '../../core/backoff.ts'
import { remedyFor } from '../../core/cause.ts'
import { span } from '../../core/entry.ts'
import { lastingName } from '../../core/identity.ts'
import type { KnownReach } from '../../core/known-reach.ts'
import { RUNG_MEANINGS } from '../../core/meanings.ts'
import { errorOf, type Outcome } from '../../core/outcome.ts'
import { stampOf } from '../../core/stamp.ts'
import type { AttachmentState, Loop } from '../../core/state.ts'
import type { FailingTarget } from './failing.ts'
import type { Words } from './incident.ts'

/** The daemon that did not shut down cleanly. Times in milliseconds since the epoch. */
export interface Crash {
  readonly pid: number
  readonly since: number
  /** Null: it made none, or somebody else made one since. */
  readonly lastPassAt: number | null
}

const LONGEST_TITLE = 200
const LONGEST_LINE = 400
const MOST_LINES = 16

export function loopWords(loop: Loop): Words {
  const { network, count, since, last, every, source } = loop
  const container = lastingName(loop.container)
  const rhythm = every === null ? '' : `, every ~${span(every)}`
  const within = span(last - since)
  const title =
    loop.kind === 'detach-loop'
      ? `${container} lost ${network ?? 'its network'} ${count} times in ${within}${rhythm}`
      : `${container} was stopped and started from outside ${count} times in ${within}${rhythm}`
  return words(
    title,
    [
      loop.kind === 'detach-loop'
        ? 'netheal attaches it again by itself each time; it stops being lost when what takes it away is stopped'
        : 'netheal does not restart it, and attaches it again by itself where a start loses the network',
      `first: ${stampOf(since)}, last: ${stampOf(last)}`,
    ],
    remedyFor(source),
  )
}

export function blockedWords({ container, network, reason, hint }: Blocked): Words {
  const title = `${lastingName(container)} cannot be attached to ${network} (${reason})`
  return words(title, ['netheal attaches it by itself as soon as that is put right'], hint)
}

export function refusedWords(outcome: Outcome, attempts: number): Words {
  const { action } = outcome
  const hint = outcome.kind === 'failed' ? outcome.hint : null
  const lines = [
    `tried ${attempts === 1 ? 'once' : `${attempts} times`}: ${errorOf(outcome) ?? 'no reason given'}`,
    `netheal tries again by itself, at least every ${span(MAX_BACKOFF)}`,
  ]
  const look = 'run netheal check; the action log has each try'
  return words(`${lastingName(action.container)} cannot be attached to ${action.network}`, lines, hint ?? look)
}

export function unreachableWords({ container, network }: AttachmentState, { proof, unreachable }: KnownReach): Words {
  const title = `${lastingName(container)} is attached to ${network}, but ${unreachable?.detail ?? 'does not reach what it is for'}`
  const proven = proof === null ? [] : [`proven at ${stampOf(proof.at)}: ${RUNG_MEANINGS[proof.rung]}`]
  return words(
    title,
    ['netheal looks again by itself, and tells when it is over', ...proven],
    unreachable?.hint ?? LOOK,
  )
}

const LOOK = 'run netheal diagnose'

export function engineWords(error: string, hint: string | null): Words {
  return words(
    'the Docker engine cannot be reached: nothing on this host is healed',
    [`error: ${error}`, 'netheal heals by itself once the engine answers again'],
    hint,
  )
}

export function recordWords(problems: readonly string[]): Words {
  return words(
    'netheal cannot write its records; healing goes on',
    problems,
    'make sure that the disk is neither full nor read-only',
  )
}

export function pageWords(problem: string): Words {
  return words("netheal's status page cannot be served; healing goes on", [problem], null)
}

export function targetWords({ name, error }: FailingTarget): Words {
  return words(
    `netheal cannot send notifications to ${name}; healing goes on`,
    [error, `nobody who reads only ${name} is told of anything`],
    `put ${name} right in netheal's config, then type: netheal notify-test ${name}`,
  )
}

export function crashWords({ pid, since, lastPassAt }: Crash, now: number): Words {
  return words(
    'netheal did not shut down cleanly, and was started again',
    [
      `it ran since ${stampOf(since)} (pid ${pid})`,
      ...(lastPassAt === null ? [] : [`its last pass ended at ${stampOf(lastPassAt)}`]),
      `started again at ${stampOf(now)}`,
    ],
    'journalctl -u netheal shows what ended it, unless the host lost power or the kernel killed it for lack of memory',
  )
}

/** Several of one group: what is said of the first, for all of them. */
export function mergedWords(all: readonly (Words & { readonly container: string | null })[]): Words {
  const [first, ...others] = all
  if (first === undefined) throw new Error('nothing to merge')
  if (others.length === 0) return first
  const names = all.flatMap(a => a.container ?? [])
  const shown = names.slice(0, 10).join(', ')
  const more = names.length > 10 ? ` and ${names.length - 10} more` : ''
  const title = `${names.length} containers: ${first.title}`
  return words(title, [`containers: ${shown}${more}`, `of ${names[0]}:`, ...first.lines], first.remedy)
}

/** What a fact of an incident without words says: it was found as it is, by a process that does not know why. */
export function barestWords(container: string | null, network: string | null): Words {
  return words(`${container} cannot be attached to ${network}`, [], 'run netheal check')
}

export function words(title: string, lines: readonly string[], remedy: string | null): Words {
  return {
    title: plain(title, LONGEST_TITLE),
    lines: lines.slice(0, MOST_LINES).map(l => plain(l, LONGEST_LINE)),
    remedy: remedy === null ? null : plain(remedy, LONGEST_LINE),
  }
}

/** One line without anything that is not seen: control, format and bidi characters, lone surrogates. */
export function plain(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim()
  if (line.length <= longest) return line
  return `${line
    .slice(0, longest - 3)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}...`
}
