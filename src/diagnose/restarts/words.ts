// What became of a container's life, in words: one finding for how its present run began, and those beside it: that it
// replaced another, that a deploy was rolled back, that its predecessor still runs, that it is unhealthy.

import { remedyFor } from '../../core/cause.ts'
import { span } from '../../core/entry.ts'
import { assertNever } from '../../core/errors.ts'
import type { Finding } from '../rules/finding.ts'
import { momentOf } from '../rules/restart-case-table.ts'
import type { OwnEnd } from '../rules/restart-starts.ts'
import { engineOften, engineText, type LifeAnswer, rows, type Said, state } from './evidence.ts'
import { crashEvidence, crashRemedy, startFailed } from './failed.ts'
import { overlapSaid, redeployedSaid, replacedSaid, rolledBackSaid } from './replaced.ts'

const MINUTE = 60_000

export function lifeFindings(answer: LifeAnswer): readonly Finding[] {
  const said = [
    runSaid(answer),
    ...(answer.replaced === null ? [] : [replacedSaid(answer, answer.replaced)]),
    ...redeployedSaid(answer),
    ...rolledBackSaid(answer),
    ...overlapSaid(answer),
    ...healthSaid(answer),
  ]
  return said.map(s => ({ topic: 'restarts', subject: answer.label, evidence: [], remedy: [], ...s }))
}

function runSaid(answer: LifeAnswer): Said {
  const { label, evidence, run } = answer
  const { life, now } = evidence
  const since = life.startedAt === null ? 'never' : `${momentOf(life.startedAt)} (${span(now - life.startedAt)} ago)`
  switch (run.kind) {
    case 'never-started':
      return {
        code: 'never-started',
        verdict: 'note',
        summary: `${label} was created and never started`,
        evidence: state(answer),
      }
    case 'never-restarted':
      return {
        code: 'never-restarted',
        verdict: 'well',
        summary: `${label} has never been stopped; it has been running since ${since}`,
        evidence: state(answer),
      }
    case 'restarted-by-host':
      return byHost(answer, run.starts, run.every)
    case 'restarted-once': {
      const times = run.starts.length > 1 ? `${run.starts.length} times, last ` : ''
      return {
        code: 'restarted-once',
        verdict: 'note',
        summary: `${label} was stopped and started again from outside ${times}at ${since}, in no rhythm: by hand, or too few to tell (CASE B if it goes on)`,
        evidence: rows(answer),
        remedy: [watch(life.name), 'see "automation" for what this host runs by itself'],
      }
    }
    case 'started-after-end':
      return startedAfterEnd(answer, run.ends, run.loops)
    case 'restarted-with-engine':
      return {
        code: 'restarted-with-engine',
        verdict: 'note',
        summary: `${label} was restarted together with the engine or the whole host, at ${since}${engineOften(evidence)}`,
        evidence: [engineText(evidence), ...rows(answer)],
      }
    case 'restarted-by-netheal':
      return {
        code: 'restarted-by-netheal',
        verdict: 'note',
        summary: `${label} was restarted by netheal itself at ${since}, because its rule says so ("restart")`,
        evidence: rows(answer),
        remedy: ['names resolve without a restart, so "restart": "never" (the default) is enough'],
      }
    case 'crash-loop':
      return {
        code: 'crash-loop',
        verdict: 'wrong',
        summary: `${label} exits by itself again and again: ${life.restartCount} time${life.restartCount === 1 ? '' : 's'} so far, exit code ${life.exitCode}${life.oomKilled ? ', out of memory' : ''}`,
        evidence: [...crashEvidence(evidence), ...state(answer)],
        remedy: crashRemedy(evidence),
      }
    case 'crashed':
      return {
        code: 'crashed',
        verdict: life.oomKilled ? 'wrong' : 'note',
        summary: `${label} exited by itself ${life.restartCount} time${life.restartCount === 1 ? '' : 's'}${life.oomKilled ? ', out of memory,' : ''} and was started again by its restart policy; it has been running since ${since}`,
        evidence: [...crashEvidence(evidence), ...state(answer)],
        remedy: crashRemedy(evidence),
      }
    case 'start-failed':
      return startFailed(answer, run.network)
    case 'stopped':
      return stopped(answer, run.byHand, run.end)
    case 'stopped-with-engine':
      return stoppedWithEngine(answer)
    default:
      return assertNever(run)
  }
}

function byHost(answer: LifeAnswer, starts: readonly number[], every: number | null): Said {
  const { label, evidence } = answer
  const { life } = evidence
  const rhythm = every === null ? '' : `, every ${span(every)}`
  const often = starts.length === 0 ? 'again and again' : `${starts.length} times`
  return {
    code: 'restarted-by-host',
    verdict: 'wrong',
    summary: `${label} is stopped and started from outside ${often}${rhythm}: something on this host restarts it (CASE B)`,
    evidence: rows(answer),
    remedy: [
      `${remedyFor('outside-restart')}; "automation" lists what was found on this host`,
      `a script that attaches a network must only connect: docker network connect NETWORK ${life.name} 2>/dev/null || true, without docker restart, stop or start; or let netheal do it instead: netheal init --from SCRIPT`,
      ...(every !== null && every >= 30 * MINUTE
        ? ['also check Coolify\'s scheduled volume backups: with "stop" switched on they stop and start the container']
        : []),
      watch(life.name),
    ],
  }
}

function stopped(answer: LifeAnswer, byHand: boolean, end: OwnEnd | null): Said {
  const { label, evidence } = answer
  const { life } = evidence
  const at = momentOf(life.finishedAt)
  if (byHand) {
    return {
      code: 'stopped',
      verdict: 'note',
      summary: `${label} is not running: it was stopped from outside at ${at} (exit code ${life.exitCode})`,
      evidence: rows(answer),
      remedy: [`docker start ${life.name}, or Deploy in Coolify, if it should be running`],
    }
  }
  const oom = life.oomKilled || end?.oom === true
  const failed = life.exitCode !== 0 || oom
  return {
    code: 'ended-by-itself',
    verdict: failed ? 'wrong' : 'note',
    summary: `${label} is not running: it exited by itself at ${at}, ${exitText(life.exitCode, oom)}, and its restart policy (${life.restartPolicy}) does not start it again`,
    evidence: [...crashEvidence(evidence), ...state(answer)],
    remedy: failed ? crashRemedy(evidence) : [`docker start ${life.name}, if it should be running`],
  }
}

/** `exit code 137: killed, out of memory` */
function exitText(code: number | null, oom: boolean): string {
  if (oom) return `exit code ${code ?? 137}, out of memory`
  if (code === 137)
    return 'exit code 137: killed, by nobody who asked the engine for it (out of memory, or kill on the host)'
  return code === null ? 'with an unknown exit code' : `exit code ${code}`
}

/** Whoever starts it each time does no harm: that it ends is what is wrong. */
function startedAfterEnd(answer: LifeAnswer, ends: readonly OwnEnd[], loops: boolean): Said {
  const { label, evidence } = answer
  const { life } = evidence
  const last = ends.at(-1)
  const oom = ends.some(e => e.oom)
  const times = ends.length === 1 ? 'once' : `${ends.length} times`
  const how = last === undefined ? '' : `, last at ${momentOf(last.at)} (${exitText(last.exitCode, last.oom)})`
  return {
    code: loops ? 'crash-loop' : 'started-after-end',
    verdict: loops || oom ? 'wrong' : 'note',
    summary: `${label} exited by itself ${times} in the last hour${how}, and was started again from outside: its restart policy (${life.restartPolicy}) does not do it`,
    evidence: [
      ...ends.map(
        e =>
          `${momentOf(e.at)} die, exit code ${e.exitCode ?? 'unknown'}${e.oom ? ', out of memory' : ''}: no stop and no kill among the events`,
      ),
      ...state(answer),
    ],
    remedy: [
      ...crashRemedy(oom ? { ...evidence, life: { ...life, oomKilled: true } } : evidence),
      ...(life.restartPolicy === 'no'
        ? [`so that it comes back by itself: docker update --restart unless-stopped ${life.name}`]
        : []),
    ],
  }
}

function stoppedWithEngine(answer: LifeAnswer): Said {
  const { label, evidence } = answer
  const { name, finishedAt, restartPolicy } = evidence.life
  return {
    code: 'stopped-with-engine',
    verdict: 'wrong',
    summary: `${label} is not running: it went down with the engine or the host at ${momentOf(finishedAt)}, and its restart policy (${restartPolicy}) did not start it again`,
    evidence: [engineText(evidence), ...state(answer)],
    remedy: [
      `docker start ${name}, or Deploy in Coolify`,
      `so that it comes back by itself next time: docker update --restart unless-stopped ${name}`,
    ],
  }
}

function healthSaid({ label, evidence }: LifeAnswer): readonly Said[] {
  const { life } = evidence
  if (life.health !== 'unhealthy' || !life.running) return []
  return [
    {
      code: 'unhealthy',
      verdict: 'wrong',
      summary: `${label} is unhealthy: its own health check fails`,
      evidence: ['State.Health.Status: unhealthy'],
      remedy: [`docker inspect -f '{{json .State.Health.Log}}' ${life.name} shows what the check answered`],
    },
  ]
}

function watch(name: string): string {
  return `then verify: docker inspect -f '{{.State.StartedAt}}' ${name} must stay the same over several rounds`
}
