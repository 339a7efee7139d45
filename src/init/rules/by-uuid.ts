// For `init`: an application of Coolify's by its uuid. Its name may be changed, and given to another one in another environment.
import { composeOf, identityOf, isApplication, isPreview } from '../../core/identity.ts'
import type { ContainerSelector } from '../../core/rule.ts'
import { selectorFor } from '../../core/selector-for.ts'
import type { Container, World } from '../../core/world.ts'

/** As `selectorFor`, but by the uuid where the container is an application with one of its own, of one service. */
export function lastingSelectorFor(
  container: Container,
  world: World,
): { readonly selector: ContainerSelector; readonly what: string } {
  const uuid = composeOf(container)?.project ?? container.labels['coolify.name']
  if (!isApplication(container) || uuid === undefined || !/^[a-z0-9]{24}$/.test(uuid))
    return selectorFor(container, world)
  const answering = world.containers.filter(
    c => !isPreview(c) && (composeOf(c)?.project === uuid || c.labels['coolify.name'] === uuid),
  )
  if (new Set(answering.map(identityOf)).size !== 1) return selectorFor(container, world)
  const name = container.labels['coolify.resourceName'] ?? container.name
  return { selector: { coolify: uuid }, what: `the Coolify application ${name}, by its uuid` }
}
