// For `init`: who on this host probably needs a stack's network? Guesses, each with what speaks for it.

import { composeOf, isApplication, isDeployment, isPreview, isProxy, isSwarmTask } from '../../core/identity.ts'
import type { ContainerSelector } from '../../core/rule.ts'
import { selectorText } from '../../core/selector.ts'
import type { Container, World } from '../../core/world.ts'
import { lastingSelectorFor } from './by-uuid.ts'
import { type Evidence, type Mentions, NO_MENTIONS, weightOf } from './evidence.ts'
import { hostNamesOf, type Stack } from './stack.ts'

export interface Candidate {
  /** One of those that the selector finds: two during a rolling update. */
  readonly container: Container
  readonly selector: ContainerSelector
  /** What it is: `a Coolify application, ...`. */
  readonly what: string
  readonly attached: boolean
  /** The strongest first; empty: nothing says that it needs the network. */
  readonly evidence: readonly Evidence[]
}

/** What was found out beside the world. */
export interface Clues {
  /** By container id: which of `hostNamesOf` its environment and command name. */
  readonly mentions: ReadonlyMap<string, Mentions>
  /** By container name: the line of a script that connects it to this network. */
  readonly handled: ReadonlyMap<string, string>
  /** Host names of this stack alone, and of other stacks alone; absent: there is only one. */
  readonly own?: ReadonlySet<string>
  readonly foreign?: ReadonlySet<string>
}

/** Containers that could need a network of others: no member of its stack, nothing of Coolify's own, no preview. */
export function applicationsBeside(stack: Stack, world: World): readonly Container[] {
  return world.containers
    .filter(c => !stack.members.includes(c))
    .filter(c => !isCoolifyOwn(c) && !isPreview(c) && !isSwarmTask(c) && c.labels['coolify.type'] !== 'database')
    .filter(c => !['host', 'none'].includes(c.networkMode) && !c.networkMode.startsWith('container:'))
    .filter(c => composeOf(c) !== null || c.labels['com.docker.compose.oneoff'] === undefined)
}

/** Those with the most evidence first; containers that one selector finds are one candidate. */
export function candidatesFor(stack: Stack, world: World, clues: Clues): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const container of applicationsBeside(stack, world)) {
    const { selector, what } = lastingSelectorFor(container, world)
    const attached = container.endpoints.some(
      e => e.networkId === stack.network.id || (e.networkId === '' && e.network === stack.network.name),
    )
    const isOthers = isOfAnother(clues.mentions.get(container.id), clues)
    const evidence = evidenceFor(container, stack, attached, isOthers ? { ...clues, mentions: new Map() } : clues)
    if (isOthers && evidence.length === 0) continue
    const key = selectorText(selector)
    const before = found.get(key)
    if (before === undefined || weightOf(before.evidence) < weightOf(evidence)) {
      found.set(key, { container, selector, what, attached: attached || (before?.attached ?? false), evidence })
    }
  }
  return [...found.values()].toSorted(
    (a, b) => weightOf(b.evidence) - weightOf(a.evidence) || (a.container.name < b.container.name ? -1 : 1),
  )
}

/** Those with evidence; where nobody has any, all of them: `certain` is false then. */
export function chosenOf(candidates: readonly Candidate[]): {
  readonly chosen: readonly Candidate[]
  readonly certain: boolean
} {
  const chosen = candidates.filter(c => c.evidence.length > 0)
  return chosen.length > 0 ? { chosen, certain: true } : { chosen: candidates, certain: false }
}

/** What it is configured with belongs to another stack, and nothing of it to this one. */
function isOfAnother(mentions: Mentions | undefined, { own, foreign }: Clues): boolean {
  const all = [...(mentions?.environment ?? []), ...(mentions?.command ?? [])]
  return all.some(n => foreign?.has(n)) && !all.some(n => own?.has(n))
}

function evidenceFor(container: Container, stack: Stack, attached: boolean, clues: Clues): readonly Evidence[] {
  const evidence: Evidence[] = []
  const names = hostNamesOf(stack)
  const { environment, command } = clues.mentions.get(container.id) ?? NO_MENTIONS
  const inEnvironment = names.filter(n => environment.includes(n))
  const inCommand = names.filter(n => command.includes(n))
  if (inEnvironment.length > 0) evidence.push({ kind: 'environment', names: inEnvironment })
  if (inCommand.length > 0) evidence.push({ kind: 'command', names: inCommand })
  const by = clues.handled.get(container.name)
  if (by !== undefined) evidence.push({ kind: 'script', by })
  if (attached) evidence.push({ kind: 'attached' })
  const project = stack.database?.labels['coolify.projectName']
  const isNeighbour =
    project !== undefined &&
    container.labels['coolify.projectName'] === project &&
    container.labels['coolify.environmentName'] === stack.database?.labels['coolify.environmentName']
  if (isNeighbour && isApplication(container)) evidence.push({ kind: 'project', project })
  return evidence
}

function isCoolifyOwn(container: Container): boolean {
  return (
    isProxy(container) ||
    isDeployment(container) ||
    /^coolify(-|$)/.test(container.name) ||
    /^[a-z0-9]{24}-proxy$/.test(container.name)
  )
}
