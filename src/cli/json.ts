// The JSON that others script against (docs/design.md, "JSON output"): keys may be added, none may change.

import type { Action, Warning } from '../core/action.ts'
import { type KnownReach, knownReachIn, unreachableIn } from '../core/known-reach.ts'
import { overall } from '../core/outcome.ts'
import type { Plan } from '../core/plan.ts'
import { printableJson } from '../core/printable.ts'
import type { Unreachable } from '../core/proof.ts'
import { isoOf } from '../core/stamp.ts'
import type { Loop, State } from '../core/state.ts'
import { inSync } from '../core/verdict.ts'
import { type FinalOutcome, finalError } from './once-outcomes.ts'

export const JSON_VERSION = 1

/** For `check`, and the first part of `once`. `state`: as the last look or proof has left it. */
export function planJson(plan: Plan, pausedUntil: number | null, state: State) {
  const { loops } = state
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
    satisfied: plan.satisfied.map(({ key, containerId, container, network, warnings }) => ({
      container,
      network,
      warnings: warnings.map(warningText),
      ...reachJson(knownReachIn(state, key, containerId)),
    })),
    unreachable: unreachableIn(state).map(({ container, network, unreachable }) => ({
      container,
      network,
      ...unreachableJson(unreachable),
    })),
    unmatched: state.unmatched,
    loops: loops.map(loopJson),
    paused: isoOrNull(pausedUntil),
  }
}

function actionJson(action: Action) {
  const { kind, container, network, why, warnings, effect, aliases, restart } = action
  return { kind, container, network, why, warnings: warnings.map(warningText), effect, aliases, restart: restart.kind }
}

/** `kind` and `waiting` as they have always been; the container or network that went away is `unverified`. */
export function outcomeJson(final: FinalOutcome, state: State) {
  const { outcome, followUp } = final
  const { kind, cause, milliseconds, action } = outcome
  const resolutions = followUp?.resolutions ?? []
  return {
    kind: kind === 'verified' || kind === 'failed' ? kind : 'unverified',
    container: action.container,
    network: action.network,
    cause,
    milliseconds: Math.round(milliseconds),
    restarted: followUp?.restarted ?? false,
    resolved: overall(resolutions),
    started: followUp?.started ?? false,
    resolutions,
    waiting: kind === 'waiting',
    error: kind === 'gone' ? outcome.error : finalError(final),
    hint: kind === 'failed' ? outcome.hint : null,
    ...reachJson(knownReachIn(state, action.key, action.containerId)),
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

/** What an attachment reaches: the keys that every output has for it. */
export function reachJson({ proof, isPending, unreachable, doubt }: KnownReach) {
  return {
    proof: proof === null ? null : { rung: proof.rung, at: isoOf(proof.at) },
    proofPending: isPending,
    doubt,
    unreachable: unreachable === null ? null : unreachableJson(unreachable),
  }
}

function unreachableJson({ reason, detail, hint, since }: Unreachable) {
  return { reason, detail, hint, since: isoOf(since) }
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoOf(at)
}

export function warningText(warning: Warning): string {
  return warning.hint === null ? warning.message : `${warning.message}; ${warning.hint}`
}

/** One JSON document. Its line feeds are ours; control and bidi characters in its texts are escaped. */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n')
  return `${lines.map(printableJson).join('\n')}\n`
}
