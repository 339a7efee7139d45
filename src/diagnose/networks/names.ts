// Do the names resolve inside the container, and to whom? The judgement is the healer's own (core/name-fault.ts): what is said
// here is what `status` and the notifications say, with more room.

import type { Fault } from '../../core/judgement.ts'
import type { Resolution } from '../../core/outcome.ts'
import type { Container, Network } from '../../core/world.ts'
import type { Subject } from '../context.ts'
import type { ReachProver } from '../ports.ts'
import type { Finding } from '../rules/finding.ts'
import { placesOf } from './attachment-state.ts'

type Proving = Awaited<ReturnType<ReachProver>>

export function nameFindings(
  subject: Subject,
  container: Container,
  network: Network,
  { faults, resolutions }: Pick<Proving, 'faults' | 'resolutions'>,
): readonly Finding[] {
  const answered = resolutions.filter(r => !faults.some(f => f.name === r.name))
  return [
    ...faults.map(fault => faulty(subject, container, network, fault, resolutions)),
    ...answered.map(r => (r.result === 'resolved' ? resolved(subject, r) : unproven(subject, container, r))),
  ]
}

function faulty(
  subject: Subject,
  container: Container,
  network: Network,
  { reason, name, detail, evidence, remedy }: Fault,
  resolutions: readonly Resolution[],
): Finding {
  const { label } = subject
  const isMissing = reason === 'unresolved'
  const said = resolutions.find(r => r.name === name)?.detail
  return {
    topic: 'networks',
    code: isMissing ? 'dns-missing' : reason,
    verdict: 'wrong',
    subject: label,
    summary: isMissing
      ? `${name} does not resolve inside ${label}, although it is on ${network.name}`
      : `${label} is on ${network.name}, but ${detail}`,
    evidence: [...evidence, placesOf(subject, container), ...(said === undefined || said === detail ? [] : [said])],
    remedy,
  }
}

function resolved({ label }: Subject, { name, detail }: Resolution): Finding {
  const summary = `${name} resolves inside ${label}`
  return {
    ...{ topic: 'networks', code: 'dns-resolves', verdict: 'well', subject: label },
    ...{ summary, evidence: [detail], remedy: [] },
  }
}

function unproven({ label }: Subject, container: Container, { name, detail, denied }: Resolution): Finding {
  return {
    topic: 'networks',
    code: 'dns-unproven',
    verdict: 'unseen',
    subject: label,
    summary: denied
      ? `whether ${name} resolves inside ${label} is unknown: the proxy in front of the engine denies exec`
      : `it is not known whether ${name} resolves inside ${label}: ${detail}`,
    evidence: [detail],
    remedy: denied
      ? [
          'allow POST /containers/{id}/exec and /exec/{id}/start on the proxy, or run netheal diagnose on the engine itself',
        ]
      : [`to look from its network: docker run --rm --network container:${container.name} busybox nslookup ${name}`],
  }
}
