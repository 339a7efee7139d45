/**
 * The stage of a soak: a real engine of its own, the operators' host on it, and the built daemon as somebody installed it.
 * Everything goes with `await using`, whatever ends it.
 */
import type { Dirent } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Daemon } from '../test/engine/daemon.ts'
import { type ConfigText, type Installation, install } from '../test/engine/installation.ts'
import { type PrivateEngine, startPrivateEngine } from '../test/support/private-engine.ts'
import { type ContainerOptions, Sandbox, type SandboxContainer, type SandboxNetwork } from '../test/support/sandbox.ts'

/** A container that a rule may ask for; the newest one, where it has been replaced. */
export interface App {
  /** What it is called in the steps: its name may change with each deploy. */
  readonly title: string
  container: SandboxContainer
  /** A rule in force asks for it. */
  wanted: boolean
  /** Its run, as its operator left it: netheal never begins another. */
  startedAt: string
}

export interface Stage extends AsyncDisposable {
  readonly engine: PrivateEngine
  readonly box: Sandbox
  readonly netheal: Installation
  daemon: Daemon
  /** Where the applications must be; another one after it was made anew. */
  network: SandboxNetwork
  /** Where a deploy puts them. */
  readonly coolify: SandboxNetwork
  readonly database: SandboxContainer
  readonly apps: Readonly<Record<Title, App>>
  /** Nobody's container: netheal must never touch it. On `yard` and off it again is how the engine's own connect is timed. */
  readonly bystander: SandboxContainer
  readonly yard: SandboxNetwork
  /** When the engine said that it had connected a container, by its id: milliseconds of this process. */
  readonly connects: Map<string, number>
  /** Opens the stream behind `connects`, again after the engine was restarted. */
  listen(): Promise<void>
}

export type Title = 'backend' | 'worker' | 'web' | 'spare'

const UUID = 'vgsco4owkko4ws4kk8sg0wcc'
const NETWORK = 'bccg4gs4o4kgsowocw08wkw4'
const backendLabels = {
  ...{ 'coolify.managed': 'true', 'coolify.type': 'application', 'coolify.applicationId': '7', 'coolify.name': UUID },
  ...{ 'coolify.resourceName': 'pms-backend', 'coolify.pullRequestId': '0' },
}
const webLabels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' }

/** As the sandbox's own, and it listens. */
const listening = ['sh', '-c', 'trap "exit 0" TERM; httpd -f -p 5432 & sleep 86400 & wait']
// As the sandbox's own, and it crashes when it is told to.
const cmd = ['sh', '-c', 'trap "exit 0" TERM; trap "exit 7" USR1; sleep 86400 & wait']
// `always`: with `unless-stopped` an engine killed soon after a `docker restart` may leave it stopped (seen on 20.10).
const common: ContainerOptions = {
  cmd,
  restartPolicy: 'always',
  create: { StopTimeout: 2, HostConfig: { CapAdd: ['NET_ADMIN'] } },
}

/** A new container of the application, as its deploy makes it: on `coolify` only. `stamp` tells its releases apart. */
export function release(
  stage: Pick<Stage, 'box' | 'coolify'>,
  title: Title,
  stamp: number,
  over: ContainerOptions = {},
) {
  const { box, coolify } = stage
  const named = {
    backend: { name: `${UUID}-${100_000_000_000 + stamp}`, labels: backendLabels },
    worker: { name: 'pms-worker-v2' },
    web: { name: 'shop-web-1', labels: webLabels },
    spare: { name: 'reports' },
  }[title]
  const options = { ...common, ...named, networks: [coolify.name], ...over }
  return box.container(title, { ...options, labels: { ...named.labels, ...over.labels } })
}

/** What netheal is asked for: with the spare one, or without. */
export function configOf(withSpare: boolean): ConfigText {
  const containers = [{ coolify: 'pms-backend' }, 'pms-worker-v2', { compose: 'shop/web' }]
  return {
    attachments: [
      { containers, network: NETWORK, resolve: ['supabase-db'], reach: ['supabase-db:5432'] },
      ...(withSpare ? [{ containers: ['reports'], network: NETWORK }] : []),
    ],
    // Events do the work; the schedule is for what no event tells (a disconnect of a stopped container, on some engines).
    watch: { poll: '*/5 * * * * *', prove: '10s' },
  }
}

export async function openStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const engine = stack.use(await startPrivateEngine())
  const box = new Sandbox(engine)
  const network = await box.network('stack', { name: NETWORK })
  const coolify = await box.network('coolify', { name: 'coolify' })
  const yard = await box.network('yard', { name: 'yard' })
  const on = (where: SandboxNetwork, name: string, over: ContainerOptions = {}) =>
    box.container(name, { ...common, name, networks: [where.name], ...over })
  const database = await on(network, 'supabase-db', { aliases: ['supabase-db'], cmd: listening })
  const bystander = await on(coolify, 'other-app')
  const app = async (title: Title): Promise<App> => {
    const container = await release({ box, coolify }, title, 0)
    return { title, container, wanted: title !== 'spare', startedAt: await startOf(container) }
  }
  const [backend, worker, web, spare] = [
    await app('backend'),
    await app('worker'),
    await app('web'),
    await app('spare'),
  ]
  const docker = { host: `unix://${engine.socketPath}` }
  // In the engine's network namespace, as on its host. As the package starts its daemon: with Node's own young generation it may hold 48 MiB that nobody needs.
  const reach = { docker, env: { NODE_OPTIONS: '--max-semi-space-size=1' }, through: engine.inside }
  const netheal = stack.use(await install(engine, configOf(false), { reach }))
  const daemon = await netheal.running()
  const connects = new Map<string, number>()
  const kept = stack.move()
  const stage: Stage = {
    ...{ engine, box, netheal, daemon, network, coolify, database, bystander, yard, connects },
    apps: { backend, worker, web, spare },
    listen: () => listen(stage),
    async [Symbol.asyncDispose]() {
      await thawContainers(engine)
      await kept.disposeAsync()
    },
  }
  await stage.listen()
  return stage
}

/** In cgroups of version 1 not even the end of its namespace ends a container that is paused: the engine could not go. */
async function thawContainers({ socketPath }: PrivateEngine): Promise<void> {
  const root = join('/sys/fs/cgroup/freezer', basename(dirname(socketPath)))
  const inside = await readdir(root, { withFileTypes: true }).catch((): Dirent[] => [])
  for (const entry of inside.filter(e => e.isDirectory()))
    await writeFile(join(root, entry.name, 'freezer.state'), 'THAWED').catch(() => undefined)
}

async function listen({ engine, connects }: Stage): Promise<void> {
  const filters = JSON.stringify({ type: ['network'], event: ['connect'] })
  const stream = (await engine.docker.getEvents({ filters })) as Readable
  const lines = createInterface({ input: stream })
  // The engine was restarted: whoever did that listens again.
  for (const it of [stream, lines]) it.on('error', () => undefined)
  lines.on('line', line => {
    const { Actor } = JSON.parse(line) as { Actor: { Attributes: { container?: string; name?: string } } }
    const { container, name } = Actor.Attributes
    if (container !== undefined && name === NETWORK) connects.set(container, performance.now())
  })
}

export async function startOf({ handle }: SandboxContainer): Promise<string> {
  return (await handle.inspect()).State.StartedAt
}

/** With a live endpoint on the network as it is now. */
export async function isOn(network: SandboxNetwork, { handle }: SandboxContainer): Promise<boolean> {
  const { NetworkSettings } = await handle.inspect()
  return Object.values(NetworkSettings.Networks).some(e => e.NetworkID === network.id && e.EndpointID !== '')
}
