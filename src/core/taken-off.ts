// What is remembered of the attachments that a look leaves off their network (core/teardown.ts).
import type { Attachment } from './attachment.ts'
import type { Observation } from './observation.ts'
import { type ObservedContainer, type State, withContainer } from './state.ts'
import { membersOf } from './teardown.ts'

/** The attachments that this look leaves off their network, and that have lost nothing yet. */
export function tornDown({ attachments, plan }: Pick<Observation, 'attachments' | 'plan'>): ReadonlySet<Attachment> {
  const skipped = plan.skipped.filter(s => s.reason === 'taken-off' || s.reason === 'network-removed')
  if (skipped.length === 0) return new Set()
  const those = new Set(skipped.map(s => `${s.key} ${s.container}`))
  return new Set(attachments.filter(a => those.has(`${a.key} ${a.label}`)))
}

/** The state with what is remembered of those. @param lostAt when it happened, where that is known */
export function withTeardowns(
  state: State,
  look: Observation,
  lostAt: (before: ObservedContainer, containerId: string) => number | null,
  now: number,
): State {
  let after = state
  for (const { key, container } of tornDown(look)) {
    const own = container === null ? undefined : state.attachments[key]?.seen[container.id]
    if (container === null || own === undefined) continue
    const removed = look.plan.skipped.some(s => s.key === key && s.reason === 'network-removed')
    const members = membersOf(own.networkId, look.world)
    const { takenOff: known } = own
    const isSame = known !== null && known.members === members
    const takenOff = {
      since: known?.since ?? now,
      lostAt: known === null ? lostAt(own, container.id) : known.lostAt,
      ...{ changedAt: isSame ? known.changedAt : now, members, removed },
    }
    after = withContainer(after, key, container.id, { takenOff, attached: own.attached && !removed })
  }
  return after
}
