// Where the engine is when there is no config file yet: flag, environment and defaults, checked as the config itself is.
import type { Config, LoadedConfig } from '../config/config.ts'
import { inMemory } from '../config/file.ts'
import { loadConfig } from '../config/load.ts'
import type { Proposal } from '../init/rules/proposal.ts'
import type { CommonFlags } from './flags.ts'
import type { ProcessIo } from './process-io.ts'

export interface EngineSettings {
  readonly config: Config
  /** What a config needs to reach the same engine; null where the default does. */
  readonly docker: NonNullable<Proposal['docker']> | null
  /** That it is the one of Docker's current context, in words; null: it is not. */
  readonly context: string | null
}

/** A rule for nobody: a config must have one. */
export const PLACEHOLDER = [{ containers: 'none-yet', network: 'none-yet' }]

/** The config that `value` would be as a file. Throws NethealError `config`. */
export async function configOf(value: unknown, host: ProcessIo, flags: CommonFlags): Promise<LoadedConfig> {
  const named = { config: '(no file)', ...(flags.dockerHost === undefined ? {} : { dockerHost: flags.dockerHost }) }
  return await loadConfig({ flags: named, env: host.env, disk: inMemory(value) })
}

/** Throws NethealError `config` for a flag or a variable that is wrong. */
export async function engineSettings(host: ProcessIo, flags: CommonFlags): Promise<EngineSettings> {
  const { config, origins, context } = await configOf({ attachments: PLACEHOLDER }, host, flags)
  const { host: address, tls } = config.docker
  const kind = origins['docker.host']?.kind
  // `/var/run` links to `/run`.
  const isDefault = kind === 'default' || /^unix:\/\/(\/var)?\/run\/docker\.sock$/.test(address)
  if (isDefault) return { config, docker: null, context }
  const files = Object.entries(tls ?? {}).filter((e): e is [string, string] => e[1] !== null)
  const tlsFiles = files.length === 0 ? {} : { tls: Object.fromEntries(files) }
  return { config, docker: { host: address, ...tlsFiles }, context }
}
