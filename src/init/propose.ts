// What `netheal init` proposes, from what it has found out, and what there is to be told about it. Prints nothing.
import type { ContainerSelector } from '../core/rule.ts'
import type { World } from '../core/world.ts'
import type { Takeover } from '../host/takeover.ts'
import { logDirectoryOf } from './log-directory.ts'
import { type Candidate, chosenOf, selectorFor } from './rules/candidates.ts'
import { type Concerning, NO_CONCERN } from './rules/concern.ts'
import { attachmentFor, type Proposal, type ProposedAttachment } from './rules/proposal.ts'
import { isNetworkOf, type Stack } from './rules/stack.ts'
import { concernOf, type StackSurvey, type Survey } from './survey.ts'

/** What the reader of a proposal has to know, in the order in which it is found. */
export type Remark =
  | { readonly kind: 'no-stack' }
  | { readonly kind: 'several-stacks'; readonly stacks: readonly StackSurvey[] }
  | { readonly kind: 'stack'; readonly stack: Stack; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'nobody-needs-it' }
  | { readonly kind: 'takeover'; readonly takeover: Takeover; readonly directory: string }
  | { readonly kind: 'no-network'; readonly network: string }
  | { readonly kind: 'no-container'; readonly name: string }
  /** A script's name that is a Coolify resource's: `container` is what it is called now. */
  | { readonly kind: 'resource'; readonly name: string; readonly what: string; readonly container: string }
  /** Configured with the database, and not in the script. */
  | { readonly kind: 'not-in-script'; readonly container: string }
  | { readonly kind: 'log-directory'; readonly note: string }

export interface Proposed {
  /** Null: there is nothing to propose. */
  readonly proposal: Proposal | null
  readonly concern: Concerning
  readonly remarks: readonly Remark[]
}

/** `directory`: of the logs, as the config has it; `docker`: where it is not the default; `network`: as asked for. */
export interface Given {
  readonly network: string | null
  readonly directory: string
  readonly docker: NonNullable<Proposal['docker']> | null
}

export function propose(survey: Survey, given: Given): Proposed {
  const remarks: Remark[] = []
  const { takeover } = survey
  const { attachments, directory } =
    takeover === null
      ? { attachments: fromStack(survey, remarks), directory: given.directory }
      : fromScript(survey, takeover, given, remarks)
  if (attachments.length === 0) return { proposal: null, concern: NO_CONCERN, remarks }
  const proposal: Proposal = {
    attachments,
    ...(given.docker === null ? {} : { docker: given.docker }),
    ...(directory === given.directory ? {} : { log: { directory } }),
  }
  return { proposal, concern: concernOf(attachments, survey), remarks }
}

/** The one stack of this host, and who needs it. Nothing where there is none, or several. */
function fromStack({ chosen, stacks }: Survey, remarks: Remark[]): readonly ProposedAttachment[] {
  if (chosen === null) {
    remarks.push(stacks.length > 1 ? { kind: 'several-stacks', stacks } : { kind: 'no-stack' })
    return []
  }
  remarks.push({ kind: 'stack', ...chosen })
  const selectors = chosenOf(chosen.candidates).chosen.map(c => c.selector)
  if (selectors.length > 0) return [attachmentFor(selectors, chosen.stack.network.name, chosen.stack)]
  remarks.push({ kind: 'nobody-needs-it' })
  return []
}

/** What an old script did. The network that was asked for stands in for one that the script does not show. */
function fromScript({ stacks, world }: Survey, takeover: Takeover, given: Given, remarks: Remark[]) {
  const { directory, note } = logDirectoryOf(takeover.logs, given.directory)
  remarks.push({ kind: 'takeover', takeover, directory })
  const { wanted, loose } = takeover
  const { network } = given
  const pairs =
    network === null || loose.containers.length === 0 ? wanted : [...wanted, { network, containers: loose.containers }]
  const attachments = pairs.map(pair => {
    const known = stacks.find(({ stack }) => isNetworkOf(pair.network, stack))
    if (known === undefined) remarks.push({ kind: 'no-network', network: pair.network })
    const selectors = pair.containers.map(name => takenOver(name, world, remarks))
    for (const { container, evidence } of known?.candidates ?? []) {
      const isNamed = evidence.some(e => e.kind === 'environment' || e.kind === 'command')
      const resource = container.labels['coolify.resourceName'] ?? container.name
      if (isNamed && !pair.containers.includes(container.name) && !pair.containers.includes(resource))
        remarks.push({ kind: 'not-in-script', container: container.name })
    }
    return attachmentFor(selectors, known?.stack.network.name ?? pair.network, known?.stack ?? null)
  })
  if (note !== null) remarks.push({ kind: 'log-directory', note })
  return { attachments, directory }
}

/** The name that the script uses, unless that is the name of a Coolify resource and of no container. */
function takenOver(name: string, world: World, remarks: Remark[]): ContainerSelector {
  if (world.containers.some(c => c.name === name)) return name
  const resource = world.containers.find(c => c.labels['coolify.resourceName'] === name)
  if (resource === undefined) {
    remarks.push({ kind: 'no-container', name })
    return name
  }
  const { selector, what } = selectorFor(resource, world)
  remarks.push({ kind: 'resource', name, what, container: resource.name })
  return selector
}
