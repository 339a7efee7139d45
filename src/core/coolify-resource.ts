// Coolify's resources by the names that people give them: which of them a container is, and which one a rule means.
import { isOneOff, isPreview } from './identity.ts'
import type { CoolifySelector } from './rule.ts'
import type { Container } from './world.ts'

type Labelled = Pick<Container, 'labels'>

/**
 * Applications and databases by resource name or uuid; a container of a service stack by its own name too. Coolify makes
 * up the uuids, and people the names: what looks like a uuid is looked for only where Coolify writes one. A name may be written as
 * Coolify's screen has it. Previews are never meant.
 */
export function coolifyMatcherOf({ coolify, environment, project }: CoolifySelector): (container: Labelled) => boolean {
  const names = spellings(coolify)
  const isUuid = isResourceUuid(coolify)
  const places = [
    ...(environment === undefined ? [] : [['coolify.environmentName', spellings(environment)] as const]),
    ...(project === undefined ? [] : [['coolify.projectName', spellings(project)] as const]),
  ]
  return container => {
    const { labels } = container
    if (labels['coolify.managed'] !== 'true' || isPreview(container) || isOneOff(container)) return false
    if (!places.every(([label, wanted]) => wanted.has(labels[label] ?? ''))) return false
    // The uuid of the resource is the compose project of its containers.
    if (labels['com.docker.compose.project'] === coolify || labels['coolify.name'] === coolify) return true
    return !isUuid && NAMES.some(label => names.has(labels[label] ?? ''))
  }
}

const NAMES = ['coolify.resourceName', 'coolify.serviceName', 'coolify.service.subName'] as const

/** As Coolify makes them up: 24 lower-case letters and digits. */
export function isResourceUuid(text: string): boolean {
  return /^(?=.*\d)[a-z0-9]{24}$/.test(text)
}

function spellings(name: string): ReadonlySet<string> {
  return new Set([name, slugOf(name)].filter(spelling => spelling !== ''))
}

/** What Coolify makes of a name for its labels (Laravel's `Str::slug`): `PMS Backend 2.1` is `pms-backend-21`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('_', '-')
    .replaceAll('@', '-at-')
    .toLowerCase()
    .replace(/[^-\p{L}\p{N}\s]/gu, '')
    .replace(/[-\s]+/g, '-')
    .replace(/^-|-$/g, '')
}

/** The resource that a container is of, in words that tell it from others of its name; null: none of Coolify's. */
export function resourceOf({ labels }: Labelled): string | null {
  const kind = (['application', 'service', 'database'] as const).find(k => (labels[`coolify.${k}Id`] ?? '') !== '')
  if (kind === undefined) return null
  const [project = '', environment = ''] = [labels['coolify.projectName'], labels['coolify.environmentName']]
  const place = [project, environment].filter(text => text !== '').join('/')
  const uuid = labels['com.docker.compose.project'] ?? ''
  const words = `${kind} ${labels[`coolify.${kind}Id`]}${place === '' ? '' : ` of ${place}`}`
  return isResourceUuid(uuid) ? `${words} (${uuid})` : words
}
