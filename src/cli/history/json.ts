// The history as JSON, for scripts: keys may be added, none may change.

import { isoOf } from '../../core/stamp.ts'
import type { Story } from '../../history/rules/story.ts'
import { daysOf } from '../../history/rules/story-days.ts'
import { isoOrNull, JSON_VERSION } from '../json.ts'
import type { History } from './span.ts'

/** Times ISO, UTC; `milliseconds`, `outage`, `median`, `p95` and `max` in milliseconds; a loop's `every` in seconds, as in `status`. */
export function historyJson({ story, since, until, log, matches }: History) {
  return {
    version: JSON_VERSION,
    since: isoOf(since),
    until: isoOf(until),
    ...(matches === null ? {} : { containers: matches.names, near: matches.near }),
    losses: story.losses.map(loss => ({
      container: loss.container,
      network: loss.network,
      at: isoOf(loss.at),
      cause: loss.cause,
      untold: loss.untold,
      outcome: loss.outcome,
      healedAt: isoOrNull(loss.healedAt),
      milliseconds: loss.milliseconds === null ? null : Math.round(loss.milliseconds),
      outage: loss.outage === null ? null : { min: Math.round(loss.outage.min), max: Math.round(loss.outage.max) },
      failures: loss.failures,
      why: loss.why,
      evidence: loss.evidence,
    })),
    loops: story.loops.map(loopEpisodeJson),
    restarts: story.restarts.map(r => ({ ...r, at: isoOf(r.at) })),
    warnings: story.warnings.map(w => ({ ...w, at: isoOf(w.at), over: isoOrNull(w.over) })),
    days: daysOf(story).map(({ heal, ...day }) => ({
      ...day,
      median: heal === null ? null : Math.round(heal.median),
      p95: heal === null ? null : Math.round(heal.p95),
      max: heal === null ? null : Math.round(heal.max),
    })),
    unreadable: { ...log.unreadable, dropped: log.dropped },
  }
}

function loopEpisodeJson(loop: Story['loops'][number]) {
  const { every, since, last, flaggedAt, clearedAt, ...rest } = loop
  return {
    ...rest,
    every: every === null ? null : Math.round(every / 1000),
    since: isoOf(since),
    last: isoOf(last),
    flaggedAt: isoOf(flaggedAt),
    clearedAt: isoOrNull(clearedAt),
  }
}
