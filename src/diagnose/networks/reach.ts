// Does a container reach what it is attached for? The judgement is the healer's own (core/reachability.ts).
import type { Container, Network } from '../../core/world.ts'
import type { Subject } from '../context.ts'
import type { ReachProver } from '../ports.ts'
import type { Finding } from '../rules/finding.ts'
import { placesOf } from './attachment-state.ts'

/** A name that is at fault is told in names.ts. */
export function reachFindings(
  subject: Subject,
  container: Container,
  network: Network,
  { judgement, reached }: Pick<Awaited<ReturnType<ReachProver>>, 'judgement' | 'reached'>,
): readonly Finding[] {
  const about = { topic: 'networks', subject: subject.label } as const
  const arrived = reached.map((target): Finding => {
    const summary = `${subject.label} reaches ${target}`
    return { ...about, code: 'reached', verdict: 'well', summary, evidence: [], remedy: [] }
  })
  if (judgement.kind !== 'fault' || judgement.fault.name !== null) return arrived
  const { reason, detail, evidence, remedy } = judgement.fault
  const summary = `${subject.label} is on ${network.name}, but ${detail}`
  const where = [...evidence, placesOf(subject, container)]
  return [{ ...about, code: reason, verdict: 'wrong', summary, evidence: where, remedy }, ...arrived]
}
