// What an examination leaves in the state: the proof of each endpoint that is still there.
import { entryFor } from './attachment.ts'
import { evidenceOf, proofAfter } from './evidence.ts'
import { type Examination, UNEXAMINED } from './examination.ts'
import type { Observation } from './observation.ts'
import { withProof } from './standing.ts'
import type { State } from './state.ts'

/**
 * What an earlier process has left of its examinations: the bridges that were not as they must be. So that they are said once, and
 * not again by each process; whether it is gone or down the next examination says.
 */
export function examinedBefore(state: State): Examination {
  const seen = Object.values(state.attachments).flatMap(a => Object.values(a.seen))
  const lost = seen.filter(s => s.attached && s.unreachable?.reason === 'bridge-missing')
  return { ...UNEXAMINED, bridges: new Map(lost.map(s => [s.networkId, 'gone'])) }
}

/** @param look the one that was examined; the state may have gone on since */
export function withExamined(state: State, look: Observation, examined: Examination, now: number): State {
  let after = state
  for (const { key, container, network: answer } of look.attachments) {
    if (container === null || answer.kind !== 'found') continue
    const entry = entryFor(container, answer.network)
    const seen = after.attachments[key]?.seen[container.id]
    if (entry === undefined || seen === undefined || !seen.attached || seen.endpointId !== entry.endpointId) continue
    const proof = proofAfter(seen.proof, evidenceOf(container.id, entry, answer.network, examined))
    if (proof?.at !== seen.proof?.at || proof?.rung !== seen.proof?.rung)
      after = withProof(after, key, container.id, { proof }, now)
  }
  return after
}
