// How it stands with each target: what it got, what waits for it, and whether it fails, in words. Pure.
import { stampOf } from '../../core/stamp.ts'
import { EMPTY_TARGET, type Failing, type TargetRecord } from './incident.ts'
import type { Notices } from './notices.ts'

export interface FailingTarget extends Failing {
  readonly name: string
}

/** Milliseconds. A server that is restarted or upgraded is away for minutes; a refusal does not become better by waiting. */
export const FAILING_AFTER = 600_000

/** Those that refuse what they are sent, and those that got nothing for ten minutes of trying. */
export function failingTargets(targets: Readonly<Record<string, TargetRecord>>, now: number): readonly FailingTarget[] {
  return Object.entries(targets).flatMap(([name, { failing }]) =>
    failing !== null && (failing.refused || now - failing.since >= FAILING_AFTER) ? [{ name, ...failing }] : [],
  )
}

/** For `status`, the page and the journal. */
export function failingText({ name, since, error, refused }: FailingTarget): string {
  const how = refused ? 'are refused' : 'do not get through'
  return `notifications to ${name} ${how} since ${stampOf(since)}: ${error}; put it right in the config, then type: netheal notify-test ${name}`
}

/** One target of the config, for `status` and for those who count. */
export interface TargetStanding {
  readonly name: string
  /** Messages on their way. */
  readonly pending: number
  /** Messages above its limit, which one more will speak of. */
  readonly heldBack: number
  readonly delivered: number
  readonly givenUp: number
  /** Null: it gets what it is sent, as far as that has been tried. */
  readonly failing: Failing | null
}

/** @param names the targets, in the order of the config */
export function targetStandings(
  names: readonly string[],
  { targets, outbox }: Pick<Notices, 'targets' | 'outbox'>,
  now: number,
): readonly TargetStanding[] {
  const failing = failingTargets(targets, now)
  return names.map(name => {
    const { heldBack, delivered, givenUp } = targets[name] ?? EMPTY_TARGET
    return {
      ...{ name, delivered, givenUp, heldBack: heldBack.count },
      pending: outbox.filter(d => d.target === name).length,
      failing: failing.find(f => f.name === name) ?? null,
    }
  })
}
