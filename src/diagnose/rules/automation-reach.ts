// Whom a line of this host's automation touches: by name, by a filter of `docker ps`, or perhaps, where its text does not say.

import { composeOf, isCoolify } from '../../core/identity.ts'
import { matches } from '../../core/selector.ts'
import type { AutomationFinding } from './automation.ts'

/** `named`: its text says so. `perhaps`: it does not say whom it touches, and this may be it. */
export type Reach = 'named' | 'perhaps' | 'no'

/** A container, or what a rule calls one that is not there. */
export interface Reached {
  readonly id: string | null
  /** Also a pattern with `*`, of a rule that no container answers to. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** The names and ids of the networks that count; null: any. */
export type ReachedNetworks = ReadonlySet<string> | null

/** Does this line touch this container, and (for a connect or disconnect) one of these networks? */
export function reachOf(finding: AutomationFinding, container: Reached, networks: ReachedNetworks): Reach {
  switch (finding.kind) {
    case 'engine-restart':
      return 'named'
    case 'engine-call':
      return 'perhaps'
    case 'compose-up':
    case 'compose-restart':
    case 'compose-down':
      return ofCompose(finding, container)
    case 'prune':
      return 'perhaps'
    case 'network-remove':
      return ofNetworks(finding, networks)
    case 'connect':
    case 'disconnect': {
      // `connect $NETWORK app`: what is not told is the network.
      const isNetworkOpen = finding.networks.length === 0 && finding.containers.length > 0
      const who = ofContainers(finding, container, isNetworkOpen)
      const where = ofNetworks(finding, networks)
      if (who === 'no' || where === 'no') return 'no'
      return who === 'named' && where === 'named' ? 'named' : 'perhaps'
    }
    case 'restart':
    case 'stop':
    case 'start':
    case 'kill':
    case 'remove':
      return ofContainers(finding, container, false)
  }
}

/** Every name that operators and scripts give it, whatever it is called today. */
export function namesOf({ id, name, labels }: Reached): ReadonlySet<string> {
  const coolify = isCoolify({ labels })
    ? ['coolify.resourceName', 'coolify.serviceName', 'coolify.service.subName', 'coolify.name'].map(k => labels[k])
    : []
  // Coolify appends the time of the deploy.
  const names = [name, name.replace(/-\d{12}$/, ''), ...coolify, id, id?.slice(0, 12)]
  return new Set(names.filter((n): n is string => n !== undefined && n !== null && n !== ''))
}

function ofContainers(finding: AutomationFinding, container: Reached, isNetworkOpen: boolean): Reach {
  const names = namesOf(container)
  const hit = finding.containers.some(
    c =>
      names.has(c) ||
      (container.name.includes('*') && matches(container.name, { name: c, labels: {} })) ||
      (/^[0-9a-f]{6,64}$/.test(c) && container.id?.startsWith(c)),
  )
  if (hit) return 'named'
  if (isNetworkOpen) return 'no'
  return strongest(finding.unresolved.map(text => ofUnresolved(text, container, names)))
}

function ofNetworks({ networks, unresolved }: AutomationFinding, wanted: ReachedNetworks): Reach {
  if (wanted === null || networks.some(n => wanted.has(n))) return networks.length > 0 ? 'named' : 'perhaps'
  return networks.length === 0 && unresolved.length > 0 ? 'perhaps' : 'no'
}

/** Its services are those of some project: of this one only where its text names the project or its folder. */
function ofCompose(finding: AutomationFinding, { labels, name }: Reached): Reach {
  const compose = composeOf({ name, labels })
  if (compose === null) return 'no'
  const services = finding.containers
  if (services.length > 0 && !services.includes(compose.service)) return 'no'
  const folder = labels['com.docker.compose.project.working_dir']
  const isNamed = [compose.project, folder].some(w => w !== undefined && w !== '' && finding.text.includes(w))
  if (isNamed) return 'named'
  // Coolify runs its own projects from folders of its own, in its helper.
  return services.length > 0 || !isCoolify({ labels }) ? 'perhaps' : 'no'
}

/** `$(docker ps -q -f name=pms)` says whom it means; `$NAME` does not. */
function ofUnresolved(text: string, { labels, id }: Reached, names: ReadonlySet<string>): Reach {
  const ps = /\bdocker\s+(?:container\s+)?(?:ps|ls)\b(.*)$/s.exec(text)?.[1]
  if (ps === undefined) return 'perhaps'
  const filters = [...ps.matchAll(/(?:-f|--filter)[=\s]?\s*["']?(\w+)=([^\s"')|]+)/g)]
  // Cut, or piped through something that takes some of them out.
  const isOpen = /\.\.\.$|\||\$[\w({]/.test(ps.replace(/\)$/, ''))
  const answers = filters.map(([, key, value = '']): Reach => {
    // A stopped one is only listed with -a; a cut filter may go on.
    if (text.endsWith('...') && text.endsWith(`${value}`)) return 'perhaps'
    if (key === 'name') return byName(value, names)
    if (key === 'id') return id?.startsWith(value) ? 'named' : 'no'
    if (key !== 'label') return 'perhaps'
    const [label = '', ...rest] = value.split('=')
    const wanted = rest.join('=')
    return labels[label] !== undefined && (rest.length === 0 || labels[label] === wanted) ? 'named' : 'no'
  })
  // Filters of one kind are either, of two kinds both; all that is asked here is whether it may be meant.
  const kinds = Map.groupBy(answers, (_, i) => filters[i]?.[1])
  const together = [...kinds.values()].map(strongest)
  if (together.includes('no')) return 'no'
  return isOpen || together.includes('perhaps') ? 'perhaps' : 'named'
}

/** Docker's own filter is an expression that may stand anywhere in the name, which begins with a slash for it. */
function byName(pattern: string, names: ReadonlySet<string>): Reach {
  const plain = /^(\^?)(\/?)([\w.-]+)(\$?)$/.exec(pattern)
  if (plain === null) return 'perhaps'
  const [, start, slash, word = '', end] = plain
  const isStart = start !== '' || slash !== ''
  const hit = [...names].some(n =>
    isStart && end !== ''
      ? n === word
      : isStart
        ? n.startsWith(word)
        : end !== ''
          ? n.endsWith(word)
          : n.includes(word),
  )
  return hit ? 'named' : 'no'
}

function strongest(answers: readonly Reach[]): Reach {
  return answers.includes('named') ? 'named' : answers.includes('perhaps') ? 'perhaps' : 'no'
}
