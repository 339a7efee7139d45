// What is no news to the action log and still wrong: told to a person each time, and not to cron, whose every line is a mail.

import type { Entry } from '../core/entry.ts'
import { unreachableIn } from '../core/known-reach.ts'
import { blockedEntry, unmatchedEntry, unreachableEntry } from '../core/report.ts'
import { stampOf } from '../core/stamp.ts'
import type { State } from '../core/state.ts'
import { isMistaken } from '../core/unmatched.ts'
import type { Passed } from '../heal/pass.ts'

/** @param entries what was written down in this run. `at` in milliseconds since the epoch. */
export function stillWrong({ plan }: Passed, state: State, entries: readonly Entry[], at: number): readonly Entry[] {
  const told = new Set(entries.map(e => `${e.container} ${e.network}`))
  const failing = [...plan.actions, ...plan.skipped.filter(s => s.reason === 'backing-off')].flatMap(
    ({ key, container, network }): Entry[] => {
      const backoff = state.backoffs[key]
      if (backoff === undefined) return []
      const message = `${container} is not attached to ${network}, and the last try failed: ${backoff.error}`
      const hint = `netheal tries again after ${stampOf(backoff.until)}`
      return [{ kind: 'warning', at, container, network, code: 'backing-off', message, hint }]
    },
  )
  return [
    ...plan.blocked.map(blocked => blockedEntry(blocked, at)),
    ...failing,
    ...state.unmatched.filter(isMistaken).map(it => unmatchedEntry(it, at)),
    ...unreachableIn(state).map(it => unreachableEntry(it.container, it.network, it.unreachable, at)),
  ].filter(e => !told.has(`${e.container} ${e.network}`))
}

/** Said by every run while it lasts: nothing is healed. */
export function pausedEntries({ plan, pausedUntil }: Passed, at: number): readonly Entry[] {
  const paused = plan.skipped.filter(s => s.reason === 'paused')
  if (paused.length === 0 || pausedUntil === null) return []
  const message = `netheal is paused until ${new Date(pausedUntil).toISOString()}: ${paused.map(p => p.container).join(', ')} not touched`
  const hint = 'to end the pause: netheal resume'
  return [{ kind: 'warning', at, container: null, network: null, code: 'paused', message, hint }]
}
