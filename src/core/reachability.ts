// Does an attachment reach what it is attached for? Judged by what was asked inside the container, and by who is on the network.
import type { Doubt, Fault, Judgement, Targets, Testimony } from './judgement.ts'
import { nameFaults } from './name-fault.ts'
import { listed } from './namesake.ts'
import type { Connection } from './outcome.ts'
import type { Rung } from './proof.ts'
import type { ReachTarget } from './rule.ts'

export function hasTargets({ resolve, reach }: Targets): boolean {
  return resolve.length > 0 || reach.length > 0
}

/** A host of `reach` without a dot is the name of a container, and must be one of the network. */
export function namesOf({ resolve, reach }: Targets): readonly string[] {
  return [...new Set([...resolve, ...reach.map(t => t.host).filter(host => /^[^.:]+$/.test(host))])]
}

export function judge(evidence: Testimony): Judgement {
  const { targets, resolutions, connections } = evidence
  const asked = [...resolutions, ...connections]
  const fault = together(nameFaults(evidence)) ?? connections.flatMap(c => connectionFault(c) ?? [])[0]
  if (fault !== undefined) return { kind: 'fault', fault }
  if (asked.some(a => a.result === 'interrupted')) return { kind: 'interrupted' }
  const doubt = doubtOf(evidence)
  const proven = provenOf(targets, evidence)
  return proven === null
    ? { kind: 'unknown', doubt: doubt ?? { words: 'nothing was asked', isNews: false, isHung: false } }
    : { kind: 'proven', rung: proven, doubt }
}

/** Names that do not resolve are one fault. */
function together(faults: readonly Fault[]): Fault | undefined {
  const unresolved = faults.filter(f => f.reason === 'unresolved')
  const [first] = faults
  if (first === undefined || unresolved.length < 2) return first
  const names = listed(
    unresolved.flatMap(f => f.name ?? []),
    'and',
  )
  return { ...first, detail: `${names} do not resolve inside it`, hint: null }
}

/** What a restart makes anew is Docker's own lines: a DROP in front of them, or in DOCKER-USER, outlives it (20.10, 26, 28). */
const OF_DROPPED = [
  'something drops the packets, mostly a firewall of the host: iptables -S FORWARD lists its rules, iptables -S DOCKER-USER more of them',
  'if FORWARD has no line with DOCKER-USER, the rules were flushed: systemctl restart docker makes them anew, and restarts the containers',
  'else take out the line that says DROP or REJECT: iptables -D with the words of that line after -A',
]

function connectionFault({ target, result }: Connection): Fault | null {
  if (result === 'refused') {
    const hint = 'the way is open, but nothing listens at that port: has the service behind it started?'
    const detail = `a connection to ${target} from inside it is refused`
    return { reason: 'refused', name: null, detail, evidence: [], remedy: [hint], hint }
  }
  if (result === 'no-answer') {
    const detail = `nothing answers at ${target} from inside it`
    const hint =
      'something drops the packets, mostly a firewall: iptables -S FORWARD and iptables -S DOCKER-USER show the rules of the host; if they were flushed, systemctl restart docker makes them anew'
    return { reason: 'no-answer', name: null, detail, evidence: [], remedy: OF_DROPPED, hint }
  }
  return null
}

/** The highest rung that all of it proves; null: none. */
function provenOf(targets: Targets, { resolutions, connections, detail }: Testimony): Rung | null {
  const resolved = (name: string): boolean => resolutions.some(r => r.name === name && r.result === 'resolved')
  const reached = (target: ReachTarget): boolean =>
    connections.some(c => c.target === `${target.host}:${target.port}` && c.result === 'reached')
  const isNamed = targets.resolve.every(resolved) && detail !== null
  const isReached = targets.reach.length > 0 && targets.reach.every(reached)
  if (isReached && targets.resolve.every(name => resolved(name) || targets.reach.some(t => t.host === name)))
    return 'reached'
  return isNamed && targets.resolve.length > 0 ? 'named' : null
}

function doubtOf({ resolutions, connections, detail, network }: Testimony): Doubt | null {
  const name = resolutions.find(r => r.result !== 'resolved')
  if (name !== undefined) {
    const words = `whether ${name.name} resolves inside it is not known: ${name.detail}`
    return { words, isNews: name.denied || name.hung, isHung: name.hung }
  }
  const connection = connections.find(c => c.result !== 'reached')
  if (connection !== undefined) {
    const words = `whether ${connection.target} is reached from inside it is not known: ${connection.detail}`
    return { words, isNews: connection.denied || connection.hung, isHung: connection.hung }
  }
  if (detail !== null || resolutions.length === 0) return null
  const words = `whose addresses its names resolve to is not known: the engine does not tell who is on ${network.name}`
  return { words, isNews: false, isHung: false }
}
