// For `init`: the config that is proposed, as the value of its file. The smallest that does it: the rest has defaults.
import { composeOf } from '../../core/identity.ts'
import type { ContainerSelector, EachNetwork } from '../../core/rule.ts'
import { selectorText } from '../../core/selector.ts'
import type { Container } from '../../core/world.ts'
import { DATABASE, type Stack } from './stack.ts'

export interface ProposedAttachment {
  readonly containers: readonly ContainerSelector[]
  readonly network: string | EachNetwork
  readonly resolve?: readonly string[]
  readonly aliases?: readonly string[]
  readonly ipv4?: string
  readonly ipv6?: string
}

/** What stands in the proposed file. `docker` and `log` only where they are not the defaults. */
export interface Proposal {
  readonly attachments: readonly ProposedAttachment[]
  readonly docker?: {
    readonly host: string
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  }
  readonly log?: { readonly directory: string }
}

/** @param stack null where nothing is known of the network */
export function attachmentFor(
  selectors: readonly ContainerSelector[],
  network: string,
  stack: Stack | null,
): ProposedAttachment {
  const containers = [...new Map(selectors.map(s => [selectorText(s), s])).values()]
  const database = stack?.database ?? null
  return { containers, network, ...(database === null ? {} : { resolve: [hostOf(database)] }) }
}

/** Every service of compose answers to its name; another container only to its own. */
function hostOf(database: Container): string {
  return composeOf(database)?.service === DATABASE ? DATABASE : database.name
}
