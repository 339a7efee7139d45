// `netheal status`: is the healer alive, when was its last pass, is each attachment there? From the state; `--live` looks too.
import { loadConfig } from '../../config/load.ts'
import { NethealError } from '../../core/errors.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { type Status, statusExitCode, statusNow } from './current-status.ts'
import { statusJson } from './json.ts'
import type { KeptConfig } from './kept-config.ts'
import { renderStatus } from './view.ts'

export interface StatusFlags extends CommonFlags {
  readonly live?: boolean
  readonly watch?: boolean
}

/**
 * Exit code 5: no healer, or its last pass too old. 3: something is detached, blocked, looping, or not written. 0: well.
 * With `--watch` the one of the last look. Throws NethealError `usage`, `config`, and the engine's with `--live`.
 */
export async function status(host: ProcessIo, flags: StatusFlags): Promise<ExitCode> {
  const { config, problems: mistakes } = await configFor(host, flags)
  if (flags.watch === true) {
    const { watchStatus } = await import('./watch.ts')
    return await watchStatus(host, flags.json === true, config.state.directory, signal =>
      statusNow(config, host, flags.live === true ? signal : null),
    )
  }
  let found: Status
  try {
    found = await statusNow(config, host, flags.live === true ? host.signals.abort : null)
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'record') throw error
    const { servedExitCode, servedStatus, servedText } = await import('./served.ts')
    const served = await servedStatus(config, host.signals.abort)
    if (served === null) throw error
    host.out(flags.json ? jsonText(JSON.parse(served.body)) : servedText(served, host.stdout))
    return servedExitCode(served)
  }
  const view = { ...found, problems: [...mistakes, ...found.problems] }
  host.out(flags.json ? jsonText(statusJson(view)) : renderStatus(view, host.stdout))
  return statusExitCode(view)
}

/** The config in force, or what is valid of a broken one while a daemon heals on with another. */
async function configFor(host: ProcessIo, flags: StatusFlags): Promise<KeptConfig> {
  try {
    const { config, context } = await loadConfig({ flags, env: host.env })
    if (context !== null && flags.live === true) host.err(`netheal: ${context}\n`)
    return { config, problems: [] }
  } catch (error) {
    const { keptConfig } = await import('./kept-config.ts')
    return await keptConfig(error, host, flags)
  }
}
