// A plan in words, for `check`: the same value that `once` applies.

import { type Action, describe, type Satisfied, type Skipped, thenText } from '../core/action.ts'
import { remedyFor } from '../core/cause.ts'
import { span } from '../core/entry.ts'
import { knownReachIn, proofText, unreachableIn } from '../core/known-reach.ts'
import type { Plan } from '../core/plan.ts'
import { causeOf } from '../core/report.ts'
import { stampOf } from '../core/stamp.ts'
import type { Loop, State } from '../core/state.ts'
import { isMistaken, nearText } from '../core/unmatched.ts'
import { grouped } from './grouped.ts'
import { warningText } from './json.ts'
import type { Terminal } from './process-io.ts'
import { column, painter, safe } from './style.ts'

const WIDTH = 12
const INDENT = ' '.repeat(WIDTH)

/** Lines of the smallest terminal, less the summary and the prompt. */
const SCREEN_HEIGHT = 22

export interface PlanView {
  readonly plan: Plan
  readonly pausedUntil: number | null
  /** As the look has left it. */
  readonly state: State
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Worst first; what is well comes last. Ends with a summary line. On a terminal it is one screen, and what is alike is one line. */
export function renderPlan(view: PlanView, terminal: Terminal): string {
  const paint = painter(terminal)
  const { plan, pausedUntil, state, now } = view
  const { loops } = state
  const lines: string[] = []
  const say = (word: string, tone: Parameters<typeof paint>[0], text: string, ...more: readonly string[]): void => {
    lines.push(
      `${paint(tone, column(word, WIDTH))}${safe(text)}`,
      ...more.map(m => `${INDENT}${paint('quiet', safe(m))}`),
    )
  }
  if (pausedUntil !== null) say('PAUSED', 'warn', `until ${stampOf(pausedUntil)}; to end the pause: netheal resume`)
  // Off a terminal each attachment has its own line, for grep.
  const groups = <T extends { readonly container: string; readonly network: string }>(
    items: readonly T[],
    likeness: (item: T) => string | null,
  ) => grouped(items, terminal.isTerminal ? likeness : () => null)
  const lost = (action: Action): string => {
    const cause = causeOf(action, state)
    return cause === null ? '' : ` (cause: ${cause})`
  }
  const isPlain = (a: Action): boolean => a.kind === 'attach' && a.warnings.length === 0
  for (const { items, container, network } of groups(plan.actions, a =>
    isPlain(a) ? `${lost(a)} ${thenText(a)}` : null,
  )) {
    const [action] = items
    if (action === undefined) continue
    const why = items.length > 1 ? `not attached to ${network}` : action.why
    say(
      'DETACHED',
      'bad',
      `${container} ${why}${lost(action)}; would be attached`,
      `netheal once would ${items.length > 1 ? `connect them${thenText(action)}` : describe(action)}`,
      ...action.warnings.map(w => `warning: ${warningText(w)}`),
    )
  }
  // What is attached and reaches nothing is said below.
  const blocked = plan.blocked.filter(b => b.attached === null)
  for (const { items, container, network } of groups(blocked, b => `${b.reason} ${b.hint}`))
    for (const { reason, hint } of items.slice(0, 1))
      say('BLOCKED', 'bad', `${container} cannot be attached to ${network}: ${reason}`, hint)
  const unreachable = unreachableIn(state)
  for (const { container, network, unreachable: it } of unreachable)
    say(
      'UNREACHABLE',
      'bad',
      `${container} is attached to ${network}, but ${it.detail} (since ${stampOf(it.since)})`,
      ...(it.hint === null ? [] : [it.hint]),
    )
  for (const loop of loops) say('LOOP', 'bad', loopText(loop), remedyFor(loop.source))
  for (const it of state.unmatched.filter(isMistaken))
    say('UNMATCHED', 'bad', `${it.selector} on ${it.network}: no container has ever matched it`, nearText(it.near))
  const isNever = (s: Skipped): boolean =>
    s.reason === 'container-missing' && state.unmatched.some(u => u.selector === s.container && u.network === s.network)
  for (const { container, network } of plan.skipped.filter(isNever)) {
    const never = state.unmatched.find(u => u.selector === container && u.network === network)
    if (never !== undefined && !isMistaken(never))
      say('SKIPPED', 'quiet', `${container} on ${network}: no container has ever matched it; docker ps lists the names`)
  }
  const dueText = ({ reason, until }: Skipped): string => `${reason}${until === null ? '' : ` until ${stampOf(until)}`}`
  const skipped = plan.skipped.filter(s => !isNever(s))
  for (const { items, container, network } of groups(skipped, dueText))
    for (const item of items.slice(0, 1)) say('SKIPPED', 'quiet', `${container} on ${network}: ${dueText(item)}`)
  const reaching = plan.satisfied
    .map(item => ({ item, reach: knownReachIn(state, item.key, item.containerId) }))
    .filter(({ reach }) => reach.unreachable === null)
  const proofs = new Map(reaching.map(({ item, reach }) => [item, proofText(reach, now)]))
  const isNoted = ({ warnings }: Satisfied): boolean => warnings.every(w => w.code === 'network-empty')
  const attached = [...proofs.keys()]
  const [wrong, well] = terminal.isTerminal
    ? [attached.filter(item => !isNoted(item)), attached.filter(isNoted)]
    : [attached, []]
  for (const { items, container, network } of groups([...wrong, ...well], i =>
    i.warnings.length === 0 ? (proofs.get(i) ?? '') : null,
  ))
    for (const item of items.slice(0, 1)) {
      const [word, tone] = isNoted(item) ? (['OK', 'good'] as const) : (['WARNING', 'warn'] as const)
      const is = container === item.container ? 'is' : 'are'
      say(
        word,
        tone,
        `${container} ${is} attached to ${network} (${proofs.get(item)})`,
        ...item.warnings.map(warningText),
      )
    }
  if (terminal.isTerminal && lines.length > SCREEN_HEIGHT) {
    const cut = lines.splice(SCREEN_HEIGHT - 1)
    lines.push(`${cut.length} more lines, none of them worse; all of them: netheal check | less`)
  }
  return `${lines.join('\n')}\n${summary(plan, state, unreachable.length, reaching.length)}\n`
}

function summary(plan: Plan, { loops, unmatched }: State, unreachable: number, attached: number): string {
  const mistaken = unmatched.filter(isMistaken).length
  const parts = [
    [plan.actions.length, 'would be attached'],
    [plan.blocked.filter(b => b.attached === null).length, 'blocked'],
    [unreachable, 'unreachable'],
    [loops.length, 'looping'],
    [mistaken, 'unmatched'],
    [plan.skipped.length - mistaken, 'skipped'],
    [attached, 'attached'],
  ] as const
  return parts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ')
}

/** `pms-backend lost bccg... 3 times in 4 min, every ~120 s (outside-detach)` */
export function loopText(loop: Loop): string {
  const rhythm = loop.every === null ? '' : `, every ~${span(loop.every)}`
  const what =
    loop.kind === 'detach-loop' ? `lost ${loop.network ?? 'its network'}` : 'was stopped and started from outside'
  return `${loop.container} ${what} ${loop.count} times in ${span(loop.last - loop.since)}${rhythm} (${loop.source})`
}
