// Identity: what stays the same when a container is replaced (docs/design.md, "Identity"; docs/coolify.md, "Labels" and
// "Names").
import type { Container, Network } from './world.ts'

const COMPOSE_PROJECT = 'com.docker.compose.project'
const COMPOSE_SERVICE = 'com.docker.compose.service'
const COMPOSE_NUMBER = 'com.docker.compose.container-number'
const COMPOSE_ONEOFF = 'com.docker.compose.oneoff'

export interface ComposeService {
  readonly project: string
  readonly service: string
}

type Named = Pick<Container, 'name' | 'labels'>

/** The compose project and service of a container; null for none, and for a `compose run` one-off. */
export function composeOf(container: Named): ComposeService | null {
  const project = container.labels[COMPOSE_PROJECT]
  const service = container.labels[COMPOSE_SERVICE]
  if (project === undefined || service === undefined) return null
  return isOneOff(container) ? null : { project, service }
}

/** A container of `docker compose run`: it has its service's labels, and is none of its replicas. */
export function isOneOff(container: Pick<Container, 'labels'>): boolean {
  return container.labels[COMPOSE_ONEOFF]?.toLowerCase() === 'true'
}

/**
 * The names that containers will have once a compose recreate is through, by id; nothing for a container whose name is
 * its own. Compose creates the new one as `<12 hex digits of the old id>_<name>` and renames it just before the start
 * (docs/coolify.md, "What compose does"), which is too late to learn that it is ours. Anybody may choose such a name, so
 * it counts only while it can be one: not yet started, and the container with that id has the name and is the same
 * replica of the same compose service.
 */
export function settledNames(containers: readonly Container[]): ReadonlyMap<string, string> {
  const made = containers.filter(c => c.status === 'created' && nameAfterRecreate(c) !== null)
  if (made.length === 0) return new Map()
  const byName = Map.groupBy(containers, c => c.name)
  const settled = new Map<string, string>()
  for (const container of made) {
    const name = nameAfterRecreate(container)
    if (name !== null && byName.get(name)?.some(old => isReplacedBy(old, container))) settled.set(container.id, name)
  }
  return settled
}

/** Length of compose's temporary prefix, `<12 hex>_`. */
const PREFIX = 13

/** What a name would be without compose's temporary prefix; null where it has none. An event tells no more than this. */
export function nameAfterRecreate({ name }: Pick<Container, 'name'>): string | null {
  return name.length > PREFIX && /^[0-9a-f]{12}_/.test(name) ? name.slice(PREFIX) : null
}

function isReplacedBy(old: Container, made: Container): boolean {
  if (!made.name.startsWith(`${old.id.slice(0, PREFIX - 1)}_`) || old.id === made.id) return false
  const [service, theirs] = [composeOf(old), composeOf(made)]
  if (service === null || theirs === null) return false
  return (
    service.project === theirs.project &&
    service.service === theirs.service &&
    old.labels[COMPOSE_NUMBER] === made.labels[COMPOSE_NUMBER]
  )
}

/**
 * Coolify's ids, else compose project and service, else the name. Two containers of a rolling update have the same
 * identity; two replicas of a compose service, and a preview and its production container, do not.
 */
export function identityOf(container: Named): string {
  const { labels } = container
  const service = labels[COMPOSE_SERVICE]
  const part = service === undefined ? '' : `/${withoutDeployTime(service)}`
  const replica =
    labels[COMPOSE_NUMBER] === undefined || labels[COMPOSE_NUMBER] === '1' ? '' : `/${labels[COMPOSE_NUMBER]}`
  const preview = isPreview(container) ? `/pr-${labels['coolify.pullRequestId']}` : ''
  for (const kind of ['application', 'service', 'database'] as const) {
    const id = labels[`coolify.${kind}Id`]
    if (id !== undefined && id !== '') return `coolify/${kind}/${id}${part}${replica}${preview}`
  }
  const compose = composeOf(container)
  if (compose !== null) return `compose/${compose.project}/${withoutDeployTime(compose.service)}${replica}`
  return `name/${withoutDeployTime(container.name)}`
}

/**
 * What stays the same in the names that deploys give: each deploy of a rolling Coolify application calls its container something
 * else. The name itself where a deploy keeps it.
 */
export function lastingName(container: string): string {
  return identityOf({ name: container, labels: {} }).replace(/^name\//, '')
}

/** Coolify appends the time of the deploy to names of its rolling applications: `<uuid>-<12 digits>`. */
function withoutDeployTime(name: string): string {
  return name.replace(/^([a-z0-9]{24}|.+-[a-z0-9]{24})-\d{12}$/, '$1')
}

/** A pull request's preview. The label is always there on applications; "0" stands for production. */
export function isPreview(container: Pick<Container, 'labels'>): boolean {
  const id = container.labels['coolify.pullRequestId']
  return id !== undefined && id !== '' && id !== '0'
}

/**
 * True for the container in which Coolify runs a deployment; its name is the deployment's uuid (docs/coolify.md,
 * "Deployments").
 */
export function isDeployment(container: { readonly name: string; readonly image: string }): boolean {
  return /(^|\/)coolify-helper(:|@|$)/.test(container.image) && /^[a-z0-9]{24}$/.test(container.name)
}

/** Coolify connects its proxy to every network it manages: its presence does not say that a stack is alive. */
export function isProxy(container: Named): boolean {
  return container.labels['coolify.proxy'] === 'true' || container.name === 'coolify-proxy'
}

export function isCoolify(container: Pick<Container, 'labels'>): boolean {
  return container.labels['coolify.managed'] === 'true'
}

export function isApplication(container: Pick<Container, 'labels'>): boolean {
  return isCoolify(container) && container.labels['coolify.type'] === 'application'
}

/** The network that the container was made on. */
export function isMadeOn({ networkMode }: Pick<Container, 'networkMode'>, { id, name }: Network): boolean {
  return (
    networkMode === name || networkMode === id || (/^[0-9a-f]{12,}$/.test(networkMode) && id.startsWith(networkMode))
  )
}

export function isSwarmTask(container: Pick<Container, 'labels'>): boolean {
  return container.labels['com.docker.swarm.task.id'] !== undefined
}
