// Remedies for good: for each kind of resource, what makes a network stick (docs/coolify.md, "Extra networks",
// "Compose applications", "Services"), step by step,
// in the words of Coolify's screens. Pure text.
import { assertNever } from '../../core/errors.ts'
import { composeOf, isPreview, isProxy, isSwarmTask } from '../../core/identity.ts'

/** What has to be known of a container; an inspect, a list and the state tell as much. */
export interface Placed {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/**
 * `application`: one container that Coolify builds (Dockerfile, Nixpacks, Railpack, static). `docker-image`: one that
 * it only pulls. `compose-application`: the Docker Compose build pack. `service`: a stack of Coolify's, one-click or by
 * a compose file of one's own. `compose` and `plain`: Coolify has nothing to do with it.
 */
export type ResourceKind =
  | 'application'
  | 'docker-image'
  | 'compose-application'
  | 'preview'
  | 'service'
  | 'database'
  | 'proxy'
  | 'swarm-service'
  | 'compose'
  | 'plain'

/** What kind of resource a container belongs to, by its labels (docs/coolify.md, "Labels"). */
export function resourceKindOf(container: Placed): ResourceKind {
  const { labels, name } = container
  if (isSwarmTask(container)) return 'swarm-service'
  if (isProxy(container)) return 'proxy'
  if (labels['coolify.managed'] === 'true') {
    if (isPreview(container)) return 'preview'
    if (labels['coolify.type'] === 'database' || labels['coolify.databaseId'] !== undefined) return 'database'
    if (labels['coolify.type'] === 'service' || labels['coolify.serviceId'] !== undefined) return 'service'
    if (labels['coolify.type'] === 'application' || labels['coolify.applicationId'] !== undefined)
      return applicationKind(labels, name, container.image)
  }
  return composeOf(container) === null ? 'plain' : 'compose'
}

/**
 * One container: its compose service is called like the container, and `coolify.name` is the uuid, which is the
 * project.
 */
function applicationKind(labels: Placed['labels'], name: string, image: string): ResourceKind {
  const project = labels['com.docker.compose.project']
  const service = labels['com.docker.compose.service']
  const single =
    service === undefined || service === name || (project !== undefined && labels['coolify.name'] === project)
  if (!single) return 'compose-application'
  // What Coolify builds it calls `<uuid>:<commit>`; of an image from a registry the user chose the name.
  const uuid = project ?? labels['coolify.name']
  return uuid !== undefined && image.startsWith(`${uuid}:`) ? 'application' : 'docker-image'
}

/** What to do so that the next deploy leaves the container on this network, a step each, the surest first. */
export function stickyRemedy(container: Placed, network: string): readonly string[] {
  const kind = resourceKindOf(container)
  const own = container.labels['com.docker.compose.project'] === network
  switch (kind) {
    case 'application':
    case 'docker-image':
      return forSingle(container, network, kind)
    case 'compose-application':
      return own ? forMember(container, network) : forComposeApplication(network)
    case 'preview':
      return [
        `${container.name} is the preview of a pull request: it gets a network of its own, and each deploy of it creates a new container`,
        'a network that its compose file declares as external also works for previews; otherwise add this container to a rule of netheal while the preview exists',
      ]
    case 'service':
      return own ? forMember(container, network) : forService(network)
    case 'database':
      return [
        'Coolify runs a standalone database on the network of its destination and on no other, has no compose file to edit for it, and recreates it at each start and restart: let netheal keep it on the network',
        `or, in Coolify, clone it (Resource Operations > Clone) to a destination whose network is ${network}, and move its data there`,
      ]
    case 'proxy':
      return [
        'Coolify connects its proxy to the networks of everything it runs, every minute or every hour; to do it at once: Servers > this server > Proxy > Restart',
      ]
    case 'swarm-service':
      return [
        `docker service update --network-add ${network} ${plain(container.labels['com.docker.swarm.service.name']) ?? 'SERVICE'}: swarm recreates its tasks, and all of them keep it`,
      ]
    case 'compose':
      return own ? forMember(container, network) : forCompose(container, network)
    case 'plain':
      return [
        `add --network ${network} to the docker run that starts ${container.name} (a Docker client from 25.0 on takes several --network)`,
        `with an older client: docker create ..., then docker network connect ${network} ${container.name}, then docker start ${container.name}`,
      ]
    default:
      return assertNever(kind)
  }
}

function forSingle({ name }: Placed, network: string, kind: 'application' | 'docker-image'): readonly string[] {
  const what =
    kind === 'application'
      ? 'an application that Coolify builds as one container'
      : 'an application from a Docker image'
  return [
    `${name} is ${what}: each Deploy and each Restart in Coolify creates a new container, on the network of its destination and on no other; let netheal attach each new one`,
    `or make ${network} its destination: in Coolify, Servers > this server > Destinations > Add, with ${network} as the network; an application keeps the destination it was created with, so: application > Resource Operations > Clone to that destination, move the domain, delete the old one (and never delete that destination while the stack lives: Coolify removes its network)`,
    ...theOtherWayRound(network),
    'what does not help here: --network or --network-alias in Custom Docker Options is silently dropped, "Connect To Predefined Network" works for the Docker Compose build pack only, and what a Networks screen or docker network connect adds is lost with the next container',
  ]
}

/** A service's own network is called by its uuid: its members are then on the destination's network by their long names. */
function theOtherWayRound(network: string): readonly string[] {
  if (!/^[a-z0-9]{24}$/.test(network)) return []
  return [
    `or the other way round: switch on "Connect To Predefined Network" in the Supabase service (its members then join the destination's network, where all of Coolify's applications are, by their long names) and let the application ask for supabase-db-${network} instead of supabase-db`,
  ]
}

function forComposeApplication(network: string): readonly string[] {
  return [
    `in the compose file of the repository (the one in Coolify's Docker Compose Location) declare at the top level: ${external(network)}`,
    'then Reload Compose File and Deploy: Coolify puts every top-level network on every service, and keeps it at each deploy',
    `keep the key supabase different from the network's name: when a preview is deleted, Coolify removes networks by their keys`,
    'what does not help: "Connect To Predefined Network" adds only the network of the destination, and docker network connect is lost with the next container',
  ]
}

function forService(network: string): readonly string[] {
  return [
    `in Coolify, the service > Edit Compose File: declare at the top level: ${external(network)}`,
    'then Save and Restart: Coolify puts every top-level network on every container of the service, and keeps it at each restart',
    'what does not help: "Connect To Predefined Network" adds only the network of the destination, and docker network connect is lost with the next container',
  ]
}

/** It is the network of its own stack: whoever makes the container puts it there, so somebody else took it away. */
function forMember(container: Placed, network: string): readonly string[] {
  const service = plain(container.labels['com.docker.compose.service']) ?? container.name
  return [
    `${network} is the network of its own stack: each start of the stack attaches it again, so find what removes it (cron, systemd timers, scripts with docker network disconnect)`,
    `by hand, with the short name that the stack uses: docker network connect --alias ${service} ${network} ${container.name}`,
  ]
}

function forCompose(container: Placed, network: string): readonly string[] {
  const service = plain(container.labels['com.docker.compose.service']) ?? container.name
  const written = container.labels['com.docker.compose.project.config_files']
  const file = written !== undefined && COMPOSE_FILES.test(written) ? written : 'its compose file'
  return [
    `in ${file} declare at the top level: ${external(network)}`,
    `and give the service ${service} that network in addition to those it has: networks: [default, supabase]`,
    `then docker compose up -d ${service}, which recreates the container once; from then on each recreate keeps it`,
  ]
}

const COMPOSE_FILES = /^[\w./@+ -]{1,400}\.(?:ya?ml|json)(?:,[\w./@+ -]{1,400}\.(?:ya?ml|json)){0,9}$/

/**
 * A label is written by whoever makes the container, and a remedy is copied into a root shell: only plain words are
 * told.
 */
function plain(label: string | undefined): string | null {
  return label !== undefined && /^[\w][\w.-]{0,127}$/.test(label) ? label : null
}

/** In one line, as YAML takes it too. */
function external(network: string): string {
  return `networks: {supabase: {external: true, name: ${network}}}`
}
