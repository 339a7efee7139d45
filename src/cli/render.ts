// A plan in words, for `check`: the same value that `once` applies.

import { describe } from '../core/action.ts'
import { remedyFor } from '../core/cause.ts'
import { span } from '../core/entry.ts'
import { knownReachIn, proofText, unreachableIn } from '../core/known-reach.ts'
import type { Plan } from '../core/plan.ts'
import { causeOf } from '../core/report.ts'
import { stampOf } from '../core/stamp.ts'
import type { Loop, State } from '../core/state.ts'
import { isMistaken, nearText } from '../core/unmatched.ts'
import { warningText } from './json.ts'
import type { Terminal } from './process-io.ts'
import { column, painter, safe } from './style.ts'

const WIDTH = 12
const INDENT = ' '.repeat(WIDTH)

export interface PlanView {
  readonly plan: Plan
  readonly pausedUntil: number | null
  /** As the look has left it. */
  readonly state: State
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Worst first; what is well comes last. Ends with a summary line. */
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
  for (const action of plan.actions) {
    const cause = causeOf(action, state)
    const why = `${action.container} ${action.why}${cause === null ? '' : ` (cause: ${cause})`}`
    say(
      'DETACHED',
      'bad',
      `${why}; would be attached`,
      `netheal once would ${describe(action)}`,
      ...action.warnings.map(w => `warning: ${warningText(w)}`),
    )
  }
  // What is attached and reaches nothing is said below.
  for (const { container, network, reason, hint } of plan.blocked.filter(b => b.attached === null))
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
  for (const { container, network, reason, until } of plan.skipped) {
    const never = state.unmatched.find(u => u.selector === container && u.network === network)
    if (reason === 'container-missing' && never !== undefined) {
      if (!isMistaken(never))
        say(
          'SKIPPED',
          'quiet',
          `${container} on ${network}: no container has ever matched it; docker ps lists the names`,
        )
      continue
    }
    const due = until === null ? '' : ` until ${stampOf(until)}`
    say('SKIPPED', 'quiet', `${container} on ${network}: ${reason}${due}`)
  }
  const reaching = plan.satisfied
    .map(item => ({ item, reach: knownReachIn(state, item.key, item.containerId) }))
    .filter(({ reach }) => reach.unreachable === null)
  for (const { item, reach } of reaching) {
    const { container, network, warnings } = item
    const isNoted = warnings.every(w => w.code === 'network-empty')
    const [word, tone] = !isNoted ? (['WARNING', 'warn'] as const) : (['OK', 'good'] as const)
    const text = `${container} is attached to ${network} (${proofText(reach, now)})`
    say(word, tone, text, ...warnings.map(warningText))
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
