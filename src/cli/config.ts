// `netheal config`: the config in force, each value with where it came from; every mistake at once, and exit code 2.
import type { LoadedConfig, Origin } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { isSecret, withoutSecrets, writtenSecret } from '../config/masked.ts'
import { problemsOf } from '../config/problem.ts'
import { NethealError } from '../core/errors.ts'
import type { CommonFlags } from './flags.ts'
import { JSON_VERSION, jsonText } from './json.ts'
import type { ExitCode, ProcessIo } from './process-io.ts'
import { painter, safe } from './style.ts'

/** Lists that are told an entry at a time. */
const LISTS: ReadonlySet<string> = new Set(['attachments', 'notify', 'diagnose.readiness', 'diagnose.probes'])

/** Throws NethealError `config`; with --json its problems are printed as data first. */
export async function config(host: ProcessIo, flags: CommonFlags): Promise<ExitCode> {
  try {
    const loaded = await loadConfig({ flags, env: host.env })
    host.out(
      flags.json
        ? jsonText({
            version: JSON_VERSION,
            file: loaded.file,
            config: withoutSecrets(loaded.config),
            origins: loaded.origins,
          })
        : render(loaded, host),
    )
    return 0
  } catch (error) {
    if (!flags.json || !(error instanceof NethealError) || error.code !== 'config') throw error
    host.out(jsonText({ version: JSON_VERSION, error: error.message, problems: problemsOf(error) }))
    return 2
  }
}

function render({ config: value, file, origins }: LoadedConfig, host: ProcessIo): string {
  const paint = painter(host.stdout)
  const rows = leavesOf(withoutSecrets(value), '').map(([path, leaf]) => ({
    path,
    text: JSON.stringify(leaf),
    origin: originText(originOf(path, origins)),
  }))
  const wide = Math.min(40, Math.max(...rows.map(r => r.path.length)))
  const lines = rows.map(r => `${r.path.padEnd(wide)}  ${safe(r.text)}  ${paint('quiet', r.origin)}`)
  return `${paint('strong', safe(file))}\n${lines.join('\n')}\n`
}

/** Arrays of plain values are one leaf, and so is a secret; durations are milliseconds, sizes bytes, as everywhere inside. */
function leavesOf(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value) && LISTS.has(path) && value.length > 0) {
    return value.flatMap((v, i) => leavesOf(v, `${path}[${i}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]]
  if (isSecret(value)) return [[path, writtenSecret(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
}

/** A leaf inside a value that was given whole came from where the whole did. */
function originOf(path: string, origins: LoadedConfig['origins']): Origin | undefined {
  for (let at = path; at !== ''; at = at.replace(/(^|\.)[^.[]*$|\[\d+\]$/, '')) {
    const origin = origins[at]
    if (origin !== undefined) return origin
  }
  return undefined
}

function originText(origin: Origin | undefined): string {
  if (origin === undefined || origin.kind === 'default') return 'default'
  return origin.kind === 'file' ? 'file' : `${origin.kind} ${origin.name}`
}
