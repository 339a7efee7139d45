// The config that a diagnosis works with: the one in force; where there is none, or a bad one, the defaults and no rules. A
// bad config is a finding like any other: the night is no time to refuse an answer over a comma.
import type { Config } from '../config/config.ts'
import { DEFAULT_FILE, loadConfig } from '../config/load.ts'
import { problemsOf } from '../config/problem.ts'
import { NethealError } from '../core/errors.ts'
import { engineSettings } from './engine-settings.ts'
import type { Host } from './host.ts'
import type { CommonFlags } from './program.ts'

/** How it was found. `none`: nobody has written one, and nobody named one. */
export type ConfigFound =
  | { readonly kind: 'loaded'; readonly file: string }
  | { readonly kind: 'none'; readonly file: string }
  | { readonly kind: 'bad'; readonly error: NethealError }

export interface DiagnoseConfig {
  readonly config: Config
  readonly found: ConfigFound
}

/** Throws NethealError `config` for a file that was named and is not there, and for a bad flag or variable. */
export async function diagnoseConfig(host: Host, flags: CommonFlags): Promise<DiagnoseConfig> {
  try {
    const { config, file } = await loadConfig({ flags, env: host.env })
    return { config, found: { kind: 'loaded', file } }
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'config') throw error
    const found = foundBy(error)
    if (found === null) throw error
    const { config } = await engineSettings(host, flags)
    return { config: { ...config, attachments: [] }, found }
  }
}

/** Null: the user named a file that cannot be read, which is a slip of the hand and not of the host. */
function foundBy(error: NethealError): ConfigFound | null {
  const [first] = problemsOf(error)
  if (first?.kind !== 'file') return { kind: 'bad', error }
  if (first.origin.kind !== 'file' || first.origin.name !== DEFAULT_FILE) return null
  return /does not exist/.test(first.why) ? { kind: 'none', file: DEFAULT_FILE } : { kind: 'bad', error }
}
