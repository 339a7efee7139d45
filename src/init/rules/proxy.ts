// For `init`: on a Coolify host the proxy belongs where the applications are. Which of their networks it misses now.
import { entryFor, resolve } from '../../core/attachment.ts'
import { isCoolify, isProxy } from '../../core/identity.ts'
import type { Rule } from '../../core/rule.ts'
import type { Container, World } from '../../core/world.ts'
import type { ProposedAttachment } from './proposal.ts'

export interface ProxySurvey {
  readonly container: Container
  readonly attachment: ProposedAttachment
  /** Names of the networks of Coolify's containers, in order, and those that the proxy is not on. */
  readonly networks: readonly string[]
  readonly missing: readonly string[]
}

const MANAGED = { label: { 'coolify.managed': 'true' } }

/** Null: there is no proxy of Coolify's, or nobody that it would be there for. */
export function proxyIn(world: World, defaults: Rule): ProxySurvey | null {
  const container = world.containers.find(c => isProxy(c) && c.status !== 'dead' && c.status !== 'removing')
  if (container === undefined || !world.containers.some(c => isCoolify(c) && !isProxy(c))) return null
  const attachment = { containers: [container.name], network: { ofEach: MANAGED } }
  const asked = resolve([{ ...defaults, ...attachment }], world)
  const found = asked.flatMap(a => (a.network.kind === 'found' ? [a.network.network] : []))
  const missing = found.filter(network => entryFor(container, network) === undefined)
  return { container, attachment, networks: found.map(n => n.name), missing: missing.map(n => n.name) }
}
