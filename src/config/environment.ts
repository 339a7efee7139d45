// The environment as a part of the config: NETHEAL_* for each value outside `attachments`, Docker's own variables,
// and the directories that systemd gives to a unit. The names are derived from the schema, so every key has one.
import { printable } from '../core/printable.ts'
import type { Origin } from './config.ts'
import { nearest } from './near.ts'
import type { Problem } from './problem.ts'
import { fileSchema } from './schema.ts'
import { elementKeys, type Leaf, leaves, options, typeOf } from './shape.ts'
import { shown } from './shown.ts'

/** As `process.env` has it. An empty value counts as none, as it does for Docker. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A value that overrides the file, or is a default below it. */
export interface Layer {
  readonly keys: readonly string[]
  readonly value: unknown
  readonly origin: Origin
}

/** Names with our prefix that are no config value: the path of the config, and what only tests set. */
const APART = /^NETHEAL_(CONFIG$|TEST_)/

/** Each variable and the leaf of the config that it sets: `NETHEAL_LOG_MAX_SIZE` is `log.maxSize`. */
export function variables(): ReadonlyMap<string, Leaf> {
  // A list of objects cannot be written in one line of text.
  const single = leaves(fileSchema).filter(
    leaf => leaf.keys.length > 1 && Object.keys(elementKeys(leaf.schema)).length === 0,
  )
  return new Map(single.map(leaf => [variableName(leaf.keys), leaf]))
}

/**
 * The values in NETHEAL_* and DOCKER_HOST, and the NETHEAL_* variables that are unknown.
 * @param named variables that the file itself asks for, as in `{"env": "NETHEAL_SLACK_URL"}`
 */
export function readEnvironment(
  env: Environment,
  named: () => ReadonlySet<string>,
): {
  readonly layers: readonly Layer[]
  readonly problems: readonly Problem[]
} {
  const layers: Layer[] = []
  const problems: Problem[] = []
  if (isSet(env.DOCKER_HOST)) layers.push(layer(['docker', 'host'], env.DOCKER_HOST, 'DOCKER_HOST'))
  const names = Object.keys(env).filter(name => name.startsWith('NETHEAL_') && !APART.test(name) && isSet(env[name]))
  // Most hosts have none of these variables, and need no walk through the schema.
  const known = names.length === 0 ? new Map<string, Leaf>() : variables()
  const asked = names.length === 0 ? new Set<string>() : named()
  for (const name of names.sort()) {
    const leaf = known.get(name)
    if (leaf === undefined && asked.has(name)) continue
    if (leaf === undefined) problems.push(unknownVariable(name, [...known.keys()]))
    else layers.push(layer(leaf.keys, fromText(leaf, env[name] ?? ''), name))
  }
  return { layers, problems }
}

/** TLS from Docker's own variables, for a tcp:// host. */
export function dockerTls(env: Environment): readonly Layer[] | Problem {
  if (!isSet(env.DOCKER_TLS_VERIFY)) return []
  const given = env.DOCKER_CERT_PATH
  if (isSet(given) && !given.startsWith('/')) {
    return {
      kind: 'value',
      path: 'docker.tls',
      origin: { kind: 'environment', name: 'DOCKER_CERT_PATH' },
      expected: 'an absolute path',
      got: shown(given),
      advice: 'It must begin with "/".',
    }
  }
  const directory = isSet(given) ? given : isSet(env.HOME) ? `${env.HOME}/.docker` : null
  const name = isSet(given) ? 'DOCKER_CERT_PATH' : 'DOCKER_TLS_VERIFY'
  if (directory === null) {
    return {
      kind: 'conflict',
      path: 'docker.tls',
      origin: { kind: 'environment', name },
      why: 'it asks for TLS, but the path of the certificates is not set.',
      advice: 'Set DOCKER_CERT_PATH as well.',
    }
  }
  return ['ca', 'cert', 'key'].map(file => layer(['docker', 'tls', file], `${directory}/${file}.pem`, name))
}

/** The directories of a systemd unit: better defaults than ours, but only defaults. */
export function systemdDefaults(env: Environment): readonly Layer[] {
  const names = { LOGS_DIRECTORY: 'log', STATE_DIRECTORY: 'state', RUNTIME_DIRECTORY: 'lock' }
  return Object.entries(names).flatMap(([name, section]) => {
    // Several directories of one unit are separated by colons; the first is the unit's own.
    const [directory] = (env[name] ?? '').split(':')
    return isSet(directory)
      ? [{ keys: [section, 'directory'], value: directory, origin: { kind: 'systemd', name } } as const]
      : []
  })
}

export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

function layer(keys: readonly string[], value: unknown, name: string): Layer {
  return { keys, value, origin: { kind: 'environment', name } }
}

function variableName(keys: readonly string[]): string {
  return `NETHEAL_${keys.map(key => key.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`
}

/** A variable holds text only; what cannot be read as the type of its leaf is left for the schema to refuse. */
function fromText({ schema }: Leaf, text: string): unknown {
  const types = options(schema).map(typeOf)
  if ((types.includes('boolean') || types.includes('literal')) && (text === 'true' || text === 'false'))
    return text === 'true'
  if (types.includes('array')) return text.split(',').map(item => item.trim())
  return types.includes('number') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function unknownVariable(name: string, known: readonly string[]): Problem {
  const found = nearest(
    name.slice('NETHEAL_'.length),
    known.map(one => one.slice('NETHEAL_'.length)),
  )
  const advice = found === null ? 'There is no such variable: remove it.' : `Did you mean NETHEAL_${found}?`
  return {
    kind: 'unknown-key',
    path: printable(name).slice(0, 60),
    origin: { kind: 'environment', name: printable(name).slice(0, 60) },
    advice,
  }
}
