// `{"of": C}` while C is away. A stack that is restarted removes its containers and makes them anew; its network stays, and so
// does whatever is on it: where an attachment was is where it belongs, until C says otherwise.
import type { Attachment } from './attachment.ts'
import { isOfRule, matcherOf, networkText } from './selector.ts'
import type { ObservedContainer, State } from './state.ts'
import type { World } from './world.ts'

/** The attachments of this look, with what is remembered of their networks. */
export function withRemembered(
  attachments: readonly Attachment[],
  state: Pick<State, 'attachments'>,
  world: World,
): readonly Attachment[] {
  return attachments.map(attachment => {
    if (!isOfRule(attachment.rule) || attachment.container === null) return attachment
    const last = lastOn(state.attachments[attachment.key]?.seen ?? {})
    if (last === null) return attachment
    const { network: answer, rule } = attachment
    if (answer.kind === 'missing') {
      const network = world.networks.find(n => n.id === last.networkId)
      return network === undefined ? attachment : { ...attachment, network: { kind: 'found', network } }
    }
    // Who answers to the first part of its name alone may be another stack's, which came while the real one is away.
    const { of } = rule.network
    const isGuess = answer.kind === 'found' && !world.containers.some(matcherOf(of))
    if (!isGuess || answer.network.name === last.networkName) return attachment
    const name = networkText(rule.network)
    const hint = `it was on ${last.networkName}, and only a container on ${answer.network.name} answers now: write {"of": CONTAINER} with the whole name of the one that you mean`
    return { ...attachment, network: { kind: 'ambiguous', name, hint } }
  })
}

/** The newest container of this identity that was ever attached. */
function lastOn(seen: Readonly<Record<string, ObservedContainer>>): ObservedContainer | null {
  const attached = Object.values(seen).filter(c => c.attachedAt !== null)
  return attached.reduce<ObservedContainer | null>((a, b) => (a === null || b.createdAt > a.createdAt ? b : a), null)
}
