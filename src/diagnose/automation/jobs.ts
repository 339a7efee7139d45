// The jobs of this host that touch the containers which are asked about: what each does to whom, whether it is known or only
// may be, and whether it fits what was seen. Pure.

import type { Subject } from '../context.ts'
import type { AutomationFinding, DockerVerb, Trigger } from '../rules/automation.ts'
import { type Reach, type Reached, type ReachedNetworks, reachOf } from '../rules/automation-reach.ts'
import { type Fit, fitOf, type SeenRhythm } from '../rules/rhythm-fit.ts'
import { rhythmOfSchedule, type ScheduleRhythm, type WallTime } from '../rules/schedule-rhythm.ts'
import { type Happening, type Seen, seenRhythm } from './seen.ts'

/** What a job does, as far as the containers notice. `perhaps`: a writing call that has no name. */
export type Doing = 'restarts' | 'starts' | 'recreates' | 'disconnects' | 'removes-network' | 'connects' | 'calls'

export interface Touch {
  readonly finding: AutomationFinding
  readonly reach: Exclude<Reach, 'no'>
  /** Whom it touches. */
  readonly labels: readonly string[]
}

/** All that one job (one entry of cron, one timer) does of one kind. */
export interface JobDoing {
  readonly doing: Doing
  readonly via: Trigger
  readonly schedule: string | null
  readonly rhythm: ScheduleRhythm | null
  /** The certain ones first; never empty. */
  readonly touches: readonly Touch[]
  readonly labels: readonly string[]
  readonly isSure: boolean
  readonly fit: Fit
  readonly seen: SeenRhythm
}

const DOINGS: Readonly<Record<DockerVerb, Doing>> = {
  restart: 'restarts',
  stop: 'restarts',
  kill: 'restarts',
  remove: 'restarts',
  'compose-restart': 'restarts',
  'compose-down': 'restarts',
  'engine-restart': 'restarts',
  start: 'starts',
  'compose-up': 'recreates',
  disconnect: 'disconnects',
  'network-remove': 'removes-network',
  prune: 'removes-network',
  connect: 'connects',
  'engine-call': 'calls',
}

const EFFECTS: Readonly<Record<Doing, Happening | null>> = {
  restarts: 'restarted',
  starts: null,
  recreates: 'replaced',
  disconnects: 'disconnected',
  'removes-network': 'network-gone',
  connects: null,
  calls: null,
}

/** By job, in the order of the scan; what touches none of the subjects is left out. */
export function jobsTouching(
  findings: readonly AutomationFinding[],
  subjects: readonly Subject[],
  seen: Seen,
  wall: (at: number) => WallTime,
): readonly (readonly JobDoing[])[] {
  const byJob = Map.groupBy(findings, f => JSON.stringify(f.via))
  return [...byJob.values()].flatMap(lines => {
    const touches = lines.flatMap(finding => touchOf(finding, subjects))
    const byDoing = Map.groupBy(touches, t => DOINGS[t.finding.kind])
    const doings = [...byDoing].map(([doing, some]) => jobDoing(doing, some, seen, wall))
    return doings.length === 0 ? [] : [doings]
  })
}

function touchOf(finding: AutomationFinding, subjects: readonly Subject[]): readonly Touch[] {
  const answers = subjects.map(subject => ({ subject, reach: reachedAs(finding, subject) }))
  return (['named', 'perhaps'] as const).flatMap((reach): readonly Touch[] => {
    const labels = answers.filter(a => a.reach === reach).map(a => a.subject.label)
    return labels.length === 0 ? [] : [{ finding, reach, labels }]
  })
}

function reachedAs(finding: AutomationFinding, { details, label, attachments }: Subject): Reach {
  const container: Reached = {
    id: details?.id ?? null,
    name: details?.name ?? label,
    labels: details?.labels ?? {},
  }
  return reachOf(finding, container, networksOf(attachments))
}

/** By their names and ids, as the rule has it too; null where no rule says which networks count. */
function networksOf(attachments: Subject['attachments']): ReachedNetworks {
  if (attachments.length === 0) return null
  return new Set(
    attachments.flatMap(({ network, rule }) => {
      const written = typeof rule.network === 'string' ? [rule.network] : []
      if (network.kind !== 'found') return [...written, network.name]
      const { id, name } = network.network
      return [...written, name, id, id.slice(0, 12)]
    }),
  )
}

function jobDoing(doing: Doing, touches: readonly Touch[], seen: Seen, wall: (at: number) => WallTime): JobDoing {
  const sure = touches.filter(t => t.reach === 'named')
  const meant = sure.length > 0 ? sure : touches
  const labels = [...new Set(meant.flatMap(t => t.labels))]
  const { schedule = null, via } = touches[0]?.finding ?? {}
  if (via === undefined) throw new Error('a job without a line')
  const rhythm = schedule === null ? null : rhythmOfSchedule(schedule)
  const effect = EFFECTS[doing]
  const happened: SeenRhythm = effect === null ? { times: [], every: null } : seenRhythm(seen, labels, effect)
  return {
    doing,
    via,
    schedule,
    rhythm,
    touches: [...sure, ...touches.filter(t => t.reach === 'perhaps')],
    labels,
    isSure: sure.length > 0,
    fit: fitOf(rhythm, happened, wall),
    seen: happened,
  }
}
