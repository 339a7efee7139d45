// The config that a diagnosis works with: the one in force; without one, or with a bad one, the defaults and no rules. A bad
// config is a finding like any other: at night nobody wants to be refused an answer because of a comma.
import { readFile } from 'node:fs/promises'
import type { Config } from '../../config/config.ts'
import { DEFAULT_FILE, loadConfig } from '../../config/load.ts'
import { problemsOf } from '../../config/problem.ts'
import { NethealError } from '../../core/errors.ts'
import type { ItsConfig } from '../../diagnose/itself-port.ts'
import { configOf, engineSettings, PLACEHOLDER } from '../engine-settings.ts'
import type { CommonFlags } from '../flags.ts'
import type { ProcessIo } from '../process-io.ts'

export interface DiagnoseConfig {
  readonly config: Config
  readonly found: ItsConfig
  /** That the engine is the one of Docker's current context, in words; null: it is not. */
  readonly context: string | null
}

/** Throws NethealError `config` for a file that was named and is not there, and for a bad flag or variable. */
export async function diagnoseConfig(host: ProcessIo, flags: CommonFlags): Promise<DiagnoseConfig> {
  try {
    const { config, file, context } = await loadConfig({ flags, env: host.env })
    return { config, found: { kind: 'valid', file }, context }
  } catch (error) {
    if (!(error instanceof NethealError) || error.code !== 'config') throw error
    const found = foundBy(error, flags.config ?? host.env.NETHEAL_CONFIG ?? DEFAULT_FILE)
    if (found === null) throw error
    return { ...(await salvaged(found, host, flags)), found }
  }
}

/** Null: the user named a file that cannot be read, which is a typing mistake and no finding. */
export function foundBy(error: NethealError, file: string): ItsConfig | null {
  const [first] = problemsOf(error)
  if (first?.kind !== 'file') return { kind: 'bad', file, error }
  if (first.origin.kind !== 'file' || first.origin.name !== DEFAULT_FILE) return null
  if (first.fault === 'missing') return { kind: 'none', file }
  return { kind: first.fault === 'closed' ? 'closed' : 'bad', file, error }
}

type Salvaged = Pick<DiagnoseConfig, 'config' | 'context'>

/** The valid parts of a bad config: each section, and each attachment. Without a config: the defaults, and no rules. */
async function salvaged(found: ItsConfig, host: ProcessIo, flags: CommonFlags): Promise<Salvaged> {
  const written = found.kind === 'bad' ? await readObject(found.file) : {}
  const { attachments, ...sections } = written
  const rules = Array.isArray(attachments) ? attachments : []
  const goodRules: unknown[] = []
  for (const rule of rules) if ((await tried({ attachments: [rule] }, host, flags)) !== null) goodRules.push(rule)
  let good: Record<string, unknown> = { attachments: goodRules.length > 0 ? goodRules : PLACEHOLDER }
  for (const [key, value] of Object.entries(sections)) {
    const more = { ...good, [key]: value }
    if ((await tried(more, host, flags)) !== null) good = more
  }
  const { config, context } = (await tried(good, host, flags)) ?? (await engineSettings(host, flags))
  return { context, config: goodRules.length > 0 ? config : { ...config, attachments: [] } }
}

/** Null: it is not valid. The environment and the flags count, as they do for a whole config. */
async function tried(value: unknown, host: ProcessIo, flags: CommonFlags): Promise<Salvaged | null> {
  try {
    return await configOf(value, host, flags)
  } catch (error) {
    if (error instanceof NethealError) return null
    throw error
  }
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}
