// A selector that has never found a container is probably written wrongly: which of the running containers may be meant, and
// what would find it. One that found somebody before is none of it: its container may be stopped or gone.
import { type Attachment, networkLabel } from './attachment.ts'
import { isPreview } from './identity.ts'
import { nearContainers } from './near-containers.ts'
import { selectorText } from './selector.ts'
import type { NearContainer, State, Unmatched } from './state.ts'
import { isUp, type World } from './world.ts'

/** For so many is looked among the containers at each look; of the others only the fact is known. */
const MOST_SOUGHT = 20

/** The selectors that have ever found a container, with this look taken in, without those that no rule has any more. */
export function matchedAfter({ matched }: State, attachments: readonly Attachment[]): readonly string[] {
  const known = new Set(matched)
  const now = new Set<string>()
  for (const { container, selectors } of attachments) {
    for (const text of selectors.map(selectorText)) if (container !== null || known.has(text)) now.add(text)
  }
  return now.size === known.size && matched.every(s => now.has(s)) ? matched : [...now]
}

/** The selectors of this look that have never found a container, in the order of the rules. */
export function unmatchedIn(
  attachments: readonly Attachment[],
  { matched, attachments: before }: Pick<State, 'matched' | 'attachments'>,
  world: World,
): readonly Unmatched[] {
  const unanswered = attachments.filter(a => a.container === null)
  if (unanswered.length === 0) return []
  const found = new Set(matched)
  // A state of the version before knows no selectors, but the containers that were seen.
  for (const a of Object.values(before)) for (const c of Object.values(a.seen)) found.add(c.name)
  const ruled = new Set(attachments.map(a => a.container?.id))
  const free = world.containers.filter(c => isUp(c.status) && !ruled.has(c.id) && !isPreview(c))
  return unanswered
    .filter(a => a.selectors.every(s => !found.has(selectorText(s))))
    .map((attachment, i) => ({
      selector: attachment.label,
      network: networkLabel(attachment),
      near: i < MOST_SOUGHT ? attachment.selectors.flatMap(s => nearContainers(s, free, world)) : [],
    }))
}

/** `similar: pms-backend-abc123def, which {"coolify":"pms-backend"} would match`; empty where nothing is near. */
export function nearText(near: readonly NearContainer[]): string {
  if (near.length === 0) return ''
  return `similar: ${near.map(n => `${n.container}, which ${n.selector} would match`).join('; ')}`
}

/** `no container has ever matched pms-backend`, with what is near. */
export function unmatchedText({ selector, near }: Unmatched): string {
  const fact = `no container has ever matched ${selector}`
  return near.length === 0 ? fact : `${fact}; ${nearText(near)}`
}

/** Somebody runs who may be meant: that is for the operator to mend, and nothing is as it should be until then. */
export function isMistaken({ near }: Unmatched): boolean {
  return near.length > 0
}
