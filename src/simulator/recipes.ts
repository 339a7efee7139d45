// Whole stories on the simulated engine, for the demo and for tests: the runbook's host, and Coolify's redeploy. Each does
// what the real commands do, in their order, and leaves the healing to the healer.
import { randomBytes } from 'node:crypto'
import type { ContainerSpec, SimContainer } from './container.ts'
import { applicationLabels, type CoolifyApplication, serviceLabels } from './labels.ts'
import type { Simulator } from './simulator.ts'

/** The network of the Supabase stack, which is also the uuid of its Coolify service. */
export const supabaseNetwork = 'bccg4gs4o4kgsowocw08wkw4'
export const coolifyNetwork = 'coolify'

export const pmsBackend: CoolifyApplication = {
  applicationId: 7,
  uuid: 'kw0kgc8sk4g0wos4og4kcc8s',
  resourceName: 'pms-backend',
}
export const pmsWorker: CoolifyApplication = {
  applicationId: 8,
  uuid: 'mo8skwc4g4sgo0g0ckw4wk0c',
  resourceName: 'pms-worker-v2',
}

const stack = [
  ['supabase-db', 'database'],
  ['supabase-kong', 'application'],
  ['supabase-auth', 'application'],
  ['supabase-rest', 'application'],
] as const

export interface RunbookHost {
  readonly supabaseDb: SimContainer
  readonly backend: SimContainer
  readonly worker: SimContainer
}

/**
 * The operators' host: the Supabase stack on its network, the proxy, and pms-backend and pms-worker-v2 on `coolify`.
 * `attached` (true when it is not given): both are on the Supabase network, too, as after a `docker network connect`.
 */
export async function runbookHost(
  simulator: Simulator,
  options: { readonly attached?: boolean } = {},
): Promise<RunbookHost> {
  simulator.createNetwork({ name: coolifyNetwork, attachable: true })
  simulator.createNetwork({ name: supabaseNetwork, attachable: true })
  const services = stack.map(([service, subType]) =>
    simulator.run({
      // The runbook's host calls it so; under Coolify's own naming the long form is the name, and here an alias.
      name: service,
      image: `supabase/${service.replace('supabase-', '')}:latest`,
      restart: 'unless-stopped',
      labels: serviceLabels(3, supabaseNetwork, service, subType),
      networkMode: supabaseNetwork,
      networks: { [supabaseNetwork]: { aliases: [`${service}-${supabaseNetwork}`, service] } },
    }),
  )
  simulator.run({
    name: 'coolify-proxy',
    image: 'traefik:v3.1',
    restart: 'always',
    labels: { 'coolify.managed': 'true', 'coolify.proxy': 'true' },
    networkMode: coolifyNetwork,
  })
  const backend = simulator.run(applicationSpec(pmsBackend, 'pms-backend', newDeployment()))
  const worker = simulator.run(applicationSpec(pmsWorker, 'pms-worker-v2', newDeployment()))
  if (options.attached !== false) {
    await simulator.connect(supabaseNetwork, backend.id)
    await simulator.connect(supabaseNetwork, worker.id)
  }
  const [supabaseDb] = services
  if (supabaseDb === undefined) throw new Error('the stack has no database')
  return { supabaseDb, backend, worker }
}

interface RedeployOptions {
  /** Called between the creation and the start of the new container: 135 to 300 ms on a real host. */
  readonly beforeStart?: (created: SimContainer) => void | Promise<void>
}

/** Coolify's redeploy of an application with a fixed name: stop and remove, then create anew under the same name. */
export async function redeployStopFirst(
  simulator: Simulator,
  app: CoolifyApplication,
  options: RedeployOptions = {},
): Promise<SimContainer> {
  const deployment = newDeployment()
  return withHelper(simulator, deployment, async () => {
    const [old] = containersOf(simulator, app)
    const name = old?.name ?? app.resourceName
    if (old !== undefined) await retire(simulator, old)
    return bringUp(simulator, applicationSpec(app, name, deployment), options)
  })
}

/** All production containers of the application, newest last. */
function containersOf(simulator: Simulator, app: CoolifyApplication): readonly SimContainer[] {
  return [...simulator.engine.containers.values()].filter(
    container =>
      container.labels['coolify.applicationId'] === String(app.applicationId) &&
      container.labels['coolify.pullRequestId'] === '0',
  )
}

/** Brackets the work as a deployment does: a helper named by the deployment's uuid, removed when it stops. */
async function withHelper<T>(simulator: Simulator, deployment: string, work: () => Promise<T>): Promise<T> {
  const helper = simulator.run({
    name: deployment,
    image: 'docker.io/coollabsio/coolify-helper:1.0.15',
    networkMode: coolifyNetwork,
    autoRemove: true,
  })
  try {
    return await work()
  } finally {
    await simulator.stopContainer(helper.id)
  }
}

async function bringUp(simulator: Simulator, spec: ContainerSpec, options: RedeployOptions): Promise<SimContainer> {
  const fresh = simulator.createContainer(spec)
  await options.beforeStart?.(fresh)
  await simulator.startContainer(fresh.id)
  return fresh
}

/** `docker stop` and `docker rm -f`. */
async function retire(simulator: Simulator, old: SimContainer): Promise<void> {
  if (old.status !== 'exited' && old.status !== 'created') await simulator.stopContainer(old.id)
  await simulator.removeContainer(old.id)
}

/** An application's container, on the destination network only: what Coolify's compose file says. */
function applicationSpec(app: CoolifyApplication, name: string, deployment: string): ContainerSpec {
  return {
    name,
    image: `${app.uuid}:${deployment}`,
    restart: 'unless-stopped',
    labels: applicationLabels(app, name, deployment),
    networkMode: coolifyNetwork,
    networks: { [coolifyNetwork]: { aliases: [name] } },
  }
}

/** 24 lower-case letters and digits, as Coolify's `new_public_id`. */
function newDeployment(): string {
  return randomBytes(12).toString('hex')
}
