// What keeps an attachment from being made, known beforehand: it is said at once, instead of being tried for ever.
import type { Blocked } from './action.ts'
import type { Attachment } from './attachment.ts'
import { block, type Situation } from './plan-item.ts'
import { settingsFor } from './wanted-settings.ts'
import type { Container, Network, World } from './world.ts'

/** Rootless Podman's ways out: such a container is on no network that could be shared. */
const ALONE = ['pasta', 'slirp4netns']

/** For a network mode that allows no other network; null where it does. */
export function modeObstacle(attachment: Attachment, { networkMode: mode }: Container, world: World): Blocked | null {
  const isAlone = ALONE.some(way => mode === way || mode.startsWith(`${way}:`))
  if (mode !== 'host' && mode !== 'none' && !mode.startsWith('container:') && !isAlone) return null
  const hint = mode.startsWith('container:')
    ? borrowedHint(mode.slice('container:'.length), world)
    : `its network mode is ${mode}, which allows no other network; run the container on a network of its own`
  return block(attachment, 'network-mode', hint)
}

/** `network_mode: service:db` of compose, or `container:NAME`: what is reached there is what its owner reaches. */
function borrowedHint(reference: string, { containers }: World): string {
  const owner = containers.find(c => c.id === reference || c.name === reference)
  if (owner === undefined)
    return 'it uses the network of a container that is gone, so it has none: create it again, after the container whose network it is to use'
  return `it uses the network of ${owner.name} and has none of its own: name ${owner.name} in the rule in its place`
}

/** For a network that would refuse it, or on which it could reach nobody; null where nothing is known. */
export function networkObstacle(
  attachment: Attachment,
  container: Container,
  network: Network,
  { world, state }: Situation,
): Blocked | null {
  const { name } = network
  if (network.configOnly) {
    const hint = `${name} is only a template (--config-only): name a network that was made from it (--config-from ${name})`
    return block(attachment, 'config-only', hint)
  }
  if (!network.attachable) {
    const hint = `${name} takes swarm services only; make it anew with docker network create -d overlay --attachable`
    return block(attachment, 'not-attachable', hint)
  }
  const [target] = [...attachment.rule.resolve, ...attachment.rule.reach.map(r => r.host)]
  if (!network.icc && target !== undefined) {
    const hint = `containers on ${name} may not talk to each other (com.docker.network.bridge.enable_icc is false), so ${target} cannot be reached there; use another network`
    return block(attachment, 'icc-off', hint)
  }
  const { problem } = settingsFor(attachment, container, network, world, state)
  return problem === null ? null : block(attachment, problem.reason, problem.hint)
}
