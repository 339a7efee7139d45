// Does a schedule fit what was seen? By its rhythm, and by its times: what happens again and again shortly after a job is due
// is no accident. Also the other way round: a job cannot do a thing more often than it runs.
import { span } from '../../core/entry.ts'
import { firesAt, type ScheduleRhythm, shareAfter, utcWall, type WallTime } from './schedule-rhythm.ts'

/** `open`: it may be, and nothing says so. `how`: for the end of a sentence. */
export interface Fit {
  readonly kind: 'fits' | 'differs' | 'open'
  readonly how: string
}

/** Times in milliseconds since the epoch, oldest first. */
export interface SeenRhythm {
  readonly times: readonly number[]
  /** The interval that was seen, null for none. */
  readonly every: number | null
}

/** A restart takes up to the ten seconds of a stop, each; a script does some of them one after another. */
const WINDOW = 30_000
/** So unlikely must it be that so many times come shortly after the job by chance. */
const CHANCE = 0.01

/**
 * @param schedule null: it runs, and how often is not known
 * @param wall the host's clock on the wall, whose times cron and systemd mean
 */
export function fitOf(schedule: ScheduleRhythm | null, seen: SeenRhythm, wall: (at: number) => WallTime): Fit {
  const { times, every } = seen
  if (times.length === 0) return { kind: 'open', how: 'no such event was seen' }
  if (schedule === null) return { kind: 'open', how: 'how often it runs is unknown' }
  if (schedule.kind === 'once') {
    return times.length > 1
      ? { kind: 'differs', how: `it runs once, and it happened ${times.length} times` }
      : { kind: 'open', how: 'it runs once' }
  }
  const after = schedule.kind === 'calendar' ? timesAfter(schedule, times, wall) : null
  const own = schedule.every
  const near = own === null ? 0 : Math.max(2_000, own / 4)
  if (own !== null && every !== null && every >= own - near && every <= own + near + schedule.slack) {
    const also = after === null ? '' : `, ${after}`
    return { kind: 'fits', how: `it runs every ~${span(own)}, and it happened every ~${span(every)}${also}` }
  }
  if (after !== null) return { kind: 'fits', how: after }
  if (own === null) return { kind: 'open', how: 'its times follow no rhythm' }
  if (every === null) return { kind: 'open', how: `it runs every ~${span(own)}; what was seen has no rhythm` }
  return own > every
    ? { kind: 'differs', how: `it runs every ~${span(own)} only, and it happened every ~${span(every)}` }
    : { kind: 'open', how: `it runs every ~${span(own)}, and it happened every ~${span(every)}` }
}

/** In words; null where it may be chance. */
function timesAfter(
  { calendar, slack }: Extract<ScheduleRhythm, { kind: 'calendar' }>,
  times: readonly number[],
  wall: (at: number) => WallTime,
): string | null {
  const clock = calendar.utc ? utcWall : wall
  const window = WINDOW + slack
  const hits = times.filter(at => {
    for (let back = 0; back <= window; back += 1_000) if (firesAt(calendar, clock(at - back))) return true
    return false
  })
  if (hits.length < times.length * 0.8) return null
  if (chanceOf(hits.length, times.length, shareAfter(calendar, window)) > CHANCE) return null
  return `${hits.length} of ${times.length} came within ${span(window)} after it was due`
}

/** That at least so many of them fall into a share of the time by chance. */
function chanceOf(hits: number, of: number, share: number): number {
  let sum = 0
  let ways = 1
  for (let k = 0; k <= of; k++) {
    if (k >= hits) sum += ways * share ** k * (1 - share) ** (of - k)
    ways = (ways * (of - k)) / (k + 1)
  }
  return sum
}
