// The status in words, the worst first. On a terminal it is one screen, whatever the number of attachments.

import { remedyFor } from '../../core/cause.ts'
import { span } from '../../core/entry.ts'
import { greatest } from '../../core/extremes.ts'
import { knownReachOf, proofText } from '../../core/known-reach.ts'
import { stampOf } from '../../core/stamp.ts'
import type { AttachmentState, AttachmentStatus } from '../../core/state.ts'
import { isMistaken, unmatchedText } from '../../core/unmatched.ts'
import { MOST_AN_HOUR } from '../../notify/rules/outbox.ts'
import { grouped } from '../grouped.ts'
import type { Terminal } from '../process-io.ts'
import { loopText } from '../render.ts'
import { column, safe, type Tone } from '../style.ts'
import { SCREEN_WIDTH } from '../wrap.ts'
import { connectErrorOf, type Healer, type Status, wanted } from './current-status.ts'
import { Sheet } from './sheet.ts'

const WORST_FIRST: readonly AttachmentStatus[] = [
  'detached',
  'blocked',
  'unreachable',
  'waiting',
  'stopped',
  'missing',
  'attached',
]
const TONES: Readonly<Record<AttachmentStatus, Tone>> = {
  detached: 'bad',
  blocked: 'bad',
  unreachable: 'bad',
  waiting: 'warn',
  stopped: 'quiet',
  missing: 'quiet',
  attached: 'good',
}

/** Columns of a state's word. */
const WORD = 13

/** Lines of the smallest terminal, less one for the prompt. */
const SCREEN_HEIGHT = 23

/** Beyond these numbers a screen only says how many more there are. */
const MOST_PROBLEMS = 4
const MOST_LOOPS = 3

export function renderStatus(status: Status, terminal: Terminal): string {
  const { healer, state, pause, problems, targets, now } = status
  const sheet = new Sheet(terminal)
  sheet.say(healerText(healer, now), { tone: healer.alive ? 'strong' : 'bad', hang: 2 })
  if (pause.until !== null) {
    const reason = pause.reason === null ? '' : ` (${pause.reason})`
    const left = span(Math.max(0, pause.until - now))
    sheet.say(`PAUSED until ${stampOf(pause.until)}, for another ${left}${reason}; to end it: netheal resume`, {
      tone: 'warn',
      hang: 2,
    })
  }
  few(sheet, terminal, problems, MOST_PROBLEMS, 'problems', problem =>
    sheet.say(`PROBLEM ${problem}`, { tone: 'bad', hang: 2 }),
  )
  for (const { name, heldBack } of targets) {
    if (heldBack === 0) continue
    const what = heldBack === 1 ? 'message is' : 'messages are'
    sheet.say(
      `HELD BACK ${heldBack} ${what} not sent to ${name} yet: at most ${MOST_AN_HOUR} an hour, but for what is critical`,
      {
        tone: 'warn',
        hang: 2,
      },
    )
  }
  few(sheet, terminal, state.loops.toReversed(), MOST_LOOPS, 'loops', loop => {
    sheet.say(`LOOP ${loopText(loop)}, last ${ago(loop.last, now)}`, { tone: 'bad', hang: 2 })
    sheet.say(remedyFor(loop.source), { indent: 2 })
  })
  for (const never of state.unmatched) {
    const isWrong = isMistaken(never)
    sheet.say(`${isWrong ? 'UNMATCHED ' : ''}${unmatchedText(never)}`, { tone: isWrong ? 'bad' : 'quiet', hang: 2 })
  }
  attachments(sheet, worstFirst(state), terminal, now)
  return sheet.text
}

function few<T>(
  sheet: Sheet,
  terminal: Terminal,
  items: readonly T[],
  most: number,
  what: string,
  say: (item: T) => void,
): void {
  const shown = terminal.isTerminal ? items.slice(0, most) : items
  for (const item of shown) say(item)
  if (items.length > shown.length) sheet.say(`and ${items.length - shown.length} more ${what}`, { tone: 'bad' })
}

/** `error`: of the last try to attach it, in words; null for none. */
type Shown = AttachmentState & { readonly error: string | null }

/** Within a state, the most recent loss comes first. */
function worstFirst(state: Status['state']): readonly Shown[] {
  const lastLost = (a: AttachmentState): number => a.lastDetach?.at ?? 0
  return wanted(state)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state) || lastLost(b) - lastLost(a))
    .map(a => ({ ...a, error: connectErrorOf(state, a) }))
}

function attachments(sheet: Sheet, all: readonly Shown[], terminal: Terminal, now: number): void {
  if (all.length === 0) sheet.say('no attachment has been checked yet; to check now: netheal check')
  // What is wrong is told of each container by itself, and what has a reason of its own is told apart.
  const alike = (a: Shown): string | null =>
    a.state === 'blocked' || a.state === 'unreachable'
      ? null
      : JSON.stringify([a.state, a.state === 'detached' ? a.container : null, ...pastOf(a, now)])
  const groups = grouped(all, terminal.isTerminal ? alike : () => null)
  const wide = Math.min(
    SCREEN_WIDTH / 2,
    greatest(
      groups.map(g => safe(g.container).length),
      0,
    ),
  )
  for (const [i, { items, container, network }] of groups.entries()) {
    const one = new Sheet(terminal)
    const [first] = items
    if (first !== undefined) oneAttachment(one, { ...first, container, network }, wide, terminal, now)
    // A line for the rest, unless this is the last one.
    const room = SCREEN_HEIGHT - sheet.lines.length - (i === groups.length - 1 ? 0 : 1)
    if (terminal.isTerminal && one.lines.length > room) {
      sheet.say(`and ${restText(groups.slice(i).flatMap(g => g.items))}`, { hang: 2 })
      return
    }
    sheet.add(one)
  }
}

/** One line; on a terminal with its past below it. */
function oneAttachment(sheet: Sheet, attachment: Shown, wide: number, terminal: Terminal, now: number): void {
  const { container, network, state } = attachment
  const what = `${column(state, WORD)}${column(safe(container), wide)}  ${network}`
  const past = pastOf(attachment, now)
  const style = { head: TONES[state], hang: WORD }
  if (!terminal.isTerminal) {
    sheet.say(`${what}  ${past.join('; ')}`, style)
    return
  }
  sheet.say(what, style)
  for (const text of past) sheet.say(text, { indent: WORD, tone: 'quiet' })
}

/** Why it is wrong, since when it is as it is, and its last loss. */
function pastOf(attachment: Shown, now: number): readonly string[] {
  const { state, since, lastDetach, error } = attachment
  const reach = knownReachOf(attachment)
  const { unreachable } = reach
  const isOn = state === 'attached' || state === 'unreachable'
  return [
    ...(error === null ? [] : [`the last try failed: ${error}`]),
    ...(unreachable === null ? [] : [unreachable.detail, ...(unreachable.hint === null ? [] : [unreachable.hint])]),
    `since ${stampOf(since)}, ${ago(since, now)}${isOn ? `; ${proofText(reach, now)}` : ''}`,
    ...(lastDetach === null
      ? []
      : [`last lost ${ago(lastDetach.at, now)}, ${stampOf(lastDetach.at)} (${lastDetach.cause})`]),
  ]
}

/** `37 more: 35 attached, 2 missing` */
function restText(rest: readonly AttachmentState[]): string {
  const counts = WORST_FIRST.map(state => [state, rest.filter(a => a.state === state).length] as const).filter(
    ([, n]) => n > 0,
  )
  const [only] = counts
  if (counts.length === 1 && only !== undefined) return `${only[1]} more ${only[0]}`
  return `${rest.length} more: ${counts.map(([state, n]) => `${n} ${state}`).join(', ')}`
}

/** `3 min ago` */
function ago(at: number, now: number): string {
  return at > now ? 'in the future' : `${span(now - at)} ago`
}

function healerText(healer: Healer, now: number): string {
  const { mode, alive, pid, lastPassAt, lastPassOk } = healer
  const pass =
    lastPassAt === null
      ? 'no pass yet'
      : `last pass ${span(Math.max(0, now - lastPassAt))} ago${lastPassOk ? '' : ' (failed)'}`
  if (mode === 'daemon') return `netheal ${alive ? 'is running' : 'hangs'} (pid ${pid}), ${pass}`
  if (mode === 'once' && alive) return `netheal runs from cron, ${pass}`
  return `netheal is not running on this host, ${pass}`
}
