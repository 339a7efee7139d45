// Who restarted it? The runbook's two cases and what else there is, decided from the evidence (restart-case-evidence.ts).
// Pure: the same evidence, the same answer. `replacementOf` is case A, `runCaseOf` is case B and its neighbours.
import { isCoolify } from '../../core/identity.ts'
import { rhythm } from '../../core/loop.ts'
import { type LifeEvidence, type Predecessor, predecessorsOf, type Rendered } from './restart-case-evidence.ts'
import {
  engineStartsOf,
  isByNetheal,
  isHalt,
  isWithEngine,
  manualStopsOf,
  type OwnEnd,
  outsideStartsOf,
  ownEndBefore,
} from './restart-starts.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How the present run began, or why there is none. */
export type RunCase =
  | { readonly kind: 'never-started' }
  /** `network`: the id of the network that is gone; null for another reason. */
  | { readonly kind: 'start-failed'; readonly network: string | null }
  | { readonly kind: 'crash-loop' }
  /** The engine started it again after it ended by itself, and it holds since. */
  | { readonly kind: 'crashed' }
  | { readonly kind: 'never-restarted' }
  /** Times of starts, oldest first; the rhythm in milliseconds, null for none. */
  | { readonly kind: 'restarted-by-host'; readonly starts: readonly number[]; readonly every: number | null }
  | { readonly kind: 'restarted-once'; readonly starts: readonly number[] }
  /** It ends by itself, and is started from outside, since its policy does not: how it ended each time, oldest first. */
  | { readonly kind: 'started-after-end'; readonly ends: readonly OwnEnd[]; readonly loops: boolean }
  | { readonly kind: 'restarted-with-engine' }
  | { readonly kind: 'restarted-by-netheal' }
  /** Not running: `byHand` somebody stopped it, else it ended by itself. */
  | { readonly kind: 'stopped'; readonly byHand: boolean; readonly end: OwnEnd | null }
  /** Not running: the engine or the host ended, came up again, and its policy does not start it. */
  | { readonly kind: 'stopped-with-engine' }

export function runCaseOf(evidence: LifeEvidence): RunCase {
  const { life, now } = evidence
  if (life.status === 'restarting') return { kind: 'crash-loop' }
  if (!life.running) return haltOf(evidence)
  if (life.startedAt === null) return { kind: 'never-started' }
  if (life.restartCount > 0) {
    const isLooping = life.restartCount >= 2 && now - life.startedAt < 10 * MINUTE
    return { kind: isLooping || isGrowing(evidence) ? 'crash-loop' : 'crashed' }
  }
  if (life.finishedAt === null) return { kind: 'never-restarted' }
  const byNetheal = isByNetheal(life.startedAt, evidence)
  const withEngine = isWithEngine(life.startedAt, evidence)
  const ends = byNetheal || withEngine ? [] : ownEndsOf(evidence)
  if (ends.length > 0) return { kind: 'started-after-end', ends, loops: ends.length >= 3 }
  const starts = outsideStartsOf(evidence)
  const every = rhythmOf(evidence, starts)
  if (isRepeated(evidence, starts, every)) return { kind: 'restarted-by-host', starts, every }
  if (byNetheal) return { kind: 'restarted-by-netheal' }
  if (withEngine) return { kind: 'restarted-with-engine' }
  return { kind: 'restarted-once', starts }
}

/**
 * It does not run. A policy that starts again whatever ends by itself leaves only what somebody stopped
 * (docs/engine-facts.md, "Event order").
 */
function haltOf(evidence: LifeEvidence): RunCase {
  const { life, past } = evidence
  if (life.error !== '') {
    return { kind: 'start-failed', network: life.missingNetwork }
  }
  if (life.startedAt === null) return { kind: 'never-started' }
  const obeyed = [0, 137, 143].includes(life.exitCode) && !life.oomKilled
  const lastStart = past.findLastIndex(p => p.id === life.id && p.action === 'start')
  const told = past.slice(lastStart + 1).some(p => p.id === life.id && isHalt(p))
  const logged = manualStopsOf(evidence).some(s => Math.abs(s.at - (life.finishedAt ?? 0)) < MINUTE)
  const kept = life.restartPolicy === 'always' || life.restartPolicy === 'unless-stopped'
  if (!told && !logged && !kept && isEndOfEngine(evidence)) return { kind: 'stopped-with-engine' }
  const end = ownEndBefore(null, evidence)
  const byHand = told || logged || kept || (end === null && obeyed && life.exitCode !== 0)
  return { kind: 'stopped', byHand, end: byHand ? null : end }
}

/** The ends within the hour before the present run that nobody asked for, if the last one was such; else none. */
function ownEndsOf(evidence: LifeEvidence): readonly OwnEnd[] {
  const ends: OwnEnd[] = []
  let before = evidence.life.startedAt
  while (before !== null) {
    const end = ownEndBefore(before, evidence)
    if (end === null || evidence.now - end.at > HOUR) break
    ends.unshift(end)
    before = evidence.past.findLast(p => p.id === evidence.life.id && p.action === 'start' && p.at < end.at)?.at ?? null
  }
  return ends
}

/** The engine came up within ten minutes after the container ended. */
function isEndOfEngine(evidence: LifeEvidence): boolean {
  const end = evidence.life.finishedAt
  return end !== null && engineStartsOf(evidence).some(at => at >= end && at - end <= 10 * MINUTE)
}

/** More crashes than when netheal last looked, within the hour. */
function isGrowing({ life, state, now }: LifeEvidence): boolean {
  const counts = Object.values(state.attachments).flatMap(a => a.seen[life.id]?.restartCount ?? [])
  const lately = life.startedAt !== null && now - life.startedAt < HOUR
  return lately && counts.some(count => life.restartCount - count >= 2)
}

/** Three times at least, and not long over; or netheal has flagged it. */
function isRepeated({ life, state, now }: LifeEvidence, starts: readonly number[], every: number | null): boolean {
  if (state.loops.some(l => l.kind === 'restart-loop' && l.key === life.id)) return true
  const last = starts.at(-1)
  if (last === undefined || now - last > Math.max(HOUR, 3 * (every ?? 0))) return false
  const third = starts.at(-3)
  return third !== undefined && (every !== null || last - third <= HOUR)
}

function rhythmOf({ life, state }: LifeEvidence, starts: readonly number[]): number | null {
  const loop = state.loops.find(l => l.kind === 'restart-loop' && l.key === life.id)
  return rhythm(starts) ?? loop?.every ?? null
}

/** Case A: the container is another one than before. */
export interface Replacement {
  readonly predecessors: readonly Predecessor[]
  /** The image it had before; null: the same, or not known. */
  readonly imageBefore: string | null
  readonly rendered: readonly Rendered[]
  /** The uuid of Coolify's deployment that ran then; null: none was seen. */
  readonly deployment: string | null
  readonly by: 'coolify' | 'compose' | 'other'
}

/** Null: nothing says that it replaced another one. */
export function replacementOf(evidence: LifeEvidence): Replacement | null {
  const predecessors = predecessorsOf(evidence)
  const imageBefore = imageBeforeOf(evidence, predecessors)
  const rendered = renderedThen(evidence)
  const deployment = deploymentThen(evidence)
  if (predecessors.length === 0 && rendered.length === 0 && deployment === null) return null
  const { labels } = evidence.life
  const by =
    isCoolify({ labels }) || deployment !== null
      ? 'coolify'
      : labels['com.docker.compose.project'] !== undefined
        ? 'compose'
        : 'other'
  return { predecessors, imageBefore, rendered, deployment, by }
}

function imageBeforeOf({ life }: LifeEvidence, predecessors: readonly Predecessor[]): string | null {
  const before = predecessors.find(p => p.image !== null)?.image ?? null
  return before === life.image ? null : before
}

/**
 * Written from an hour before the container was made until shortly after: Coolify's build lies in between
 * (docs/coolify.md, "Deployments").
 */
export function renderedThen({ life, rendered }: LifeEvidence): readonly Rendered[] {
  return (rendered ?? []).filter(
    ({ modifiedAt }) => modifiedAt >= life.createdAt - HOUR && modifiedAt <= life.createdAt + 2 * MINUTE,
  )
}

/** A helper that netheal saw around then, or that runs now and has just made it. Only for what Coolify manages. */
function deploymentThen({ life, state, deploying, now }: LifeEvidence): string | null {
  if (!isCoolify(life)) return null
  const known = state.detaches.findLast(d => d.evidence.containerId === life.id && d.evidence.deployment !== null)
  if (known !== undefined) return known.evidence.deployment
  const around = state.deployments.findLast(
    d => d.firstSeen - 2 * MINUTE <= life.createdAt && life.createdAt <= d.lastSeen + 2 * MINUTE,
  )
  return around?.id ?? (now - life.createdAt < HOUR ? deploying : null)
}
