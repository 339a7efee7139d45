// The selector that a rule should have for a container, so that it still finds it after the next deploy.
import { composeOf, identityOf, isApplication, isCoolify, isPreview } from './identity.ts'
import type { ContainerSelector } from './rule.ts'
import type { Container, World } from './world.ts'

/** `what`: in words what the container is. */
export function selectorFor(
  container: Container,
  world: Pick<World, 'containers'>,
): { readonly selector: ContainerSelector; readonly what: string } {
  const resource = container.labels['coolify.resourceName']
  if (!isApplication(container) || resource === undefined || resource === '' || resource === container.name) {
    return { selector: container.name, what: isCoolify(container) ? 'a Coolify resource' : 'a standalone container' }
  }
  const siblings = world.containers.filter(c => isApplication(c) && !isPreview(c))
  const own = siblings.filter(c => c.labels['coolify.applicationId'] === container.labels['coolify.applicationId'])
  const compose = composeOf(container)
  if (compose !== null && new Set(own.map(identityOf)).size > 1) {
    // A compose application has several services: its name would mean all of them, its own database too.
    return {
      selector: { compose: `${compose.project}/${compose.service}` },
      what: `the service ${compose.service} of the Coolify application ${resource}`,
    }
  }
  const twins = siblings.some(c => c.labels['coolify.resourceName'] === resource && !own.includes(c))
  const uuid = container.labels['coolify.name'] ?? compose?.project
  if (twins && uuid !== undefined) {
    return {
      selector: { coolify: uuid },
      what: `a Coolify application, by its uuid, as several are called ${resource}`,
    }
  }
  return {
    selector: { coolify: resource },
    what: `the Coolify application ${resource}, whatever its container's name`,
  }
}
