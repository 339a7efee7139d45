// How a container comes to be, and how it ceases to be. What lies between is in lifecycle.ts.
import { dropEndpoint, newEntry } from './attach.ts'
import type { ContainerSpec, Entry, SimContainer } from './container.ts'
import type { Engine } from './engine.ts'
import { newId, newName, shortOf } from './identifier.ts'
import { Lock } from './lock.ts'
import { Refusal } from './refusal.ts'

/** `docker create`: 409 for a name that is taken. Nothing is started. */
export function createContainer(engine: Engine, spec: ContainerSpec): SimContainer {
  const image = spec.image ?? 'busybox:latest'
  const id = spec.id ?? newId()
  const name = (spec.name ?? newName()).replace(/^\//, '')
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new Refusal(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`)
  }
  const mode = spec.networkMode ?? engine.traits.defaultMode
  const container: SimContainer = {
    id,
    name,
    image,
    command: spec.command ?? ['sleep', 'infinity'],
    labels: spec.labels ?? {},
    environment: spec.environment ?? null,
    networkMode: mode === 'default' ? engine.traits.defaultMode : mode,
    restart: { name: spec.restart ?? (engine.traits.era === 1 ? '' : 'no'), maximumRetries: spec.maximumRetries ?? 0 },
    autoRemove: spec.autoRemove ?? false,
    tty: spec.tty ?? false,
    logDriver: spec.logDriver ?? 'json-file',
    hostname: spec.hostname ?? (mode === 'host' ? 'host' : shortOf(id)),
    created: engine.instants.next(),
    lost: new Set(),
    entries: entriesOf(mode, spec),
    lock: new Lock(),
    status: 'created',
    pid: 0,
    exitCode: 0,
    error: '',
    startedAt: 0n,
    finishedAt: 0n,
    restartCount: 0,
    sandboxId: '',
    manuallyStopped: false,
    backOff: 100,
    cancelTimer: null,
    removed: false,
  }
  engine.keep(container, name)
  engine.announceContainer(container, 'create')
  return container
}

function entriesOf(mode: string, spec: ContainerSpec): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  if (mode.startsWith('container:')) return entries
  const primary = mode === 'default' ? 'bridge' : mode
  entries.set(primary, newEntry(spec.networks?.[primary] ?? {}, false))
  for (const [name, wish] of Object.entries(spec.networks ?? {})) {
    if (name !== primary) entries.set(name, newEntry(wish, false))
  }
  return entries
}

/** The container is no more. It must not be running. */
export function destroy(engine: Engine, container: SimContainer): void {
  container.cancelTimer?.()
  container.cancelTimer = null
  for (const entry of container.entries.values()) dropEndpoint(engine, container, entry)
  container.removed = true
  container.status = 'dead'
  engine.drop(container)
  engine.announceContainer(container, 'destroy')
}
