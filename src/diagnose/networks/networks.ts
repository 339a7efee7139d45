// DESIGN 10.1: is each container on its networks, and do the names that it needs resolve inside it? Judged by the very plan
// that `check` prints; nothing is decided here that the plan does not say.
import type { Attachment } from '../../core/attachment.ts'
import type { Finding } from '../../core/diagnosis/finding.ts'
import type { Look } from '../../core/remember.ts'
import type { Container } from '../../core/world.ts'
import type { Context, Subject, TopicAnswer } from '../context.ts'
import { namesInside } from './names.ts'
import { standingOf } from './standing.ts'
import { withoutRule } from './unruled.ts'

export const networks: TopicAnswer = async (context, signal) => {
  const { look } = context
  if (look === null) return []
  const answers = await Promise.all(context.subjects.map(s => ofSubject(s, look, context, signal)))
  return answers.flat()
}

async function ofSubject(
  subject: Subject,
  look: Look,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const container = look.world.containers.find(c => c.id === subject.details?.id)
  if (container === undefined) return [missing(subject)]
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
  look: Look,
  context: Context,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { resolve } = attachment.rule
  const runs = container.status === 'running'
  const resolutions = runs && resolve.length > 0 ? await context.prove(container.id, resolve, signal) : []
  const standing = standingOf(subject, attachment, container, look, context.memory)
  if (standing.attached === null) {
    const unresolved = resolutions.filter(r => r.result === 'unresolved').map(r => r.name)
    const symptom = unresolved.length === 0 ? [] : [`${unresolved.join(', ')} does not resolve inside it`]
    return standing.findings.map((f, i) => (i === 0 ? { ...f, evidence: [...symptom, ...f.evidence] } : f))
  }
  const names = await namesInside(subject, container, standing.attached, resolutions, look.world, context, signal)
  return [...standing.findings, ...names]
}

function missing({ label, attachments }: Subject): Finding {
  const wanted = attachments.map(a => a.network).map(n => (n.kind === 'found' ? n.network.name : n.name))
  return {
    topic: 'networks',
    code: 'container-missing',
    verdict: 'note',
    subject: label,
    summary: `there is no container ${label}, so it is on no network`,
    evidence: wanted.map(n => `a rule wants it on ${n}`),
    remedy: ['docker ps -a shows what there is; deploy it, or take it out of the config'],
  }
}
