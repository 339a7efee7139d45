// Is anybody else on the network? Healing onto a network whose stack is gone looks fine and helps nobody
// (docs/coolify.md, "Deleting a service").
import type { Warning } from './action.ts'
import type { Attachment } from './attachment.ts'
import { isProxy } from './identity.ts'
import type { Network, World } from './world.ts'

/**
 * Answers, for a network: a `network-empty` warning when no container but ours (and Coolify's proxy, which follows our
 * own attachments) has a live endpoint on it; else nothing. A note: whether somebody is missed there is for the proofs to say. Looks at the containers once, whatever the number of rules.
 */
export function emptinessOf(
  attachments: readonly Attachment[],
  world: World,
): (network: Network) => readonly Warning[] {
  let peopled: Set<string> | null = null
  return network => {
    if (hasMembersElsewhere(network)) return []
    peopled ??= networksOfOthers(attachments, world)
    if (peopled.has(network.id)) return []
    return [
      {
        code: 'network-empty',
        message: `no other container is running on ${network.name}: nobody is there but the containers of the rules`,
        hint: 'if a stack should be there, start it, or name its new network in the rule',
      },
    ]
  }
}

/** On an overlay they are on other nodes, on macvlan and ipvlan they are machines of the LAN: this engine does not list them. */
function hasMembersElsewhere({ driver }: Network): boolean {
  return driver !== 'bridge'
}

function networksOfOthers(attachments: readonly Attachment[], world: World): Set<string> {
  // Ours is who a rule puts onto this very network: a member of the stack may have a rule of its own, for another one.
  const ours = new Map<string, Set<string>>()
  for (const { container, network } of attachments) {
    if (container === null || network.kind !== 'found') continue
    const ids = ours.get(network.network.id)
    if (ids === undefined) ours.set(network.network.id, new Set([container.id]))
    else ids.add(container.id)
  }
  const peopled = new Set<string>()
  for (const container of world.containers) {
    if (isProxy(container)) continue
    for (const { endpointId, network, networkId } of container.endpoints) {
      if (endpointId === '' || peopled.has(networkId)) continue
      // A member that was made on this network is at home there, though a rule may keep it there as well.
      if (ours.get(networkId)?.has(container.id) === true && container.networkMode !== network) continue
      peopled.add(networkId)
    }
  }
  return peopled
}
