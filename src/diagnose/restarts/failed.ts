// Starts that failed and processes that end by themselves: what was seen, and what to do.

import { isCoolify } from '../../core/identity.ts'
import type { Container, World } from '../../core/world.ts'
import type { Finding } from '../rules/finding.ts'
import type { LifeEvidence } from '../rules/restart-case-evidence.ts'
import { momentOf } from '../rules/restart-case-table.ts'

type Said = Pick<Finding, 'code' | 'verdict' | 'summary' | 'evidence' | 'remedy'>

interface Failure {
  readonly label: string
  readonly evidence: LifeEvidence
  readonly container: Container
  readonly world: World
}

/** @param network the id of the network that is gone; null for another reason */
export function startFailed({ label, evidence, container, world }: Failure, network: string | null): Said {
  const { life } = evidence
  const seen = [`State.Error: ${life.error}`, `ExitCode ${life.exitCode}, status ${life.status}`]
  if (network === null) {
    return {
      code: 'start-failed',
      verdict: 'wrong',
      summary: `${label} could not be started: ${life.error}`,
      evidence: seen,
      remedy: [`fix what the engine reports, then docker start ${life.name}`],
    }
  }
  const entry = container.endpoints.find(e => e.networkId.startsWith(network)) ?? deadEntry(container, world)
  const name = entry?.network ?? 'NETWORK'
  const now = world.networks.find(n => n.name === name)
  const known = now === undefined ? 'there is no network of that name now' : `the present one is ${now.id.slice(0, 12)}`
  return {
    code: 'start-failed-network',
    verdict: 'wrong',
    summary: `${label} cannot start: its entry for ${name} holds the id of a network that was removed${now === undefined ? '' : ' and created again'}`,
    evidence: [...seen, `entry ${name}: network id ${network.slice(0, 12)}; ${known}`],
    remedy:
      now === undefined
        ? [
            `start the stack that ${name} belongs to, which creates it again (Coolify does so at each start of the service); or drop the entry: docker network disconnect ${name} ${life.name}`,
            `then sudo netheal once, or docker network connect ${name} ${life.name}; then docker start ${life.name}`,
          ]
        : [
            `sudo netheal once repairs the entry if a rule asks for ${name}; then docker start ${life.name} (netheal starts it only if the rule's "restart" allows it)`,
            `by hand: docker network disconnect -f ${name} ${life.name}, then docker network connect ${name} ${life.name}, then docker start ${life.name}`,
            'starting it does not help: the entry keeps the old id until it is disconnected',
          ],
  }
}

function deadEntry(container: Container, world: World): Container['endpoints'][number] | undefined {
  return container.endpoints.find(e => e.networkId !== '' && !world.networks.some(n => n.id === e.networkId))
}

export function crashEvidence({ life, past, state }: LifeEvidence): readonly string[] {
  const ends = past.filter(p => p.id === life.id && p.action === 'die').slice(-3)
  const kills = past.some(p => p.id === life.id && (p.action === 'kill' || p.action === 'stop'))
  const before = Object.values(state.attachments).flatMap(a => a.seen[life.id]?.restartCount ?? [])[0]
  return [
    `RestartCount ${life.restartCount}${before === undefined || before === life.restartCount ? '' : `, ${before} when netheal last looked`}, exit code ${life.exitCode}${life.exitCode === 137 ? ' (killed)' : ''}`,
    ...(life.oomKilled ? ['OOMKilled: true'] : []),
    ...ends.map(e => `${momentOf(e.at)} die`),
    ...(ends.length > 0 && !kills ? ['no kill and no stop among the events: it was not stopped from outside'] : []),
  ]
}

export function crashRemedy({ life }: LifeEvidence): readonly string[] {
  return [
    `docker logs --tail 100 ${life.name}: the last lines before each exit show why`,
    ...(life.oomKilled ? ['it ran out of memory: raise its memory limit, or find out what uses so much'] : []),
    ...(isCoolify(life) && life.status === 'restarting'
      ? ['be quick: Coolify stops and removes a container after 10 restarts (max restart count)']
      : []),
  ]
}
