// Diagnosis 1 (docs/design.md, "Diagnosis"): is each container on its networks, and do the names that it needs resolve
// inside it? Judged by the very plan that `check` prints; nothing is decided here that the plan does not say.
import type { Attachment } from '../../core/attachment.ts'
import { assertNever } from '../../core/errors.ts'
import type { Observation } from '../../core/observation.ts'
import { hasTargets } from '../../core/reachability.ts'
import type { Unmatched } from '../../core/state.ts'
import { isMistaken, unmatchedIn } from '../../core/unmatched.ts'
import type { Container, World } from '../../core/world.ts'
import type { Context, Subject, TopicAnswer } from '../context.ts'
import type { ItsConfig } from '../itself-port.ts'
import type { Finding } from '../rules/finding.ts'
import { attachmentFindings } from './attachment-state.ts'
import { nameFindings } from './names.ts'
import { proxyFindings } from './proxy.ts'
import { reachFindings } from './reach.ts'
import { withoutRule } from './unruled.ts'

/** So many are named in a sentence. */
const MOST_NAMED = 12

export const networks: TopicAnswer = async (context, signal) => {
  const { look } = context
  if (look === null) return [blind(context.subjects)]
  if (context.subjects.length === 0) return [nobody(look.world, (await context.itself()).config)]
  const answers = await Promise.all(context.subjects.map(s => ofSubject(s, look, context, signal)))
  return [...answers.flat(), ...(await proxyFindings(context))]
}

async function ofSubject(
  subject: Subject,
  look: Observation,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const container = look.world.containers.find(c => c.id === subject.details?.id)
  if (container === undefined) return missing(subject, unmatchedIn(look.attachments, context.state, look.world))
  if (subject.attachments.length === 0) return await withoutRule(subject, container, look.world, context, signal)
  const answers = await Promise.all(
    subject.attachments.map(a => ofAttachment(subject, a, container, look, context, signal)),
  )
  return answers.flat()
}

async function ofAttachment(
  subject: Subject,
  attachment: Attachment,
  container: Container,
  look: Observation,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { resolve } = attachment.rule
  const runs = container.status === 'running'
  const found = attachmentFindings(subject, attachment, container, look, context.state)
  if (found.attached === null) {
    const resolutions = runs && resolve.length > 0 ? await context.prove(container.id, resolve, signal) : []
    const unresolved = resolutions.filter(r => r.result === 'unresolved').map(r => r.name)
    const symptom =
      unresolved.length === 0
        ? []
        : [`${unresolved.join(', ')} ${unresolved.length === 1 ? 'does' : 'do'} not resolve inside it`]
    return found.findings.map((f, i) => (i === 0 ? { ...f, evidence: [...symptom, ...f.evidence] } : f))
  }
  if (!runs || !hasTargets(attachment.rule)) return found.findings
  const { attached: network } = found
  const proving = await context.reach(container.id, network, attachment.rule, look.world, signal)
  const names = nameFindings(subject, container, network, proving)
  return [...found.findings, ...reachFindings(subject, container, network, proving), ...names]
}

/** What the engine alone knows is not known: said, so that no list of what is well is taken for the whole. */
function blind(subjects: readonly Subject[]): Finding {
  const who = subjects.length === 0 ? 'the containers' : listed(subjects.map(s => s.label))
  return {
    topic: 'networks',
    code: 'containers-unseen',
    verdict: 'unseen',
    subject: null,
    summary: `the engine does not answer, so nothing is known about ${who}: whether they run, their networks, restarts, pools and database`,
    evidence: [],
    remedy: ['fix the engine first, then run netheal diagnose again'],
  }
}

/** Neither a rule nor the command line names a container: nothing of any was looked at. */
function nobody({ containers }: World, config: ItsConfig): Finding {
  const running = containers.filter(c => c.status === 'running').map(c => c.name)
  return {
    topic: 'networks',
    code: 'nobody-asked',
    verdict: 'unseen',
    subject: null,
    summary: `no container was checked: the command line names none, and ${rulesText(config)}`,
    evidence: [running.length === 0 ? 'no container is running on this engine' : `running: ${listed(running)}`],
    remedy: [
      ...(config.kind === 'closed' ? ['run it as root: sudo netheal diagnose'] : []),
      'name the container that has the problem: netheal diagnose CONTAINER',
      ...(config.kind === 'none' ? ['sudo netheal init proposes rules'] : []),
    ],
  }
}

function rulesText(config: ItsConfig): string {
  switch (config.kind) {
    case 'valid':
      return `no container on this engine matches the rules of ${config.file}`
    case 'none':
      return `there is no config with rules (${config.file})`
    case 'closed':
      return `the rules of ${config.file} cannot be read by this user`
    case 'bad':
      return `no rule of ${config.file} can be used`
    default:
      return assertNever(config)
  }
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function missing({ label, attachments }: Subject, unmatched: readonly Unmatched[]): readonly Finding[] {
  const about = { topic: 'networks', subject: label } as const
  const wanted = attachments.map(a => a.network).map(n => (n.kind === 'found' ? n.network.name : n.name))
  const evidence = wanted.map(n => `a rule wants it on ${n}`)
  const never = unmatched.find(u => u.selector === label)
  if (never !== undefined && isMistaken(never)) {
    const summary = `no container has ever matched ${label}, so nothing is attached for it; ${near(never)}`
    return [
      {
        ...about,
        ...{ code: 'selector-unmatched', verdict: 'wrong', summary },
        evidence: [...evidence, ...never.near.map(n => `running: ${n.container}`)],
        remedy: never.near.map(
          n =>
            `if ${n.container} is meant, write ${n.selector} under "containers" in the config, then: sudo systemctl reload netheal`,
        ),
      },
    ]
  }
  return [
    {
      ...about,
      code: 'container-missing',
      verdict: 'note',
      summary:
        never === undefined
          ? `there is no container ${label}, so it is on no network`
          : `no container has ever matched ${label}, so nothing is attached for it`,
      evidence,
      remedy: ['docker ps -a lists the containers; deploy it, or remove it from the config'],
    },
  ]
}

function near({ near: [first, ...more] }: Unmatched): string {
  return `${first?.container ?? ''}${more.length === 0 ? '' : ` or ${more.map(n => n.container).join(' or ')}`} may be meant`
}
