// `netheal status`: is the healer alive, when was its last pass, is each attachment there? From the state; `--live` looks too.
import { loadConfig } from '../../config/load.ts'
import type { CommonFlags } from '../flags.ts'
import { jsonText } from '../json.ts'
import type { ExitCode, ProcessIo } from '../process-io.ts'
import { statusExitCode, statusNow } from './current-status.ts'
import { statusJson } from './json.ts'
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
  const { config } = await loadConfig({ flags, env: host.env })
  if (flags.watch === true) {
    const { watchStatus } = await import('./watch.ts')
    return await watchStatus(host, flags.json === true, config.state.directory, () =>
      statusNow(config, host, flags.live === true),
    )
  }
  const view = await statusNow(config, host, flags.live === true)
  host.out(flags.json ? jsonText(statusJson(view)) : renderStatus(view, host.stdout))
  return statusExitCode(view)
}
