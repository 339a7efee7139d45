// The JSON that others script against (docs/design.md, "JSON output"): keys may be added, none may change.
import type { Action, Warning } from '../core/action.ts'
import type { Loop } from '../core/loop.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import { isoOf } from '../core/stamp.ts'
import { inSync } from '../core/verdict.ts'
import { printableJson } from '../record/printable.ts'

export const JSON_VERSION = 1

/** For `check`, and the first part of `once`. */
export function planJson(plan: Plan, pausedUntil: number | null, loops: readonly Loop[]) {
  return {
    version: JSON_VERSION,
    inSync: inSync(plan),
    actions: plan.actions.map(actionJson),
    blocked: plan.blocked.map(({ container, network, reason, hint }) => ({ container, network, reason, hint })),
    skipped: plan.skipped.map(({ container, network, reason, until }) => ({
      container,
      network,
      reason,
      until: isoOrNull(until),
    })),
    satisfied: plan.satisfied.map(({ container, network, warnings }) => ({
      container,
      network,
      warnings: warnings.map(warningText),
    })),
    loops: loops.map(loopJson),
    paused: isoOrNull(pausedUntil),
  }
}

function actionJson(action: Action) {
  const { kind, container, network, why, warnings, effect, aliases, restart } = action
  return { kind, container, network, why, warnings: warnings.map(warningText), effect, aliases, restart: restart.kind }
}

export function outcomeJson(outcome: Outcome) {
  const { kind, cause, milliseconds, restarted, started, resolved, resolutions, waiting, error, hint, action } = outcome
  const { container, network } = action
  return {
    kind,
    container,
    network,
    cause,
    milliseconds: Math.round(milliseconds),
    restarted,
    resolved,
    started,
    resolutions,
    waiting,
    error,
    hint,
  }
}

/** `every` in seconds, as a person would say it. */
export function loopJson(loop: Loop) {
  const { container, network, kind, cause, source, count, since, every } = loop
  return {
    container,
    network,
    kind,
    cause,
    source,
    count,
    since: isoOf(since),
    every: every === null ? null : Math.round(every / 1000),
  }
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoOf(at)
}

export function warningText(warning: Warning): string {
  return warning.hint === null ? warning.message : `${warning.message}; ${warning.hint}`
}

/** One JSON document, printed whole. Its line feeds are ours; what comes from others is escaped, C1 and bidi as well. */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n')
  return `${lines.map(printableJson).join('\n')}\n`
}
