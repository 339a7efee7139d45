// Case A in words: that a container replaced another, again and again, that a deploy was rolled back, and that its predecessor
// still runs.

import { span } from '../../core/entry.ts'
import { isCoolify } from '../../core/identity.ts'
import { redeployLoopOf } from '../rules/redeploys.ts'
import type { Replacement } from '../rules/restart-case.ts'
import { isOlder, rolledBackOf } from '../rules/restart-case-evidence.ts'
import { momentOf } from '../rules/restart-case-table.ts'
import { type LifeAnswer, rows, type Said } from './evidence.ts'

/** A rolling update has both for a while: health checks, and one more try to remove the old one five minutes later. */
const OVERLAP = 15 * 60_000

export function replacedSaid(answer: LifeAnswer, replaced: Replacement): Said {
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

export function redeployedSaid({ label, evidence }: LifeAnswer): readonly Said[] {
  const loop = redeployLoopOf(evidence)
  if (loop === null) return []
  const { made, every } = loop
  const first = made[0]?.at ?? 0
  const last = made.at(-1)?.at ?? 0
  const rhythm = every === null ? '' : `, every ${span(every)}`
  return [
    {
      code: 'redeploy-loop',
      verdict: 'wrong',
      summary: `${label} was replaced ${made.length - 1} times within ${span(last - first)}${rhythm}, last at ${momentOf(last)}: something deploys it again and again`,
      evidence: made.slice(-10).map(({ id, at }) => `${momentOf(at)} ${id.slice(0, 12)} created`),
      remedy: isCoolify(evidence.life)
        ? [
            "Coolify, the resource's Deployments: each names what started it (a webhook, the API, a scheduled task, a person); cancel those that are queued, and switch that off",
            'a deployment whose health check fails is rolled back, and may be tried again: see its log there',
          ]
        : [
            `find what creates it: sudo journalctl --since @${Math.floor(first / 1000)} | grep -iE 'compose|docker', and "automation" for what this host runs by itself`,
          ],
    },
  ]
}

export function rolledBackSaid({ label, evidence }: LifeAnswer): readonly Said[] {
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
export function overlapSaid({ label, evidence }: LifeAnswer): readonly Said[] {
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
