// Does a container reach what it is attached for? The judgement is the healer's own (core/reachability.ts): what is said here is
// what `status` and the notifications say.
import type { Judgement } from '../../core/judgement.ts'
import type { Container, Network } from '../../core/world.ts'
import type { Subject } from '../context.ts'
import type { ReachProver } from '../ports.ts'
import type { Finding } from '../rules/finding.ts'
import { placesOf } from './attachment-state.ts'

type Proving = Awaited<ReturnType<ReachProver>>

/** Whether it says of this name what is told here: that one does not resolve at all is told with the names of the network. */
export function isFaultOf(judgement: Judgement, name: string): boolean {
  return judgement.kind === 'fault' && judgement.fault.reason !== 'unresolved' && judgement.fault.name === name
}

export function reachFindings(
  subject: Subject,
  container: Container,
  network: Network,
  { judgement, reached }: Proving,
): readonly Finding[] {
  const about = { topic: 'networks', subject: subject.label } as const
  const arrived = reached.map((target): Finding => {
    const summary = `${subject.label} reaches ${target}`
    return { ...about, code: 'reached', verdict: 'well', summary, evidence: [], remedy: [] }
  })
  if (judgement.kind === 'fault' && judgement.fault.reason !== 'unresolved') {
    const { reason, detail, hint } = judgement.fault
    const unreachable: Finding = {
      ...{ ...about, code: reason, verdict: 'wrong' },
      summary: `${subject.label} is on ${network.name}, but ${detail}`,
      evidence: [placesOf(subject, container)],
      remedy: hint === null ? [] : [hint],
    }
    return [unreachable, ...arrived]
  }
  return arrived
}
