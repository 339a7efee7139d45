// Which of Coolify's deployments made a container (docs/coolify.md, "Deployments").
import { isApplication, isDeployment } from './identity.ts'
import type { Deployment } from './state.ts'
import type { Container, World } from './world.ts'

const MINUTE = 60_000

/**
 * The deployment that made this container: by the folder of its compose file, which has the deployment's uuid, or else the last
 * one whose helper was seen around its creation, unless another container says that it was its own. Only of an application:
 * nothing else is deployed so. Null: none is known.
 */
export function deploymentOf(container: Container, deployments: readonly Deployment[], world: World): string | null {
  if (!isApplication(container)) return null
  const own = namedBy(container)
  if (own !== null) return own
  const taken = new Set(world.containers.flatMap(c => namedBy(c) ?? []))
  // The helper runs from up to an hour before the new container is made until shortly after.
  const at = container.createdAt
  const known = deployments.filter(
    d => !taken.has(d.id) && d.firstSeen - 2 * MINUTE <= at && at <= d.lastSeen + 60 * MINUTE,
  )
  const last = known.at(-1)
  if (last !== undefined) return last.id
  // A poll may see the helper and the container that it made in one look.
  const helper = world.containers.find(c => isDeployment(c) && !taken.has(c.name) && c.createdAt - 2 * MINUTE <= at)
  return helper?.name ?? null
}

/** Where the application's repository is kept, or with a build server, the folder is the application's own. */
function namedBy({ labels }: Pick<Container, 'labels'>): string | null {
  const folder = labels['com.docker.compose.project.working_dir'] ?? ''
  return /^\/artifacts\/([a-z0-9]{24})(?:\/|$)/.exec(folder)?.[1] ?? null
}
