// What became of a container's life, in words: one finding for how its present run began, and those beside it: that it
// replaced another, that a deploy was rolled back, that its predecessor still runs, that it is unhealthy.

import { remedyFor } from '../../core/cause.ts'
import { span } from '../../core/entry.ts'
import { assertNever } from '../../core/errors.ts'
import type { Container, World } from '../../core/world.ts'
import type { Finding } from '../rules/finding.ts'
import type { Replacement, RunCase } from '../rules/restart-case.ts'
import { isOlder, type LifeEvidence, rolledBackOf } from '../rules/restart-case-evidence.ts'
import { momentOf, type Row } from '../rules/restart-case-table.ts'
import { crashEvidence, crashRemedy, startFailed } from './failed.ts'

export interface LifeAnswer {
  readonly label: string
  readonly evidence: LifeEvidence
  readonly run: RunCase
  readonly replaced: Replacement | null
  readonly table: readonly Row[]
  readonly container: Container
  readonly world: World
}

type Said = Pick<Finding, 'code' | 'verdict' | 'summary'> & Partial<Pick<Finding, 'evidence' | 'remedy'>>

const MINUTE = 60_000
/** A rolling update has both for a while: health checks, and one more try to remove the old one five minutes later. */
const OVERLAP = 15 * MINUTE

export function lifeFindings(answer: LifeAnswer): readonly Finding[] {
  const said = [
    runSaid(answer),
    ...(answer.replaced === null ? [] : [replacedSaid(answer, answer.replaced)]),
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
    case 'restarted-with-engine':
      return {
        code: 'restarted-with-engine',
        verdict: 'note',
        summary: `${label} was restarted together with the engine or the whole host, at ${since}`,
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
      return stopped(answer, run.byHand)
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

function stopped(answer: LifeAnswer, byHand: boolean): Said {
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
  const failed = life.exitCode !== 0 || life.oomKilled
  return {
    code: 'ended-by-itself',
    verdict: failed ? 'wrong' : 'note',
    summary: `${label} is not running: it exited by itself at ${at}, exit code ${life.exitCode}${life.oomKilled ? ', out of memory' : ''}, and its restart policy (${life.restartPolicy}) does not start it again`,
    evidence: [...crashEvidence(evidence), ...state(answer)],
    remedy: failed ? crashRemedy(evidence) : [`docker start ${life.name}, if it should be running`],
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

function replacedSaid(answer: LifeAnswer, replaced: Replacement): Said {
  const { label, evidence } = answer
  const { life } = evidence
  const by = {
    coolify: 'by a deploy or restart in Coolify',
    compose: 'by docker compose',
    other: 'by hand or a script',
  }[replaced.by]
  const before = replaced.predecessors[0]
  const instead = before === undefined ? '' : `, ${life.id.slice(0, 12)} instead of ${before.id.slice(0, 12)}`
  const image = replaced.imageBefore === null ? '' : `, image ${replaced.imageBefore} -> ${life.image}`
  const deployment = replaced.deployment === null ? [] : [`Coolify's deployment ${replaced.deployment} ran then`]
  return {
    code: 'replaced-by-deploy',
    verdict: 'note',
    summary: `${label} is a new container since ${momentOf(life.createdAt)}, created ${by}${instead}${image} (CASE A): two startups in the logs are two containers`,
    evidence: [...deployment, ...rows(answer)],
    remedy: [],
  }
}

function rolledBackSaid({ label, evidence }: LifeAnswer): readonly Said[] {
  if (!evidence.life.running) return []
  const made = rolledBackOf(evidence)
  const last = made.at(-1)
  if (last === undefined) return []
  const times = made.length === 1 ? 'a deploy' : `${made.length} deploys`
  return [
    {
      code: 'deploy-rolled-back',
      verdict: 'note',
      summary: `${times} of ${label} failed: the new container was created and removed again, last at ${momentOf(last.at)}, and the old one is still running`,
      evidence: made.map(m => `${momentOf(m.at)} create ${m.id.slice(0, 12)} ${m.name} (${m.image}), removed later`),
      remedy: [
        'Coolify removes a new container that is not healthy in time; if its health check needs the network, it must be attached before that: netheal run does so as soon as it is created',
      ],
    },
  ]
}

/** Only the newest of them says it, and only when an update should long be over. */
function overlapSaid({ label, evidence }: LifeAnswer): readonly Said[] {
  const { life, siblings, past, now } = evidence
  if (!life.running || life.startedAt === null || now - life.startedAt < OVERLAP) return []
  const older = siblings.filter(s => s.status === 'running' && isOlder(s, life, past))
  if (older.length === 0 || siblings.some(s => !isOlder(s, life, past))) return []
  return [
    {
      code: 'old-container-still-runs',
      verdict: 'wrong',
      summary: `${older.map(o => o.name).join(', ')} is still running beside its successor ${label}: two containers of one application`,
      evidence: older.map(o => `${o.id.slice(0, 12)} ${o.name}, created ${momentOf(o.createdAt)}, ${o.status}`),
      remedy: older.map(
        o => `first check which of them serves requests: docker stop ${o.name}, then docker rm ${o.name}`,
      ),
    },
  ]
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

function state({ evidence: { life } }: LifeAnswer): readonly string[] {
  return [
    `Created ${momentOf(life.createdAt)}, StartedAt ${momentOf(life.startedAt)}, FinishedAt ${momentOf(life.finishedAt)}`,
    `RestartCount ${life.restartCount}, ExitCode ${life.exitCode}, status ${life.status}, restart policy ${life.restartPolicy}`,
  ]
}

function engineText({ engineStartedAt, neighbours }: LifeEvidence): string {
  const own = engineStartedAt === null ? '' : `the engine started ${momentOf(engineStartedAt)}; `
  return `${own}the other containers were started at ${neighbours.slice(0, 5).map(momentOf).join(', ') || 'unknown times'}`
}

/** The runbook's table: what holds first, then what does not, then what could not be seen. */
function rows({ table }: LifeAnswer): readonly string[] {
  const rank = (row: Row): number => (row.holds === true ? 0 : row.holds === false ? 1 : 2)
  const word = (row: Row): string => (row.holds === null ? 'not seen' : row.holds ? 'yes' : 'no')
  return table
    .toSorted((a, b) => rank(a) - rank(b))
    .map(row => `${row.observation} (${row.indicates}): ${word(row)}; ${row.seen}`)
}
