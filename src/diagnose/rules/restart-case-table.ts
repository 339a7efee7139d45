// The runbook's table "Decision Tree: Which Case?", row by row, for one container: what was looked at, and whether it holds.

import { span } from '../../core/entry.ts'
import { type Replacement, type RunCase, renderedThen } from './restart-case.ts'
import type { LifeEvidence } from './restart-case-evidence.ts'
import { manualStopsOf, outsideStartsOf, ownEndBefore } from './restart-starts.ts'

/** `holds` null: could not be seen, and `seen` says why. */
export interface Row {
  /** The runbook's words. */
  readonly observation: string
  readonly indicates: 'CASE A' | 'CASE B'
  readonly holds: boolean | null
  readonly seen: string
}

/** In the runbook's order; all eight of them, always. */
export function decisionTable(evidence: LifeEvidence, run: RunCase, replaced: Replacement | null): readonly Row[] {
  return [
    idChanged(replaced),
    sameIdFinished(evidence),
    renderedMatches(evidence),
    imageChanged(evidence, replaced),
    manuallyStopped(evidence),
    hostTimer(evidence),
    twoIds(evidence),
    startsRegularly(evidence, run),
  ]
}

function idChanged(replaced: Replacement | null): Row {
  const before = replaced?.predecessors[0]
  return {
    observation: 'Container ID changed between startups',
    indicates: 'CASE A',
    holds: before !== undefined,
    seen:
      before === undefined
        ? 'no earlier container of this application is known'
        : `before it was ${before.id.slice(0, 12)}`,
  }
}

function sameIdFinished(evidence: LifeEvidence): Row {
  const { life } = evidence
  const { finishedAt, startedAt, restartCount, exitCode, running } = life
  const isOwnEnd = ownEndBefore(running ? startedAt : null, evidence) !== null
  const obeyed = !isOwnEnd && (running || [0, 137, 143].includes(exitCode))
  return {
    observation: 'Container ID same, FinishedAt set',
    indicates: 'CASE B',
    // A crash sets it as well: RestartCount, and the exit code of one that was not started again, tell them apart.
    holds: finishedAt !== null && restartCount === 0 && obeyed,
    seen: `FinishedAt ${momentOf(finishedAt)}, StartedAt ${momentOf(startedAt)}, ExitCode ${exitCode}, RestartCount ${restartCount}${isOwnEnd ? '; it ended by itself: no stop and no kill among the events' : ''}`,
  }
}

function renderedMatches(evidence: LifeEvidence): Row {
  const { rendered, life } = evidence
  const matching = renderedThen(evidence)
  return {
    observation: 'Rendered compose/env mtime matches startup',
    indicates: 'CASE A',
    holds: rendered === null ? null : matching.length > 0,
    seen:
      rendered === null
        ? 'its rendered files could not be read'
        : rendered.length === 0
          ? 'it has no rendered files on this host'
          : `${rendered.map(r => `${r.path} written ${momentOf(r.modifiedAt)}`).join(', ')}; created ${momentOf(life.createdAt)}`,
  }
}

function imageChanged({ life }: LifeEvidence, replaced: Replacement | null): Row {
  const known = replaced?.predecessors.some(p => p.image !== null) ?? false
  const before = replaced?.imageBefore ?? null
  return {
    observation: 'Image tag changed in compose',
    indicates: 'CASE A',
    holds: known ? before !== null : null,
    seen:
      before === null
        ? `image ${life.image}${known ? ', as before' : '; the previous image is unknown'}`
        : `image ${before}, now ${life.image}`,
  }
}

function manuallyStopped(evidence: LifeEvidence): Row {
  const stops = manualStopsOf(evidence)
  const last = stops.at(-1)
  return {
    observation: 'Daemon journal shows "manually stopped"',
    indicates: 'CASE B',
    holds: evidence.journal === null ? null : stops.length > 0,
    seen:
      evidence.journal === null
        ? "the engine's log could not be read"
        : last === undefined
          ? "the engine's log does not mention it"
          : `${stops.length} time${stops.length === 1 ? '' : 's'}; ${momentOf(last.at)}: ${shortened(last.text)}`,
  }
}

function hostTimer({ automation }: LifeEvidence): Row {
  return {
    observation: 'Host timer service found with restart',
    indicates: 'CASE B',
    holds: automation === null ? null : automation.length > 0,
    seen:
      automation === null
        ? 'the automation of this host was not checked'
        : automation.length === 0
          ? 'no job of cron or systemd that was read restarts it'
          : automation.slice(0, 3).join('; '),
  }
}

function twoIds({ siblings, life }: LifeEvidence): Row {
  const others = siblings.map(s => `${s.id.slice(0, 12)} ${s.name} (${s.status})`)
  return {
    observation: 'Two container IDs in docker ps -a',
    indicates: 'CASE A',
    holds: siblings.length > 0,
    seen: siblings.length === 0 ? `only ${life.id.slice(0, 12)}` : `${life.id.slice(0, 12)} and ${others.join(', ')}`,
  }
}

function startsRegularly(evidence: LifeEvidence, run: RunCase): Row {
  const starts = outsideStartsOf(evidence)
  const every = run.kind === 'restarted-by-host' ? run.every : null
  return {
    observation: 'StartedAt changes regularly (e.g., every 30s)',
    indicates: 'CASE B',
    holds: every !== null || run.kind === 'restarted-by-host',
    seen:
      starts.length === 0
        ? 'no known start from outside'
        : `${starts.length} known start${starts.length === 1 ? '' : 's'} from outside${every === null ? '' : `, every ${span(every)}`}: ${starts.slice(-5).map(momentOf).join(', ')}`,
  }
}

/** To the second, as inspect and the journal are compared by eye. */
export function momentOf(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** What it says about the stop; the rest of the line is ids and paths. */
function shortened(text: string): string {
  if (text.includes('hasBeenManuallyStopped=true')) {
    const exit = /exitStatus="?\{(\d+)/.exec(text)?.[1]
    return `hasBeenManuallyStopped=true${exit === undefined ? '' : `, exit status ${exit}`}`
  }
  return /Container failed to exit within [^"]{1,80}/.exec(text)?.[0] ?? text.slice(0, 100)
}
