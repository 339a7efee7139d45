// In which container a probe asks: the one running container that its selector speaks of, or why there is none.

import { matches, selectorText } from '../../core/selector.ts'
import type { Container } from '../../core/world.ts'
import { excerpt, shellWord } from '../excerpt.ts'
import type { Finding } from '../rules/finding.ts'
import type { Probe } from '../rules/probe.ts'

export type ProbeContainer =
  | { readonly kind: 'found'; readonly container: Container }
  | { readonly kind: 'finding'; readonly finding: Finding }

export function containerFor(probe: Probe, containers: readonly Container[]): ProbeContainer {
  const hits = containers.filter(c => matches(probe.container, c))
  const running = hits.filter(c => c.status === 'running')
  const [only] = running
  if (only !== undefined && running.length === 1) return { kind: 'found', container: only }
  const wanted = excerpt(selectorText(probe.container), 80)
  const about = { topic: 'database', subject: probe.name } as const
  const evidence = hits.slice(0, 10).map(c => `${excerpt(c.name, 80)} (${c.id.slice(0, 12)}): ${c.status}`)
  if (running.length > 1) {
    const finding: Finding = {
      ...{ ...about, code: 'probe-container-ambiguous', verdict: 'unseen', evidence },
      summary: `${probe.name} was not queried: ${running.length} running containers match ${wanted}`,
      remedy: ['name the one you mean in diagnose.probes in the config'],
    }
    return { kind: 'finding', finding }
  }
  const [stopped] = hits
  const finding: Finding =
    stopped === undefined
      ? {
          ...{ ...about, code: 'probe-container-missing', verdict: 'wrong', evidence },
          summary: `${probe.name} could not be queried: no container matches ${wanted}`,
          remedy: ['docker ps -a lists the containers; if it was renamed, correct diagnose.probes in the config'],
        }
      : {
          ...{ ...about, code: 'probe-container-stopped', verdict: 'wrong', evidence },
          summary: `${probe.name} could not be queried: ${stopped.name} is ${stopped.status}, not running`,
          remedy: [remedyFor(stopped)],
        }
  return { kind: 'finding', finding }
}

function remedyFor(container: Container): string {
  const name = shellWord(container.name)
  if (container.status === 'paused') return `docker unpause ${name}`
  return `docker logs --tail 50 ${name}, then docker start ${name}`
}
