/**
 * The operators' host, made of a sandbox: a Supabase database on the network of its stack, and two applications on
 * another. With the runbook's exact names on an engine that is the test's own, else with unique ones.
 */

import { realEngine } from '../support/real-engine.ts'
import type { ContainerOptions, Sandbox, SandboxContainer, SandboxNetwork } from '../support/sandbox.ts'
import type { ConfigText } from './installation.ts'

export interface Estate {
  readonly box: Sandbox
  /** The network of the stack: where the applications must be. */
  readonly stack: SandboxNetwork
  /** The network that a deploy gives to the applications. */
  readonly coolify: SandboxNetwork
  readonly database: SandboxContainer
  readonly backend: SandboxContainer
  readonly worker: SandboxContainer
}

/** No DNS but Docker's own: for a name that nobody has, no servers are waited for that cannot be reached. */
const create = { HostConfig: { Dns: ['127.0.0.1'] } }

/** Neither application is on the stack's network, whose name sorts before the other, as it does at the operators'. */
export async function estate(box: Sandbox, { exact = false } = {}): Promise<Estate> {
  const named = (name: string): { name: string } => ({ name: exact ? name : box.uniqueName(name) })
  const stack = await box.network('stack', named('bccg4gs4o4kgsowocw08wkw4'))
  const coolify = await box.network('coolify', named('coolify'))
  const on = { networks: [coolify.name] }
  const [database, backend, worker] = await Promise.all([
    box.container('db', { ...named('supabase-db'), networks: [stack.name], aliases: ['supabase-db'] }),
    box.container('app', { ...named('pms-backend'), ...on, create }),
    box.container('app', { ...named('pms-worker-v2'), ...on, create }),
  ])
  return { box, stack, coolify, database, backend, worker }
}

/** The smallest config for it. */
export function configFor(
  { stack, backend, worker }: Estate,
  rule: Readonly<Record<string, unknown>> = {},
): ConfigText {
  return {
    attachments: [{ containers: [backend.name, worker.name], network: stack.name, resolve: ['supabase-db'], ...rule }],
  }
}

/** Removes the container by force and makes it again under its name, as a deploy does: without the stack's network. */
export async function redeploy(
  { box, coolify }: Estate,
  { id, name }: SandboxContainer,
  options: ContainerOptions = {},
): Promise<SandboxContainer> {
  await box.docker.getContainer(id).remove({ force: true })
  return await box.container('app', { name, networks: [coolify.name], create, ...options })
}

/** When its process was started, in the engine's own words. */
export async function startedAt(container: SandboxContainer): Promise<string> {
  return (await container.handle.inspect()).State.StartedAt
}

/** `docker network disconnect`. */
export async function detach(network: SandboxNetwork, container: SandboxContainer): Promise<void> {
  await network.handle.disconnect({ Container: container.id })
}

/** True with an endpoint on the network, now. */
export async function isAttached(network: SandboxNetwork, container: SandboxContainer): Promise<boolean> {
  const { NetworkSettings } = await container.handle.inspect()
  return Object.values(NetworkSettings.Networks).some(e => e.NetworkID === network.id && e.EndpointID !== '')
}

/** API 1.48, Docker 28: a connect says which network keeps the default route. Some other manners came with it. */
export function keepsGateway(): boolean {
  const [, minor = 0] = realEngine().apiVersion.split('.').map(Number)
  return minor >= 48
}

/** The first three bytes of a subnet that no other test has. */
export function ownPrefix({ suffix }: Sandbox): string {
  const [second = 0, third = 0] = Buffer.from(suffix, 'hex')
  return `10.${100 + (second % 100)}.${third}`
}
