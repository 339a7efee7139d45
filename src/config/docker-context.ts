// The engine of Docker's own context (`docker context use`), for whoever has no other: a rootless Docker, a desktop. As docker
// does, but the host's own socket comes first where it can be used: whatever context root once chose, netheal is for this host.
import { createHash } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { hostFault } from './docker-host.ts'
import { type Environment, isSet, type Layer } from './environment.ts'
import { readRegular } from './regular-file.ts'
import { isRecord, valueAt } from './value-at.ts'

export const DEFAULT_SOCKET = '/var/run/docker.sock'

/** Bytes: neither Docker's config nor a context is longer. */
const LONGEST = 1024 * 1024

export interface DockerContext {
  readonly name: string
  /** `unix:///run/user/1000/docker.sock` */
  readonly host: string
  /** The certificates that are kept with it. */
  readonly tls: Readonly<Partial<Record<'ca' | 'cert' | 'key', string>>>
}

/** Null: the socket can be used, or the user has chosen no context, or it cannot be read. Never throws. */
export function dockerContext(env: Environment, socket: string = DEFAULT_SOCKET): DockerContext | null {
  if (mayUse(socket)) return null
  const folder = isSet(env.DOCKER_CONFIG) ? env.DOCKER_CONFIG : isSet(env.HOME) ? join(env.HOME, '.docker') : null
  if (folder === null) return null
  const name = isSet(env.DOCKER_CONTEXT)
    ? env.DOCKER_CONTEXT
    : valueAt(jsonIn(join(folder, 'config.json')), ['currentContext'])
  if (typeof name !== 'string' || name === '' || name === 'default') return null
  const id = createHash('sha256').update(name).digest('hex')
  const meta = jsonIn(join(folder, 'contexts', 'meta', id, 'meta.json'))
  const host = valueAt(meta, ['Endpoints', 'docker', 'Host'])
  if (typeof host !== 'string' || hostFault(host) !== null) return null
  const files = (['ca', 'cert', 'key'] as const).map(
    file => [file, join(folder, 'contexts', 'tls', id, 'docker', `${file}.pem`)] as const,
  )
  const tls = host.startsWith('tcp://') ? Object.fromEntries(files.filter(([, path]) => mayRead(path))) : {}
  return { name, host, tls }
}

/** As values of the config, for where it has none. */
export function contextLayers({ name, host, tls }: DockerContext): readonly Layer[] {
  const origin = { kind: 'context', name } as const
  return [
    { keys: ['docker', 'host'], value: host, origin },
    ...Object.entries(tls).map(([file, path]) => ({ keys: ['docker', 'tls', file], value: path, origin })),
  ]
}

/** What a person is told: nobody expects netheal on another engine than the host's. */
export function contextText({ name, host }: DockerContext): string {
  return `${DEFAULT_SOCKET} cannot be used; this is the engine of Docker's context "${name}": ${host}`
}

function mayUse(socket: string): boolean {
  return may(socket, constants.R_OK | constants.W_OK)
}

function mayRead(path: string): boolean {
  return may(path, constants.R_OK)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function jsonIn(path: string): unknown {
  try {
    const bytes = readRegular(path, LONGEST)
    const value: unknown = typeof bytes === 'string' ? null : JSON.parse(new TextDecoder().decode(bytes))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}
