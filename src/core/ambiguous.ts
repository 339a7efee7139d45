// A name of Coolify's that several resources have: the same application in another environment or project, as a rule.
import type { Attachment } from './attachment.ts'
import { isResourceUuid, resourceOf } from './coolify-resource.ts'
import type { ContainerSelector } from './rule.ts'
import { selectorText } from './selector.ts'

/** More than so many are not listed. */
const MOST = 4

/**
 * What is to be said of each attachment whose container answers only to a name that several resources have; the others are not in
 * it. Who has been attached before stays so, as a production that is redeployed must not wait for an operator: see plan.ts.
 */
export function ambiguities(attachments: readonly Attachment[]): ReadonlyMap<Attachment, string> {
  const resources = new Map<string, Set<string>>()
  for (const { container, selectors } of attachments) {
    const resource = container === null ? null : resourceOf(container)
    if (resource === null) continue
    for (const text of selectors.filter(isByName).map(selectorText)) {
      const known = resources.get(text)
      if (known === undefined) resources.set(text, new Set([resource]))
      else known.add(resource)
    }
  }
  const several = new Map([...resources].filter(([, found]) => found.size > 1))
  if (several.size === 0) return new Map()
  return new Map(
    attachments.flatMap(attachment => {
      const { container, selectors } = attachment
      const [first] = selectors
      const isAmbiguous = selectors.every(s => isByName(s) && several.has(selectorText(s)))
      if (container === null || first === undefined || !isAmbiguous) return []
      return [[attachment, hintOf(first, [...(several.get(selectorText(first)) ?? [])].sort())] as const]
    }),
  )
}

function isByName(selector: ContainerSelector): boolean {
  return typeof selector !== 'string' && 'coolify' in selector && !isResourceUuid(selector.coolify)
}

function hintOf(selector: ContainerSelector, resources: readonly string[]): string {
  const more = resources.length > MOST ? ` and ${resources.length - MOST} more` : ''
  return `${selectorText(selector)} is the name of ${resources.length} resources: ${resources.slice(0, MOST).join(', ')}${more}; say which one: {"coolify": {"name": NAME, "environment": ENVIRONMENT, "project": PROJECT}} or {"coolify": UUID}`
}
