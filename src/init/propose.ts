// What `netheal init` proposes, from what it has found out, and what there is to be told about it. Prints nothing.
import type { ContainerSelector, Rule } from '../core/rule.ts'
import { selectorFor } from '../core/selector-for.ts'
import type { World } from '../core/world.ts'
import type { Left, Takeover, Wanted } from '../host/takeover.ts'
import { logDirectoryOf } from './log-directory.ts'
import { type Candidate, chosenOf } from './rules/candidates.ts'
import { type Concerning, NO_CONCERN } from './rules/concern.ts'
import { attachmentFor, type Proposal, type ProposedAttachment } from './rules/proposal.ts'
import { type ProxySurvey, proxyIn } from './rules/proxy.ts'
import { isNetworkOf, type Stack } from './rules/stack.ts'
import { concernOf, type StackSurvey, type Survey } from './survey.ts'

/** What the reader of a proposal has to know, in the order in which it is found. */
export type Remark =
  | { readonly kind: 'no-stack' }
  | { readonly kind: 'several-stacks'; readonly stacks: readonly StackSurvey[] }
  | { readonly kind: 'stack'; readonly stack: Stack; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'nobody-needs-it' }
  | { readonly kind: 'takeover'; readonly takeover: Takeover; readonly directory: string }
  /** A line of the script that is no rule by itself. */
  | { readonly kind: 'left'; readonly left: Left }
  /** It says no rule at all. */
  | { readonly kind: 'nothing-whole'; readonly file: string }
  | { readonly kind: 'no-network'; readonly network: string }
  | { readonly kind: 'no-container'; readonly name: string }
  /** A script's name that is a Coolify resource's: `container` is what it is called now. */
  | { readonly kind: 'resource'; readonly name: string; readonly what: string; readonly container: string }
  /** It may need one of several stacks, and nothing says which. */
  | { readonly kind: 'which-stack'; readonly container: string; readonly networks: readonly string[] }
  /** Configured with the database, and not in the script. */
  | { readonly kind: 'not-in-script'; readonly container: string }
  | { readonly kind: 'log-directory'; readonly note: string }
  /** Coolify's proxy, and the networks of Coolify's containers. */
  | { readonly kind: 'proxy'; readonly proxy: ProxySurvey }

export interface Proposed {
  /** Null: there is nothing to propose. */
  readonly proposal: Proposal | null
  readonly concern: Concerning
  readonly remarks: readonly Remark[]
}

/** `directory`: of the logs, as the config has it; `docker`: where it is not the default; `network`: as asked for. */
export interface Given {
  /** A rule with nothing but defaults. */
  readonly defaults: Rule
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
  const proxy = takeover === null ? proxyIn(survey.world, given.defaults) : null
  if (proxy !== null) remarks.push({ kind: 'proxy', proxy })
  const proposed = [...attachments, ...(proxy === null ? [] : [proxy.attachment])]
  if (proposed.length === 0) return { proposal: null, concern: NO_CONCERN, remarks }
  const proposal: Proposal = {
    attachments: proposed,
    ...(given.docker === null ? {} : { docker: given.docker }),
    ...(directory === given.directory ? {} : { log: { directory } }),
  }
  return { proposal, concern: concernOf(proposed, survey), remarks }
}

/** The one stack of this host, and who needs it. Nothing where there is none, or several. */
function fromStack({ chosen, stacks }: Survey, remarks: Remark[]): readonly ProposedAttachment[] {
  if (chosen === null) return stacks.length > 1 ? fromEach(stacks, remarks) : none({ kind: 'no-stack' }, remarks)
  remarks.push({ kind: 'stack', ...chosen })
  const selectors = chosenOf(chosen.candidates).chosen.map(c => c.selector)
  if (selectors.length > 0) return [attachmentFor(selectors, chosen.stack.network.name, chosen.stack)]
  remarks.push({ kind: 'nobody-needs-it' })
  return []
}

/** Of several stacks: whoever holds a name that is one stack's alone is proposed for that one. */
function fromEach(stacks: readonly StackSurvey[], remarks: Remark[]): readonly ProposedAttachment[] {
  const picks = stacks.map(({ stack, candidates, own }) => ({
    stack,
    candidates: candidates.filter(c => c.evidence.some(e => 'names' in e && e.names.some(n => own.has(n)))),
  }))
  const picked = picks.filter(p => p.candidates.length > 0)
  if (picked.length === 0) return none({ kind: 'several-stacks', stacks }, remarks)
  for (const pick of picked) remarks.push({ kind: 'stack', ...pick })
  const names = new Set(picked.flatMap(p => p.candidates.map(c => c.container.name)))
  const open = stacks.flatMap(s => s.candidates).filter(c => c.evidence.length > 0 && !names.has(c.container.name))
  for (const container of new Set(open.map(c => c.container.name)))
    remarks.push({ kind: 'which-stack', container, networks: stacks.map(s => s.stack.network.name) })
  return picked.map(({ stack, candidates }) =>
    attachmentFor(
      candidates.map(c => c.selector),
      stack.network.name,
      stack,
    ),
  )
}

function none(remark: Remark, remarks: Remark[]): readonly ProposedAttachment[] {
  remarks.push(remark)
  return []
}

/** What an old script did. The network that was asked for stands in for one that the script does not show. */
function fromScript({ stacks, world }: Survey, takeover: Takeover, given: Given, remarks: Remark[]) {
  const { directory, note } = logDirectoryOf(takeover.logs, given.directory)
  remarks.push({ kind: 'takeover', takeover, directory })
  const filled = takeover.left.map(left => ({ left, wanted: filledIn(left, given.network) }))
  for (const { left, wanted } of filled) if (wanted.length === 0) remarks.push({ kind: 'left', left })
  const wanted = merged([...takeover.wanted, ...filled.flatMap(f => f.wanted)])
  if (wanted.length === 0) remarks.push({ kind: 'nothing-whole', file: takeover.file })
  const selectors = new Map<string, ContainerSelector>()
  for (const { container } of wanted)
    if (!selectors.has(container)) selectors.set(container, takenOver(container, world, remarks))
  const networks = [...Map.groupBy(wanted, w => w.network)]
  const attachments = networks.flatMap(([network, of]) => {
    const known = stacks.find(({ stack }) => isNetworkOf(network, stack))
    if (known === undefined) remarks.push({ kind: 'no-network', network })
    const names = new Set(of.map(w => w.container))
    for (const { container, evidence } of known?.candidates ?? []) {
      const isNamed = evidence.some(e => e.kind === 'environment' || e.kind === 'command')
      const resource = container.labels['coolify.resourceName'] ?? container.name
      if (isNamed && !names.has(container.name) && !names.has(resource))
        remarks.push({ kind: 'not-in-script', container: container.name })
    }
    // Names and an address are those of one container; what has neither shares a rule.
    const alike = Map.groupBy(of, w => (w.aliases.length > 0 || (w.ipv4 ?? w.ipv6) !== null ? w.container : ''))
    return [...alike.values()].map(some => {
      const rule = attachmentFor(
        some.map(w => selectors.get(w.container) ?? w.container),
        known?.stack.network.name ?? network,
        known?.stack ?? null,
      )
      const [{ aliases, ipv4, ipv6 } = { aliases: [], ipv4: null, ipv6: null }] = some
      const addresses = { ...(ipv4 === null ? {} : { ipv4 }), ...(ipv6 === null ? {} : { ipv6 }) }
      return { ...rule, ...(aliases.length > 0 ? { aliases } : {}), ...addresses }
    })
  })
  if (note !== null) remarks.push({ kind: 'log-directory', note })
  return { attachments, directory }
}

/** With the network that was asked for, where that is all that was missing. */
function filledIn({ rules, needsNetwork }: Left, network: string | null): readonly Wanted[] {
  const container = rules[0]?.container ?? null
  return network === null || !needsNetwork || container === null
    ? []
    : [{ network, container, aliases: [], ipv4: null, ipv6: null }]
}

/** Each container once on each network, with all the names that the script gives it there. */
function merged(wanted: readonly Wanted[]): readonly Wanted[] {
  const found = new Map<string, Wanted>()
  for (const one of wanted) {
    const key = JSON.stringify([one.network, one.container])
    const before = found.get(key)
    const aliases = [...new Set([...(before?.aliases ?? []), ...one.aliases])]
    found.set(key, { ...one, aliases, ipv4: one.ipv4 ?? before?.ipv4 ?? null, ipv6: one.ipv6 ?? before?.ipv6 ?? null })
  }
  return [...found.values()]
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
