// Which containers are inspected before anything is decided about them: a list is not consistent, and tells
// neither times nor aliases. On a healthy host whose state is known there are none, whatever the number of rules.
import { entryFor } from './attachment.ts'
import { findDetaches } from './detach.ts'
import type { Observation } from './observation.ts'
import type { State } from './state.ts'

/** More members than this are not asked for their aliases: a network so large has no generic names to guard. */
const MOST_MEMBERS = 64

/** Ids to inspect: what would be acted on, what was lost, what has another endpoint than before, who might hold an alias. */
export function containersToInspect(look: Observation, state: State, now: number): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const action of look.plan.actions) {
    ids.add(action.containerId)
    if (action.aliases.length > 0) for (const id of membersOf(look, action.networkId)) ids.add(id)
  }
  for (const detach of findDetaches(look.attachments, look.world, state, now)) ids.add(detach.evidence.containerId)
  for (const { key, container, network } of look.attachments) {
    if (container === null || container.run !== null || network.kind !== 'found') continue
    const entry = entryFor(container, network.network)
    const before = state.attachments[key]?.seen[container.id]
    // A new endpoint is a new run of the container, or a detach and attach in between: its times tell which.
    if (entry !== undefined && entry.endpointId !== '' && before?.endpointId !== entry.endpointId) ids.add(container.id)
  }
  return ids
}

/** The members of a network whose aliases are not known yet. */
function membersOf(look: Observation, networkId: string): readonly string[] {
  const members = look.world.containers.filter(c =>
    c.endpoints.some(e => e.networkId === networkId && e.endpointId !== '' && e.aliases === null),
  )
  return members.length > MOST_MEMBERS ? [] : members.map(m => m.id)
}
