// Finds the config in force: flag over environment over file over systemd's directories over default.
// Environment and disk are arguments; nothing here looks at `process`.
import { check } from './check.ts'
import type { LoadedConfig, Origin } from './config.ts'
import { contextLayers, contextText, type DockerContext, dockerContext } from './docker-context.ts'
import { dockerTls, type Environment, isSet, readEnvironment, systemdDefaults } from './environment.ts'
import { type Disk, readText, realDisk } from './file.ts'
import { overwritten } from './hidden.ts'
import { type Json, parseJson } from './json.ts'
import { excerptOf, positionOf } from './json-fault.ts'
import { applyDefaults, applyOverrides, type Layered, originsOf } from './layers.ts'
import { normalize } from './normalize.ts'
import { configError, type Problem } from './problem.ts'
import { pathText } from './shown.ts'
import { isRecord, valueAt } from './value-at.ts'

export const DEFAULT_FILE = '/etc/netheal/config.json'

/** The command line's flags about the config. */
export interface ConfigFlags {
  /** `--config FILE`; relative to the working directory, as every file on a command line is. */
  readonly config?: string | undefined
  /** `--docker-host HOST` */
  readonly dockerHost?: string | undefined
}

export interface LoadInput {
  readonly flags: ConfigFlags
  /** As `process.env`. */
  readonly env: Environment
  /** The real one by default. */
  readonly disk?: Disk
  /** Docker's current context, where the host's socket cannot be used; the real one by default. */
  readonly contextOf?: (env: Environment) => DockerContext | null
}

/**
 * Reads, checks and completes the config. Safe to call again (SIGHUP): it keeps no state.
 * @throws NethealError `config`, with every problem in its message; `problemsOf(error)` has them as data
 */
export async function loadConfig(input: LoadInput): Promise<LoadedConfig> {
  const { flags, env, disk = realDisk, contextOf = dockerContext } = input
  const { path, named } = placeOf(flags, env)
  const text = await readText(path, named, disk)
  const { value, problems: twice } = parse(text, path)
  const { layered, context, problems: ambient } = layersOf(value, flags, env, contextOf)
  const checked = check(layered.value, at => layered.overridden.get(at) ?? { kind: 'file', name: path })
  const problems = [...(checked.kind === 'bad' ? checked.problems : []), ...twice, ...ambient]
  if (checked.kind === 'bad' || problems.length > 0) throw configError(path, problems)
  const config = normalize(checked.file)
  return {
    config,
    file: path,
    context: context === null ? null : contextText(context),
    // A getter: only `netheal config` needs it, and a one-shot must not pay for it.
    get origins() {
      return originsOf(layered, path)
    },
  }
}

function placeOf(flags: ConfigFlags, env: Environment): { readonly path: string; readonly named: Origin } {
  if (flags.config !== undefined) return { path: flags.config, named: { kind: 'flag', name: '--config' } }
  const { NETHEAL_CONFIG: variable } = env
  if (isSet(variable)) return { path: variable, named: { kind: 'environment', name: 'NETHEAL_CONFIG' } }
  return { path: DEFAULT_FILE, named: { kind: 'default', name: '' } }
}

function parse(text: string, path: string): { readonly value: Json; readonly problems: readonly Problem[] } {
  const origin: Origin = { kind: 'file', name: path }
  const parsed = parseJson(text)
  if (parsed.kind === 'syntax') {
    const { at } = parsed.fault
    // Explained from a copy with the secrets overwritten: the mistake may be on the same line as one.
    const harmless = overwritten(text)
    const again = parseJson(harmless)
    const { why, advice } =
      again.kind === 'syntax' && again.fault.at === at ? again.fault : { why: 'this is not JSON.', advice: '' }
    const excerpt = excerptOf(harmless, at)
    throw configError(path, [{ kind: 'syntax', ...positionOf(text, at), origin, why, advice, excerpt }])
  }
  const problems = parsed.duplicates.map(({ path: keys, lines: [first, second] }): Problem => {
    const why =
      first === second ? `written twice on line ${first}.` : `written on line ${first} and again on line ${second}.`
    return { kind: 'conflict', path: pathText(keys), origin, why, advice: 'Keep one.' }
  })
  return { value: parsed.value, problems }
}

function layersOf(
  value: Json,
  flags: ConfigFlags,
  env: Environment,
  contextOf: NonNullable<LoadInput['contextOf']>,
): { readonly layered: Layered; readonly context: DockerContext | null; readonly problems: readonly Problem[] } {
  const file: Layered = { value, overridden: new Map() }
  // What is not an object is refused by the check.
  if (!isRecord(value)) return { layered: file, context: null, problems: [] }
  const { layers, problems } = readEnvironment(env, () => variablesIn(value))
  const flag = { kind: 'flag', name: '--docker-host' } as const
  const host =
    flags.dockerHost === undefined ? [] : [{ keys: ['docker', 'host'], value: flags.dockerHost, origin: flag }]
  const overridden = applyOverrides(applyDefaults(file, systemdDefaults(env)), [...layers, ...host])
  if (valueAt(overridden.value, ['docker', 'host']) !== undefined) {
    return { ...withTls(overridden, env, problems), context: null }
  }
  const context = contextOf(env)
  const layered = context === null ? overridden : applyDefaults(overridden, contextLayers(context))
  return { layered, context, problems }
}

/** TLS is for a tcp:// host: Docker's variables count only for one, and the file's TLS only with the file's host. */
function withTls(
  layered: Layered,
  env: Environment,
  problems: readonly Problem[],
): { readonly layered: Layered; readonly problems: readonly Problem[] } {
  const host = valueAt(layered.value, ['docker', 'host'])
  const isRemote = typeof host === 'string' && host.startsWith('tcp://')
  const isOurs = [...layered.overridden.keys()].some(path => path.startsWith('docker.tls.'))
  if (!isRemote) {
    return { layered: layered.overridden.has('docker.host') && !isOurs ? withoutTls(layered) : layered, problems }
  }
  const tls = isOurs ? [] : dockerTls(env)
  return 'kind' in tls ? { layered, problems: [...problems, tls] } : { layered: applyOverrides(layered, tls), problems }
}

function withoutTls(layered: Layered): Layered {
  const { value } = layered
  if (!isRecord(value) || !isRecord(value.docker)) return layered
  const { tls: _, ...docker } = value.docker
  return { ...layered, value: { ...value, docker } }
}

/** The variables that the file names: `{"env": NAME}`, wherever it stands. */
function variablesIn(value: unknown): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return new Set()
  const names = new Set<string>()
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'env' && typeof inner === 'string') names.add(inner)
    else for (const name of variablesIn(inner)) names.add(name)
  }
  return names
}
