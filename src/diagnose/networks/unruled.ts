// A container that no rule speaks of: is there a Supabase stack whose network it evidently needs? By the reasoning of `init`,
// and with the rule that `init` would write. Only names are asked of its environment, never values.

import { missingHome } from '../../core/home-network.ts'
import { composeOf } from '../../core/identity.ts'
import type { Resolution } from '../../core/outcome.ts'
import { matches } from '../../core/selector.ts'
import { selectorFor } from '../../core/selector-for.ts'
import { type Container, isUp, type World } from '../../core/world.ts'
import { candidatesFor } from '../../init/rules/candidates.ts'
import { evidenceText, weightOf } from '../../init/rules/evidence.ts'
import { attachmentFor } from '../../init/rules/proposal.ts'
import { DATABASE, hostNamesOf, type Stack, stacksIn } from '../../init/rules/stack.ts'
import type { Context, Subject } from '../context.ts'
import type { ItsConfig } from '../itself-port.ts'
import { stickyRemedy } from '../rules/coolify-remedy.ts'
import type { Finding } from '../rules/finding.ts'
import { placesOf } from './attachment-state.ts'
import { nameFindings } from './names.ts'

/** From its environment or its command on (init/rules/evidence.ts): it cannot work without. Below that it is a guess. */
const EVIDENT = 8

export async function withoutRule(
  subject: Subject,
  container: Container,
  world: World,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const taken = takenFrom(subject, container, world)
  if (taken !== null) return [taken]
  const stacks = stacksIn(world)
  const own = stacks.find(s => s.members.some(m => m.id === container.id))
  if (own !== undefined) return ofMember(subject, container, own)
  const words = [...new Set(stacks.flatMap(hostNamesOf))]
  const mentions = words.length === 0 ? new Map() : await context.mentions.mentions([container.id], words, signal)
  const weighed = stacks
    .flatMap(stack => {
      const found = candidatesFor(stack, world, { mentions, handled: new Map() })
      const candidate = found.find(c => c.container.id === container.id || matches(c.selector, container))
      return candidate === undefined ? [] : [{ stack, evidence: candidate.evidence }]
    })
    .toSorted((a, b) => weightOf(b.evidence) - weightOf(a.evidence))
  const [best] = weighed
  if (best === undefined || best.evidence.length === 0) return [unneeded(subject, container, stacks)]
  const { config } = await context.itself()
  const equal = weighed.filter(w => weightOf(w.evidence) === weightOf(best.evidence)).map(w => w.stack)
  if (equal.length > 1) return [ofSeveral(subject, container, equal, best.evidence, config)]
  const { stack, evidence } = best
  const because = evidence.map(e => `${container.name}: ${evidenceText(e)}`)
  const attached = isOn(container, stack)
  const runs = container.status === 'running'
  const resolve = runs ? namesOf(stack, evidence) : []
  const evident = weightOf(evidence) >= EVIDENT
  const found = { subject, container, stack, world, because, evident, config }
  if (!attached || resolve.length === 0) {
    const resolutions = resolve.length === 0 ? [] : await context.prove(container.id, resolve, signal)
    return [finding({ ...found, resolutions })]
  }
  const proving = await context.reach(container.id, stack.network, { resolve, reach: [] }, world, signal)
  const { resolutions } = proving
  return [finding({ ...found, resolutions }), ...nameFindings(subject, container, stack.network, proving)]
}

interface Unruled {
  readonly subject: Subject
  readonly container: Container
  readonly stack: Stack
  readonly world: World
  readonly because: readonly string[]
  readonly evident: boolean
  readonly resolutions: readonly Resolution[]
  readonly config: ItsConfig
}

function finding({ subject, container, stack, world, because, evident, resolutions, config }: Unruled): Finding {
  const { name } = stack.network
  const attached = isOn(container, stack)
  const rule = attachmentFor([selectorFor(container, world).selector], name, stack)
  const write = ruleStep(JSON.stringify(rule), config)
  const about = { topic: 'networks', subject: subject.label } as const
  if (attached) {
    return {
      ...about,
      code: 'attached-without-rule',
      verdict: 'note',
      summary: `${subject.label} is on ${name}, but no rule keeps it there: the next deploy may lose it; netheal init proposes one`,
      evidence: [...because, placesOf(subject, container)],
      remedy: [write],
    }
  }
  const unresolved = resolutions.filter(r => r.result === 'unresolved').map(r => `${r.name} does not resolve inside it`)
  // A name that resolves by another way is no loss.
  const other = resolutions.length > 0 && resolutions.every(r => r.result === 'resolved')
  const wrong = evident && !other
  return {
    ...about,
    code: 'detached-without-rule',
    verdict: wrong ? 'wrong' : 'note',
    summary: wrong
      ? `${subject.label} needs ${name}, but is not on it, and no rule asks for it`
      : `${subject.label} may need ${name}: it is not on it, and no rule asks for it`,
    evidence: [...because, ...unresolved, placesOf(subject, container)],
    remedy: [
      write,
      `by hand: docker network connect ${name} ${container.name}, without a restart`,
      ...stickyRemedy(container, name),
    ],
  }
}

/** `init` never touches a config that is there: then the rule is added to it. */
function ruleStep(rule: string, config: ItsConfig): string {
  return config.kind === 'none'
    ? `sudo netheal init --write writes a config with a rule that keeps it there: ${rule}`
    : `to keep it there, add this rule to "attachments" in ${config.file}, then sudo systemctl reload netheal: ${rule}`
}

/** Its words fit several stacks alike, as `supabase-db` does: which one is meant only the operator knows. */
function ofSeveral(
  subject: Subject,
  container: Container,
  stacks: readonly Stack[],
  evidence: Parameters<typeof weightOf>[0],
  config: ItsConfig,
): Finding {
  const evident = weightOf(evidence) >= EVIDENT
  const names = stacks.map(s => s.network.name)
  return {
    topic: 'networks',
    code: 'detached-without-rule',
    verdict: evident ? 'wrong' : 'note',
    subject: subject.label,
    summary: `${subject.label} ${evident ? 'needs' : 'may need'} the network of one of ${stacks.length} Supabase stacks, and no rule says which: ${names.join(', ')}`,
    evidence: [...evidence.map(e => `${container.name}: ${evidenceText(e)}`), placesOf(subject, container)],
    remedy: [
      config.kind === 'none'
        ? `sudo netheal init --network NETWORK --write, with the right one: ${names.join(' or ')}`
        : `netheal init --network NETWORK, with the right one (${names.join(' or ')}), shows the rule: add it to "attachments" in ${config.file}`,
      `by hand: docker network connect NETWORK ${container.name}, without a restart`,
    ],
  }
}

/** It was made on a network that is still there, runs, and is not on it: somebody disconnected it. Null: not so. */
function takenFrom(subject: Subject, container: Container, world: World): Finding | null {
  const home = missingHome(container, world)
  if (home === null) return null
  return {
    topic: 'networks',
    code: 'detached-without-rule',
    verdict: 'wrong',
    subject: subject.label,
    summary: `${subject.label} is not on ${home.name}, the network that it was made on: somebody took it off`,
    evidence: [`HostConfig.NetworkMode: ${container.networkMode}`, placesOf(subject, container)],
    remedy: [
      ...(composeOf(container)?.project === home.name
        ? []
        : [`docker network connect ${home.name} ${container.name} puts it back, without a restart`]),
      ...stickyRemedy(container, home.name),
    ],
  }
}

/** A member of the stack itself: its start puts it there. */
function ofMember(subject: Subject, container: Container, stack: Stack): readonly Finding[] {
  const { name } = stack.network
  const about = { topic: 'networks', subject: subject.label } as const
  if (isOn(container, stack)) {
    const summary = `${subject.label} is on ${name}, the network of its own stack`
    return [
      { ...about, code: 'attached', verdict: 'well', summary, evidence: [placesOf(subject, container)], remedy: [] },
    ]
  }
  const summary = `${subject.label} is ${container.status}: start it to see whether it is on ${name}`
  const code = 'container-stopped'
  return [{ ...about, code, verdict: 'note', summary, evidence: [placesOf(subject, container)], remedy: [] }]
}

function unneeded(subject: Subject, container: Container, stacks: readonly Stack[]): Finding {
  const known = stacks.map(s => s.network.name)
  return {
    topic: 'networks',
    code: 'no-rule',
    verdict: 'note',
    subject: subject.label,
    summary: `no rule names ${subject.label}, and there is no sign that it needs a Supabase network`,
    evidence: [
      placesOf(subject, container),
      known.length === 0
        ? 'there is no Supabase database on this engine'
        : `Supabase networks of this engine: ${known.join(', ')}`,
    ],
    remedy: ['if it does need one, add it to "attachments" in the config, or type netheal init'],
  }
}

/** The names it speaks of itself, else the database's. */
function namesOf(stack: Stack, evidence: Parameters<typeof weightOf>[0]): readonly string[] {
  const own = evidence.flatMap(e => (e.kind === 'environment' || e.kind === 'command' ? e.names : []))
  if (own.length > 0) return [...new Set(own)]
  return stack.database === null ? [] : [DATABASE]
}

/** Live for a running container; for a stopped one the entry is what counts. */
function isOn(container: Container, { network }: Stack): boolean {
  const runs = isUp(container.status)
  return container.endpoints.some(
    e =>
      (e.networkId === network.id || (e.networkId === '' && e.network === network.name)) &&
      (!runs || e.endpointId !== ''),
  )
}
