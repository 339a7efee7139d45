// The operators' host on Podman: a Supabase database on its stack's network, and applications on another.
import { afterAll, beforeAll, describe } from 'vitest'
import type { ConfigText } from '../engine/installation.ts'
import { type PrivatePodman, podmanAbsence, startPodman } from '../support/podman.ts'
import { type ContainerOptions, Sandbox, type SandboxContainer, type SandboxNetwork } from '../support/sandbox.ts'

const absence = await podmanAbsence()

/** All tests of a file on one Podman of its own; skipped, and said why, where there can be none. */
export function describePodman(tests: (podman: () => PrivatePodman) => void): void {
  describe.skipIf(absence !== null)(absence === null ? 'Podman' : `Podman: this machine ${absence}`, () => {
    let podman: PrivatePodman
    beforeAll(async () => {
      podman = await startPodman()
    }, 120_000)
    afterAll(() => podman?.[Symbol.asyncDispose]())
    tests(() => podman)
  })
}

export interface Scene extends AsyncDisposable {
  readonly box: Sandbox
  readonly stack: SandboxNetwork
  readonly coolify: SandboxNetwork
  readonly database: SandboxContainer
  /** An application, on `coolify` only unless told otherwise. */
  app(stem: string, options?: ContainerOptions): Promise<SandboxContainer>
}

export async function scene(podman: PrivatePodman): Promise<Scene> {
  const box = new Sandbox(podman)
  const stack = await box.network('stack')
  const coolify = await box.network('coolify')
  const labels = { 'com.docker.compose.project': stack.name, 'com.docker.compose.service': 'supabase-db' }
  const database = await box.container('supabase-db', { networks: [stack.name], aliases: ['supabase-db'], labels })
  return {
    ...{ box, stack, coolify, database },
    app: (stem, options = {}) => box.container(stem, { networks: [coolify.name], ...options }),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  }
}

export function configFor(
  { stack }: Scene,
  containers: readonly SandboxContainer[],
  rule: Readonly<Record<string, unknown>> = {},
): ConfigText {
  return { attachments: [{ containers: containers.map(c => c.name), network: stack.name, ...rule }] }
}

/** The address on the network; null where the container is not on it, empty while it is and does not run. */
export async function addressOn(network: SandboxNetwork, container: SandboxContainer): Promise<string | null> {
  const { NetworkSettings } = await container.handle.inspect()
  return NetworkSettings.Networks[network.name]?.IPAddress ?? null
}

export async function startedAt(container: SandboxContainer): Promise<string> {
  return (await container.handle.inspect()).State.StartedAt
}

export async function detach(network: SandboxNetwork, container: SandboxContainer): Promise<void> {
  await network.handle.disconnect({ Container: container.id })
}
